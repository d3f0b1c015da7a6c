import type { Call } from '../call.ts';
import { DomainError, notFound } from '../errors.ts';
import type { Ledger } from '../ledger.ts';
import type { Retry } from '../retry.ts';
import type { Clock } from '../time/instant.ts';
import type { Directory, OrgUnit, OrgUnitDraft, Role, RoleDraft } from './directory.ts';
import { PERMISSIONS } from './permission.ts';

interface Ports {
  readonly directory: Pick<Directory, 'findRoles' | 'findOrgUnit'>;
  readonly ledger: Ledger;
  readonly retry: Retry;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** Creates a role without permissions. Refuses with `duplicate` when the tenant has one with the name. */
export const makeCreateRole =
  ({ ledger, clock, newId }: Pick<Ports, 'ledger' | 'clock' | 'newId'>) =>
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
    await ledger.commit(call, [{ kind: 'role_created', role }], role);
    return role;
  };

/** Adds a permission of the catalogue to a role; one that the role has already changes nothing. */
export const makeGrantPermission =
  ({ directory, ledger, retry }: Pick<Ports, 'directory' | 'ledger' | 'retry'>) =>
  (call: Call, roleId: string, permissionId: string): Promise<void> =>
    retry(async () => {
      const permission = PERMISSIONS.find(({ id }) => id === permissionId);
      const [before] = await directory.findRoles(call.tenantId, [roleId]);
      if (before === undefined) throw notFound('role', roleId);
      if (permission === undefined) throw notFound('permission', permissionId);
      const permissions = [...new Set([...before.permissions, permission.name])];
      const after: Role = { ...before, permissions, version: before.version + 1 };
      await ledger.commit(call, [{ kind: 'role_changed', before, after }], undefined);
    });

/** Creates an org unit, below an active one when `parent_id` names it. Refuses with `duplicate` for a taken code. */
export const makeCreateOrgUnit =
  ({ directory, ledger, clock, newId }: Pick<Ports, 'directory' | 'ledger' | 'clock' | 'newId'>) =>
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
    await ledger.commit(call, [{ kind: 'org_unit_created', orgUnit }], orgUnit);
    return orgUnit;
  };
