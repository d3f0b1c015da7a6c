import type { Instant } from '../time/instant.ts';
import type { Calendar } from '../calendar/calendar.ts';
import type { OrgUnit, Role, Tenant, User } from './directory.ts';

export interface TenantCreated {
  readonly kind: 'tenant_created';
  readonly tenant: Tenant;
}
/** The tenant gets its first user, which it can only once. */
export interface TenantBootstrapped {
  readonly kind: 'tenant_bootstrapped';
  readonly tenant: Tenant;
}
export interface UserCreated {
  readonly kind: 'user_created';
  readonly user: User;
  readonly calendar: Calendar;
}
export interface UserChanged {
  readonly kind: 'user_changed';
  readonly before: User;
  readonly after: User;
}
export interface RoleCreated {
  readonly kind: 'role_created';
  readonly role: Role;
}
export interface RoleChanged {
  readonly kind: 'role_changed';
  readonly before: Role;
  readonly after: Role;
}
/** Holds only while nobody has the role. */
export interface RoleDeleted {
  readonly kind: 'role_deleted';
  readonly at: Instant;
  readonly role: Role;
}
/** Holders of a role come or go. Holds only while the role permits what it did when it was read. */
export interface RoleHoldersMoved {
  readonly kind: 'role_holders_moved';
  readonly role: Role;
  readonly holders: number;
  readonly activeHolders: number;
}
/**
 * The number of pairs of an active user and a role of theirs that lets them write identities. A change that takes some
 * away holds only while others are left: refused with `last_administrator`.
 */
export interface IdentityWritersMoved {
  readonly kind: 'identity_writers_moved';
  readonly tenantId: string;
  readonly by: number;
}
export interface OrgUnitCreated {
  readonly kind: 'org_unit_created';
  readonly orgUnit: OrgUnit;
}
export interface OrgUnitChanged {
  readonly kind: 'org_unit_changed';
  readonly before: OrgUnit;
  readonly after: OrgUnit;
}
/** Holds only while the org unit is as it was read. */
export interface OrgUnitSeen {
  readonly kind: 'org_unit_seen';
  readonly orgUnit: OrgUnit;
}
/** Moves among the org units follow one another: each holds only while no other came in between. */
export interface OrgTreeMoved {
  readonly kind: 'org_tree_moved';
  readonly tenantId: string;
  readonly seen: number;
}
export type TenantChanges = TenantCreated | TenantBootstrapped;
export type UserChanges = UserCreated | UserChanged;
export type RoleChanges = RoleCreated | RoleChanged | RoleDeleted | RoleHoldersMoved | IdentityWritersMoved;
export type OrgUnitChanges = OrgUnitCreated | OrgUnitChanged | OrgUnitSeen | OrgTreeMoved;
export type IdentityChanges = TenantChanges | UserChanges | RoleChanges | OrgUnitChanges;
