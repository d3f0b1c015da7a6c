import { healthz, readyz } from '../../functions/health/contract.ts';
import { bootstrapAdmin, createTenant, devLogin } from '../../functions/identity/contract.ts';
import { makeClient, type Client } from './client.ts';
import { expectEqual, expectFields } from './expectation.ts';
import type { Narrator } from './narrator.ts';

export interface Opening {
  readonly client: Client;
  /** The administrator that the demo made itself; undefined when it was given a token. */
  readonly adminId?: string;
}

/** Finds the service up, and gets a caller who may do everything: by the given token, or by a tenant of its own. */
export const tellOpening = async ({
  baseUrl,
  tell,
  suffix,
  token,
  bootstrapKey,
}: {
  readonly baseUrl: string;
  readonly tell: Narrator;
  readonly suffix: string;
  readonly token: string | undefined;
  readonly bootstrapKey: string | undefined;
}): Promise<Opening> => {
  const anonymous = makeClient({ baseUrl, onAnswer: tell.request });
  const withToken = (accessToken: string): Client =>
    makeClient({ baseUrl, onAnswer: tell.request, headers: { Authorization: `Bearer ${accessToken}` } });

  await tell.step('The service is up, and so is its table', async () => {
    const { body: health } = await anonymous.send(healthz, {});
    const { body: readiness } = await anonymous.send(readyz, {});
    expectEqual('Health and readiness', [health.status, readiness.status], ['ok', 'ready']);
  });

  return tell.step('A tenant and its administrator', async () => {
    if (token !== undefined) {
      tell.say('The given token names both');
      return { client: withToken(token) };
    }
    const headers = bootstrapKey === undefined ? {} : { 'X-Bootstrap-Key': bootstrapKey };
    const name = `Demo ${suffix}`;
    const { body: tenant } = await anonymous.send(createTenant, { body: { name }, headers });
    expectFields('The tenant', tenant, { name });
    const credentials = { tenant_id: tenant.id, username: 'admin', password: `demo-${crypto.randomUUID()}` };
    const { body: admin } = await anonymous.send(bootstrapAdmin, { body: credentials, headers });
    expectFields('The administrator', admin, { tenant_id: tenant.id, username: 'admin', is_active: true });
    const { body: login } = await anonymous.send(devLogin, { body: credentials });
    expectEqual('The administrator may do everything', login.permissions.includes('*'), true);
    tell.say(`${tenant.name}; ${admin.username} may do everything (*)`);
    return { client: withToken(login.access_token), adminId: admin.id };
  });
};
