import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { makeAuthorizer } from '../../../../adapters/http/authorizer.ts';
import { callerOf } from '../../../../adapters/http/principal.ts';
import type { Claims, Principal } from '../../../../core/identity/login.ts';
import { eventOf } from './events.ts';

const ARN = 'arn:aws:execute-api:eu-central-1:123456789012:api1/live/GET/api/task-center/tasks';
const PRINCIPAL: Principal = { sub: 'user-1', tenant_id: 'tenant-1', permissions: ['mission.read', 'mission.write'] };

class Invalid extends Error {}

const makeScene = (
  verify: (token: string) => Claims,
  secret: string | undefined = 'secret',
  resolve = async (claims: Claims): Promise<Principal | undefined> => claims,
) => {
  const authorize = makeAuthorizer({
    verify: async (token) => verify(token),
    resolve,
    isInvalid: (error) => error instanceof Invalid,
    cursorSecret: async () => secret,
  });
  return (headers: Readonly<Record<string, string>> | null) =>
    authorize({ type: 'REQUEST', methodArn: ARN, headers } as unknown as APIGatewayRequestAuthorizerEvent);
};
const accepting = makeScene((token) => {
  if (token !== 'good') throw new Invalid('no');
  return PRINCIPAL;
});

describe('the authorizer', () => {
  it('allows the whole stage, because its policy is cached for whatever route comes next', async () => {
    const { principalId, policyDocument } = await accepting({ Authorization: 'Bearer good' });
    expect(principalId).toBe('user-1');
    expect(policyDocument).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'execute-api:Invoke',
          Resource: 'arn:aws:execute-api:eu-central-1:123456789012:api1/live/*',
        },
      ],
    });
  });

  it('tells the functions who calls, in flat values, as they read it', async () => {
    const { context } = await accepting({ authorization: 'bearer  good ' });
    for (const value of Object.values(context ?? {})) expect(typeof value).toBe('string');
    expect(callerOf(eventOf({ authorizer: context ?? {} }))).toEqual({
      sub: 'user-1',
      tenantId: 'tenant-1',
      permissions: ['mission.read', 'mission.write'],
      cursorKey: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  it('gives each tenant a cursor key of its own, and never the secret', async () => {
    const keyOf = async (tenant_id: string, secret: string) => {
      const { context } = await makeScene(() => ({ ...PRINCIPAL, tenant_id }), secret)({ Authorization: 'Bearer x' });
      expect(JSON.stringify(context)).not.toContain(secret);
      return context?.['cursor_key'];
    };
    const keys = [
      await keyOf('tenant-1', 'one secret'),
      await keyOf('tenant-2', 'one secret'),
      await keyOf('tenant-1', 'another'),
    ];
    expect(new Set(keys).size).toBe(3);
    expect(await keyOf('tenant-1', 'one secret')).toBe(keys[0]);
  });

  it.each([
    null,
    {},
    { Authorization: '' },
    { Authorization: 'good' },
    { Authorization: 'Basic good' },
    { Authorization: 'Bearer' },
    { Authorization: 'Bearer bad' },
    { Authorization: 'Bearer good more' },
    { 'X-Authorization': 'Bearer good' },
  ])('answers what API Gateway turns into a 401: %j', async (headers) => {
    await expect(accepting(headers)).rejects.toThrow(/^Unauthorized$/);
  });

  it('lets a token through as who it speaks for now, and none that was taken back', async () => {
    const verify = () => ({ ...PRINCIPAL, epoch: 2 });
    const authorizeAs = (now: Principal | undefined) => makeScene(verify, 'secret', async () => now);
    const reader = { ...PRINCIPAL, permissions: ['mission.read'] };
    const { context } = await authorizeAs(reader)({ Authorization: 'Bearer x' });
    expect(context?.['permissions']).toBe('["mission.read"]');
    await expect(authorizeAs(undefined)({ Authorization: 'Bearer x' })).rejects.toThrow(/^Unauthorized$/);
  });

  it('does not call a fault of its own a bad token', async () => {
    const failing = makeScene(() => {
      throw new Error('keys cannot be fetched');
    });
    await expect(failing({ Authorization: 'Bearer good' })).rejects.toThrow('keys cannot be fetched');
    const withoutSecret = makeAuthorizer({
      verify: async () => PRINCIPAL,
      resolve: async () => PRINCIPAL,
      isInvalid: () => false,
      cursorSecret: async () => undefined,
    });
    const event = { methodArn: ARN, headers: { Authorization: 'Bearer good' } };
    await expect(withoutSecret(event as unknown as APIGatewayRequestAuthorizerEvent)).rejects.toThrow(
      'no cursor secret',
    );
  });
});

describe('the caller', () => {
  it.each([undefined, {}, { sub: '', tenant_id: 't', permissions: '[]', cursor_key: 'k' }, { sub: 'u' }])(
    'is nobody where no authorizer ran: %j',
    (authorizer) => {
      expect(callerOf(eventOf(authorizer === undefined ? {} : { authorizer }))).toBeUndefined();
    },
  );
});
