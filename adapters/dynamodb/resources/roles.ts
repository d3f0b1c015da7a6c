import { DomainError } from '../../../core/errors.ts';
import type { RoleChanges } from '../../../core/identity/changes.ts';
import { roleSchema, type Directory, type Role } from '../../../core/identity/directory.ts';
import { action, addSeen, all, claim, keyOf, put, remove, removeSeen, update, type Writes } from '../actions.ts';
import { makeCodec, owned, type Codec, type Reads } from '../codec.ts';
import { claimKey, directoryKey, identityWritersKey } from '../keys.ts';
import { directoryPage } from '../listing.ts';
import { removalNote } from './trail.ts';

const roleKey = /* @__PURE__ */ directoryKey('role');

export const roleCodec: Codec<Role> = /* @__PURE__ */ makeCodec({
  schema: roleSchema,
  key: owned(roleKey),
});

export const roleReads = (reads: Reads): Pick<Directory, 'findRoles' | 'listRoles'> => ({
  findRoles: async (tenantId, ids) => {
    const roles = await reads.reader.getMany(ids.map((id) => roleKey(tenantId, id)));
    return roles.map(roleCodec.fromItem);
  },
  listRoles: (tenantId, page) => directoryPage(reads, roleCodec, roleKey(tenantId, ''), {}, page),
});

const LAST = 'Nobody active could write identities any more. Let another user do so first.';

export const roleWrites: Writes<RoleChanges> = {
  role_created: ({ role }) =>
    all(claim(role.tenant_id, 'ROLE_NAME', role.name, role.id, 'name'), put('role', roleCodec.toItem(role))),
  role_changed: ({ before, after }) =>
    all(
      // The holders too: what a change of the permissions does to the identity writers was counted by them.
      update('role', roleCodec.toItem(before), roleCodec.toItem(after), {
        version: before.version,
        active_holders: before.active_holders,
      }),
      ...(before.name === after.name
        ? []
        : [
            claim(after.tenant_id, 'ROLE_NAME', after.name, after.id, 'name'),
            remove('claim before', claimKey(before.tenant_id, 'ROLE_NAME', before.name)),
          ]),
    ),
  role_deleted: ({ role, at }) =>
    all(
      removeSeen('role', keyOf(roleCodec.toItem(role)), { version: role.version, holders: 0 }),
      remove('claim ROLE_NAME', claimKey(role.tenant_id, 'ROLE_NAME', role.name)),
      put('note of the removal', removalNote('role', role, at)),
    ),
  role_holders_moved: ({ role, holders, activeHolders }) =>
    addSeen(
      'holders',
      keyOf(roleCodec.toItem(role)),
      { holders, active_holders: activeHolders },
      { version: role.version },
    ),
  identity_writers_moved: ({ tenantId, by }) =>
    action(
      'identity writers',
      {
        Update: {
          Key: { ...identityWritersKey(tenantId) },
          UpdateExpression: 'ADD writers :by',
          ExpressionAttributeValues: { ':by': by, ...(by < 0 ? { ':taken': -by } : {}) },
          ...(by < 0 ? { ConditionExpression: 'writers > :taken' } : {}),
        },
      },
      { refusal: () => new DomainError('last_administrator', LAST, {}) },
    ),
};
