import * as z from 'zod';
import type { Page, PageRequest } from '../page.ts';
import { freeText, idSchema, optional, referenceSchema, text } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import { affectedFields } from '../calendar/affected.ts';
import { instantSchema } from '../time/instant.ts';

export const tenantSchema = z
  .object({ id: idSchema, name: z.string(), created_at: instantSchema })
  .meta({ id: 'Tenant' });
export type Tenant = z.infer<typeof tenantSchema>;
export const tenantDraft = z
  .strictObject({ name: text(LIMITS.name) })
  .meta({ id: 'TenantDraft', examples: [{ name: 'North Survey' }] });

/** What the API shows of a user. */
export const userView = z
  .object({
    id: idSchema,
    tenant_id: idSchema,
    username: z.string(),
    is_active: z.boolean(),
    created_at: instantSchema,
  })
  .meta({ id: 'User' });
export type UserView = z.infer<typeof userView>;
/** A changed user, and what that leaves against a rule. */
export const userChange = userView.extend(affectedFields).meta({ id: 'UserChange' });

/** What is kept of a user: never leaves the service whole. */
export const userSchema = userView.extend({
  password_hash: z.string(),
  role_ids: z.array(idSchema),
  /** Moves when the password changes or the user goes inactive: tokens of an earlier epoch are refused. */
  token_epoch: z.number().int().min(1).default(1),
  version: z.number().int().min(1),
});
export type User = z.infer<typeof userSchema>;

const username = text(LIMITS.username).meta({ description: 'Unique in the tenant, without regard to case' });

/**
 * A user name as names are compared: without regard to case and to forms that look alike (NFKC: full width, ligatures).
 * There and back, so that letters with several forms meet: ß, ẞ and ss, the final sigma and the other, ı and i.
 */
export const comparedName = (name: string): string =>
  name.normalize('NFKC').trim().toLowerCase().toUpperCase().toLowerCase().normalize('NFKC');
const password = z.string().min(LIMITS.passwordMin).max(LIMITS.passwordMax);

export const userDraft = z
  .strictObject({
    username,
    password,
    is_active: optional(z.boolean()).meta({ description: 'Without it: true' }),
  })
  .meta({ id: 'UserDraft', examples: [{ username: 'jo', password: 'correct horse' }] });
export type UserDraft = z.infer<typeof userDraft>;
export const userPatch = z
  .strictObject({
    password: optional(password),
    is_active: optional(z.boolean()),
    validate_only: optional(z.boolean()).meta({
      description: 'All checks, the same answer, and nothing is written: what the change would affect',
    }),
  })
  .meta({ id: 'UserPatch', examples: [{ is_active: false }] });
export type UserPatch = z.infer<typeof userPatch>;
export const bootstrapDraft = z.strictObject({ tenant_id: referenceSchema, username, password }).meta({
  id: 'BootstrapDraft',
  examples: [{ tenant_id: '0199c0de-0000-7000-8000-000000000000', username: 'admin', password: 'correct horse' }],
});
export type BootstrapDraft = z.infer<typeof bootstrapDraft>;

/** The password of whoever calls. The current one may be any text: one that could never be a password is wrong. */
export const passwordChange = z
  .strictObject({ current_password: z.string().max(LIMITS.reference), new_password: password })
  .meta({
    id: 'PasswordChange',
    examples: [{ current_password: 'correct horse', new_password: 'battery staple' }],
  });
export type PasswordChange = z.infer<typeof passwordChange>;

/** Login takes any text: what could never be a name or password fails like a wrong one. */
export const credentials = z
  .strictObject({
    tenant_id: z.string().max(LIMITS.reference),
    username: z.string().max(LIMITS.reference),
    password: z.string().max(LIMITS.reference),
  })
  .meta({
    id: 'Credentials',
    examples: [{ tenant_id: '0199c0de-0000-7000-8000-000000000000', username: 'admin', password: 'correct horse' }],
  });
export type Credentials = z.infer<typeof credentials>;

export const roleSchema = z.object({
  id: idSchema,
  tenant_id: idSchema,
  name: z.string(),
  description: z.string().nullable(),
  permissions: z.array(z.string()),
  created_at: instantSchema,
  /** Users who have the role, and those of them who are active. Counted in the transactions that change it. */
  holders: z.number().int().min(0).default(0),
  active_holders: z.number().int().min(0).default(0),
  version: z.number().int().min(1),
});
export type Role = z.infer<typeof roleSchema>;
export const roleView = roleSchema.omit({ holders: true, active_holders: true, version: true }).meta({ id: 'Role' });
export const roleDraft = z
  .strictObject({
    name: text(LIMITS.shortName).meta({ description: 'Unique in the tenant' }),
    description: optional(freeText(LIMITS.description)),
  })
  .meta({ id: 'RoleDraft', examples: [{ name: 'dispatcher', description: 'Plans and dispatches' }] });
export type RoleDraft = z.infer<typeof roleDraft>;
export const rolePatch = z
  .strictObject({
    name: optional(text(LIMITS.shortName)).meta({ description: 'Unique in the tenant' }),
    description: freeText(LIMITS.description).nullish().meta({ description: 'Null takes it away' }),
  })
  .meta({ id: 'RolePatch', examples: [{ name: 'planner' }] });
export type RolePatch = z.infer<typeof rolePatch>;

export const orgUnitSchema = z.object({
  id: idSchema,
  tenant_id: idSchema,
  name: z.string(),
  code: z.string(),
  parent_id: idSchema.nullable(),
  is_active: z.boolean(),
  created_at: instantSchema,
  version: z.number().int().min(1).default(1),
});
export type OrgUnit = z.infer<typeof orgUnitSchema>;
export const orgUnitView = orgUnitSchema.omit({ version: true }).meta({ id: 'OrgUnit' });
export const orgUnitDraft = z
  .strictObject({
    name: text(LIMITS.name),
    code: text(LIMITS.code).meta({ description: 'Unique in the tenant' }),
    parent_id: optional(referenceSchema),
    is_active: optional(z.boolean()).meta({ description: 'Without it: true' }),
  })
  .meta({ id: 'OrgUnitDraft', examples: [{ name: 'North crew', code: 'NORTH' }] });
export type OrgUnitDraft = z.infer<typeof orgUnitDraft>;
export const orgUnitPatch = z
  .strictObject({
    name: optional(text(LIMITS.name)),
    parent_id: referenceSchema.nullish().meta({ description: 'Null puts it at the top' }),
    is_active: optional(z.boolean()).meta({
      description: 'An inactive one takes no new member; it keeps those it has',
    }),
  })
  .meta({ id: 'OrgUnitPatch', examples: [{ is_active: false }] });
export type OrgUnitPatch = z.infer<typeof orgUnitPatch>;

export const membershipDraft = z
  .strictObject({
    is_primary: optional(z.boolean()).meta({ description: 'Without it: stays as it is, and false for a new member' }),
  })
  .meta({ id: 'MembershipDraft', examples: [{ is_primary: true }] });
export const membershipView = z
  .object({
    user_id: idSchema,
    org_unit_id: idSchema,
    is_primary: z.boolean(),
    created_at: instantSchema,
  })
  .meta({ id: 'Membership' });
export type Membership = z.infer<typeof membershipView>;

/** Reads of the directory: `get` refuses with `…_not_found`, `find` may be empty, `list` is paged. */
export interface Directory {
  readonly findTenant: (tenantId: string) => Promise<Tenant | undefined>;
  readonly hasUsers: (tenantId: string) => Promise<boolean>;
  readonly findUser: (tenantId: string, userId: string) => Promise<User | undefined>;
  readonly findUserByName: (tenantId: string, username: string) => Promise<User | undefined>;
  readonly listUsers: (tenantId: string, page: PageRequest) => Promise<Page<UserView>>;
  readonly findRoles: (tenantId: string, roleIds: readonly string[]) => Promise<readonly Role[]>;
  readonly listRoles: (tenantId: string, page: PageRequest) => Promise<Page<Role>>;
  readonly findOrgUnit: (tenantId: string, orgUnitId: string) => Promise<OrgUnit | undefined>;
  readonly listOrgUnits: (tenantId: string, page: PageRequest) => Promise<Page<OrgUnit>>;
  /** How often an org unit of the tenant was put below another: 0 at first. */
  readonly orgTreeVersion: (tenantId: string) => Promise<number>;
}
