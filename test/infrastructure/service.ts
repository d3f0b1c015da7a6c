import * as z from 'zod';
import { gatewayPaths, type RouteContract } from '../../adapters/http/contract.ts';
import { CONTRACTS } from '../../functions/contracts.ts';
import { functionIn, listOf, ofType, referred, textOf, type Template } from './templates.ts';

const resourceSchema = z.object({ ParentId: z.unknown(), PathPart: z.string() });

/** The path of every API Gateway resource by its logical id. */
export const pathsOf = (template: Template): ReadonlyMap<string, string> => {
  const resources = ofType(template, 'AWS::ApiGateway::Resource');
  const pathOf = (id: string): string => {
    const resource = resources.get(id);
    if (resource === undefined) return '';
    const { ParentId, PathPart } = resourceSchema.parse(resource.Properties);
    return `${pathOf(referred(ParentId))}/${PathPart}`;
  };
  return new Map([...resources.keys()].map((id) => [id, pathOf(id)]));
};

const methodSchema = z.object({
  HttpMethod: z.string(),
  ResourceId: z.unknown(),
  AuthorizationType: z.string(),
  AuthorizerId: z.unknown().optional(),
  Integration: z.looseObject({
    Type: z.string(),
    Uri: z.unknown().optional(),
    Credentials: z.unknown().optional(),
  }),
});

export interface MountedMethod {
  readonly route: string;
  readonly authorization: string;
  readonly authorizer: string | undefined;
  readonly integration: string;
  /** Logical id of the function. */
  readonly function: string;
  /** Logical id of the role that invokes it. */
  readonly invoker: string;
}

/** The methods of the API, without the preflights. */
export const methodsOf = (template: Template): readonly MountedMethod[] => {
  const paths = pathsOf(template);
  return [...ofType(template, 'AWS::ApiGateway::Method').values()]
    .map(({ Properties }) => methodSchema.parse(Properties))
    .filter(({ HttpMethod }) => HttpMethod !== 'OPTIONS')
    .map(({ HttpMethod, ResourceId, AuthorizationType, AuthorizerId, Integration }) => ({
      route: `${HttpMethod} ${paths.get(referred(ResourceId)) ?? '?'}`,
      authorization: AuthorizationType,
      authorizer: AuthorizerId === undefined ? undefined : referred(AuthorizerId),
      integration: Integration.Type,
      function: functionIn(template, Integration.Uri),
      invoker: referred(Integration.Credentials),
    }));
};

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

/** The contracts of a stage with OIDC: without the three routes of the built-in identity. */
export const OIDC_CONTRACTS = CONTRACTS.filter(
  ({ path }) => !/^\/api\/identity\/(tenants|bootstrap-admin|dev-login)$/.test(path),
);
