import type { OrgUnitCreated } from '../../../core/identity/changes.ts';
import { orgUnitSchema, type Directory, type OrgUnit } from '../../../core/identity/directory.ts';
import { all, claim, put, type Writes } from '../actions.ts';
import { find, makeCodec, owned, tenantOf, type Codec, type Reads } from '../codec.ts';
import { orgUnitKey } from '../keys.ts';
import { listPage } from '../pages.ts';

export const orgUnitCodec: Codec<OrgUnit> = /* @__PURE__ */ makeCodec({
  schema: orgUnitSchema,
  key: owned(orgUnitKey),
  list: 'org_units',
  tenantOf,
});

export const orgUnitReads = (reads: Reads): Pick<Directory, 'findOrgUnit' | 'listOrgUnits'> => ({
  findOrgUnit: (tenantId, id) => find(reads, orgUnitCodec, orgUnitKey(tenantId, id)),
  listOrgUnits: (tenantId, page) => listPage(reads, 'org_units', orgUnitCodec, tenantId, {}, page),
});

export const orgUnitWrites: Writes<OrgUnitCreated> = {
  org_unit_created: ({ orgUnit }) =>
    all(
      claim(orgUnit.tenant_id, 'ORG_UNIT_CODE', orgUnit.code, orgUnit.id, 'code'),
      put('org unit', orgUnitCodec.toItem(orgUnit)),
    ),
};
