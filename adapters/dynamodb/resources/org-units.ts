import type { OrgUnitCreated } from '../../../core/identity/changes.ts';
import { orgUnitSchema, type Directory, type OrgUnit } from '../../../core/identity/directory.ts';
import { all, claim, put, type Writes } from '../actions.ts';
import { find, makeCodec, owned, type Codec, type Reads } from '../codec.ts';
import { directoryKey } from '../keys.ts';
import { directoryPage } from '../listing.ts';

export const orgUnitKey = /* @__PURE__ */ directoryKey('org_unit');

export const orgUnitCodec: Codec<OrgUnit> = /* @__PURE__ */ makeCodec({
  schema: orgUnitSchema,
  key: owned(orgUnitKey),
});

export const orgUnitReads = (reads: Reads): Pick<Directory, 'findOrgUnit' | 'listOrgUnits'> => ({
  findOrgUnit: (tenantId, id) => find(reads, orgUnitCodec, orgUnitKey(tenantId, id)),
  listOrgUnits: (tenantId, page) => directoryPage(reads, orgUnitCodec, orgUnitKey(tenantId, ''), {}, page),
});

export const orgUnitWrites: Writes<OrgUnitCreated> = {
  org_unit_created: ({ orgUnit }) =>
    all(
      claim(orgUnit.tenant_id, 'ORG_UNIT_CODE', orgUnit.code, orgUnit.id, 'code'),
      put('org unit', orgUnitCodec.toItem(orgUnit)),
    ),
};
