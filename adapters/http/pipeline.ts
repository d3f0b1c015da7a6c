import { createHash, timingSafeEqual } from 'node:crypto';
import middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { Call } from '../../core/call.ts';
import { DomainError } from '../../core/errors.ts';
import type { TenantShare } from '../../core/tenant-share.ts';
import { isGranted } from '../../core/identity/permission.ts';
import { LIMITS } from '../../core/limits.ts';
import {
  addressOf,
  render,
  renderPage,
  serviceUrlOf,
  toResult,
  unlessKnown,
  wantsPage,
  type Rendered,
} from './answer.ts';
import { readBody, type GivenBody } from './body.ts';
import { honoursIdempotencyKey, permissionsFor, type RouteContract } from './contract.ts';
import { makeSeal, type CursorScope } from './cursor.ts';
import { expectedVersions, headerOf, idempotencyKey, linesOf } from './headers.ts';
import { loggedPath } from './logged-path.ts';
import { onceOnly, receiptOf, type Receipts } from './idempotency.ts';
import { callerOf, type Caller } from './principal.ts';
import { PROBLEM_CONTENT_TYPE, problemOf } from './problems.ts';
import { readParams, readQuery, readWith, type Input } from './request.ts';

export type Handler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

/** What a use case is called with. */
export interface Request<C extends RouteContract> extends Input<C> {
  readonly call: Call;
  /** The network address that the request came from, as API Gateway saw it. */
  readonly address: string;
  /** The address of the service: what a link to another of its routes begins with. */
  readonly serviceUrl: string;
}

/** What is known of a request when it has been answered: one log line. */
export interface Observation {
  readonly request_id: string;
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly duration_ms: number;
  readonly code?: string;
  readonly tenant_id?: string;
  readonly user_id?: string;
  readonly replayed?: true;
  /** Only of a bug: never part of the answer. */
  readonly error?: unknown;
}

export interface PipelinePorts {
  readonly observe: (observation: Observation) => void;
  readonly receipts: Receipts;
  /** Runs the work of one request, so that what it costs can be counted apart. */
  readonly measured: <T>(work: () => Promise<T>) => Promise<T>;
  readonly share: TenantShare;
  /** Milliseconds of a clock that only runs forward. */
  readonly stopwatch: () => number;
  /** The key that `bootstrap` routes demand; undefined where none is configured. */
  readonly bootstrapKey: () => Promise<string | undefined>;
  /** The address of the service, where one is configured: what links begin with. */
  readonly publicUrl?: string | undefined;
}

/** The tenant of callers that have none: routes without a token. */
const NO_TENANT: Caller = { sub: 'anonymous', tenantId: '-', permissions: [], cursorKey: '' };

/** What the pipeline gathers of one request on its way in. */
interface Exchange {
  readonly startedAt: number;
  caller: Caller;
  /** Whether the tenant is charged for the time of this request. */
  isCharged: boolean;
  input: Input<RouteContract>;
  call: Call;
  scope: CursorScope;
}

/**
 * Serves a contract with a use case. The layers, from the outside in: answer errors as problems and observe; let in;
 * read the request; replay or run. The first `.use()` is the outermost.
 */
export const makePipeline =
  (ports: PipelinePorts) =>
  <const C extends RouteContract>(contract: C, work: (request: Request<C>) => Promise<unknown>): Handler => {
    const exchanges = new WeakMap<APIGatewayProxyEvent, Exchange>();
    const exchangeOf = (event: APIGatewayProxyEvent): Exchange => {
      const known = exchanges.get(event);
      if (known !== undefined) return known;
      const input: Input<RouteContract> = { params: {}, query: {}, body: undefined, page: { limit: 0 } };
      const fresh: Exchange = {
        startedAt: ports.stopwatch(),
        caller: NO_TENANT,
        isCharged: false,
        input,
        call: { tenantId: NO_TENANT.tenantId, actorId: NO_TENANT.sub, permissions: NO_TENANT.permissions },
        scope: { key: '', operation: contract.operation, tenantId: NO_TENANT.tenantId, filters: {} },
      };
      exchanges.set(event, fresh);
      return fresh;
    };

    const observe = (
      event: APIGatewayProxyEvent,
      result: APIGatewayProxyResult,
      more: Pick<Observation, 'code' | 'error'>,
    ): void => {
      const { caller, isCharged, startedAt } = exchangeOf(event);
      const now = ports.stopwatch();
      // A refusal for the share is not charged: else whoever goes on asking would never be let in again.
      if (isCharged) ports.share.charge(caller.tenantId, now, now - startedAt);
      ports.observe({
        request_id: event.requestContext.requestId,
        operation: contract.operation,
        method: contract.method,
        path: loggedPath(event.path),
        status: result.statusCode,
        duration_ms: now - startedAt,
        ...(caller === NO_TENANT ? {} : { tenant_id: caller.tenantId, user_id: caller.sub }),
        ...(result.headers?.['Idempotency-Replayed'] === undefined ? {} : { replayed: true }),
        ...more,
      });
    };

    const answerAndObserve: middy.MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> = {
      before: ({ event }) => {
        exchangeOf(event);
      },
      after: (request) => {
        const { event, response } = request;
        if (response === null) return;
        request.response = forMethod(event, response);
        observe(event, response, {});
      },
      onError: (request) => {
        const { event, error } = request;
        const { requestId } = event.requestContext;
        const { problem, headers } = problemOf(error, requestId);
        const { status, code } = problem;
        const result = toResult({ status, headers, body: JSON.stringify(problem) }, requestId, PROBLEM_CONTENT_TYPE);
        request.response = forMethod(event, result);
        observe(event, result, { code, ...(status === 500 ? { error } : {}) });
      },
    };

    const letIn: middy.MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> = {
      before: async ({ event }) => {
        const { access } = contract;
        if (access === 'bootstrap') requireBootstrapKey(event, await ports.bootstrapKey());
        if (access === 'public' || access === 'bootstrap') return;
        const caller = callerOf(event);
        if (caller === undefined) throw new DomainError('unauthenticated', 'The request carries no valid token.', {});
        const exchange = exchangeOf(event);
        exchange.caller = caller;
        ports.share.admit(caller.tenantId, exchange.startedAt);
        exchange.isCharged = true;
        const [permission, ...others] = permissionsFor(contract);
        if (permission === undefined || [permission, ...others].some((one) => isGranted(caller.permissions, one)))
          return;
        const more = others.map((one) => `, or ${one} for own tasks`).join('');
        throw new DomainError('permission_denied', `This needs the permission ${permission}${more}.`, { permission });
      },
    };

    const read: middy.MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> = {
      before: ({ event }) => {
        const exchange = exchangeOf(event);
        const { caller } = exchange;
        const params = readParams(contract, event.pathParameters);
        const scopeOf = (filters: Record<string, unknown>): CursorScope => ({
          key: caller.cursorKey,
          operation: contract.operation,
          tenantId: caller.tenantId,
          filters: { ...filters, ...params },
        });
        const { query, page } = readQuery(contract, event.multiValueQueryStringParameters, scopeOf);
        const versions = contract.ifMatch === true ? expectedVersions(linesOf(event, 'If-Match')) : undefined;
        const key = honoursIdempotencyKey(contract)
          ? idempotencyKey(headerOf(event.headers, 'Idempotency-Key'))
          : undefined;
        const json = contract.body === undefined ? undefined : readBody(givenBody(contract, event));
        const body: unknown = contract.body === undefined ? undefined : readWith(contract.body, json, 'body');
        exchange.input = { params, query, body, page };
        exchange.scope = scopeOf(query);
        exchange.call = {
          tenantId: caller.tenantId,
          actorId: caller.sub,
          requestId: event.requestContext.requestId,
          permissions: caller.permissions,
          ...(caller === NO_TENANT ? {} : { seal: makeSeal(caller.cursorKey, caller.tenantId) }),
          ...(versions === undefined ? {} : { expectedVersions: versions }),
          ...(key === undefined ? {} : { receipt: receiptOf(contract, caller, key, params, json) }),
        };
      },
    };

    const answer = async (event: APIGatewayProxyEvent): Promise<Rendered> => {
      const { call, input, scope } = exchangeOf(event);
      // The contract's own schemas made this input, in `read`.
      const address = event.requestContext.identity.sourceIp;
      const url = addressOf(event, ports.publicUrl);
      const result = await work({ ...(input as Input<C>), call, address, serviceUrl: serviceUrlOf(url, contract) });
      return contract.paged === true
        ? renderPage(contract, result, url, input.page.limit, scope)
        : render(contract, result);
    };

    const run = async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
      const { requestId } = event.requestContext;
      if (contract.browsersTo !== undefined && wantsPage(event)) {
        const base = addressOf(event, ports.publicUrl).replace(/\/$/, '');
        const headers = { Location: `${base}${contract.browsersTo}`, Vary: 'Accept' };
        return toResult({ status: 302, headers, body: '' }, requestId);
      }
      const { receipt } = exchangeOf(event).call;
      const rendered = await ports.measured(() =>
        receipt === undefined ? answer(event) : onceOnly(ports.receipts, receipt, () => answer(event)),
      );
      return toResult(contract.method === 'GET' ? unlessKnown(rendered, event) : rendered, requestId);
    };

    return middy<APIGatewayProxyEvent, APIGatewayProxyResult>({ timeoutEarlyInMillis: 0 })
      .use(answerAndObserve)
      .use(letIn)
      .use(read)
      .handler(run);
  };

/** `HEAD` answers as `GET` does, without the body. */
const forMethod = ({ httpMethod }: APIGatewayProxyEvent, result: APIGatewayProxyResult): APIGatewayProxyResult =>
  httpMethod === 'HEAD' ? { ...result, body: '' } : result;

const givenBody = ({ bodyBytes = LIMITS.bodyBytes }: RouteContract, event: APIGatewayProxyEvent): GivenBody => ({
  body: event.body,
  isBase64Encoded: event.isBase64Encoded,
  contentEncoding: linesOf(event, 'Content-Encoding'),
  limit: bodyBytes,
});

/** Both sides are hashed, so that neither the content nor the length of the key shows in the time. */
const requireBootstrapKey = (event: APIGatewayProxyEvent, expected: string | undefined): void => {
  if (expected === undefined) return;
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  const given = headerOf(event.headers, 'X-Bootstrap-Key') ?? '';
  if (timingSafeEqual(hash(given), hash(expected))) return;
  throw new DomainError('unauthenticated', 'This needs the bootstrap key in the header X-Bootstrap-Key.', {});
};
