import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import * as z from 'zod';
import type { KeptAnswer } from '../../core/call.ts';
import { RETRY } from '../../core/limits.ts';
import type { RouteContract } from './contract.ts';
import { sealCursor, type CursorScope } from './cursor.ts';
import { headerOf, knownTags } from './headers.ts';

/** An answer before the headers that every answer has. */
export interface Rendered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A text that goes out as it is, with headers that say what it is. */
const fileSchema = z.object({ text: z.string(), headers: z.record(z.string(), z.string()) });
export type FileAnswer = z.infer<typeof fileSchema>;

const versioned = z.object({ version: z.number() });
const versionedSchema = z.union([versioned, z.object({ task: versioned })]);
const identified = z.object({ id: z.string() });
const pageSchema = z.object({ items: z.array(z.unknown()), next: z.string().optional() });

/** Renders a result by its contract: only what the contract declares goes out. */
export const render = (contract: RouteContract, result: unknown): Rendered => {
  if (contract.status === 204) return { status: 204, headers: {}, body: '' };
  if (contract.mediaTypes !== undefined) {
    const { text, headers } = fileSchema.parse(result);
    return { status: contract.status, headers, body: text };
  }
  const content: unknown = contract.response.parse(result);
  const headers: Record<string, string> = contract.status === 202 ? headersOfAccepted(contract, content) : {};
  if (contract.etag === true) {
    const found = versionedSchema.parse(content);
    headers['ETag'] = `"${'task' in found ? found.task.version : found.version}"`;
  }
  return { status: contract.status, headers, body: JSON.stringify(content) };
};

/** Where the accepted resource is, relative to the route (RFC 3986, 5.2), and when to look for the first time. */
const headersOfAccepted = ({ path }: RouteContract, content: unknown): Record<string, string> => ({
  Location: `${path.slice(path.lastIndexOf('/') + 1)}/${identified.parse(content).id}`,
  'Retry-After': String(RETRY.retryAfterSeconds),
});

/** Renders a page as a plain array; the next page is in the `Link` header (RFC 8288). */
export const renderPage = (
  contract: RouteContract,
  result: unknown,
  address: string,
  limit: number,
  scope: CursorScope,
): Rendered => {
  const { items, next } = pageSchema.parse(result);
  const rendered = render(contract, items);
  if (next === undefined) return rendered;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(scope.filters)) {
    // Several values stand in one parameter, separated by commas.
    const texts = [value].flat().filter((one) => ['string', 'boolean', 'number'].includes(typeof one));
    if (texts.length > 0 && !contract.path.includes(`{${name}}`)) query.set(name, texts.join(','));
  }
  query.set('limit', String(limit));
  query.set('cursor', sealCursor(scope, next));
  return {
    ...rendered,
    headers: {
      ...rendered.headers,
      Link: `<${address}?${query.toString()}>; rel="next"`,
    },
  };
};

/**
 * Where a request is served: below the configured address of the service, or else at the name by which the gateway that
 * took it knows itself. Never at the `Host` of the request, which the client chooses.
 */
export const addressOf = ({ path, headers, requestContext }: APIGatewayProxyEvent, publicUrl?: string): string => {
  if (publicUrl !== undefined) return `${publicUrl.replace(/\/$/, '')}${path}`;
  const { domainName } = requestContext;
  const scheme = headerOf(headers, 'x-forwarded-proto') === 'http' ? 'http' : 'https';
  return `${domainName === undefined ? '' : `${scheme}://${domainName}`}${requestContext.path}`;
};

/** The address of the service: that of a request, less the path of its route. */
export const serviceUrlOf = (address: string, { path }: Pick<RouteContract, 'path'>): string =>
  address
    .replace(/\/$/, '')
    .split('/')
    .slice(0, 1 - path.split('/').length)
    .join('/');

/** A read with its entity tag: the version where its contract has one, else a digest of what goes out. */
const tagged = (rendered: Rendered): Rendered & { readonly tag: string } => {
  const { headers, body } = rendered;
  const digest = (): string =>
    `"${createHash('sha256').update(JSON.stringify(headers)).update(body).digest('base64url').slice(0, 22)}"`;
  const tag = headers['ETag'] ?? digest();
  return { ...rendered, headers: { ...headers, ETag: tag }, tag };
};

/** A read, or 304 without a body for a caller whose `If-None-Match` names what it would get. */
export const unlessKnown = (
  read: Rendered,
  event: Pick<APIGatewayProxyEvent, 'headers' | 'multiValueHeaders'>,
): Rendered => {
  const { tag, ...rendered } = tagged(read);
  const tags = knownTags(event);
  if (tags !== '*' && !tags.includes(tag)) return rendered;
  return { status: 304, headers: { ETag: tag }, body: '' };
};

/** Whether whoever asks is a browser that wants a page. */
export const wantsPage = ({ headers }: Pick<APIGatewayProxyEvent, 'headers'>): boolean =>
  /\btext\/html\b/i.test(headerOf(headers, 'accept') ?? '');

export const keep = ({ status, headers, body }: Rendered): KeptAnswer => ({
  status,
  headers,
  compressedBody: gzipSync(body),
});

export const replayOf = ({ status, headers, compressedBody }: KeptAnswer): Rendered => ({
  status,
  headers: { ...headers, 'Idempotency-Replayed': 'true' },
  body: gunzipSync(compressedBody).toString('utf8'),
});

export const toResult = (
  { status, headers, body }: Rendered,
  requestId: string,
  contentType = 'application/json',
): APIGatewayProxyResult => ({
  statusCode: status,
  headers: {
    ...(body === '' ? {} : { 'Content-Type': contentType }),
    'Cache-Control': 'no-store',
    'X-Request-Id': requestId,
    ...headers,
  },
  body,
});
