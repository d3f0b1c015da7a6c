import * as z from 'zod';
import { editedSchema, newEdit, occasionOf } from '../events/edit.ts';
import { eventful, resourceEvent } from '../events/eventful.ts';
import { idSchema } from '../fields.ts';
import { grantSchema } from '../qualifications/grants.ts';
import { noteSchema } from '../trail/entry-of.ts';
import { orgUnitSchema, roleSchema, userSchema } from './directory.ts';

const userData = { user_id: idSchema, username: z.string(), is_active: z.boolean(), role_ids: z.array(idSchema) };

/** None of them says a password, nor that one was changed for which reason: `user.changed` says that something was. */
export const userEvents = eventful(
  [resourceEvent('user.created', userData), resourceEvent('user.changed', userData)],
  userSchema
    .pick({ id: true, tenant_id: true, username: true, is_active: true, role_ids: true })
    .extend(editedSchema.shape),
)({
  created: (after) => userEvent('task_center.user.created', undefined, after),
  changed: (before, after) => userEvent('task_center.user.changed', before, after),
});

type UserFacts = z.infer<typeof editedSchema> & {
  readonly id: string;
  readonly tenant_id: string;
  readonly username: string;
  readonly is_active: boolean;
  readonly role_ids: string[];
};

const userEvent = <Name extends string>(name: Name, before: UserFacts | undefined, after: UserFacts) => {
  const edit = newEdit(before, after);
  const { id: user_id, username, is_active, role_ids } = after;
  return edit && { ...occasionOf(edit, after), name, data: { user_id, username, is_active, role_ids } };
};

/** Memberships, qualifications and hours are kept with the calendar, whose other changes are those of tasks and absences. */
export const membershipEvents = eventful(
  [
    resourceEvent('user.memberships_changed', { user_id: idSchema, org_unit_ids: z.array(idSchema) }),
    resourceEvent('user.qualifications_changed', { user_id: idSchema, codes: z.array(z.string()) }),
    resourceEvent('user.working_hours_changed', { user_id: idSchema }),
  ],
  z.object({
    tenant_id: idSchema,
    user_id: idSchema,
    memberships: z.array(z.object({ org_unit_id: idSchema, is_primary: z.boolean() })),
    qualifications: z.array(grantSchema).default([]),
    ...editedSchema.shape,
  }),
)({
  created: () => undefined,
  changed: (before, after) => {
    const edit = newEdit(before, after);
    if (edit === undefined) return undefined;
    const { user_id, memberships, qualifications } = after;
    const occasion = occasionOf(edit, after);
    if (JSON.stringify(qualifications) !== JSON.stringify(before.qualifications)) {
      const codes = qualifications.map(({ code }) => code);
      return { ...occasion, name: 'task_center.user.qualifications_changed', data: { user_id, codes } };
    }
    if (JSON.stringify(memberships) === JSON.stringify(before.memberships))
      return { ...occasion, name: 'task_center.user.working_hours_changed', data: { user_id } };
    const org_unit_ids = memberships.map(({ org_unit_id }) => org_unit_id);
    return { ...occasion, name: 'task_center.user.memberships_changed', data: { user_id, org_unit_ids } };
  },
});

const roleData = { role_id: idSchema, name: z.string(), permissions: z.array(z.string()) };
const roleFacts = roleSchema
  .pick({ id: true, tenant_id: true, name: true, permissions: true, version: true })
  .extend(editedSchema.shape);
type RoleFacts = z.infer<typeof roleFacts>;

export const roleEvents = eventful(
  [resourceEvent('role.created', roleData), resourceEvent('role.changed', roleData)],
  roleFacts,
)({
  created: (after) => roleEvent('task_center.role.created', undefined, after),
  // How many have the role moves without a version: that is the users' own event.
  changed: (before, after) =>
    before.version === after.version ? undefined : roleEvent('task_center.role.changed', before, after),
});

const roleEvent = <Name extends string>(name: Name, before: RoleFacts | undefined, after: RoleFacts) => {
  const edit = newEdit(before, after);
  return edit && { ...occasionOf(edit, after), name, data: roleDataOf(after) };
};
const roleDataOf = ({ id, name, permissions }: Pick<RoleFacts, 'id' | 'name' | 'permissions'>) => ({
  role_id: id,
  name,
  permissions,
});

/** What was removed from the table: of all that is, roles have an event. */
export const removalEvents = eventful(
  [resourceEvent('role.deleted', roleData)],
  noteSchema,
)({
  created: ({ item, last_edit: edit, record, tenant_id }) =>
    item === 'role'
      ? {
          ...occasionOf(edit, { tenant_id }),
          name: 'task_center.role.deleted',
          data: roleDataOf(roleSchema.pick({ id: true, name: true, permissions: true }).parse(record)),
        }
      : undefined,
  changed: () => undefined,
});

const orgUnitData = {
  org_unit_id: idSchema,
  code: z.string(),
  name: z.string(),
  parent_id: idSchema.nullable(),
  is_active: z.boolean(),
};
const orgUnitFacts = orgUnitSchema
  .pick({ id: true, tenant_id: true, code: true, name: true, parent_id: true, is_active: true })
  .extend(editedSchema.shape);
type OrgUnitFacts = z.infer<typeof orgUnitFacts>;

export const orgUnitEvents = eventful(
  [resourceEvent('org_unit.created', orgUnitData), resourceEvent('org_unit.changed', orgUnitData)],
  orgUnitFacts,
)({
  created: (after) => orgUnitEvent('task_center.org_unit.created', undefined, after),
  changed: (before, after) => orgUnitEvent('task_center.org_unit.changed', before, after),
});

const orgUnitEvent = <Name extends string>(name: Name, before: OrgUnitFacts | undefined, after: OrgUnitFacts) => {
  const edit = newEdit(before, after);
  const { id: org_unit_id, code, name: called, parent_id, is_active } = after;
  return edit && { ...occasionOf(edit, after), name, data: { org_unit_id, code, name: called, parent_id, is_active } };
};
