import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { InvalidToken, makeOidcVerifier } from '../../../../adapters/security/tokens.ts';

/** An issuer on this machine: a discovery document and a set of keys. */
const published: { keys: JWK[]; status: number } = { keys: [], status: 200 };
const fetched: string[] = [];
let server: Server;
let issuer: string;

interface Key {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}
const makeKey = async (kid: string): Promise<Key> => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
};
let first: Key;
let second: Key;

beforeAll(async () => {
  [first, second] = await Promise.all([makeKey('first'), makeKey('second')]);
  server = createServer((request, response) => {
    fetched.push(request.url ?? '');
    const isDiscovery = request.url === '/.well-known/openid-configuration';
    response.writeHead(isDiscovery ? 200 : published.status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(isDiscovery ? { issuer, jwks_uri: `${issuer}/keys` } : { keys: published.keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});
beforeEach(() => {
  published.keys = [first.jwk];
  published.status = 200;
  fetched.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

const fetchJson = async (url: string): Promise<unknown> => (await fetch(url)).json();
const CLAIMS = { subject: 'sub', tenant: 'custom:tenant', permissions: 'scope' };
const makeVerifier = (claims = CLAIMS) => makeOidcVerifier({ issuer, audience: 'app-1', claims, fetchJson });

const sign = (payload: Readonly<Record<string, unknown>> = {}, key: Key = first): Promise<string> => {
  const now = Math.floor(Date.now() / 1_000);
  const claims = {
    iss: issuer,
    aud: 'app-1',
    sub: 'user-1',
    'custom:tenant': 'tenant-1',
    scope: 'mission.read mission.write',
    exp: now + 3_600,
    ...payload,
  };
  return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: key.kid }).sign(key.privateKey);
};

describe('a token of an OpenID Connect issuer', () => {
  it('speaks for whom its claims name, by the names that are configured', async () => {
    expect(await makeVerifier()(await sign())).toEqual({
      sub: 'user-1',
      tenant_id: 'tenant-1',
      permissions: ['mission.read', 'mission.write'],
    });
    const claims = { subject: 'uid', tenant: 'org', permissions: 'roles' };
    expect(await makeVerifier(claims)(await sign({ uid: 'u', org: 'o', roles: ['*'] }))).toEqual({
      sub: 'u',
      tenant_id: 'o',
      permissions: ['*'],
    });
  });

  it('without permissions has none', async () => {
    expect(await makeVerifier()(await sign({ scope: undefined }))).toMatchObject({ permissions: [] });
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['one of several audiences', { aud: ['other', 'app-1'] }],
    ['the client_id of an access token of Cognito', { aud: undefined, client_id: 'app-1' }],
  ])('may name its audience as %s', async (_, payload) => {
    expect(await makeVerifier()(await sign(payload))).toMatchObject({ sub: 'user-1' });
  });

  it('may come from a clock that is up to a minute off, and no more', async () => {
    // Whole seconds, half a minute off the limit either way: the test takes a moment itself.
    const now = Math.floor(Date.now() / 1_000);
    for (const payload of [{ exp: now - 30 }, { nbf: now + 30 }])
      expect(await makeVerifier()(await sign(payload))).toMatchObject({ sub: 'user-1' });
    for (const payload of [{ exp: now - 90 }, { nbf: now + 120 }])
      await expect(makeVerifier()(await sign(payload))).rejects.toThrow(InvalidToken);
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['another issuer', { iss: 'https://elsewhere.example' }],
    ['another audience', { aud: 'app-2' }],
    ['another audience, whatever its client_id', { aud: 'app-2', client_id: 'app-1' }],
    ['another client_id', { aud: undefined, client_id: 'app-2' }],
    ['no audience', { aud: undefined }],
    ['no expiry', { exp: undefined }],
    ['an expiry that is past', { exp: 1 }],
    ['no tenant', { 'custom:tenant': undefined }],
    ['no subject', { sub: undefined }],
    ['permissions that are no list', { scope: 5 }],
  ])('is not accepted with %s', async (_, payload) => {
    await expect(makeVerifier()(await sign(payload))).rejects.toThrow(InvalidToken);
  });

  it('is not accepted when it is signed by a key of the same name that is not published', async () => {
    const impostor = await makeKey('first');
    await expect(makeVerifier()(await sign({}, impostor))).rejects.toThrow(InvalidToken);
  });

  it('is not accepted when a published key is used as if it were a shared secret', async () => {
    const secret = new TextEncoder().encode(JSON.stringify(first.jwk));
    const claims = { 'custom:tenant': 'tenant-1', scope: '*' };
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: 'first' })
      .setSubject('user-1')
      .setIssuer(issuer)
      .setAudience('app-1')
      .setExpirationTime('1h')
      .sign(secret);
    await expect(makeVerifier()(token)).rejects.toThrow(InvalidToken);
  });

  it.each(['', 'x', 'a.b.c', 'a.b.c.d.e', '..'])('is none when it is %j', async (token) => {
    await expect(makeVerifier()(token)).rejects.toThrow(InvalidToken);
  });
});

describe('the keys of an issuer', () => {
  it('are fetched once for many tokens', async () => {
    const verify = makeVerifier();
    for (let count = 0; count < 5; count += 1) await verify(await sign());
    expect(fetched).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  it('are fetched again when a token names a new one: a rotation', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-03-01T08:00:00Z') });
    const verify = makeVerifier();
    await verify(await sign());
    published.keys = [second.jwk];
    // Not at any rate that a caller likes: unknown names would make us hammer the issuer.
    await expect(verify(await sign({}, second))).rejects.toThrow(InvalidToken);
    expect(fetched.filter((url) => url === '/keys')).toHaveLength(1);
    vi.setSystemTime(new Date('2026-03-01T08:01:00Z'));
    expect(await verify(await sign({}, second))).toMatchObject({ sub: 'user-1' });
    await expect(verify(await sign())).rejects.toThrow(InvalidToken);
  });

  it('that cannot be fetched are no fault of the token: later it is accepted', async () => {
    const verify = makeVerifier();
    published.status = 503;
    const token = await sign();
    await expect(verify(token)).rejects.not.toThrow(InvalidToken);
    published.status = 200;
    expect(await verify(token)).toMatchObject({ sub: 'user-1' });
  });

  it('at an address where nobody answers are no fault of the token', async () => {
    const verify = makeOidcVerifier({
      issuer,
      audience: 'app-1',
      claims: CLAIMS,
      fetchJson: async () => ({ issuer, jwks_uri: 'http://127.0.0.1:1/keys' }),
    });
    await expect(verify(await sign())).rejects.not.toThrow(InvalidToken);
  });

  it.each([
    ['speaks for another issuer', { issuer: 'https://elsewhere.example', jwks_uri: 'https://elsewhere.example/keys' }],
    ['names no keys', { issuer: 'x' }],
  ])('are not taken from a document that %s', async (_, document) => {
    const verify = makeOidcVerifier({ issuer, audience: 'app-1', claims: CLAIMS, fetchJson: async () => document });
    const verified = verify(await sign());
    await expect(verified).rejects.toThrow(Error);
    await expect(verified).rejects.not.toThrow(InvalidToken);
  });
});
