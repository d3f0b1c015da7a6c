import * as z from 'zod';
import { editedSchema, newEdit } from '../events/edit.ts';
import { eventful, resourceEvent } from '../events/eventful.ts';
import { idSchema } from '../fields.ts';
import { qualificationSchema } from './qualification.ts';

const qualification = { qualification_id: idSchema, code: z.string(), name: z.string() };

export const qualificationEvents = eventful(
  [
    resourceEvent('qualification.created', qualification),
    resourceEvent('qualification.changed', { ...qualification, is_active: z.boolean() }),
  ],
  qualificationSchema
    .pick({
      id: true,
      tenant_id: true,
      code: true,
      name: true,
      is_active: true,
      updated_at: true,
      created_by: true,
      created_at: true,
    })
    .extend(editedSchema.shape),
)({
  created: ({ id, tenant_id, code, name, created_at, created_by }) => ({
    id,
    name: 'task_center.qualification.created',
    tenant_id,
    occurred_at: created_at,
    actor_id: created_by,
    data: { qualification_id: id, code, name },
  }),
  // A write without an edit of its own is none that the service makes.
  changed: (before, after) => {
    const last = newEdit(before, after);
    const { id, tenant_id, code, name, is_active, updated_at } = after;
    return last === undefined
      ? undefined
      : {
          id: last.edit_id,
          name: 'task_center.qualification.changed',
          tenant_id,
          occurred_at: updated_at,
          actor_id: last.actor_id,
          data: { qualification_id: id, code, name, is_active },
        };
  },
});
