import { describe, expect, it } from 'vitest';
import type { Calendar } from '../../../../core/calendar/calendar.ts';
import type { User } from '../../../../core/identity/directory.ts';
import { makeGrantPermission } from '../../../../core/identity/roles.ts';
import { makeBootstrapAdmin } from '../../../../core/identity/tenants.ts';
import { makeSetMembership } from '../../../../core/identity/memberships.ts';
import { makeAssignRole } from '../../../../core/identity/user-roles.ts';
import { makeChangeUser, makeCreateUser } from '../../../../core/identity/users.ts';
import { LIMITS } from '../../../../core/limits.ts';
import { CALL, clockAt, makeFakeCommit, makeIds, NOW, only, refusalOf, retry, staleRead } from '../../fakes.ts';
import { calendar, orgUnit, role, T0, user } from '../../records.ts';

const makeScene = (
  given: { user?: User; calendar?: Calendar; hasUsers?: boolean; passwordMin?: number } = {},
  commit = makeFakeCommit(),
) => {
  const ports = {
    directory: {
      findUser: async () => given.user,
      findRoles: async (_tenantId: string, ids: readonly string[]) => [role()].filter(({ id }) => ids.includes(id)),
      findOrgUnit: async (_tenantId: string, id: string) => [orgUnit()].find((unit) => unit.id === id),
      findTenant: async (id: string) => (id === 'tenant-1' ? { id, name: 'T', created_at: T0 } : undefined),
      hasUsers: async () => given.hasUsers ?? false,
    },
    calendars: { find: async () => given.calendar, held: async () => [], open: async () => [] },
    commit,
    passwords: { hash: async (password: string) => `hash of ${password}`, verify: async () => true },
    retry,
    clock: clockAt(),
    newId: makeIds(),
    passwordMin: given.passwordMin ?? 6,
  };
  return {
    commit,
    createUser: makeCreateUser(ports),
    changeUser: makeChangeUser(ports),
    assignRole: makeAssignRole(ports),
    setMembership: makeSetMembership(ports),
    bootstrap: makeBootstrapAdmin(ports),
    grant: makeGrantPermission(ports),
  };
};

describe('a new user', () => {
  it('is active, has no role, and an empty calendar that says the same', async () => {
    const { createUser, commit } = makeScene();
    const made = await createUser(CALL, { username: 'ada', password: 'secret', is_active: undefined });
    expect(made).toMatchObject({ id: 'id-1', is_active: true, role_ids: [], password_hash: 'hash of secret' });
    expect(only(only(commit.commits).changes)).toMatchObject({
      kind: 'user_created',
      calendar: { user_id: 'id-1', tenant_id: 'tenant-1', active_count: 0, is_active: true, memberships: [] },
    });
  });

  it('needs a password as long as the stage demands', async () => {
    const { createUser } = makeScene({ passwordMin: 12 });
    const draft = { username: 'ada', password: 'eleven char', is_active: undefined };
    const { problems } = await refusalOf(() => createUser(CALL, draft), 'validation_failed');
    expect(problems).toMatchObject([{ pointer: '/password', code: 'too_small' }]);
    await createUser(CALL, { ...draft, password: 'twelve chars' });
  });
});

describe('the first user of a tenant', () => {
  const DRAFT = { tenant_id: 'tenant-1', username: 'root', password: 'secret' };

  it('gets a role that may do everything, in the transaction that marks the tenant', async () => {
    const { bootstrap, commit } = makeScene();
    await bootstrap({ tenantId: '-', actorId: 'anonymous', permissions: [] }, DRAFT);
    const { call, changes } = only(commit.commits);
    expect(call.tenantId).toBe('tenant-1');
    expect(changes).toMatchObject([
      { kind: 'tenant_bootstrapped', tenant: { id: 'tenant-1' } },
      { kind: 'role_created', role: { id: 'id-1', name: 'admin', permissions: ['*'] } },
      { kind: 'user_created', user: { id: 'id-2', role_ids: ['id-1'], is_active: true } },
      { kind: 'identity_writers_moved', tenantId: 'tenant-1', by: 1 },
    ]);
  });

  it('is refused in a tenant that has users, or that is none', async () => {
    const strict = makeScene({ passwordMin: DRAFT.password.length + 1 });
    const { problems } = await refusalOf(() => strict.bootstrap(CALL, DRAFT), 'validation_failed');
    expect(problems).toMatchObject([{ pointer: '/password', code: 'too_small' }]);
    expect(strict.commit.commits).toEqual([]);
    await refusalOf(() => makeScene({ hasUsers: true }).bootstrap(CALL, DRAFT), 'tenant_has_users');
    await refusalOf(() => makeScene().bootstrap(CALL, { ...DRAFT, tenant_id: 'x' }), 'tenant_not_found');
  });
});

describe('a change of a user', () => {
  it('to inactive moves the calendar too, so that a dispatch under way looks again', async () => {
    const { changeUser, commit } = makeScene({ user: user(), calendar: calendar({ version: 4 }) });
    await changeUser(CALL, 'user-1', { is_active: false, password: undefined });
    expect(only(commit.commits).changes).toMatchObject([
      { kind: 'user_changed', before: { version: 1 }, after: { version: 2, is_active: false, password_hash: 'hash' } },
      { kind: 'calendar_changed', before: { version: 4 }, after: { version: 5, is_active: false } },
    ]);
  });

  it('of the password leaves the calendar alone', async () => {
    const { changeUser, commit } = makeScene({ user: user(), calendar: calendar() });
    await changeUser(CALL, 'user-1', { password: 'another', is_active: undefined });
    expect(only(commit.commits).changes).toMatchObject([
      { kind: 'user_changed', after: { is_active: true, password_hash: 'hash of another' } },
    ]);
  });

  it('is tried again when stale, and refused for a user who is none', async () => {
    const { changeUser, commit } = makeScene({ user: user(), calendar: calendar() }, makeFakeCommit(staleRead()));
    await changeUser(CALL, 'user-1', { is_active: false, password: undefined });
    expect(commit.commits).toHaveLength(1);
    const nobody = makeScene();
    await refusalOf(() => nobody.changeUser(CALL, 'x', { is_active: false, password: undefined }), 'user_not_found');
  });
});

describe('roles of a user', () => {
  it('are added once', async () => {
    const { assignRole, commit } = makeScene({ user: user() });
    await assignRole(CALL, 'user-1', 'role-1');
    expect(only(commit.commits).changes).toMatchObject([
      { kind: 'user_changed', after: { role_ids: ['role-1'], version: 2 } },
      { kind: 'role_holders_moved', role: { id: 'role-1' }, holders: 1, activeHolders: 1 },
    ]);
    const again = makeScene({ user: user({ role_ids: ['role-1'] }) });
    await again.assignRole(CALL, 'user-1', 'role-1');
    expect(only(again.commit.commits).changes).toEqual([]);
  });

  it('are bounded, and must exist', async () => {
    const full = Array.from({ length: LIMITS.rolesPerUser }, (_, index) => `r${index}`);
    const { assignRole } = makeScene({ user: user({ role_ids: full }) });
    await refusalOf(() => assignRole(CALL, 'user-1', 'role-1'), 'limit_reached');
    await refusalOf(() => assignRole(CALL, 'user-1', 'role-x'), 'role_not_found');
  });

  it('grant permissions of the catalogue, each once', async () => {
    const { grant, commit } = makeScene();
    await grant(CALL, 'role-1', '018f0000-0000-7000-8000-000000000004');
    expect(only(commit.commits).changes).toMatchObject([
      { kind: 'role_changed', after: { permissions: ['mission.read'], version: 2 } },
    ]);
    await refusalOf(() => grant(CALL, 'role-1', 'mission.read'), 'permission_not_found');
    await refusalOf(() => grant(CALL, 'role-x', '018f0000-0000-7000-8000-000000000004'), 'role_not_found');
  });
});

describe('memberships of a user', () => {
  const member = (id: string, is_primary = false) => ({ org_unit_id: id, is_primary, created_at: T0 });
  const after = async (memberships: Calendar['memberships'], is_primary?: boolean) => {
    const { setMembership, commit } = makeScene({ calendar: calendar({ memberships }) });
    await setMembership(CALL, 'user-1', 'unit-1', { is_primary });
    const [change] = only(commit.commits).changes;
    if (change?.kind !== 'calendar_changed') throw new Error(change?.kind);
    expect(change.after.version).toBe(change.before.version + 1);
    return change.after.memberships;
  };

  it('are added, not primary unless said', async () => {
    expect(await after([])).toEqual([{ org_unit_id: 'unit-1', is_primary: false, created_at: NOW }]);
  });

  it('have at most one that is primary', async () => {
    expect(await after([member('other', true)], true)).toEqual([
      member('other', false),
      { org_unit_id: 'unit-1', is_primary: true, created_at: NOW },
    ]);
    expect(await after([member('other', true)])).toMatchObject([{ is_primary: true }, { is_primary: false }]);
  });

  it('that are known keep what is not said anew', async () => {
    const { setMembership, commit } = makeScene({ calendar: calendar({ memberships: [member('unit-1', true)] }) });
    expect(await setMembership(CALL, 'user-1', 'unit-1', {})).toMatchObject({ is_primary: true });
    expect(only(commit.commits).changes).toEqual([]);
    expect(await after([member('unit-1', true)], false)).toEqual([member('unit-1', false)]);
  });

  it('are bounded; a known one may still change', async () => {
    const full = Array.from({ length: LIMITS.membershipsPerUser - 1 }, (_, index) => member(`u${index}`));
    const more = makeScene({ calendar: calendar({ memberships: [...full, member('last')] }) });
    await refusalOf(() => more.setMembership(CALL, 'user-1', 'unit-1', {}), 'limit_reached');
    expect(await after([...full, member('unit-1')], true)).toHaveLength(LIMITS.membershipsPerUser);
  });

  it('are of users and org units that exist', async () => {
    await refusalOf(() => makeScene().setMembership(CALL, 'x', 'unit-1', {}), 'user_not_found');
    const { setMembership } = makeScene({ calendar: calendar() });
    await refusalOf(() => setMembership(CALL, 'user-1', 'unit-x', {}), 'org_unit_not_found');
  });
});
