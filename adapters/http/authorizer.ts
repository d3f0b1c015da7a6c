import { createHmac } from 'node:crypto';
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { Claims, Principal } from '../../core/identity/login.ts';
import { headerOf } from './headers.ts';
import type { AuthorizerContext } from './principal.ts';

/** The message on which API Gateway answers 401; any other error is a 500. */
const UNAUTHORIZED = 'Unauthorized';

export const isUnauthorized = (error: unknown): boolean => error instanceof Error && error.message === UNAUTHORIZED;

/** The whole stage: the policy is cached for the token, and used for whatever route it calls next. */
const stageOf = (methodArn: string): string => methodArn.split('/').slice(0, 2).join('/');

/**
 * The REQUEST authorizer: verifies the token once. Its policy allows every method of the stage, because API Gateway
 * caches it; the permission of each route is checked by the route's own pipeline.
 */
export const makeAuthorizer =
  ({
    verify,
    resolve,
    isInvalid,
    cursorSecret,
  }: {
    readonly verify: (token: string) => Promise<Claims>;
    /** Who a verified token speaks for now; undefined when it was taken back. */
    readonly resolve: (claims: Claims) => Promise<Principal | undefined>;
    readonly isInvalid: (error: unknown) => boolean;
    readonly cursorSecret: () => Promise<string | undefined>;
  }) =>
  async ({ headers, methodArn }: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
    const token = /^bearer +(?<token>\S+) *$/i.exec(headerOf(headers, 'authorization') ?? '')?.groups?.['token'];
    if (token === undefined) throw new Error(UNAUTHORIZED);
    const claims = await verify(token).catch((error: unknown) => {
      throw isInvalid(error) ? new Error(UNAUTHORIZED, { cause: error }) : error;
    });
    const [principal, secret] = await Promise.all([resolve(claims), cursorSecret()]);
    if (principal === undefined) throw new Error(UNAUTHORIZED);
    if (secret === undefined) throw new Error('There is no cursor secret.');
    const context: AuthorizerContext = {
      sub: principal.sub,
      tenant_id: principal.tenant_id,
      permissions: JSON.stringify(principal.permissions),
      cursor_key: createHmac('sha256', secret).update(principal.tenant_id).digest('base64url'),
    };
    return {
      principalId: principal.sub,
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: `${stageOf(methodArn)}/*` }],
      },
      context: { ...context },
    };
  };
