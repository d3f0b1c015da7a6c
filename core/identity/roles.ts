import type { Call } from '../call.ts';
import { DomainError, notFound } from '../errors.ts';
import type { Commit } from '../commit.ts';
import type { Retry } from '../retry.ts';
import type { Clock } from '../time/instant.ts';
import type { OrgUnitCreated, RoleChanged, RoleCreated } from './changes.ts';
import type { Directory, OrgUnit, OrgUnitDraft, Role, RoleDraft } from './directory.ts';
import { PERMISSIONS } from './permission.ts';

interface Ports {
  readonly directory: Pick<Directory, 'findRoles' | 'findOrgUnit'>;
  readonly commit: Commit<RoleCreated | RoleChanged | OrgUnitCreated>;
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
      version: 1,
    };
    await commit(call, [{ kind: 'role_created', role }], role);
    return role;
  };

/** Adds a permission of the catalogue to a role; one that the role has already changes nothing. */
export const makeGrantPermission =
  ({ directory, commit, retry }: Pick<Ports, 'directory' | 'commit' | 'retry'>) =>
  (call: Call, roleId: string, permissionId: string): Promise<void> =>
    retry(async () => {
      const permission = PERMISSIONS.find(({ id }) => id === permissionId);
      const [before] = await directory.findRoles(call.tenantId, [roleId]);
      if (before === undefined) throw notFound('role', roleId);
      if (permission === undefined) throw notFound('permission', permissionId);
      const permissions = [...new Set([...before.permissions, permission.name])];
      const after: Role = { ...before, permissions, version: before.version + 1 };
      await commit(call, [{ kind: 'role_changed', before, after }], undefined);
    });

/** Creates an org unit, below an active one when `parent_id` names it. Refuses with `duplicate` for a taken code. */
export const makeCreateOrgUnit =
  ({ directory, commit, clock, newId }: Pick<Ports, 'directory' | 'commit' | 'clock' | 'newId'>) =>
  async (call: Call, { name, code, parent_id, is_active }: OrgUnitDraft): Promise<OrgUnit> => {
    if (parent_id !== undefined) {
      const parent = await directory.findOrgUnit(call.tenantId, parent_id);
      if (parent === undefined) throw notFound('org_unit', parent_id);
      if (!parent.is_active) throw new DomainError('inactive_org_unit', `Org unit "${parent.code}" is not active.`, {});
    }
    const orgUnit: OrgUnit = {
      id: newId(),
      tenant_id: call.tenantId,
      name,
      code,
      parent_id: parent_id ?? null,
      is_active: is_active ?? true,
      created_at: clock(),
    };
    await commit(call, [{ kind: 'org_unit_created', orgUnit }], orgUnit);
    return orgUnit;
  };
