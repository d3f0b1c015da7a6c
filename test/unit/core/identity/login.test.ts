import { describe, expect, it } from 'vitest';
import type { User } from '../../../../core/identity/directory.ts';
import { makeLogin } from '../../../../core/identity/login.ts';
import { isGranted } from '../../../../core/identity/permission.ts';
import { CALL, refusalOf } from '../../fakes.ts';
import { role, user } from '../../records.ts';

const makeScene = (known: User | undefined) => {
  const verified: (string | undefined)[] = [];
  const attempts: string[] = [];
  const login = makeLogin({
    attempt: async (_call, { username, address }) => {
      attempts.push(`${username} from ${address}`);
      return async () => {
        attempts.length = 0;
      };
    },
    directory: {
      findUserByName: async () => known,
      findRoles: async (_tenantId, ids) =>
        [
          role({ id: 'r1', permissions: ['mission.write', 'mission.read'] }),
          role({ id: 'r2', permissions: ['mission.read', 'identity.read'] }),
          role({ id: 'r3', permissions: ['*'] }),
        ].filter(({ id }) => ids.includes(id)),
    },
    passwords: {
      hash: () => Promise.reject(new Error('not needed')),
      verify: async (password, hash) => {
        verified.push(hash);
        return password === 'right' && hash !== undefined;
      },
    },
    tokens: { issue: async (principal) => JSON.stringify(principal) },
  });
  return {
    login: (password = 'right') => login(CALL, '192.0.2.1', { tenant_id: 'tenant-1', username: 'ada', password }),
    verified,
    attempts,
  };
};

describe('login', () => {
  it('answers with a token that carries the union of the permissions of all roles', async () => {
    const { login, attempts } = makeScene(user({ role_ids: ['r1', 'r2', 'gone'] }));
    const permissions = ['identity.read', 'mission.read', 'mission.write'];
    expect(await login()).toEqual({
      access_token: JSON.stringify({ sub: 'user-1', tenant_id: 'tenant-1', permissions, epoch: 1 }),
      token_type: 'bearer',
      permissions,
    });
    expect(attempts).toEqual([]);
  });

  it('gives one answer, at the cost of one hash, to all who may not enter', async () => {
    const refused = await Promise.all(
      (
        [
          [user(), 'wrong', 'hash'],
          [undefined, 'right', undefined],
          [user({ is_active: false }), 'right', 'hash'],
        ] as const
      ).map(async ([known, password, hash]) => {
        const { login, verified, attempts } = makeScene(known);
        const { message, details } = await refusalOf(() => login(password), 'unauthenticated');
        expect(verified).toEqual([hash]);
        expect(attempts).toEqual(['ada from 192.0.2.1']);
        return JSON.stringify([message, details]);
      }),
    );
    expect(new Set(refused).size).toBe(1);
  });
});

describe('a permission', () => {
  it('is granted by its name or by *, and by nothing like it', () => {
    expect(isGranted(['mission.read', 'mission.write'], 'mission.write')).toBe(true);
    expect(isGranted(['*'], 'mission.approve')).toBe(true);
    expect(isGranted([], 'mission.read')).toBe(false);
    expect(isGranted(['mission.*', 'mission', 'MISSION.READ'], 'mission.read')).toBe(false);
  });
});
