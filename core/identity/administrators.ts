import type { IdentityWritersMoved, RoleHoldersMoved } from './changes.ts';
import type { Role, User } from './directory.ts';
import { mayWriteIdentities } from './permission.ts';

/**
 * What a change of a user does to the counts of roles: holders of each, and identity writers of the tenant. `roles` are
 * those that the user had or gets; one that does not exist counts nowhere.
 */
export const countsMoved = (
  before: User,
  after: User,
  roles: readonly Role[],
): readonly (RoleHoldersMoved | IdentityWritersMoved)[] => {
  const moves = roles.flatMap((role): readonly RoleHoldersMoved[] => {
    const had = Number(before.role_ids.includes(role.id));
    const has = Number(after.role_ids.includes(role.id));
    const holders = has - had;
    const activeHolders = has * Number(after.is_active) - had * Number(before.is_active);
    return holders === 0 && activeHolders === 0 ? [] : [{ kind: 'role_holders_moved', role, holders, activeHolders }];
  });
  const writers = moves.reduce(
    (sum, { role, activeHolders }) => sum + (mayWriteIdentities(role.permissions) ? activeHolders : 0),
    0,
  );
  return [...moves, ...writersMoved(after.tenant_id, writers)];
};

/** The refusal of the count names what failed, so it comes behind the changes that it is counted from. */
export const writersMoved = (tenantId: string, by: number): readonly IdentityWritersMoved[] =>
  by === 0 ? [] : [{ kind: 'identity_writers_moved', tenantId, by }];
