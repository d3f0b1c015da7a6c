import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ENV } from '../../../../adapters/runtime/environment.ts';

const TOKEN = 'the-token';

/** What the authorizer of a fresh process writes while it is asked. */
const asked = async (header: string, verify: (token: string) => Promise<never>, stage = 'dev') => {
  for (const [name, value] of Object.entries({ [ENV.tableName]: 'tasks', [ENV.stage]: stage, [ENV.logLevel]: 'INFO' }))
    vi.stubEnv(name, value);
  const { serveAuthorizer } = await import('../../../../adapters/runtime/authorize.ts');
  const authorize = serveAuthorizer({
    verify,
    resolve: async () => ({ sub: 'user-1', tenant_id: 'tenant-1', permissions: [] }),
    isInvalid: (error) => error instanceof RangeError,
    cursorSecret: async () => 'secret',
  });
  const lines: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    lines.push(String(line));
    return true;
  });
  const event = {
    ...{ type: 'REQUEST', methodArn: 'arn:aws:execute-api:eu-central-1:123456789012:api1/live/GET/tasks' },
    ...{ httpMethod: 'GET', path: '/tasks', headers: { Authorization: header }, requestContext: { requestId: 'r' } },
  };
  const outcome = await authorize(event as unknown as APIGatewayRequestAuthorizerEvent).catch(() => 'refused');
  expect(lines.join('')).not.toContain(TOKEN);
  return { outcome, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
};
const letIn = async () => ({}) as never;

describe('the line of the authorizer', () => {
  beforeEach(() => {
    vi.resetModules();
  });

  it('says whom it let in, and what that cost', async () => {
    const { lines } = await asked(`Bearer ${TOKEN}`, letIn);
    expect(lines).toMatchObject([
      {
        ...{ level: 'INFO', request_id: 'r', operation: 'authorize', method: 'GET', path: '/tasks', status: 200 },
        ...{ tenant_id: 'tenant-1', user_id: 'user-1', round_trips: 0, read_units: 0, cold_start: true },
      },
    ]);
  });

  it('says that a token does not count', async () => {
    const { outcome, lines } = await asked(`Bearer ${TOKEN}`, () => Promise.reject(new RangeError(TOKEN)));
    expect(outcome).toBe('refused');
    expect(lines).toMatchObject([{ level: 'INFO', status: 401, code: 'unauthenticated' }]);
  });

  it('says why it could not tell', async () => {
    const { outcome, lines } = await asked(`Bearer ${TOKEN}`, () => Promise.reject(new Error('The issuer is gone.')));
    expect(outcome).toBe('refused');
    expect(lines).toMatchObject([{ level: 'ERROR', status: 500, error: { message: 'The issuer is gone.' } }]);
  });

  it('leaves it to the line of the request, where no policy is kept', async () => {
    expect((await asked(`Bearer ${TOKEN}`, letIn, 'local')).lines).toEqual([]);
    vi.resetModules();
    expect((await asked('', letIn, 'local')).lines).toMatchObject([{ status: 401 }]);
  });
});
