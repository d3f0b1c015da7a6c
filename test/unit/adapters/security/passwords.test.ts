import { scryptSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makePasswords } from '../../../../adapters/security/passwords.ts';

const passwords = makePasswords();

describe('a password', () => {
  it('fits its own hash and no other', async () => {
    const [hash, other] = await Promise.all([passwords.hash('correct horse'), passwords.hash('battery staple')]);
    expect(await passwords.verify('correct horse', hash)).toBe(true);
    expect(await passwords.verify('correct horsE', hash)).toBe(false);
    expect(await passwords.verify('', hash)).toBe(false);
    expect(await passwords.verify('correct horse', other)).toBe(false);
  });

  it('has another hash each time, which keeps its parameters and not the password', async () => {
    const [one, two] = await Promise.all([passwords.hash('correct horse'), passwords.hash('correct horse')]);
    expect(one).not.toBe(two);
    expect(one).toMatch(/^scrypt\$15\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
  });

  it('is the same however its characters are composed', async () => {
    expect(await passwords.verify('caf\u0065\u0301', await passwords.hash('caf\u00e9'))).toBe(true);
  });

  it('of a user who does not exist is wrong, on the same way: nothing fits', async () => {
    expect(await passwords.verify('correct horse', undefined)).toBe(false);
    expect(await passwords.verify('', undefined)).toBe(false);
  });

  it('is verified by the parameters of its hash, so that they can be raised', async () => {
    const key = scryptSync('pw', Buffer.from('salt'), 32, { N: 16, r: 1, p: 1 });
    const hash = `scrypt$4$1$1$${Buffer.from('salt').toString('base64url')}$${key.toString('base64url')}`;
    expect(await passwords.verify('pw', hash)).toBe(true);
    expect(await passwords.verify('pW', hash)).toBe(false);
  });
});
