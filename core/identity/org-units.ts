import type { Call } from '../call.ts';
import type { Commit } from '../commit.ts';
import { DomainError, notFound } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { Retry } from '../retry.ts';
import type { Clock } from '../time/instant.ts';
import type { OrgTreeMoved, OrgUnitChanged, OrgUnitCreated } from './changes.ts';
import type { Directory, OrgUnit, OrgUnitDraft, OrgUnitPatch } from './directory.ts';

interface Ports {
  readonly directory: Pick<Directory, 'findOrgUnit' | 'orgTreeVersion'>;
  readonly commit: Commit<OrgUnitCreated | OrgUnitChanged | OrgTreeMoved>;
  readonly retry: Retry;
  readonly clock: Clock;
  readonly newId: () => string;
}

export const inactiveOrgUnit = ({ code }: OrgUnit): DomainError =>
  new DomainError('inactive_org_unit', `Org unit "${code}" is not active.`, {});

export const makeGetOrgUnit =
  ({ directory }: { readonly directory: Pick<Directory, 'findOrgUnit'> }) =>
  async (tenantId: string, orgUnitId: string): Promise<OrgUnit> => {
    const orgUnit = await directory.findOrgUnit(tenantId, orgUnitId);
    if (orgUnit === undefined) throw notFound('org_unit', orgUnitId);
    return orgUnit;
  };

/** Creates an org unit, below an active one when `parent_id` names it. Refuses with `duplicate` for a taken code. */
export const makeCreateOrgUnit = ({ directory, commit, clock, newId }: Omit<Ports, 'retry'>) => {
  const get = makeGetOrgUnit({ directory });
  return async (call: Call, { name, code, parent_id, is_active }: OrgUnitDraft): Promise<OrgUnit> => {
    if (parent_id !== undefined) {
      const parent = await get(call.tenantId, parent_id);
      if (!parent.is_active) throw inactiveOrgUnit(parent);
    }
    const orgUnit: OrgUnit = {
      id: newId(),
      tenant_id: call.tenantId,
      name,
      code,
      parent_id: parent_id ?? null,
      is_active: is_active ?? true,
      created_at: clock(),
      version: 1,
    };
    await commit(call, [{ kind: 'org_unit_created', orgUnit }], orgUnit);
    return orgUnit;
  };
};

/**
 * Changes an org unit; `parent_id` moves it, with all that is below it. Refuses with `org_unit_circle` when it would come
 * to lie below itself. Only a move can close a circle, and the moves of a tenant follow one another, so what was walked
 * is what is committed.
 */
export const makeChangeOrgUnit = ({ directory, commit, retry }: Pick<Ports, 'directory' | 'commit' | 'retry'>) => {
  const get = makeGetOrgUnit({ directory });

  const requireNoCircle = async ({ tenant_id, id, code }: OrgUnit, parentId: string): Promise<void> => {
    let above: string | null = parentId;
    for (let depth = 0; above !== null; depth += 1) {
      if (above === id) throw new DomainError('org_unit_circle', `Org unit "${code}" would lie below itself.`, {});
      const limit = LIMITS.orgUnitDepth;
      if (depth === limit) {
        throw new DomainError('limit_reached', `At most ${limit} org units lie above one that is moved.`, { limit });
      }
      const parent: OrgUnit = await get(tenant_id, above);
      if (depth === 0 && !parent.is_active) throw inactiveOrgUnit(parent);
      above = parent.parent_id;
    }
  };

  return (call: Call, orgUnitId: string, { name, parent_id, is_active }: OrgUnitPatch): Promise<OrgUnit> =>
    retry(async () => {
      // Before anything of the tree: a move that comes after this read fails the commit.
      const seen = parent_id === undefined ? 0 : await directory.orgTreeVersion(call.tenantId);
      const before = await get(call.tenantId, orgUnitId);
      const after: OrgUnit = {
        ...before,
        name: name ?? before.name,
        parent_id: parent_id === undefined ? before.parent_id : parent_id,
        is_active: is_active ?? before.is_active,
      };
      const isMove = after.parent_id !== before.parent_id;
      if (!isMove && after.name === before.name && after.is_active === before.is_active) return before;
      if (isMove && after.parent_id !== null) await requireNoCircle(before, after.parent_id);
      const changed = { ...after, version: before.version + 1 };
      await commit(
        call,
        [
          { kind: 'org_unit_changed', before, after: changed },
          ...(isMove ? ([{ kind: 'org_tree_moved', tenantId: call.tenantId, seen }] as const) : []),
        ],
        changed,
      );
      return changed;
    });
};
