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
export interface OrgUnitCreated {
  readonly kind: 'org_unit_created';
  readonly orgUnit: OrgUnit;
}

export type TenantChanges = TenantCreated | TenantBootstrapped;
export type UserChanges = UserCreated | UserChanged;
export type RoleChanges = RoleCreated | RoleChanged;
export type IdentityChanges = TenantChanges | UserChanges | RoleChanges | OrgUnitCreated;
