import { generateKeyPairSync } from 'node:crypto';
import { SignJWT, type JWTPayload } from 'jose';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { caller, startApi, type TestApi } from './harness.ts';

/** An issuer of OpenID Connect with one key. The functions read where it is when they are loaded. */
const issuer = await vi.hoisted(async () => {
  const crypto = await import('node:crypto');
  const http = await import('node:http');
  const { privateKey, publicKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const server = http.createServer((request, response) => {
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'RS256', use: 'sig' };
    const document = { issuer: url, jwks_uri: `${url}/keys` };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(request.url === '/keys' ? { keys: [jwk] } : document));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  Object.assign(process.env, { IDENTITY_MODE: 'oidc', OIDC_ISSUER: url, OIDC_AUDIENCE: 'task-center' });
  return { url, privateKey, stop: () => server.close() };
});

const signed = (claims: JWTPayload, audience = 'task-center'): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: 'key-1' })
    .setIssuer(issuer.url)
    .setAudience(audience)
    .setExpirationTime('5m')
    .sign(issuer.privateKey);

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.stop();
  issuer.stop();
});

it('a tenant is what the first token says: its administrator makes a user and dispatches a task to it', async () => {
  const claims = { sub: 'auth0|chief', tenant_id: `acme-${Date.now()}`, permissions: 'identity.write mission.write' };
  const call = caller(api.url, await signed(claims));
  const entry = { username: 'auth0|pilot', password: 'nobody-logs-in-with-it' };
  const user = await call('POST', '/api/identity/users', entry);
  expect(user).toMatchObject({ status: 201, body: { username: 'auth0|pilot', tenant_id: claims.tenant_id } });
  const type = await call('POST', '/api/task-center/types', { code: 'SURVEY', name: 'Survey' });
  const draft = { task_type_id: type.body.id as string, name: 'First' };
  const task = await call('POST', '/api/task-center/tasks', draft);
  const path = `/api/task-center/tasks/${task.body.id as string}/dispatch`;
  const dispatched = await call('POST', path, { assigned_to: user.body.id as string });
  expect(dispatched).toMatchObject({ status: 200, body: { state: 'DISPATCHED', dispatched_by: 'auth0|chief' } });
});

it('there is no way in without a token of the issuer', async () => {
  // The document describes both modes of identity, so these answers are not held against it.
  for (const route of ['tenants', 'bootstrap-admin', 'dev-login']) {
    const answer = await fetch(`${api.url}/api/identity/${route}`, { method: 'POST', body: '{"name":"Mine"}' });
    expect([route, answer.status]).toEqual([route, 404]);
  }
  const claims = { sub: 'me', tenant_id: 'acme', permissions: ['*'] };
  const elsewhere = await signed(claims, 'another-service');
  const forged = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: 'key-1' })
    .setIssuer(issuer.url)
    .setAudience('task-center')
    .setExpirationTime('5m')
    .sign(generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey);
  for (const token of [elsewhere, forged, 'none']) {
    expect((await caller(api.url, token)('GET', '/api/identity/users')).status).toBe(401);
  }
});
