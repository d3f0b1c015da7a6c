import type { Call } from '../call.ts';
import type { Commit } from '../commit.ts';
import { DomainError, notFound } from '../errors.ts';
import type { Retry } from '../retry.ts';
import type { Clock } from '../time/instant.ts';
import { writersMoved } from './administrators.ts';
import type { IdentityWritersMoved, RoleChanged, RoleCreated, RoleDeleted } from './changes.ts';
import type { Directory, Role, RoleDraft, RolePatch } from './directory.ts';
import { mayWriteIdentities, PERMISSIONS, requireHeld } from './permission.ts';

interface Ports {
  readonly directory: Pick<Directory, 'findRoles'>;
  readonly commit: Commit<RoleCreated | RoleChanged | RoleDeleted | IdentityWritersMoved>;
  readonly retry: Retry;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** Creates a role without permissions. Refuses with `duplicate` when the tenant has one with the name. */
export const makeCreateRole =
  ({ commit, clock, newId }: Pick<Ports, 'commit' | 'clock' | 'newId'>) =>
  async (call: Call, { name, description }: RoleDraft): Promise<Role> => {
    const role: Role = {
      id: newId(),
      tenant_id: call.tenantId,
      name,
      description: description ?? null,
      permissions: [],
      created_at: clock(),
      holders: 0,
      active_holders: 0,
      version: 1,
    };
    await commit(call, [{ kind: 'role_created', role }], role);
    return role;
  };

export const makeGetRole =
  ({ directory }: Pick<Ports, 'directory'>) =>
  async (tenantId: string, roleId: string): Promise<Role> => {
    const [role] = await directory.findRoles(tenantId, [roleId]);
    if (role === undefined) throw notFound('role', roleId);
    return role;
  };

/** Changes name or description. Refuses with `duplicate` when another role of the tenant has the name. */
export const makeChangeRole =
  ({ directory, commit, retry }: Pick<Ports, 'directory' | 'commit' | 'retry'>) =>
  (call: Call, roleId: string, { name, description }: RolePatch): Promise<Role> =>
    retry(async () => {
      const before = await makeGetRole({ directory })(call.tenantId, roleId);
      const after: Role = {
        ...before,
        name: name ?? before.name,
        description: description === undefined ? before.description : description,
      };
      if (after.name === before.name && after.description === before.description) return before;
      const changed = { ...after, version: before.version + 1 };
      await commit(call, [{ kind: 'role_changed', before, after: changed }], changed);
      return changed;
    });

/** Deletes a role that nobody has. Refuses with `role_in_use` while users have it, inactive ones included. */
export const makeDeleteRole =
  ({ directory, commit, retry, clock }: Omit<Ports, 'newId'>) =>
  (call: Call, roleId: string): Promise<void> =>
    retry(async () => {
      const role = await makeGetRole({ directory })(call.tenantId, roleId);
      const { holders } = role;
      if (holders > 0) {
        const message = `${holders === 1 ? 'A user has' : `${holders} users have`} the role "${role.name}".`;
        throw new DomainError('role_in_use', message, { holders });
      }
      await commit(call, [{ kind: 'role_deleted', role, at: clock() }], undefined);
    });

const changePermissions =
  ({ directory, commit, retry }: Pick<Ports, 'directory' | 'commit' | 'retry'>) =>
  (call: Call, roleId: string, permissionId: string, { granting }: { readonly granting: boolean }): Promise<void> =>
    retry(async () => {
      const before = await makeGetRole({ directory })(call.tenantId, roleId);
      const name = PERMISSIONS.find(({ id }) => id === permissionId)?.name;
      if (name === undefined) throw notFound('permission', permissionId);
      if (granting) requireHeld(call, [name]);
      if (before.permissions.includes(name) === granting) return commit(call, [], undefined);
      const others = before.permissions.filter((one) => one !== name);
      const permissions = granting ? [...others, name] : others;
      const after: Role = { ...before, permissions, version: before.version + 1 };
      const writes = Number(mayWriteIdentities(after.permissions)) - Number(mayWriteIdentities(before.permissions));
      const moved = writersMoved(call.tenantId, writes * before.active_holders);
      await commit(call, [{ kind: 'role_changed', before, after }, ...moved], undefined);
    });

/** Adds a permission of the catalogue, which the caller holds, to a role; one that the role has changes nothing. */
export const makeGrantPermission = (ports: Pick<Ports, 'directory' | 'commit' | 'retry'>) => {
  const change = changePermissions(ports);
  return (call: Call, roleId: string, permissionId: string): Promise<void> =>
    change(call, roleId, permissionId, { granting: true });
};

/**
 * Takes a permission from a role; one that the role lacks changes nothing. Refuses with `last_administrator` when nobody
 * active could write identities any more.
 */
export const makeRevokePermission = (ports: Pick<Ports, 'directory' | 'commit' | 'retry'>) => {
  const change = changePermissions(ports);
  return (call: Call, roleId: string, permissionId: string): Promise<void> =>
    change(call, roleId, permissionId, { granting: false });
};
