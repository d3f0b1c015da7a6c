import type { oas31, ZodOpenApiParameterObject } from 'zod-openapi';
import type { RouteContract } from '../../adapters/http/contract.ts';
import { SEALED } from '../../core/call.ts';
import { LIMITS, RETRY } from '../../core/limits.ts';
import { pascal } from './problems.ts';

export type Reference = oas31.ReferenceObject;

export const ref = (kind: 'headers' | 'parameters' | 'responses' | 'schemas', name: string): Reference => ({
  $ref: `#/components/${kind}/${name}`,
});

export const SECURITY: Record<string, oas31.SecuritySchemeObject> = {
  token: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'A token of `POST /api/identity/dev-login`, or of the OpenID Connect issuer of the stage. Its claims are `sub`, `tenant_id` and `permissions`; the permission `*` grants all.',
  },
  bootstrapKey: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Bootstrap-Key',
    description: 'Needed where the stage has a bootstrap key; a local run has none.',
  },
};

export const HEADERS: Record<string, oas31.HeaderObject> = {
  RequestId: {
    description: 'Id of the request, the same as in the log and in `request_id`.',
    required: true,
    schema: { type: 'string', minLength: 1 },
  },
  ETag: {
    description: 'The version of the task or template, for `If-Match`.',
    required: true,
    schema: { type: 'string', pattern: '^"[1-9][0-9]*"$', examples: ['"3"'] },
  },
  Digest: {
    description: 'A digest of the answer, for `If-None-Match`.',
    required: true,
    schema: { type: 'string', pattern: '^"[A-Za-z0-9_-]{22}"$' },
  },
  Location: {
    description: 'Where to go.',
    required: true,
    schema: { type: 'string', minLength: 1 },
  },
  Link: {
    description: 'The next page, as `<url>; rel="next"` (RFC 8288). Absent on the last page.',
    schema: { type: 'string', pattern: '^<.+>; rel="next"$' },
  },
  IdempotencyReplayed: {
    description: 'The answer is the kept one of an earlier request with the same `Idempotency-Key`.',
    schema: { type: 'string', const: 'true' },
  },
  RetryAfter: {
    description: 'Seconds to wait before the next attempt.',
    required: true,
    schema: { type: 'string', pattern: '^[0-9]+$', examples: [String(RETRY.retryAfterSeconds)] },
  },
  WwwAuthenticate: {
    description: 'How to authenticate.',
    required: true,
    schema: { type: 'string', examples: ['Bearer'] },
  },
};

export const PARAMETERS: Record<string, ZodOpenApiParameterObject> = {
  Limit: {
    name: 'limit',
    in: 'query',
    description: `How many of the list to answer with. More than ${LIMITS.pageMax} is lowered to that.`,
    schema: { type: 'integer', minimum: 1, default: LIMITS.pageDefault },
  },
  Cursor: {
    name: 'cursor',
    in: 'query',
    description:
      'Where the page begins: taken from the `Link` header of the page before, and good only for this list with the same filters.',
    schema: { type: 'string', pattern: SEALED.source },
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description: `Chosen by the client, once per intended effect. The same key with the same body within ${LIMITS.idempotencyHours} hours gets the first answer again; with another body it is refused. The order of members does not matter. Such as \`import-2026-03-01-line-7\`.`,
    schema: { type: 'string', minLength: 1, maxLength: LIMITS.idempotencyKey, pattern: '^[\\x21-\\x7e]+$' },
  },
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    description:
      'The `ETag` that the task or template was read with (such as `"3"`), several of them, or `*`. When it has moved on the request is refused.',
    schema: { type: 'string' },
  },
  IfNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    description:
      'The `ETag` of an earlier answer, or several of them. When the answer would be the same it is a 304 without a body.',
    schema: { type: 'string' },
  },
};

export const pathParameters = ({ path }: RouteContract): readonly string[] =>
  [...path.matchAll(/\{(?<name>\w+)\}/g)].map(({ groups }) => groups?.['name'] ?? '');

export const idParameters = (contracts: readonly RouteContract[]): Record<string, ZodOpenApiParameterObject> =>
  Object.fromEntries(
    [...new Set(contracts.flatMap(pathParameters))].sort().map((name) => [
      pascal(name),
      {
        name,
        in: 'path',
        required: true,
        description: `Id of the ${name.replace(/_id$/, '').replaceAll('_', ' ')}. One that names nothing in the tenant is a 404, whatever its form.`,
        schema: { type: 'string', minLength: 1, maxLength: 64 },
        example: '0199c0de-0000-7000-8000-000000000000',
      },
    ]),
  );
