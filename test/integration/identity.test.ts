import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PERMISSIONS } from '../../core/identity/permission.ts';
import { holdingsOf } from './contents.ts';
import { caller, makeTasks, startApi, type Answer, type TestApi } from './harness.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const IDENTITY = '/api/identity';
const permission = (name: string): string => PERMISSIONS.find((one) => one.name === name)?.id ?? '';
const login = (tenant_id: string, username: string, password: string): Promise<Answer> =>
  api.anonymous('POST', `${IDENTITY}/dev-login`, { tenant_id, username, password });
const told = ({ status, body }: Answer): unknown => {
  const { request_id: _id, ...problem } = body as Record<string, unknown>;
  return { status, problem };
};

const CATALOGUE = [
  '*',
  'identity.read',
  'identity.write',
  'mission.read',
  'mission.write',
  'mission.approve',
  'registry.read',
  'registry.write',
  'mission.override',
  'mission.field',
];

describe('from nothing to a first token', () => {
  it('leads a tenant, its admin, and a login', async () => {
    const tenant = await api.anonymous('POST', `${IDENTITY}/tenants`, { name: 'Roofers' });
    expect(tenant.body).toEqual({ id: expect.any(String), name: 'Roofers', created_at: expect.any(String) });
    const tenantId = tenant.body.id as string;
    const credentials = { tenant_id: tenantId, username: 'admin', password: 'secret' };
    // Four at once: a tenant has one first user.
    const bootstraps = await Promise.all(
      Array.from({ length: 4 }, () => api.anonymous('POST', `${IDENTITY}/bootstrap-admin`, credentials)),
    );
    expect(bootstraps.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409]);
    const admin = bootstraps.find(({ status }) => status === 201)?.body as Record<string, unknown>;
    expect(admin).toEqual({
      id: expect.any(String),
      tenant_id: tenantId,
      username: 'admin',
      is_active: true,
      created_at: expect.any(String),
    });
    const token = await login(tenantId, 'admin', 'secret');
    expect(token.body).toEqual({ access_token: expect.any(String), token_type: 'bearer', permissions: CATALOGUE });
    const call = caller(api.url, token.body.access_token as string);
    expect((await call('GET', `${IDENTITY}/users`)).body).toEqual([admin]);
    expect((await call('GET', `${IDENTITY}/roles`)).body).toMatchObject([{ name: 'admin', permissions: ['*'] }]);
  });
});

describe('roles and permissions', () => {
  it('has a fixed catalogue', async () => {
    const { call } = await api.tenant();
    const { body } = await call('GET', `${IDENTITY}/permissions`);
    expect((body as { name: string }[]).map(({ name }) => name)).toEqual(CATALOGUE);
  });

  it('puts the union of a user’s roles into the token, and a wrong, unknown or inactive user gets none', async () => {
    const { id, call } = await api.tenant();
    const user = await call('POST', `${IDENTITY}/users`, { username: 'anna', password: 'secret' });
    expect(user.body).toEqual({
      id: expect.any(String),
      tenant_id: id,
      username: 'anna',
      is_active: true,
      created_at: expect.any(String),
    });
    const userId = user.body.id as string;
    expect((await login(id, 'anna', 'secret')).body.permissions).toEqual([]);

    const bind = async (name: string, permissions: readonly string[]): Promise<void> => {
      const role = await call('POST', `${IDENTITY}/roles`, { name, description: 'A role' });
      expect(role.body).toMatchObject({ name, description: 'A role', permissions: [] });
      for (const one of permissions) {
        const path = `${IDENTITY}/roles/${role.body.id}/permissions/${permission(one)}`;
        // The second time changes nothing.
        for (const { status, body } of [await call('POST', path), await call('POST', path)])
          expect([status, body]).toEqual([204, undefined]);
      }
      const path = `${IDENTITY}/users/${userId}/roles/${role.body.id}`;
      for (const { status } of [await call('POST', path), await call('POST', path)]) expect(status).toBe(204);
    };
    await bind('planner', ['mission.read', 'mission.write']);
    await bind('reader', ['mission.read', 'registry.read']);
    const roles = (await call('GET', `${IDENTITY}/roles`)).body as { name: string; permissions: string[] }[];
    expect(roles.map(({ name, permissions }) => [name, permissions])).toEqual([
      ['reader', ['mission.read', 'registry.read']],
      ['planner', ['mission.read', 'mission.write']],
    ]);

    const token = await login(id, 'anna', 'secret');
    expect(token.body.permissions).toEqual(['mission.read', 'mission.write', 'registry.read']);
    const claims = decodeJwt(token.body.access_token as string);
    expect(claims).toMatchObject({ sub: userId, tenant_id: id, permissions: token.body.permissions });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(3_600);
    const anna = caller(api.url, token.body.access_token as string);
    const type = await anna('POST', '/api/task-center/types', { code: 'A', name: 'A' });
    expect([type.status, type.body.created_by]).toEqual([201, userId]);
    expect((await anna('GET', '/api/assets')).status).toBe(200);
    expect((await anna('POST', '/api/assets', { asset_type: 'UAV', asset_code: 'A', name: 'A' })).status).toBe(403);
    expect((await anna('GET', `${IDENTITY}/users`)).body).toMatchObject({ permission: 'identity.read' });

    // A wrong password, an unknown user, an unknown tenant, an inactive user: not to be told apart.
    const wrong = told(await login(id, 'anna', 'Secret'));
    expect(wrong).toMatchObject({ status: 401, problem: { code: 'unauthenticated' } });
    const patched = await call('PATCH', `${IDENTITY}/users/${userId}`, { is_active: false });
    expect([patched.status, patched.body.is_active]).toEqual([200, false]);
    const others = [
      await login(id, 'anna', 'secret'),
      await login(id, 'nobody', 'secret'),
      await login('nowhere', 'anna', 'secret'),
      await login(id, 'anna', ''),
    ];
    for (const answer of others) expect(told(answer)).toEqual(wrong);

    const changed = await call('PATCH', `${IDENTITY}/users/${userId}`, { is_active: true, password: 'another one' });
    expect(changed.body).toEqual({ ...user.body, affected: [], affected_more: false });
    expect((await login(id, 'anna', 'secret')).status).toBe(401);
    expect((await login(id, 'anna', 'another one')).status).toBe(200);
    expect((await call('GET', `${IDENTITY}/users/${userId}`)).body).toEqual(user.body);
  });

  it('loses no permission and no role to another writer', async () => {
    const { call, user } = await api.tenant();
    const role = await call('POST', `${IDENTITY}/roles`, { name: 'all' });
    const path = `${IDENTITY}/roles/${role.body.id}/permissions`;
    const granted = await Promise.all(PERMISSIONS.map((one) => call('POST', `${path}/${one.id}`)));
    expect(new Set(granted.map(({ status }) => status))).toEqual(new Set([204]));
    const listed = (await call('GET', `${IDENTITY}/roles`)).body as { permissions: string[] }[];
    expect(listed[0]?.permissions.toSorted()).toEqual(PERMISSIONS.map(({ name }) => name as string).toSorted());

    const userId = await user();
    const made = await Promise.all(['A', 'B', 'C', 'D'].map((name) => call('POST', `${IDENTITY}/roles`, { name })));
    const bound = await Promise.all(
      made.map(({ body }) => call('POST', `${IDENTITY}/users/${userId}/roles/${body.id}`)),
    );
    expect(new Set(bound.map(({ status }) => status))).toEqual(new Set([204]));
  });

  it('gives a user 50 roles at most', async () => {
    const { call, user } = await api.tenant();
    const role = await call('POST', `${IDENTITY}/roles`, { name: 'One more' });
    const userId = await user({ role_ids: Array.from({ length: 50 }, (_, at) => `role-${at}`) });
    const refused = await call('POST', `${IDENTITY}/users/${userId}/roles/${role.body.id}`);
    expect(refused.body).toMatchObject({ status: 409, code: 'limit_reached', limit: 50 });
  });

  it('refuses what does not exist', async () => {
    const { call, user } = await api.tenant();
    const role = await call('POST', `${IDENTITY}/roles`, { name: 'A' });
    const userId = await user();
    const answers = [
      await call('POST', `${IDENTITY}/roles/nothing/permissions/${permission('*')}`),
      await call('POST', `${IDENTITY}/roles/${role.body.id}/permissions/nothing`),
      await call('POST', `${IDENTITY}/users/nobody/roles/${role.body.id}`),
      await call('POST', `${IDENTITY}/users/${userId}/roles/nothing`),
      await call('POST', `${IDENTITY}/users/${userId}/org-units/nothing`),
      await call('PATCH', `${IDENTITY}/users/nobody`, { is_active: true }),
      await call('POST', `${IDENTITY}/org-units`, { name: 'A', code: 'A', parent_id: 'nothing' }),
    ];
    expect(answers.map(({ status, body }) => `${status} ${String(body.code)}`)).toEqual([
      '404 role_not_found',
      '404 permission_not_found',
      '404 user_not_found',
      '404 role_not_found',
      '404 org_unit_not_found',
      '404 user_not_found',
      '404 org_unit_not_found',
    ]);
  });
});

describe('users', () => {
  it('have a name of their own in the tenant, also when created at the same moment', async () => {
    const { call } = await api.tenant();
    const twins = await Promise.all(
      [1, 2, 3].map(() => call('POST', `${IDENTITY}/users`, { username: 'anna', password: 'secret' })),
    );
    expect(twins.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
    const lost = twins.find(({ status }) => status === 409);
    expect(lost?.body).toMatchObject({ code: 'duplicate', field: 'username', errors: [{ pointer: '/username' }] });
    expect((await call('GET', `${IDENTITY}/users`)).body).toHaveLength(1);
    const elsewhere = await (
      await api.tenant()
    ).call('POST', `${IDENTITY}/users`, {
      username: 'anna',
      password: 'secret',
      is_active: false,
    });
    expect([elsewhere.status, elsewhere.body.is_active]).toEqual([201, false]);
  });

  it.each([
    ['short', { username: 'anna', password: '12345' }, '/password'],
    ['endless', { username: 'anna', password: 'x'.repeat(129) }, '/password'],
    ['missing', { username: 'anna' }, '/password'],
    ['no text', { username: 'anna', password: 123_456 }, '/password'],
    ['there, but the name is not', { username: ' ', password: 'secret' }, '/username'],
  ])('are refused when the password is %s', async (_name, body, pointer) => {
    const { call } = await api.tenant();
    const refused = await call('POST', `${IDENTITY}/users`, body);
    expect(refused.status).toBe(422);
    expect(refused.body.errors).toMatchObject([{ pointer }]);
    expect(JSON.stringify(refused.body)).not.toContain('12345');
  });

  it('that are deactivated receive no task, and keep those they have', async () => {
    const { id, call, user } = await api.tenant();
    const [leaving, staying] = [await user(), await user()];
    const window = { planned_start_at: '2026-03-01T08:00:00Z', planned_end_at: '2026-03-01T10:00:00Z' };
    const [first, second, third] = await makeTasks(call, [window, {}, {}]);
    const dispatch = (task: { id: string } | undefined, to: string): Promise<Answer> =>
      call('POST', `/api/task-center/tasks/${task?.id}/dispatch`, { assigned_to: to });
    await dispatch(first, leaving);
    await call('PATCH', `${IDENTITY}/users/${leaving}`, { is_active: false });
    expect((await dispatch(second, leaving)).body.code).toBe('inactive_user');
    const path = `/api/task-center/tasks/${third?.id}/auto-dispatch`;
    const alone = await call('POST', path, { candidate_user_ids: [leaving] });
    expect(alone.body.code).toBe('no_candidates');
    const among = await call('POST', path);
    expect(among.body).toMatchObject({ selected_user_id: staying });
    expect(among.body.scores).toHaveLength(1);
    expect(await holdingsOf(id, leaving)).toMatchObject({ windows: [{ task_id: first?.id }], active_count: 1 });
    await call('PATCH', `${IDENTITY}/users/${leaving}`, { is_active: true });
    expect((await dispatch(second, leaving)).status).toBe(200);
    expect(await holdingsOf(id, leaving)).toMatchObject({ active_count: 2 });
  });
});

describe('org units', () => {
  it('form a tree, with members of whom one membership is primary', async () => {
    const { call, user } = await api.tenant();
    const top = await call('POST', `${IDENTITY}/org-units`, { name: 'Top', code: 'T' });
    expect(top.body).toMatchObject({ name: 'Top', code: 'T', parent_id: null, is_active: true });
    const below = await call('POST', `${IDENTITY}/org-units`, { name: 'Below', code: 'B', parent_id: top.body.id });
    expect(below.body.parent_id).toBe(top.body.id);
    const userId = await user();
    const join = (unit: Answer, body?: object): Promise<Answer> =>
      call('POST', `${IDENTITY}/users/${userId}/org-units/${unit.body.id}`, body);

    const first = await join(top, { is_primary: true });
    expect([first.status, first.body]).toEqual([
      200,
      { user_id: userId, org_unit_id: top.body.id, is_primary: true, created_at: expect.any(String) },
    ]);
    expect((await join(below)).body.is_primary).toBe(false);
    expect((await join(below, { is_primary: true })).body.is_primary).toBe(true);
    // Said again without a word about it, the first is no longer the primary one.
    expect((await join(top)).body).toEqual({ ...first.body, is_primary: false });

    const type = await call('POST', '/api/task-center/types', { code: 'A', name: 'A' });
    const scores = async (org_unit_id: unknown): Promise<string> => {
      const task = await call('POST', '/api/task-center/tasks', { task_type_id: type.body.id, name: 'T', org_unit_id });
      const { body } = await call('POST', `/api/task-center/tasks/${task.body.id}/auto-dispatch`);
      return String(body.scores[0].reasons);
    };
    expect(await scores(below.body.id)).toContain('org_match=true=>24');
    const other = await call('POST', `${IDENTITY}/org-units`, { name: 'Other', code: 'O' });
    expect(await scores(other.body.id)).toContain('org_match=false=>0');
    expect(await scores(undefined)).toContain('org_match=false=>0');
  });
});
