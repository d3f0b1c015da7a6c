import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { Passwords } from '../../core/identity/passwords.ts';

/**
 * scrypt with N = 2^15, r = 8, p = 3: 32 MB, one of the settings that OWASP's Password Storage Cheat Sheet lists as
 * equal in strength. The parameters are kept with each hash, so that they can be raised later.
 */
const COST = { logN: 15, r: 8, p: 3 } as const;
const SALT_BYTES = 16;
const KEY_BYTES = 32;

interface Parameters {
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

const derive = (password: string, salt: Buffer, { logN, r, p }: Parameters): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const N = 2 ** logN;
    // Node refuses to use more than `maxmem`; scrypt needs 128 N r bytes and a little more.
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, { N, r, p, maxmem: 256 * N * r }, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });

const encode = ({ logN, r, p }: Parameters, salt: Buffer, key: Buffer): string =>
  `scrypt$${logN}$${r}$${p}$${salt.toString('base64url')}$${key.toString('base64url')}`;

const decode = (hash: string): { parameters: Parameters; salt: Buffer; key: Buffer } => {
  const [, logN, r, p, salt = '', key = ''] = hash.split('$');
  return {
    parameters: { logN: Number(logN), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64url'),
    key: Buffer.from(key, 'base64url'),
  };
};

/** Stands in for the hash of a user who does not exist: no password fits it. */
const NOBODY = encode(COST, Buffer.alloc(SALT_BYTES), Buffer.alloc(KEY_BYTES));

export const makePasswords = (): Passwords => ({
  hash: async (password) => {
    const salt = randomBytes(SALT_BYTES);
    return encode(COST, salt, await derive(password, salt, COST));
  },
  verify: async (password, hash) => {
    const { parameters, salt, key } = decode(hash ?? NOBODY);
    const derived = await derive(password, salt, parameters);
    return timingSafeEqual(derived, key) && hash !== undefined;
  },
});
