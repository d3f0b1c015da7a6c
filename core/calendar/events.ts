import * as z from 'zod';
import { editedSchema, newEdit } from '../events/edit.ts';
import { eventful, resourceEvent } from '../events/eventful.ts';
import { idSchema } from '../fields.ts';
import { instantSchema } from '../time/instant.ts';
import { absenceSchema } from './calendar.ts';

const absence = {
  absence_id: idSchema,
  user_id: absenceSchema.shape.user_id,
  asset_id: absenceSchema.shape.asset_id,
  start_at: instantSchema,
  end_at: instantSchema,
};

const facts = absenceSchema.omit({ reason: true }).extend({ tenant_id: z.string(), ...editedSchema.shape });

const dataOf = ({ id, user_id, asset_id, start_at, end_at }: z.infer<typeof facts>) => ({
  absence_id: id,
  user_id,
  asset_id,
  start_at,
  end_at,
});

export const absenceEvents = eventful(
  [resourceEvent('absence.created', absence), resourceEvent('absence.deleted', absence)],
  facts,
)({
  created: (after) => ({
    id: after.id,
    name: 'task_center.absence.created',
    tenant_id: after.tenant_id,
    occurred_at: after.created_at,
    actor_id: after.created_by,
    data: dataOf(after),
  }),
  // Its removal is the one change of an absence.
  changed: (before, after) => {
    const removal = newEdit(before, after);
    return removal === undefined
      ? undefined
      : {
          id: removal.edit_id,
          name: 'task_center.absence.deleted',
          tenant_id: after.tenant_id,
          occurred_at: removal.at,
          actor_id: removal.actor_id,
          data: dataOf(after),
        };
  },
});
