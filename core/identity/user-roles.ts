import type { Call } from '../call.ts';
import type { Commit } from '../commit.ts';
import { DomainError, notFound } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { Retry } from '../retry.ts';
import { countsMoved } from './administrators.ts';
import type { IdentityWritersMoved, RoleHoldersMoved, UserChanged } from './changes.ts';
import type { Directory, Role, User } from './directory.ts';
import { requireHeld } from './permission.ts';

interface Ports {
  readonly directory: Pick<Directory, 'findUser' | 'findRoles'>;
  readonly commit: Commit<UserChanged | RoleHoldersMoved | IdentityWritersMoved>;
  readonly retry: Retry;
}

/** The roles of a user. */
export const makeListRoles =
  ({ directory }: Pick<Ports, 'directory'>) =>
  async (tenantId: string, userId: string): Promise<readonly Role[]> => {
    const user = await directory.findUser(tenantId, userId);
    if (user === undefined) throw notFound('user', userId);
    const roles = await directory.findRoles(tenantId, user.role_ids);
    return roles.toSorted((a, b) => (a.id < b.id ? 1 : -1));
  };

/** Gives a user a role of which the caller holds every permission; one that the user has changes nothing. */
export const makeAssignRole = (ports: Ports) => {
  const change = changeRoles(ports);
  return (call: Call, userId: string, roleId: string): Promise<void> =>
    change(call, userId, roleId, ({ role_ids }, { permissions }) => {
      requireHeld(call, permissions);
      if (role_ids.includes(roleId)) return role_ids;
      if (role_ids.length >= LIMITS.rolesPerUser) {
        const limit = LIMITS.rolesPerUser;
        throw new DomainError('limit_reached', `A user has at most ${limit} roles.`, { limit });
      }
      return [...role_ids, roleId];
    });
};

/**
 * Takes a role from a user; one that the user lacks changes nothing. Refuses with `last_administrator` when nobody
 * active could write identities any more.
 */
export const makeUnassignRole = (ports: Ports) => {
  const change = changeRoles(ports);
  return (call: Call, userId: string, roleId: string): Promise<void> =>
    change(call, userId, roleId, ({ role_ids }) => role_ids.filter((id) => id !== roleId));
};

const changeRoles =
  ({ directory, commit, retry }: Ports) =>
  (call: Call, userId: string, roleId: string, decide: (user: User, role: Role) => readonly string[]): Promise<void> =>
    retry(async () => {
      const [before, [role]] = await Promise.all([
        directory.findUser(call.tenantId, userId),
        directory.findRoles(call.tenantId, [roleId]),
      ]);
      if (before === undefined) throw notFound('user', userId);
      if (role === undefined) throw notFound('role', roleId);
      const role_ids = [...decide(before, role)];
      if (role_ids.length === before.role_ids.length) return commit(call, [], undefined);
      const after: User = { ...before, role_ids, version: before.version + 1 };
      await commit(call, [{ kind: 'user_changed', before, after }, ...countsMoved(before, after, [role])], undefined);
    });
