import * as z from 'zod';
import { gatewayPaths, type RouteContract } from '../../adapters/http/contract.ts';
import { DEPLOYED } from '../../functions/contracts.ts';
import { functionIn, listOf, referred, textOf, theOne, type Template } from './templates.ts';

const integrationSchema = z.looseObject({
  type: z.string(),
  httpMethod: z.string().optional(),
  uri: z.unknown().optional(),
  credentials: z.unknown().optional(),
});
const operationSchema = z.object({
  security: z.array(z.record(z.string(), z.array(z.string()))).default([]),
  responses: z.looseObject({}),
  'x-amazon-apigateway-integration': integrationSchema,
});
const authorizerSchema = z.object({
  type: z.literal('apiKey'),
  name: z.literal('Authorization'),
  in: z.literal('header'),
  'x-amazon-apigateway-authtype': z.literal('custom'),
  'x-amazon-apigateway-authorizer': z.looseObject({ authorizerUri: z.unknown(), authorizerCredentials: z.unknown() }),
});
/** Strict: what no test reads must not be there. A `security` of the whole document, for one, API Gateway ignores. */
const definitionSchema = z.strictObject({
  openapi: z.literal('3.0.1'),
  info: z.object({ title: z.string(), version: z.string() }),
  paths: z.record(
    z.string(),
    z.record(z.enum(['get', 'head', 'post', 'put', 'patch', 'delete', 'options']), operationSchema.optional()),
  ),
  components: z.strictObject({ securitySchemes: z.record(z.string(), authorizerSchema) }),
  'x-amazon-apigateway-binary-media-types': z.array(z.string()),
  'x-amazon-apigateway-gateway-responses': z.record(z.string(), z.unknown()),
});
export type ApiDefinition = z.infer<typeof definitionSchema>;

/** What API Gateway imports as the API. */
export const definitionOf = (template: Template): ApiDefinition =>
  definitionSchema.parse(theOne(template, 'AWS::ApiGateway::RestApi', z.looseObject({ Body: z.unknown() })).Body);

/** The one authorizer: the name by which operations demand it, and how API Gateway asks it. */
export const authorizerOf = (template: Template) => {
  const [first, ...others] = Object.entries(definitionOf(template).components.securitySchemes);
  if (first === undefined || others.length > 0)
    throw new Error(`There are ${others.length} authorizers more than one.`);
  return { name: first[0], ...first[1]['x-amazon-apigateway-authorizer'] };
};

export interface MountedMethod {
  readonly route: string;
  /** Names of the authorizers that it demands. */
  readonly authorizers: readonly string[];
  readonly integration: string;
  /** Logical id of the function. */
  readonly function: string;
  /** Logical id of the role that invokes it. */
  readonly invoker: string;
}

/** Read once for each template: every route asks. */
const mounted = new WeakMap<Template, readonly MountedMethod[]>();

/** The methods of the API, without the preflights. */
export const methodsOf = (template: Template): readonly MountedMethod[] => {
  const methods = mounted.get(template) ?? readMethods(template);
  mounted.set(template, methods);
  return methods;
};

const readMethods = (template: Template): readonly MountedMethod[] =>
  Object.entries(definitionOf(template).paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, operation]) => {
      if (operation === undefined || method === 'options') return [];
      const { type, httpMethod, uri, credentials } = operation['x-amazon-apigateway-integration'];
      return {
        route: `${method.toUpperCase()} ${path}`,
        authorizers: operation.security.flatMap((one) => Object.keys(one)),
        // Whatever the method of the request, Lambda is called by POST.
        integration: `${type} by ${httpMethod}`,
        function: functionIn(template, uri),
        invoker: referred(credentials),
      };
    }),
  );

/** The function of every contract by its routes: the logical id that the API calls for it. */
export const functionOf = (template: Template, contract: RouteContract): string => {
  const routes = gatewayPaths(contract).map((path) => `${contract.method} ${path}`);
  const ids = new Set(
    methodsOf(template)
      .filter(({ route }) => routes.includes(route))
      .map((method) => method.function),
  );
  const [id, ...others] = ids;
  if (id === undefined || others.length > 0) throw new Error(`${contract.operation} has ${ids.size} functions.`);
  return id;
};

const functionSchema = z.looseObject({
  Role: z.unknown(),
  Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }),
});
const statementSchema = z.looseObject({
  Effect: z.string(),
  Action: z.unknown(),
  Resource: z.unknown(),
});
const roleSchema = z.looseObject({
  ManagedPolicyArns: z.unknown().optional(),
  Policies: z.array(z.object({ PolicyDocument: z.object({ Statement: z.array(statementSchema) }) })).default([]),
});

export const functionProperties = (template: Template, id: string): z.infer<typeof functionSchema> =>
  functionSchema.parse(template.Resources[id]?.Properties);

/** What a function may do: `action resource`, one for each pair that its role allows. */
export const permissionsOf = (template: Template, functionId: string): readonly string[] =>
  permissionsOfRole(template, referred(functionProperties(template, functionId).Role));

export const permissionsOfRole = (template: Template, roleId: string): readonly string[] => {
  const { Policies } = roleSchema.parse(template.Resources[roleId]?.Properties);
  return Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .flatMap(({ Action, Resource }) =>
      listOf(Action).flatMap((action) => listOf(Resource).map((resource) => `${textOf(action)} ${textOf(resource)}`)),
    )
    .toSorted();
};

/** The contracts of a stage with OIDC: without the routes of the built-in identity. */
export const OIDC_CONTRACTS = DEPLOYED.filter(
  ({ path }) => !/^\/api\/identity\/(tenants|bootstrap-admin|dev-login|me\/password)$/.test(path),
);
