import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PERMISSIONS } from '../../core/identity/permission.ts';
import { LIMITS } from '../../core/limits.ts';
import { reader } from '../../adapters/runtime/composition.ts';
import { identityWritersKey } from '../../adapters/dynamodb/keys.ts';
import { directory } from '../../adapters/runtime/resources/identity.ts';
import { tokens } from '../../adapters/runtime/security.ts';
import { permissionsFor } from '../../adapters/http/contract.ts';
import { CONTRACTS } from '../../functions/contracts.ts';
import { bodyOf, pathOf } from './world.ts';
import { caller, startApi, type Answer, type Call, type TestApi } from './harness.ts';

/** What is granted, and then taken back: the effect comes and goes, for tokens that are out as well. */
let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const IDENTITY = '/api/identity';
const permission = (name: string): string => PERMISSIONS.find((one) => one.name === name)?.id ?? '';
const told = ({ status, body }: Answer): string => (status < 400 ? String(status) : `${status} ${String(body.code)}`);
const login = (tenant_id: string, username: string, password = 'secret'): Promise<Answer> =>
  api.anonymous('POST', `${IDENTITY}/dev-login`, { tenant_id, username, password });
const callerOf = ({ body }: Answer): Call => caller(api.url, body.access_token as string);

/** A tenant as its first user finds it. */
const start = async () => {
  const { body: tenant } = await api.anonymous('POST', `${IDENTITY}/tenants`, { name: 'T' });
  const id = tenant.id as string;
  const draft = { tenant_id: id, username: 'admin', password: 'secret' };
  const { body: admin } = await api.anonymous('POST', `${IDENTITY}/bootstrap-admin`, draft);
  const root = callerOf(await login(id, 'admin'));
  const [adminRole] = (await root('GET', `${IDENTITY}/roles`)).body as { id: string }[];
  const made = async (path: string, body: object): Promise<string> => {
    const answer = await root('POST', `${IDENTITY}/${path}`, body);
    expect(answer.status).toBe(201);
    return answer.body.id as string;
  };
  return {
    id,
    root,
    adminId: admin.id as string,
    adminRoleId: adminRole?.id ?? '',
    role: async (name: string, ...permissions: readonly string[]): Promise<string> => {
      const roleId = await made('roles', { name });
      for (const one of permissions)
        expect((await root('POST', `${IDENTITY}/roles/${roleId}/permissions/${permission(one)}`)).status).toBe(204);
      return roleId;
    },
    user: (username: string) => made('users', { username, password: 'secret' }),
    unit: (code: string, parent_id?: string) => made('org-units', { code, name: code, parent_id }),
  };
};
type Start = Awaited<ReturnType<typeof start>>;

const give = ({ root }: Start, userId: string, roleId: string): Promise<Answer> =>
  root('POST', `${IDENTITY}/users/${userId}/roles/${roleId}`);
const take = ({ root }: Start, userId: string, roleId: string): Promise<Answer> =>
  root('DELETE', `${IDENTITY}/users/${userId}/roles/${roleId}`);

/** Pairs of an active user and a role that writes identities: as the table keeps their number, and as they are. */
const writersOf = async (tenantId: string): Promise<{ kept: unknown; counted: number }> => {
  const [item, { items: listed }, { items: roles }] = await Promise.all([
    reader.get(identityWritersKey(tenantId)),
    directory.listUsers(tenantId, { limit: 200 }),
    directory.listRoles(tenantId, { limit: 200 }),
  ]);
  const writing = new Set(
    roles
      .filter(({ permissions }) => permissions.some((one) => /^(\*|identity\.write)$/.test(one)))
      .map(({ id }) => id),
  );
  const users = await Promise.all(listed.map(({ id }) => directory.findUser(tenantId, id)));
  const pairs = users.flatMap((user) =>
    user?.is_active === true ? user.role_ids.filter((id) => writing.has(id)) : [],
  );
  for (const role of roles) {
    const holders = users.filter((user) => user?.role_ids.includes(role.id));
    const active = holders.filter((user) => user?.is_active);
    expect([role.name, role.holders, role.active_holders]).toEqual([role.name, holders.length, active.length]);
  }
  return { kept: item?.['writers'], counted: pairs.length };
};

describe('from a grant to its end', () => {
  it('a permission of a role', async () => {
    const scene = await start();
    const { id, root } = scene;
    const [roleId, userId] = [await scene.role('reader'), await scene.user('anna')];
    expect(told(await give(scene, userId, roleId))).toBe('204');
    const anna = callerOf(await login(id, 'anna'));
    expect(told(await anna('GET', '/api/assets'))).toBe('403 permission_denied');
    const path = `${IDENTITY}/roles/${roleId}/permissions/${permission('registry.read')}`;
    expect(told(await root('POST', path))).toBe('204');
    expect(told(await anna('GET', '/api/assets'))).toBe('200');
    // The second time changes nothing.
    for (let time = 1; time <= 2; time += 1) expect(told(await root('DELETE', path))).toBe('204');
    expect(told(await anna('GET', '/api/assets'))).toBe('403 permission_denied');
    expect(told(await callerOf(await login(id, 'anna'))('GET', '/api/assets'))).toBe('403 permission_denied');
  });

  it('every permission of the catalogue, for a token that is out', async () => {
    const scene = await start();
    const { root } = scene;
    const [roleId, userId] = [await scene.role('walker'), await scene.user('walker')];
    expect(told(await give(scene, userId, roleId))).toBe('204');
    const walker = callerOf(await login(scene.id, 'walker'));
    const type = await root('POST', '/api/task-center/types', { code: 'A', name: 'A' });
    const task = await root('POST', '/api/task-center/tasks', { task_type_id: type.body.id as string, name: 'T' });
    const isLetThrough = async (name: string): Promise<boolean> => {
      const routes = CONTRACTS.filter(
        (contract) => name === '*' || permissionsFor(contract).some((one) => one === name),
      );
      const route = routes.find(({ method, path }) => method === 'GET' && path.startsWith('/api/')) ?? routes[0];
      // No route is opened by it alone.
      if (name === 'mission.override') {
        const override = { rules: ['not_qualified'], reason: 'Agreed by phone' };
        const body = { assigned_to: userId, override, validate_only: true };
        return (await walker('POST', `/api/task-center/tasks/${task.body.id}/dispatch`, body)).status === 200;
      }
      if (route === undefined) throw new Error(`${name} opens nothing`);
      const { status } = await walker(route.method, pathOf(route, {}), bodyOf(route, { ids: {} }));
      return status !== 403;
    };
    const set = async (method: 'POST' | 'DELETE', name: string): Promise<void> => {
      const answer = await root(method, `${IDENTITY}/roles/${roleId}/permissions/${permission(name)}`);
      expect(told(answer), name).toBe('204');
    };
    for (const { name } of PERMISSIONS) {
      if (name === 'mission.override') await set('POST', 'mission.write');
      const effects = [await isLetThrough(name)];
      await set('POST', name);
      effects.push(await isLetThrough(name));
      await set('DELETE', name);
      effects.push(await isLetThrough(name));
      expect({ name, effects }).toEqual({ name, effects: [false, true, false] });
      if (name === 'mission.override') await set('DELETE', 'mission.write');
    }
  });

  it('a qualification', async () => {
    const { root, user } = await start();
    const userId = await user('anna');
    const { body: pilot } = await root('POST', `${IDENTITY}/qualifications`, { code: 'A2', name: 'Remote pilot' });
    const type = await root('POST', '/api/task-center/types', {
      code: 'A',
      name: 'A',
      required_qualifications: ['A2'],
    });
    const task = await root('POST', '/api/task-center/tasks', { task_type_id: type.body.id as string, name: 'T' });
    const dispatch = async (): Promise<string> => {
      const body = { assigned_to: userId, validate_only: true };
      return told(await root('POST', `/api/task-center/tasks/${task.body.id}/dispatch`, body));
    };
    const path = `${IDENTITY}/users/${userId}/qualifications/${pilot.id}`;
    expect(await dispatch()).toBe('409 not_qualified');
    expect(told(await root('PUT', path, {}))).toBe('200');
    expect(await dispatch()).toBe('200');
    for (let time = 1; time <= 2; time += 1) expect(told(await root('DELETE', path))).toBe('200');
    expect(await dispatch()).toBe('409 not_qualified');
  });

  it('a role of a user', async () => {
    const scene = await start();
    const [roleId, userId] = [await scene.role('reader', 'registry.read'), await scene.user('anna')];
    const anna = callerOf(await login(scene.id, 'anna'));
    expect(told(await give(scene, userId, roleId))).toBe('204');
    expect(told(await anna('GET', '/api/assets'))).toBe('200');
    const roles = await scene.root('GET', `${IDENTITY}/users/${userId}/roles`);
    expect(roles.body).toMatchObject([{ id: roleId, permissions: ['registry.read'] }]);
    for (let time = 1; time <= 2; time += 1) expect(told(await take(scene, userId, roleId))).toBe('204');
    expect(told(await anna('GET', '/api/assets'))).toBe('403 permission_denied');
    expect((await scene.root('GET', `${IDENTITY}/users/${userId}/roles`)).body).toEqual([]);
  });

  it('a membership', async () => {
    const scene = await start();
    const { root } = scene;
    const [userId, unitId] = [await scene.user('anna'), await scene.unit('N')];
    const type = await root('POST', '/api/task-center/types', { code: 'A', name: 'A' });
    const matches = async (): Promise<boolean> => {
      const draft = { task_type_id: type.body.id as string, name: 'T', org_unit_id: unitId };
      const task = await root('POST', '/api/task-center/tasks', draft);
      const body = { candidate_user_ids: [userId] };
      const answer = await root('POST', `/api/task-center/tasks/${task.body.id}/auto-dispatch`, body);
      return String(answer.body.scores[0].reasons).includes('org_match=true');
    };
    const path = `${IDENTITY}/users/${userId}/org-units`;
    expect((await root('POST', `${path}/${unitId}`, { is_primary: true })).status).toBe(200);
    expect(await matches()).toBe(true);
    expect((await root('GET', path)).body).toMatchObject([{ user_id: userId, org_unit_id: unitId, is_primary: true }]);
    for (let time = 1; time <= 2; time += 1) expect(told(await root('DELETE', `${path}/${unitId}`))).toBe('204');
    expect(await matches()).toBe(false);
    expect((await root('GET', path)).body).toEqual([]);
  });
});

describe('a token that is out', () => {
  it('ends when its user goes inactive, and stays ended', async () => {
    const scene = await start();
    const userId = await scene.user('anna');
    await give(scene, userId, await scene.role('reader', 'registry.read'));
    const answer = await login(scene.id, 'anna');
    expect(decodeJwt(answer.body.access_token as string)).toMatchObject({ epoch: 1 });
    const anna = callerOf(answer);
    expect(told(await anna('GET', '/api/assets'))).toBe('200');
    const path = `${IDENTITY}/users/${userId}`;
    expect((await scene.root('PATCH', path, { is_active: false })).status).toBe(200);
    expect(told(await anna('GET', '/api/assets'))).toBe('401 unauthenticated');
    expect((await scene.root('PATCH', path, { is_active: true })).status).toBe(200);
    expect(told(await anna('GET', '/api/assets'))).toBe('401 unauthenticated');
    expect(told(await callerOf(await login(scene.id, 'anna'))('GET', '/api/assets'))).toBe('200');
  });

  it('ends when the password changes, by whoever', async () => {
    const scene = await start();
    const userId = await scene.user('anna');
    const path = `${IDENTITY}/me/password`;
    const before = callerOf(await login(scene.id, 'anna'));
    const wrong = await before('POST', path, { current_password: 'other', new_password: 'another' });
    expect(told(wrong)).toBe('409 wrong_password');
    const short = await before('POST', path, { current_password: 'secret', new_password: 'short' });
    expect([told(short), short.body.errors[0].pointer]).toEqual(['422 validation_failed', '/new_password']);
    // No permission is needed, and nobody else's password is reached.
    expect(told(await before('POST', path, { current_password: 'secret', new_password: 'another' }))).toBe('204');
    expect(told(await before('POST', path, { current_password: 'another', new_password: 'third one' }))).toBe(
      '401 unauthenticated',
    );
    expect((await login(scene.id, 'anna')).status).toBe(401);
    expect((await login(scene.id, 'admin')).status).toBe(200);
    const after = callerOf(await login(scene.id, 'anna', 'another'));
    await scene.root('PATCH', `${IDENTITY}/users/${userId}`, { password: 'reset it' });
    expect(told(await after('POST', path, { current_password: 'reset it', new_password: 'x-secret' }))).toBe(
      '401 unauthenticated',
    );
  });
});

describe('the last who may write identities', () => {
  it('keeps that right, whichever way it would go', async () => {
    const scene = await start();
    const { root, adminId, adminRoleId } = scene;
    const path = `${IDENTITY}/roles/${adminRoleId}/permissions/${permission('*')}`;
    const ways = [
      () => root('PATCH', `${IDENTITY}/users/${adminId}`, { is_active: false }),
      () => take(scene, adminId, adminRoleId),
      () => root('DELETE', path),
    ];
    for (const way of ways) expect(told(await way())).toBe('409 last_administrator');
    expect(told(await root('DELETE', `${IDENTITY}/roles/${adminRoleId}`))).toBe('409 role_in_use');

    // Somebody inactive is nobody; somebody active is enough.
    const second = await scene.user('second');
    await give(scene, second, await scene.role('writers', 'identity.write'));
    await root('PATCH', `${IDENTITY}/users/${second}`, { is_active: false });
    for (const way of ways) expect(told(await way())).toBe('409 last_administrator');
    await root('PATCH', `${IDENTITY}/users/${second}`, { is_active: true });
    expect(told(await root('DELETE', path))).toBe('204');
    const heir = callerOf(await login(scene.id, 'second'));
    expect(told(await root('GET', `${IDENTITY}/users`))).toBe('403 permission_denied');
    expect(told(await heir('PATCH', `${IDENTITY}/users/${second}`, { is_active: false }))).toBe(
      '409 last_administrator',
    );
    expect(await writersOf(scene.id)).toEqual({ kept: 1, counted: 1 });
  });

  it('is there after any race of those who would take it from one another', async () => {
    const scene = await start();
    const { adminId, adminRoleId } = scene;
    const roleId = await scene.role('writers', 'identity.write');
    const users = await Promise.all(['a', 'b', 'c'].map((name) => scene.user(name)));
    await Promise.all(users.map((userId) => give(scene, userId, roleId)));
    expect(await writersOf(scene.id)).toEqual({ kept: 4, counted: 4 });
    // A caller whom no change of a user reaches: the race takes from everybody.
    const claims = { sub: 'operator', tenant_id: scene.id, permissions: ['*'] };
    const as = caller(api.url, await tokens.issue(claims));
    const answers = await Promise.all([
      as('PATCH', `${IDENTITY}/users/${adminId}`, { is_active: false }),
      as('DELETE', `${IDENTITY}/users/${adminId}/roles/${adminRoleId}`),
      as('DELETE', `${IDENTITY}/roles/${roleId}/permissions/${permission('identity.write')}`),
      ...users.map((userId) => as('PATCH', `${IDENTITY}/users/${userId}`, { is_active: false })),
      ...users.map((userId) => as('DELETE', `${IDENTITY}/users/${userId}/roles/${roleId}`)),
    ]);
    const refused = answers.filter(({ status }) => status >= 300).map(told);
    expect(new Set(refused)).toEqual(new Set(['409 last_administrator']));
    const { kept, counted } = await writersOf(scene.id);
    expect(kept).toBe(counted);
    expect(counted).toBeGreaterThan(0);
  });
});

describe('a role', () => {
  it('is read, renamed and deleted, and its name is free again', async () => {
    const scene = await start();
    const { root } = scene;
    const roleId = await scene.role('reader');
    const path = `${IDENTITY}/roles/${roleId}`;
    const shown = await root('GET', path);
    expect(shown.body).toMatchObject({ id: roleId, name: 'reader', description: null, permissions: [] });
    expect(told(await root('PATCH', path, { name: 'admin' }))).toBe('409 duplicate');
    const renamed = await root('PATCH', path, { name: 'looker', description: 'Looks' });
    expect(renamed.body).toEqual({ ...shown.body, name: 'looker', description: 'Looks' });
    expect((await root('PATCH', path, { description: null })).body.description).toBeNull();
    await scene.role('reader');
    expect(told(await root('DELETE', path))).toBe('204');
    expect(told(await root('GET', path))).toBe('404 role_not_found');
    expect(told(await root('DELETE', path))).toBe('404 role_not_found');
    await scene.role('looker');
  });

  it('is not deleted from under the one who gets it at that moment', async () => {
    const scene = await start();
    for (let round = 0; round < 6; round += 1) {
      const [roleId, userId] = [await scene.role(`r${round}`), scene.adminId];
      const [given, deleted] = await Promise.all([
        give(scene, userId, roleId),
        scene.root('DELETE', `${IDENTITY}/roles/${roleId}`),
      ]);
      expect([
        ['204', '409 role_in_use'],
        ['404 role_not_found', '204'],
      ]).toContainEqual([told(given), told(deleted)]);
      const roles = (await scene.root('GET', `${IDENTITY}/users/${userId}/roles`)).body as { id: string }[];
      expect(roles.some(({ id }) => id === roleId)).toBe(given.status === 204);
    }
  });

  it('grants what its giver holds, and no more', async () => {
    const scene = await start();
    const [writers, strong, weak] = [
      await scene.role('writers', 'identity.write', 'identity.read', 'mission.read'),
      await scene.role('strong', 'mission.read', 'mission.approve'),
      await scene.role('weak', 'mission.read'),
    ];
    const userId = await scene.user('anna');
    await give(scene, userId, writers);
    const anna = callerOf(await login(scene.id, 'anna'));
    const grant = (roleId: string, name: string): Promise<Answer> =>
      anna('POST', `${IDENTITY}/roles/${roleId}/permissions/${permission(name)}`);
    const refused = await grant(weak, 'mission.approve');
    expect([told(refused), refused.body.permission]).toEqual(['403 permission_denied', 'mission.approve']);
    expect(told(await grant(weak, '*'))).toBe('403 permission_denied');
    expect(told(await grant(weak, 'identity.read'))).toBe('204');
    const assign = (roleId: string): Promise<Answer> => anna('POST', `${IDENTITY}/users/${userId}/roles/${roleId}`);
    const refusal = await assign(strong);
    expect([told(refusal), refusal.body.permission]).toEqual(['403 permission_denied', 'mission.approve']);
    expect(told(await assign(scene.adminRoleId))).toBe('403 permission_denied');
    expect(told(await assign(weak))).toBe('204');
  });
});

describe('an org unit', () => {
  it('is read, renamed and moved, and takes no new member when it is inactive', async () => {
    const scene = await start();
    const { root } = scene;
    const [top, below, userId] = [await scene.unit('T'), await scene.unit('B'), await scene.user('anna')];
    const path = `${IDENTITY}/org-units/${below}`;
    const moved = await root('PATCH', path, { name: 'Below', parent_id: top });
    expect(moved.body).toMatchObject({ id: below, code: 'B', name: 'Below', parent_id: top, is_active: true });
    expect((await root('GET', path)).body).toEqual(moved.body);
    expect(told(await root('PATCH', `${IDENTITY}/org-units/${top}`, { parent_id: below }))).toBe('409 org_unit_circle');
    const join = (body: object): Promise<Answer> =>
      root('POST', `${IDENTITY}/users/${userId}/org-units/${below}`, body);
    expect((await join({})).status).toBe(200);
    expect((await root('PATCH', path, { is_active: false })).body.is_active).toBe(false);
    // Who is a member stays one.
    expect((await join({ is_primary: true })).body.is_primary).toBe(true);
    await root('DELETE', `${IDENTITY}/users/${userId}/org-units/${below}`);
    expect(told(await join({}))).toBe('409 inactive_org_unit');
    expect((await root('PATCH', path, { parent_id: null })).body.parent_id).toBeNull();
    expect(told(await root('PATCH', `${IDENTITY}/org-units/${top}`, { parent_id: below }))).toBe(
      '409 inactive_org_unit',
    );
    expect(told(await root('PATCH', path, { parent_id: below }))).toBe('409 org_unit_circle');
  });

  it('closes no circle, whatever is moved at the same moment', async () => {
    const scene = await start();
    for (let round = 0; round < 4; round += 1) {
      const units = await Promise.all(['A', 'B', 'C'].map((code) => scene.unit(`${code}${round}`)));
      const [a, b, c] = units;
      const move = (id: string | undefined, parent_id: string | undefined): Promise<Answer> =>
        scene.root('PATCH', `${IDENTITY}/org-units/${id}`, { parent_id });
      const answers = await Promise.all([move(a, b), move(b, c), move(c, a)]);
      expect(answers.map(told).toSorted()).toEqual(['200', '200', '409 org_unit_circle']);
    }
  });
});

describe('attempts to sign in', () => {
  it('with one name from one address are slowed down, and no others', async () => {
    const scene = await start();
    await scene.user('anna');
    const tries = await Promise.all(
      Array.from({ length: LIMITS.signInAttempts + 4 }, () => login(scene.id, 'anna', 'guess!')),
    );
    const answers = tries.map(told);
    expect(answers.filter((one) => one === '401 unauthenticated')).toHaveLength(LIMITS.signInAttempts);
    expect(answers.filter((one) => one === '429 too_many_attempts')).toHaveLength(4);
    // Written another way it is the same name; the right password has to wait too.
    const late = await login(scene.id, ' ANNA', 'secret');
    expect(told(late)).toBe('429 too_many_attempts');
    const wait = Number(late.headers.get('Retry-After'));
    expect(wait).toBe(late.body.retry_after_seconds);
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(LIMITS.signInWindowSeconds);
    expect((await login(scene.id, 'admin')).status).toBe(200);
    expect(told(await login(scene.id, 'nobody', 'guess!'))).toBe('401 unauthenticated');
  });

  it('that lead in do not count', async () => {
    const scene = await start();
    for (let time = 0; time < LIMITS.signInAttempts + 2; time += 1)
      expect((await login(scene.id, 'admin')).status).toBe(200);
  });
});
