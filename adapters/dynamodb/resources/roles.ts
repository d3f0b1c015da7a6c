import type { RoleChanges } from '../../../core/identity/changes.ts';
import { roleSchema, type Directory, type Role } from '../../../core/identity/directory.ts';
import { all, claim, put, update, type Writes } from '../actions.ts';
import { makeCodec, owned, type Codec, type Reads } from '../codec.ts';
import { directoryKey } from '../keys.ts';
import { directoryPage } from '../listing.ts';

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

export const roleWrites: Writes<RoleChanges> = {
  role_created: ({ role }) =>
    all(claim(role.tenant_id, 'ROLE_NAME', role.name, role.id, 'name'), put('role', roleCodec.toItem(role))),
  role_changed: ({ before, after }) =>
    update('role', roleCodec.toItem(before), roleCodec.toItem(after), { version: before.version }),
};
