import * as z from 'zod';
import type { OrgUnitChanges } from '../../../core/identity/changes.ts';
import { orgUnitSchema, type Directory, type OrgUnit } from '../../../core/identity/directory.ts';
import { all, checkSeen, claim, keyOf, put, putAtVersion, update, type Writes } from '../actions.ts';
import { find, makeCodec, owned, type Codec, type Reads } from '../codec.ts';
import { directoryKey, orgTreeKey } from '../keys.ts';
import { directoryPage } from '../listing.ts';

export const orgUnitKey = /* @__PURE__ */ directoryKey('org_unit');

export const orgUnitCodec: Codec<OrgUnit> = /* @__PURE__ */ makeCodec({
  schema: orgUnitSchema,
  key: owned(orgUnitKey),
});

export const orgUnitReads = (reads: Reads): Pick<Directory, 'findOrgUnit' | 'listOrgUnits' | 'orgTreeVersion'> => ({
  findOrgUnit: (tenantId, id) => find(reads, orgUnitCodec, orgUnitKey(tenantId, id)),
  listOrgUnits: (tenantId, page) => directoryPage(reads, orgUnitCodec, orgUnitKey(tenantId, ''), {}, page),
  orgTreeVersion: async (tenantId) => {
    const item = await reads.reader.get(orgTreeKey(tenantId));
    return item === undefined ? 0 : treeSchema.parse(item).version;
  },
});

const treeSchema = z.object({ version: z.number().int() });

export const orgUnitWrites: Writes<OrgUnitChanges> = {
  org_unit_created: ({ orgUnit }) =>
    all(
      claim(orgUnit.tenant_id, 'ORG_UNIT_CODE', orgUnit.code, orgUnit.id, 'code'),
      put('org unit', orgUnitCodec.toItem(orgUnit)),
    ),
  org_unit_changed: ({ before, after }) =>
    update('org unit', orgUnitCodec.toItem(before), orgUnitCodec.toItem(after), { version: before.version }),
  org_unit_seen: ({ orgUnit }) =>
    checkSeen('org unit', keyOf(orgUnitCodec.toItem(orgUnit)), { version: orgUnit.version }),
  org_tree_moved: ({ tenantId, seen }) => putAtVersion('tree', { ...orgTreeKey(tenantId), version: seen + 1 }, seen),
};
