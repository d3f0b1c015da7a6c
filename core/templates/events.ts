import * as z from 'zod';
import { editedSchema, newEdit } from '../events/edit.ts';
import { eventful, resourceEvent } from '../events/eventful.ts';
import { idSchema } from '../fields.ts';
import { templateSchema } from './template.ts';

const template = { template_id: idSchema, task_type_id: idSchema, template_key: z.string(), name: z.string() };

export const templateEvents = eventful(
  [
    resourceEvent('template.created', template),
    resourceEvent('template.cloned', { ...template, cloned_from: idSchema }),
    resourceEvent('template.revised', { ...template, revision: z.number().int().min(1), is_active: z.boolean() }),
  ],
  templateSchema
    .pick({
      id: true,
      tenant_id: true,
      task_type_id: true,
      template_key: true,
      name: true,
      cloned_from: true,
      revision: true,
      is_active: true,
      updated_at: true,
      created_by: true,
      created_at: true,
    })
    .extend(editedSchema.shape),
)({
  created: ({ id, tenant_id, task_type_id, template_key, name, cloned_from, created_at, created_by }) => {
    const occasion = { id, tenant_id, occurred_at: created_at, actor_id: created_by };
    const data = { template_id: id, task_type_id, template_key, name };
    return cloned_from === null
      ? { ...occasion, name: 'task_center.template.created', data }
      : { ...occasion, name: 'task_center.template.cloned', data: { ...data, cloned_from } };
  },
  // A write without an edit of its own is none that the service makes.
  changed: (before, after) => {
    const last = newEdit(before, after);
    if (last === undefined) return undefined;
    const { id, tenant_id, task_type_id, template_key, name, revision, is_active } = after;
    return {
      id: last.edit_id,
      name: 'task_center.template.revised',
      tenant_id,
      occurred_at: after.updated_at,
      actor_id: last.actor_id,
      data: { template_id: id, task_type_id, template_key, name, revision, is_active },
    };
  },
});
