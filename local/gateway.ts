import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type {
  APIGatewayAuthorizerResult,
  APIGatewayProxyEvent,
  APIGatewayProxyResult,
  APIGatewayRequestAuthorizerEvent,
} from 'aws-lambda';
import type { RouteContract } from '../adapters/http/contract.ts';
import { loggedPath } from '../adapters/http/logged-path.ts';
import { DomainError } from '../core/errors.ts';
import { authorizerContext, isAllowed } from './authorization.ts';
import type { Answer, HandlerContext } from './integration.ts';
import { LAMBDA_PAYLOAD_BYTES, lambdaContext, readResult } from './integration.ts';
import { listenError } from './port.ts';
import type { Authorizer, Received } from './proxy-event.ts';
import { authorizerEvent, headerValue, methodArn, proxyEvent } from './proxy-event.ts';
import type { Refusal } from './refusal.ts';
import { fail, refuse, timeOut } from './refusal.ts';
import { BODY_BYTES, readBody } from './request-body.ts';
import type { RouteMatch } from './routing.ts';
import { gatewayProblems, makeRouteTable } from './routing.ts';
import { startupError } from './startup-error.ts';

export type LambdaHandler = (event: APIGatewayProxyEvent, context: HandlerContext) => Promise<APIGatewayProxyResult>;
export type LambdaAuthorizer = (event: APIGatewayRequestAuthorizerEvent) => Promise<APIGatewayAuthorizerResult>;
export type Page = (request: IncomingMessage, response: ServerResponse) => void;

/** A request that the gateway answered itself, so that no handler has logged it. */
export interface RefusedRequest {
  readonly request_id: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly code: string;
  readonly duration_ms: number;
  /** What a handler or the authorizer threw. */
  readonly error?: unknown;
}

export interface GatewayOptions {
  readonly contracts: readonly RouteContract[];
  readonly authorizer: LambdaAuthorizer;
  /** Asked at every request: keep what was loaded. */
  readonly handlerOf: (contract: RouteContract) => Promise<LambdaHandler>;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Pages of local runs only, by path prefix (`/docs` serves `/docs` and everything below it). */
  readonly pages?: Readonly<Record<string, Page>>;
  readonly onRefused?: (request: RefusedRequest) => void;
  /** How long an integration may take. */
  readonly timeoutMs?: number;
}

export interface RunningGateway {
  readonly url: string;
  readonly port: number;
  /** Takes no more requests, gives those under way five seconds, and closes every connection. */
  close(): Promise<void>;
}

interface Refused {
  readonly refusal: Refusal;
  readonly error?: unknown;
}

const isRefused = (outcome: Answer | Authorizer | Refused): outcome is Refused =>
  'refusal' in outcome && typeof outcome.refusal === 'object';

/** The longest integration timeout of a REST API without a raised quota. */
const INTEGRATION_TIMEOUT_MS = 29_000;
/** An event is measured only from here on: below, no escaping can make it reach Lambda's limit. */
const SURELY_SMALL_BYTES = 512 * 1024;
const CLOSE_MS = 5_000;
/** Longer than the idle time of common clients, so that it is the client who closes. */
const KEEP_ALIVE_MS = 65_000;

const unauthenticated = (requestId: string): Refused => ({
  refusal: refuse(new DomainError('unauthenticated', 'This needs a valid bearer token.', {}), requestId),
});

const notAllowed = (permission: string, requestId: string): Refused => ({
  refusal: refuse(
    new DomainError('permission_denied', `This needs the permission ${permission}.`, { permission }),
    requestId,
  ),
});

const noRoute = (method: string, path: string, requestId: string): Refused => ({
  refusal: refuse(new DomainError('route_not_found', `There is no ${method} ${path}.`, {}), requestId),
});

const tooLarge = (limit: number, size: number, requestId: string): Refused => ({
  refusal: refuse(
    new DomainError('body_too_large', `The request has ${size} bytes; at most ${limit} get through.`, { limit, size }),
    requestId,
  ),
});

const receive = (
  request: IncomingMessage,
  {
    requestId,
    receivedAt,
    bytes,
    authority,
  }: Pick<Received, 'requestId' | 'receivedAt' | 'authority'> & { bytes: Buffer },
): Received => {
  const [path = '/', ...query] = (request.url ?? '/').split('?');
  return {
    requestId,
    receivedAt,
    method: request.method ?? 'GET',
    path,
    query: query.join('?'),
    rawHeaders: request.rawHeaders,
    body: bytes.toString(isUtf8(bytes) ? 'utf8' : 'base64'),
    isBase64Encoded: !isUtf8(bytes),
    ...(authority === undefined ? {} : { authority }),
    sourceIp: (request.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
    port: request.socket.localPort ?? 0,
  };
};

const write = (response: ServerResponse, requestId: string, { status, headers, body }: Answer): void => {
  if (response.destroyed) return;
  response.writeHead(status, {
    ...headers,
    'x-amzn-RequestId': requestId,
    // The answer to HEAD has no body, and what it would have been is not known here.
    ...(status === 204 || status === 304 || response.req.method === 'HEAD'
      ? {}
      : { 'content-length': Buffer.byteLength(body) }),
  });
  response.end(body);
};

const listen = (server: Server, host: string, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(listenError(error, host, port));
    });
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });

const urlOf = (host: string, port: number): string => {
  const reachable = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
};

/**
 * Serves contracts over HTTP as a regional API Gateway REST API with Lambda proxy integrations would.
 * Throws a startup error that lists everything AWS would refuse to deploy, or when it cannot listen.
 */
export const startGateway = async (options: GatewayOptions): Promise<RunningGateway> => {
  const { contracts, authorizer, handlerOf, host, pages = {}, onRefused, timeoutMs = INTEGRATION_TIMEOUT_MS } = options;
  const problems = gatewayProblems(contracts);
  if (problems.length > 0) throw startupError(`API Gateway would refuse these routes:\n  ${problems.join('\n  ')}`);
  const routes = makeRouteTable(contracts);

  const authorize = async (received: Received, match: RouteMatch<RouteContract>): Promise<Authorizer | Refused> => {
    const { requestId } = received;
    // The authorizer's identity source: without it API Gateway does not ask.
    if (headerValue(received.rawHeaders, 'authorization') === '') {
      return unauthenticated(requestId);
    }
    const started = performance.now();
    try {
      const result = await authorizer(authorizerEvent(proxyEvent(received, match)));
      return isAllowed(result.policyDocument, methodArn(received.method, received.path))
        ? authorizerContext(result, Math.round(performance.now() - started))
        : notAllowed(match.contract.access, requestId);
    } catch (error) {
      return error instanceof Error && error.message === 'Unauthorized'
        ? unauthenticated(requestId)
        : { refusal: fail(500, requestId), error };
    }
  };

  const integrate = async (contract: RouteContract, event: APIGatewayProxyEvent): Promise<Answer | Refused> => {
    const { requestId } = event.requestContext;
    const patience = new AbortController();
    try {
      const answer = await Promise.race([
        handlerOf(contract).then((handler) =>
          handler(event, lambdaContext(contract.operation, Date.now() + timeoutMs)),
        ),
        delay(timeoutMs, 'late' as const, { signal: patience.signal }),
      ]);
      return answer === 'late' ? { refusal: timeOut(requestId) } : readResult(answer);
    } catch (error) {
      return { refusal: fail(502, requestId), error };
    } finally {
      patience.abort();
    }
  };

  const answerTo = async (received: Received): Promise<Answer | Refused> => {
    const { requestId } = received;
    const match = routes.match(received.method, received.path);
    if (match === undefined) return noRoute(received.method, received.path, requestId);

    const { access } = match.contract;
    const open = access === 'public' || access === 'bootstrap';
    const granted = open ? undefined : await authorize(received, match);
    if (granted !== undefined && isRefused(granted)) return granted;

    const event = proxyEvent(received, match, granted);
    const size = received.body.length > SURELY_SMALL_BYTES ? Buffer.byteLength(JSON.stringify(event)) : 0;
    if (size > LAMBDA_PAYLOAD_BYTES) return tooLarge(LAMBDA_PAYLOAD_BYTES, size, requestId);
    return integrate(match.contract, event);
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const receivedAt = new Date();
    const started = performance.now();
    const requestId = randomUUID();
    const { bytes, size } = await readBody(request);
    const { host: authority } = new URL(urlOf(host, request.socket.localPort ?? 0));
    const received = receive(request, { requestId, receivedAt, bytes: bytes ?? Buffer.of(), authority });
    const outcome: Answer | Refused =
      bytes === undefined
        ? tooLarge(BODY_BYTES, size, requestId)
        : await answerTo(received).catch((error: unknown) => ({ refusal: fail(500, requestId), error }));
    if (!isRefused(outcome)) {
      write(response, requestId, outcome);
      return;
    }
    const { status, code } = outcome.refusal;
    if (bytes === undefined) response.shouldKeepAlive = false;
    write(response, requestId, outcome.refusal);
    onRefused?.({
      request_id: requestId,
      method: received.method,
      path: loggedPath(received.path),
      status,
      code,
      duration_ms: Math.round(performance.now() - started),
      ...(outcome.error === undefined ? {} : { error: outcome.error }),
    });
  };

  const pageAt = (url: string): Page | undefined => {
    const [path = '/'] = url.split('?');
    return Object.entries(pages).find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`))?.[1];
  };

  let closing = false;
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    if (closing) response.shouldKeepAlive = false;
    const page = pageAt(request.url ?? '/');
    if (page !== undefined) {
      page(request, response);
      return;
    }
    serve(request, response).catch(() => {
      // Only a client that went away leads here: there is nobody to answer.
      response.destroy();
    });
  });
  const port = await listen(server, host, options.port);

  return {
    url: urlOf(host, port),
    port,
    close: async () => {
      closing = true;
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      const reaper = setInterval(() => {
        server.closeIdleConnections();
      }, 50);
      const deadline = setTimeout(() => {
        server.closeAllConnections();
      }, CLOSE_MS);
      server.closeIdleConnections();
      await closed;
      clearInterval(reaper);
      clearTimeout(deadline);
    },
  };
};
