import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod';
import { authorizerEvent, proxyEvent } from '../../local/proxy-event.ts';

/**
 * What `sam local start-api` does with a synthesised template, without its containers: from the template alone it finds
 * routes, authorizer, code and environment, as samcli/commands/local/lib/swagger/parser.py, samcli/local/lambdafn/env_vars.py
 * and samcli/lib/samlib/resource_metadata_normalizer.py of aws/aws-sam-cli do, and runs each function in a process of
 * its own.
 */
const run = promisify(execFile);

const resourceSchema = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  Metadata: z.record(z.string(), z.unknown()).default({}),
});
type Resource = z.infer<typeof resourceSchema>;
const templateSchema = z.object({ Resources: z.record(z.string(), resourceSchema) });
const overridesSchema = z.strictObject({ Parameters: z.record(z.string(), z.string()) });

const INTEGRATION = 'x-amazon-apigateway-integration';
const AUTHORIZER = 'x-amazon-apigateway-authorizer';
/** What SAM reads of the body of an API. It takes one authorizer for a method, and its name from the scheme. */
const definitionSchema = z.object({
  openapi: z.string().startsWith('3.'),
  components: z.object({
    securitySchemes: z.record(
      z.string(),
      z.object({
        [AUTHORIZER]: z.object({
          type: z.literal('request'),
          authorizerUri: z.unknown(),
          identitySource: z.literal('method.request.header.Authorization'),
        }),
      }),
    ),
  }),
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        security: z
          .array(z.record(z.string(), z.array(z.string())))
          .max(1)
          .default([]),
        [INTEGRATION]: z.object({ type: z.string(), uri: z.unknown().optional() }),
      }),
    ),
  ),
});

const ACCOUNT = '123456789012';
const REGION = 'us-east-1';
const API = '1234567890';
/** Without a profile of the user. */
const CREDENTIALS = {
  AWS_SAM_LOCAL: 'true',
  AWS_REGION: REGION,
  AWS_DEFAULT_REGION: REGION,
  AWS_ACCESS_KEY_ID: 'defaultkey',
  AWS_SECRET_ACCESS_KEY: 'defaultsecret',
};

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Region': REGION,
  'AWS::AccountId': ACCOUNT,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
};

/** Intrinsic functions as SAM resolves them: `Ref` is the logical id, `Arn` always that of a function. */
const resolved = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Record<string, unknown>;
  if (typeof Ref === 'string') return PSEUDO[Ref] ?? Ref;
  if (Array.isArray(attribute)) {
    const [id] = attribute as string[];
    return `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${id}`;
  }
  if (!Array.isArray(join)) return value;
  const [separator, parts] = join as [string, unknown[]];
  return parts.map(resolved).join(separator);
};

/** The pattern with which SAM finds the function of a URI. */
const FUNCTION_ARN = /arn:aws:lambda:[^:]+:[^:]+:function:([^:/]+)/;

const functionOf = (uri: unknown): string | undefined => FUNCTION_ARN.exec(String(resolved(uri)))?.[1];

interface Route {
  readonly method: string;
  readonly path: string;
  readonly function: string;
  readonly isAuthorized: boolean;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly log: string;
}

export interface SamLocal {
  readonly routes: readonly Route[];
  /** `parameters` are those of the path; `path` is the resource's, with its variables. */
  readonly call: (
    method: string,
    path: string,
    more?: { readonly body?: unknown; readonly token?: string; readonly parameters?: Readonly<Record<string, string>> },
  ) => Promise<Answer>;
}

const outcomeSchema = z.object({ statusCode: z.number(), body: z.string() });
const verdictSchema = z.object({
  principalId: z.string(),
  policyDocument: z.object({ Statement: z.array(z.object({ Effect: z.literal('Allow'), Resource: z.string() })) }),
  context: z.record(z.string(), z.string()),
});

/** Opens a template with the content of an environment file; child processes write below `folder`. */
export const openSamLocal = (templateText: string, templateFile: string, envFile: string, folder: string): SamLocal => {
  const { Resources: resources } = templateSchema.parse(JSON.parse(templateText));
  const { Parameters: overrides } = overridesSchema.parse(JSON.parse(envFile));
  const ofType = (type: string): readonly (readonly [string, Resource])[] =>
    Object.entries(resources).filter(([, { Type }]) => Type === type);
  const resourceOf = (id: string): Resource => {
    const resource = resources[id];
    if (resource === undefined) throw new Error(`The template has no ${id}.`);
    return resource;
  };

  const [[, api] = [undefined, undefined], ...otherApis] = ofType('AWS::ApiGateway::RestApi');
  if (api === undefined || otherApis.length > 0) throw new Error(`There are ${otherApis.length} APIs more than one.`);
  const { paths, components } = definitionSchema.parse(api.Properties['Body']);
  const [authorizer] = Object.entries(components.securitySchemes).map(([name, { [AUTHORIZER]: asked }]) => ({
    name,
    function: functionOf(asked.authorizerUri) ?? '',
  }));
  // What is no integration with a function, such as the mock of a preflight, SAM passes over.
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { security, [INTEGRATION]: integration }]): readonly Route[] =>
      integration.type !== 'aws_proxy'
        ? []
        : [
            {
              method: method.toUpperCase(),
              path,
              function: functionOf(integration.uri) ?? '',
              isAuthorized: authorizer !== undefined && security.some((one) => authorizer.name in one),
            },
          ],
    ),
  );

  const environmentOf = ({ Properties }: Resource): Record<string, string> => {
    const { Environment } = z
      .looseObject({ Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }) })
      .parse(Properties);
    const declared = Object.entries(Environment.Variables).map(
      ([name, value]) => [name, overrides[name] ?? String(resolved(value))] as const,
    );
    return { ...CREDENTIALS, ...Object.fromEntries(declared) };
  };

  const invoke = async (id: string, event: object): Promise<{ answer: unknown; log: string }> => {
    const resource = resourceOf(id);
    const { 'aws:asset:path': asset } = z
      .object({ 'aws:asset:path': z.string(), 'aws:asset:property': z.literal('Code') })
      .parse(resource.Metadata);
    const [module = '', name = ''] = String(resource.Properties['Handler']).split('.');
    const url = pathToFileURL(join(dirname(templateFile), asset, `${module}.mjs`)).href;
    const script = join(folder, `${randomUUID()}.mjs`);
    await writeFile(
      script,
      `const { ${name}: handler } = await import(${JSON.stringify(url)});
       const answer = await handler(${JSON.stringify(event)}, { getRemainingTimeInMillis: () => 28_000 });
       process.stdout.write('\\n' + JSON.stringify(answer));`,
    );
    const { stdout } = await run(process.execPath, [script], { env: environmentOf(resource) });
    const lines = stdout.split('\n');
    return { answer: JSON.parse(lines.at(-1) ?? ''), log: lines.slice(0, -1).join('\n') };
  };

  return {
    routes,
    call: async (method, path, { body, token, parameters = {} } = {}) => {
      const route = routes.find((one) => one.method === method && one.path === path);
      if (route === undefined) throw new Error(`The template has no route ${method} ${path}.`);
      const headers = ['Content-Type', 'application/json', ...(token === undefined ? [] : ['Authorization', token])];
      const request = {
        requestId: randomUUID(),
        receivedAt: new Date(),
        method,
        path: Object.entries(parameters).reduce((text, [name, value]) => text.replace(`{${name}}`, value), path),
        query: '',
        rawHeaders: headers,
        body: body === undefined ? '' : JSON.stringify(body),
        sourceIp: '127.0.0.1',
        port: 3000,
      };
      const match = { resource: path, pathParameters: parameters };
      if (!route.isAuthorized) return told(await invoke(route.function, proxyEvent(request, match)));
      if (authorizer === undefined || token === undefined) return { status: 401, body: undefined, log: '' };
      const methodArn = `arn:aws:execute-api:${REGION}:${ACCOUNT}:${API}/dev/${method}${request.path}`;
      const { answer } = await invoke(authorizer.function, {
        ...authorizerEvent(proxyEvent(request, match)),
        methodArn,
      });
      const { context, principalId, policyDocument } = verdictSchema.parse(answer);
      const isAllowed = policyDocument.Statement.some(({ Resource }) =>
        new RegExp(`^${Resource.replaceAll('*', '.*')}$`).test(methodArn),
      );
      if (!isAllowed) return { status: 403, body: undefined, log: '' };
      return told(await invoke(route.function, proxyEvent(request, match, { ...context, principalId })));
    },
  };
};

const told = ({ answer, log }: { answer: unknown; log: string }): Answer => {
  const { statusCode, body } = outcomeSchema.parse(answer);
  return { status: statusCode, body: body === '' ? undefined : JSON.parse(body), log };
};
