import * as z from 'zod';
import {
  createDocument,
  type oas31,
  type ZodOpenApiOperationObject,
  type ZodOpenApiOverride,
  type ZodOpenApiResponseObject,
} from 'zod-openapi';
import {
  honoursIdempotencyKey,
  permissionsFor,
  type Method,
  type RouteContract,
} from '../../adapters/http/contract.ts';
import { PROBLEM_CONTENT_TYPE, problemSchema } from '../../adapters/http/problems.ts';
import { FIELD } from '../../core/identity/permission.ts';
import { batchDraft } from '../../core/tasks/task.ts';
import { HEADERS, idParameters, PARAMETERS, pathParameters, ref, SECURITY, type Reference } from './components.ts';
import { CONVENTIONS, READING_ORDER } from './conventions.ts';
import { pascal, problemSchemaOf, statusesOf, titleOf, type ProblemCode } from './problems.ts';

type Responses = Record<string, ZodOpenApiResponseObject | Reference>;

/** The OpenAPI 3.1 document of the routes. The same contracts give the same document, to the byte. */
export const makeDocument = (rows: readonly RouteContract[], version: string): oas31.OpenAPIObject => {
  const contracts = inReadingOrder(rows);
  const shared = sharedRefusals(contracts);
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const contract of contracts) {
    const path = (paths[contract.path] ??= {});
    path[contract.method.toLowerCase()] = operationOf(contract, shared);
  }
  return createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'Task Center',
        version,
        description: CONVENTIONS,
        license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/', description: 'Where this document is served' }],
      tags: tagsOf(contracts),
      paths: paths,
      components: {
        responses: { NotModified: notModified, ...Object.fromEntries(shared) },
        parameters: { ...PARAMETERS, ...idParameters(contracts) },
        headers: HEADERS,
        securitySchemes: SECURITY,
      },
    },
    { override },
  );
};

const METHOD_ORDER: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** By tag, then path, then method, whatever the order of the rows. */
const inReadingOrder = (contracts: readonly RouteContract[]): readonly RouteContract[] =>
  [...contracts].sort(
    (a, b) =>
      placeOf(a) - placeOf(b) ||
      (a.tag.name === b.tag.name ? 0 : a.tag.name < b.tag.name ? -1 : 1) ||
      (a.path === b.path ? METHOD_ORDER.indexOf(a.method) - METHOD_ORDER.indexOf(b.method) : a.path < b.path ? -1 : 1),
  );

const placeOf = ({ tag }: RouteContract): number => {
  const place = READING_ORDER.indexOf(tag.name);
  return place === -1 ? READING_ORDER.length : place;
};

/** The chapters, in the order of their routes. */
const tagsOf = (contracts: readonly RouteContract[]): RouteContract['tag'][] => [
  ...new Map(contracts.map(({ tag }) => [tag.name, tag])).values(),
];

const operationOf = (contract: RouteContract, shared: ReadonlyMap<string, unknown>): ZodOpenApiOperationObject => {
  const parameters = [
    ...pathParameters(contract).map((name) => ref('parameters', pascal(name))),
    ...(contract.paged === true ? [ref('parameters', 'Limit'), ref('parameters', 'Cursor')] : []),
    ...(honoursIdempotencyKey(contract) ? [ref('parameters', 'IdempotencyKey')] : []),
    ...(contract.ifMatch === true ? [ref('parameters', 'IfMatch')] : []),
    ...(contract.method === 'GET' ? [ref('parameters', 'IfNoneMatch')] : []),
  ];
  return {
    operationId: contract.operation,
    tags: [contract.tag.name],
    summary: contract.summary,
    description: [...(contract.description === undefined ? [] : [contract.description]), accessOf(contract)].join(
      '\n\n',
    ),
    security: securityOf(contract),
    ...(contract.query === undefined ? {} : { requestParams: { query: contract.query } }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(contract.body === undefined ? {} : { requestBody: requestBodyOf(contract.body) }),
    responses: {
      [contract.status]: answerOf(contract),
      ...(contract.browsersTo === undefined ? {} : { 302: redirect }),
      ...(contract.method === 'GET' ? { 304: ref('responses', 'NotModified') } : {}),
      ...refusalsOf(contract, shared),
    },
  };
};

const accessOf = ({ access, ownTasks }: RouteContract): string => {
  if (access === 'public') return 'Needs no token.';
  if (access === 'bootstrap')
    return 'Needs no token, but the header `X-Bootstrap-Key` where the stage has a bootstrap key.';
  if (access === 'signed_in') return 'Needs a token, whatever it permits.';
  const own = ownTasks === true ? `, or \`${FIELD}\` for tasks that are assigned to the caller` : '';
  return `Needs the permission \`${access}\`${own}.`;
};

/** Of several requirements one is enough. */
const securityOf = (contract: RouteContract): oas31.SecurityRequirementObject[] => {
  const { access } = contract;
  if (access === 'public') return [];
  if (access === 'bootstrap') return [{ bootstrapKey: [] }, {}];
  return access === 'signed_in'
    ? [{ token: [] }]
    : permissionsFor(contract).map((permission) => ({ token: [permission] }));
};

/** A body whose fields are all optional may be left out. */
const requestBodyOf = (body: z.ZodType) => ({
  required: !body.safeParse({}).success,
  content: { 'application/json': { schema: body } },
});

const ALWAYS = { 'X-Request-Id': ref('headers', 'RequestId') };

const tagOf = ({ etag, method }: RouteContract): Record<string, Reference> => {
  if (etag === true) return { ETag: ref('headers', 'ETag') };
  return method === 'GET' ? { ETag: ref('headers', 'Digest') } : {};
};

const notModified: ZodOpenApiResponseObject = {
  description: 'The answer is still the one that `If-None-Match` names.',
  headers: { ...ALWAYS, ETag: { required: true, schema: { type: 'string' } } },
};

const redirect: ZodOpenApiResponseObject = {
  description: 'Of a browser, which accepts `text/html`: to the page.',
  headers: { ...ALWAYS, Location: ref('headers', 'Location') },
};

const answerOf = (contract: RouteContract): ZodOpenApiResponseObject => {
  const headers = {
    ...ALWAYS,
    ...tagOf(contract),
    ...(contract.paged === true ? { Link: ref('headers', 'Link') } : {}),
    ...(contract.status === 202
      ? { Location: ref('headers', 'Location'), 'Retry-After': ref('headers', 'RetryAfter') }
      : {}),
    ...(honoursIdempotencyKey(contract) ? { 'Idempotency-Replayed': ref('headers', 'IdempotencyReplayed') } : {}),
  };
  return contract.status === 204
    ? { description: 'Done.', headers }
    : {
        description: describeAnswer(contract),
        headers,
        content: Object.fromEntries(
          (contract.mediaTypes ?? ['application/json']).map((type) => [type, { schema: contract.response }]),
        ),
      };
};

const describeAnswer = ({ status, paged, method }: RouteContract): string => {
  if (paged === true) return 'A page of the list.';
  if (status === 201) return 'Created.';
  if (status === 202) return 'Accepted: the work goes on, and `Location` tells how far it is.';
  return method === 'GET' ? 'As it is.' : 'Done.';
};

const WRITES: ReadonlySet<string> = new Set(['PutItem', 'UpdateItem', 'DeleteItem']);

/**
 * Every code that a route can answer with: those of its row, and those that its shape implies.
 * `stale_read` and `twin_committed` are resolved inside: an answer with one of them would be a bug, so no route names them.
 */
const codesOf = (contract: RouteContract): readonly ProblemCode[] => {
  const isOpen = contract.access === 'public' || contract.access === 'bootstrap';
  const isWrite = contract.table.some((action) => WRITES.has(action));
  const usesTable = contract.table.length > 0 || honoursIdempotencyKey(contract);
  const codes: readonly (ProblemCode | undefined)[] = [
    contract.body === undefined ? undefined : 'malformed_json',
    contract.body === undefined ? undefined : 'unsupported_encoding',
    honoursIdempotencyKey(contract) || contract.ifMatch === true ? 'malformed_header' : undefined,
    contract.paged === true ? 'malformed_cursor' : undefined,
    contract.access === 'public' ? undefined : 'unauthenticated',
    isOpen || contract.access === 'signed_in' ? undefined : 'permission_denied',
    pathParameters(contract).length > 0 ? 'route_not_found' : undefined,
    ...contract.refusals,
    'body_too_large',
    'validation_failed',
    honoursIdempotencyKey(contract) ? 'idempotency_key_reused' : undefined,
    honoursIdempotencyKey(contract) ? 'kept_answer_too_large' : undefined,
    'throttled',
    'internal_error',
    ...(usesTable ? (['table_unavailable'] as const) : []),
    ...(isWrite ? (['busy', 'outcome_unknown'] as const) : []),
    'gateway_timeout',
  ];
  return [...new Set(codes.filter((code) => code !== undefined))];
};

/** The codes of a route by their status, statuses ascending. */
const refusalsByStatus = (contract: RouteContract): readonly (readonly [number, readonly ProblemCode[]])[] => {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codesOf(contract))
    for (const status of statusesOf(code)) byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  return [...byStatus].sort(([a], [b]) => a - b);
};

/** Whether a refusal is the gateway's own: API Gateway renames the `WWW-Authenticate` of one that a function sends. */
const isChallenge = ({ access }: RouteContract, status: number): boolean =>
  status === 401 && access !== 'public' && access !== 'bootstrap';

const refusalOf = (
  contract: RouteContract,
  status: number,
  codes: readonly ProblemCode[],
): ZodOpenApiResponseObject => {
  const [first, ...more] = codes.map(problemSchemaOf);
  return {
    description: codes.map((code) => `\`${code}\`: ${titleOf(code)}`).join('\n\n'),
    headers: {
      ...ALWAYS,
      ...(isChallenge(contract, status) ? { 'WWW-Authenticate': ref('headers', 'WwwAuthenticate') } : {}),
      ...(status === 429 || status === 503 ? { 'Retry-After': ref('headers', 'RetryAfter') } : {}),
    },
    content: {
      [PROBLEM_CONTENT_TYPE]: {
        schema:
          first === undefined || more.length === 0
            ? (first ?? problemSchema)
            : z.discriminatedUnion('code', [first, ...more]),
      },
    },
  };
};

const responseName = (contract: RouteContract, status: number, codes: readonly ProblemCode[]): string =>
  status === 502
    ? 'BadGateway'
    : `${codes.map(pascal).join('Or')}${status === 401 && !isChallenge(contract, status) ? 'WithoutChallenge' : ''}`;

const refusalsOf = (contract: RouteContract, shared: ReadonlyMap<string, unknown>): Responses =>
  Object.fromEntries(
    refusalsByStatus(contract).map(([status, codes]) => {
      const name = responseName(contract, status, codes);
      return [String(status), shared.has(name) ? ref('responses', name) : refusalOf(contract, status, codes)];
    }),
  );

/** Refusals that several routes answer with: components, so that they are written once. */
const sharedRefusals = (contracts: readonly RouteContract[]): ReadonlyMap<string, ZodOpenApiResponseObject> => {
  const all = contracts.flatMap((contract) =>
    refusalsByStatus(contract).map(
      ([status, codes]) => [responseName(contract, status, codes), refusalOf(contract, status, codes)] as const,
    ),
  );
  const names = all.map(([name]) => name);
  return new Map(all.filter(([name]) => names.filter((other) => other === name).length > 1));
};

const batchItem = batchDraft.shape.tasks.element;

/** A tuple is closed by its length: `items: false` says the same, but generators of clients cannot read it. */
const closeTuple = (schema: Parameters<ZodOpenApiOverride>[0]['jsonSchema']): void => {
  const length = schema.prefixItems?.length ?? 0;
  schema.items = {};
  schema.minItems = length;
  schema.maxItems = length;
};

/**
 * What zod does not know, or says too much of. Items of a batch are checked one by one, by the schema that creates one
 * task: that is what they look like. The examples of what is transformed are requests, not outputs. And that an integer
 * is a safe one is no limit of ours.
 */
const override: ZodOpenApiOverride = ({ zodSchema, jsonSchema, io }) => {
  if (zodSchema === batchItem) jsonSchema.$ref = ref('schemas', 'TaskDraft').$ref;
  if (jsonSchema.items === false) closeTuple(jsonSchema);
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  const examples = z.globalRegistry.get(zodSchema)?.['examples'];
  if (io === 'input' && Array.isArray(examples)) jsonSchema.examples = examples;
};
