import fc from 'fast-check';
import { decodeJwt, SignJWT, UnsecuredJWT } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Secrets } from '../../../../adapters/security/secrets.ts';
import { InvalidToken, makeBuiltinVerifier, makeTokens } from '../../../../adapters/security/tokens.ts';
import type { Principal } from '../../../../core/identity/login.ts';

const [OLD, NEW] = ['o'.repeat(32), 'n'.repeat(32)];
const secretsWith =
  (signing: object | undefined): Secrets =>
  async (name) =>
    name === 'signing' && signing !== undefined ? JSON.stringify(signing) : undefined;
const SECRETS = secretsWith({ current: 'k1', k1: OLD });
const PRINCIPAL: Principal = { sub: 'user-1', tenant_id: 'tenant-1', permissions: ['mission.read', '*'] };

const verify = makeBuiltinVerifier(SECRETS);
const issue = (principal = PRINCIPAL) => makeTokens(SECRETS).issue(principal);

interface Forged {
  readonly kid?: string;
  readonly alg?: string;
  readonly key?: string;
  readonly payload?: Readonly<Record<string, unknown>>;
}
/** A token as the service would issue it, but for what is said. */
const forge = ({ kid = 'k1', alg = 'HS256', key = OLD, payload = {} }: Forged): Promise<string> => {
  const now = Math.floor(Date.now() / 1_000);
  const claims = {
    sub: 'user-1',
    tenant_id: 'tenant-1',
    permissions: ['*'],
    iss: 'task-center',
    aud: 'task-center',
    iat: now,
    exp: now + 60,
    ...payload,
  };
  return new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(new TextEncoder().encode(key));
};

afterEach(() => {
  vi.useRealTimers();
});

describe('a token of the built-in mode', () => {
  it('speaks for whom it was issued', async () => {
    expect(await verify(await issue())).toEqual(PRINCIPAL);
  });

  it('is what a forged one here is like, but for what is said', async () => {
    expect(await verify(await forge({}))).toMatchObject({ sub: 'user-1' });
  });

  it('expires after an hour', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-03-01T08:00:00Z') });
    const token = await issue();
    const { iat = 0, exp = 0 } = decodeJwt(token);
    expect(exp - iat).toBe(3_600);
    vi.setSystemTime(new Date('2026-03-01T08:59:59Z'));
    expect(await verify(token)).toEqual(PRINCIPAL);
    vi.setSystemTime(new Date('2026-03-01T09:00:01Z'));
    await expect(verify(token)).rejects.toThrow(InvalidToken);
  });

  it.each<[string, Forged]>([
    ['another key', { key: NEW }],
    ['an id of no key', { kid: 'k2' }],
    ['the id `current`, which names no key', { kid: 'current', key: 'k1' }],
    // What every object has is no secret: its text would do as a key for anyone.
    ...['toString', 'constructor', 'valueOf', 'hasOwnProperty', '__proto__'].map((kid): [string, Forged] => [
      `the id ${kid}`,
      { kid, key: String(Reflect.get({}, kid)) },
    ]),
    ['another algorithm', { alg: 'HS512', key: OLD.repeat(2) }],
    ['another issuer', { payload: { iss: 'someone-else' } }],
    ['another audience', { payload: { aud: 'another-service' } }],
    ['no tenant', { payload: { tenant_id: undefined } }],
    ['an empty tenant', { payload: { tenant_id: '' } }],
    ['a tenant that is no text', { payload: { tenant_id: ['tenant-1'] } }],
    ['no subject', { payload: { sub: '' } }],
    ['a time before which it is not valid', { payload: { nbf: 4_000_000_000 } }],
    ['a time long past', { payload: { exp: 1 } }],
  ])('is not accepted with %s', async (_, forged) => {
    await expect(verify(await forge(forged))).rejects.toThrow(InvalidToken);
  });

  it.each([7, null, ['k1'], { k1: 1 }, true])('is not accepted with the key id %j', async (kid) => {
    const [, payload = '', signature = ''] = (await issue()).split('.');
    const header = Buffer.from(JSON.stringify({ alg: 'HS256', kid })).toString('base64url');
    await expect(verify([header, payload, signature].join('.'))).rejects.toThrow(InvalidToken);
  });

  it('is not accepted unsigned', async () => {
    const claims = decodeJwt(await issue());
    const unsigned = new UnsecuredJWT(claims).encode();
    await expect(verify(unsigned)).rejects.toThrow(InvalidToken);
    const [, payload = ''] = (await issue()).split('.');
    const header = Buffer.from('{"alg":"none","kid":"k1"}').toString('base64url');
    await expect(verify(`${header}.${payload}.`)).rejects.toThrow(InvalidToken);
  });

  it('is not accepted when anything of it was changed', async () => {
    const token = await issue();
    const [header, payload = '', signature] = token.split('.');
    const claims = { ...decodeJwt(token), tenant_id: 'tenant-2' };
    const other = Buffer.from(JSON.stringify(claims)).toString('base64url');
    expect(other).not.toBe(payload);
    await expect(verify([header, other, signature].join('.'))).rejects.toThrow(InvalidToken);
  });

  it('is anything else an invalid token, never a fault of ours', async () => {
    const almost = fc
      .tuple(fc.json(), fc.json(), fc.string())
      .map((parts) => parts.map((part) => Buffer.from(part).toString('base64url')).join('.'));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), almost), async (token) => {
        await expect(verify(token)).rejects.toThrow(InvalidToken);
      }),
    );
  });

  it('outlives a rotation of keys, until its key is taken away', async () => {
    const before = await issue();
    const both = secretsWith({ current: 'k2', k1: OLD, k2: NEW });
    expect(await makeBuiltinVerifier(both)(before)).toEqual(PRINCIPAL);
    const after = await makeTokens(both).issue(PRINCIPAL);
    expect(await makeBuiltinVerifier(both)(after)).toEqual(PRINCIPAL);
    await expect(verify(after)).rejects.toThrow(InvalidToken);
    await expect(makeBuiltinVerifier(secretsWith({ current: 'k2', k2: NEW }))(before)).rejects.toThrow(InvalidToken);
  });

  it.each([
    ['no signing secret', undefined],
    ['a secret without its current key', { current: 'k9', k1: OLD }],
    ['a key too short', { current: 'k1', k1: 'short' }],
  ])('is not issued with %s: a fault of ours', async (_, signing) => {
    const issuing = makeTokens(secretsWith(signing)).issue(PRINCIPAL);
    await expect(issuing).rejects.toThrow(Error);
    await expect(issuing).rejects.not.toThrow(InvalidToken);
  });
});
