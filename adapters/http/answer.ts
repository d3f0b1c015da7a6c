import { gunzipSync, gzipSync } from 'node:zlib';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import * as z from 'zod';
import type { KeptAnswer } from '../../core/call.ts';
import type { RouteContract } from './contract.ts';
import { sealCursor, type CursorScope } from './cursor.ts';
import { headerOf } from './headers.ts';

/** An answer before the headers that every answer has. */
export interface Rendered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const versioned = z.object({ version: z.number() });
const versionedSchema = z.union([versioned, z.object({ task: versioned })]);
const pageSchema = z.object({ items: z.array(z.unknown()), next: z.string().optional() });

/** Renders a result by its contract: only what the contract declares goes out. */
export const render = (contract: RouteContract, result: unknown): Rendered => {
  if (contract.status === 204) return { status: 204, headers: {}, body: '' };
  const content: unknown = contract.response.parse(result);
  const headers: Record<string, string> = {};
  if (contract.etag === true) {
    const found = versionedSchema.parse(content);
    headers['ETag'] = `"${'task' in found ? found.task.version : found.version}"`;
  }
  return { status: contract.status, headers, body: JSON.stringify(content) };
};

/** Renders a page as a plain array; the next page is in the `Link` header (RFC 8288). */
export const renderPage = (
  contract: RouteContract,
  result: unknown,
  event: APIGatewayProxyEvent,
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
      Link: `<${originOf(event)}${event.requestContext.path}?${query.toString()}>; rel="next"`,
    },
  };
};

/** Where the caller reached the API: behind API Gateway that is in the headers it adds. */
const originOf = ({ headers }: APIGatewayProxyEvent): string => {
  const host = headerOf(headers, 'host');
  return host === undefined ? '' : `${headerOf(headers, 'x-forwarded-proto') ?? 'https'}://${host}`;
};

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
    ...(status === 204 ? {} : { 'Content-Type': contentType }),
    'Cache-Control': 'no-store',
    'X-Request-Id': requestId,
    ...headers,
  },
  body,
});
