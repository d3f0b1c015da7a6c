import type { IdentityChanges } from '../../../core/identity/changes.ts';
import type { Directory } from '../../../core/identity/directory.ts';
import { joined, type Writes } from '../actions.ts';
import type { Reads } from '../codec.ts';
import { orgUnitReads, orgUnitWrites } from './org-units.ts';
import { roleReads, roleWrites } from './roles.ts';
import { tenantReads, tenantWrites } from './tenants.ts';
import { userReads, userWrites } from './users.ts';

/** Tenants, users, roles and org units. */
export const makeDirectory = (reads: Reads): Directory => ({
  ...tenantReads(reads),
  ...userReads(reads),
  ...roleReads(reads),
  ...orgUnitReads(reads),
});

export const identityWrites: Writes<IdentityChanges> = /* @__PURE__ */ joined(
  /* @__PURE__ */ joined(tenantWrites, userWrites),
  /* @__PURE__ */ joined(roleWrites, orgUnitWrites),
);
