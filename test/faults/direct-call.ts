import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { RouteContract } from '../../adapters/http/contract.ts';
import { DEPLOYED } from '../../functions/contracts.ts';
import { authorizerContext } from '../../local/authorization.ts';
import type { LambdaAuthorizer, LambdaHandler } from '../../local/gateway.ts';
import { lambdaContext } from '../../local/integration.ts';
import { authorizerEvent, proxyEvent, type Authorizer, type Received } from '../../local/proxy-event.ts';
import { makeRouteTable } from '../../local/routing.ts';
import type { Call } from '../integration/harness.ts';

const routes = makeRouteTable(DEPLOYED);
const LAMBDA_TIMEOUT_MS = 29_000;

const load = async <H>(file: string): Promise<H> =>
  ((await import(new URL(`../../functions/${file}.ts`, import.meta.url).href)) as { handler: H }).handler;

const handlerOf = ({ handler }: RouteContract): Promise<LambdaHandler> => load<LambdaHandler>(handler);

/**
 * Calls the handlers that Lambda runs without a socket between: what a test puts around a call, such as a fault, is
 * still around it when the handler talks to the table.
 */
export const directCaller = (token?: string): Call => {
  let authorizer: Authorizer | undefined;
  // API Gateway asks the authorizer apart from the function: its calls suffer nothing of what is put around this one.
  const apart = AsyncLocalStorage.snapshot();
  const authorize = async (received: Received, match: Parameters<typeof proxyEvent>[1]): Promise<Authorizer> => {
    const ask = await load<LambdaAuthorizer>('identity/authorizer');
    return authorizerContext(await ask(authorizerEvent(proxyEvent(received, match))), 0);
  };
  return async (method, path, body, headers = {}) => {
    const [pathname = '/', query = ''] = path.split('?');
    const match = routes.match(method, pathname);
    if (match === undefined) throw new Error(`There is no ${method} ${path}`);
    const received: Received = {
      requestId: randomUUID(),
      receivedAt: new Date(),
      method,
      path: pathname,
      query,
      rawHeaders: [
        ...(token === undefined ? [] : ['Authorization', `Bearer ${token}`]),
        ...Object.entries(headers).flat(),
      ],
      body: body === undefined ? '' : JSON.stringify(body),
      sourceIp: '127.0.0.1',
      port: 80,
    };
    // Kept as API Gateway keeps it: one verification for all calls of a token.
    if (token !== undefined) authorizer ??= await apart(() => authorize(received, match));
    const handler = await handlerOf(match.contract);
    const context = lambdaContext(match.contract.operation, Date.now() + LAMBDA_TIMEOUT_MS);
    const answer = await handler(proxyEvent(received, match, authorizer), context);
    const isJson = String(answer.headers?.['Content-Type'] ?? 'json').includes('json');
    const told = Object.entries(answer.headers ?? {}).map(([name, value]) => [name, String(value)] as [string, string]);
    return {
      status: answer.statusCode,
      body: answer.body === '' ? undefined : isJson ? (JSON.parse(answer.body) as unknown) : answer.body,
      headers: new Headers(told),
    };
  };
};
