import * as z from 'zod';
import { editedSchema, newEdit } from '../events/edit.ts';
import { eventful, resourceEvent } from '../events/eventful.ts';
import { idSchema } from '../fields.ts';
import { taskTypeSchema } from './task-type.ts';

const taskType = { task_type_id: idSchema, code: z.string(), name: z.string() };

export const taskTypeEvents = eventful(
  [
    resourceEvent('task_type.created', taskType),
    resourceEvent('task_type.changed', { ...taskType, is_active: z.boolean() }),
  ],
  taskTypeSchema
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
    name: 'task_center.task_type.created',
    tenant_id,
    occurred_at: created_at,
    actor_id: created_by,
    data: { task_type_id: id, code, name },
  }),
  // A write without an edit of its own is none that the service makes.
  changed: (before, after) => {
    const last = newEdit(before, after);
    const { id, tenant_id, code, name, is_active, updated_at } = after;
    return last === undefined
      ? undefined
      : {
          id: last.edit_id,
          name: 'task_center.task_type.changed',
          tenant_id,
          occurred_at: updated_at,
          actor_id: last.actor_id,
          data: { task_type_id: id, code, name, is_active },
        };
  },
});
