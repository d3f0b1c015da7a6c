import * as z from 'zod';
import { editedSchema, occasionOf, newEdit } from '../events/edit.ts';
import { eventful, resourceEvent } from '../events/eventful.ts';
import { idSchema } from '../fields.ts';
import { planSchema } from './plan.ts';

const plan = { plan_id: idSchema, plan_name: z.string().nullable() };

/** The events of the states that a plan can come to. `SOLVING` has none: nobody has to act on it. */
const EVENT_OF = {
  READY: 'task_center.plan.ready',
  FAILED: 'task_center.plan.failed',
  CANCELED: 'task_center.plan.canceled',
  COMMITTED: 'task_center.plan.committed',
  PARTLY_COMMITTED: 'task_center.plan.committed',
  REVERTED: 'task_center.plan.reverted',
} as const;
const isTold = (state: string): state is keyof typeof EVENT_OF => state in EVENT_OF;

export const planEvents = eventful(
  [
    resourceEvent('plan.requested', plan),
    resourceEvent('plan.ready', plan),
    resourceEvent('plan.failed', plan),
    resourceEvent('plan.canceled', plan),
    resourceEvent('plan.committed', plan),
    resourceEvent('plan.reverted', plan),
  ],
  planSchema
    .pick({ id: true, tenant_id: true, name: true, state: true, created_by: true, created_at: true })
    .extend(editedSchema.shape),
)({
  created: ({ id, tenant_id, name, created_at, created_by }) => ({
    id,
    name: 'task_center.plan.requested',
    tenant_id,
    occurred_at: created_at,
    actor_id: created_by,
    data: { plan_id: id, plan_name: name },
  }),
  changed: (before, after) => {
    const edit = newEdit(before, after);
    if (edit === undefined || before.state === after.state || !isTold(after.state)) return undefined;
    return {
      ...occasionOf(edit, after),
      name: EVENT_OF[after.state],
      data: { plan_id: after.id, plan_name: after.name },
    };
  },
});
