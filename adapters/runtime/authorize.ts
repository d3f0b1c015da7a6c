import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { metered, type Cost } from '../dynamodb/meter.ts';
import { isUnauthorized, makeAuthorizer } from '../http/authorizer.ts';
import { LOCAL_STAGE, readEnvironment } from './environment.ts';
import { tell } from './tell.ts';

const { STAGE } = readEnvironment(process.env);

/** An authorizer with a line for each time that it is asked: whom it let in, or why not, and what that cost. */
export const serveAuthorizer = (ports: Parameters<typeof makeAuthorizer>[0]) => {
  const authorize = makeAuthorizer(ports);
  return (event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> =>
    metered(async (cost) => {
      const startedAt = performance.now();
      const observe = (outcome: Outcome): void => observeOne(event, cost, performance.now() - startedAt, outcome);
      try {
        const result = await authorize(event);
        const { sub, tenant_id } = result.context ?? {};
        // Here nothing keeps the policy, and the line of the request itself follows at once.
        if (STAGE !== LOCAL_STAGE) observe({ status: 200, user_id: String(sub), tenant_id: String(tenant_id) });
        return result;
      } catch (error) {
        observe(isUnauthorized(error) ? { status: 401, code: 'unauthenticated' } : { status: 500, error });
        throw error;
      }
    });
};

interface Outcome {
  readonly status: number;
  readonly code?: string;
  readonly tenant_id?: string;
  readonly user_id?: string;
  readonly error?: unknown;
}

const observeOne = (
  { httpMethod: method, path, requestContext }: APIGatewayRequestAuthorizerEvent,
  cost: Cost,
  duration_ms: number,
  outcome: Outcome,
): void => {
  const told = { request_id: requestContext.requestId, operation: 'authorize', method, path, duration_ms, ...outcome };
  tell(`authorize ${outcome.status} ${method} ${path}`, told, cost);
};
