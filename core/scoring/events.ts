import * as z from 'zod';
import { editedSchema, newEdit } from '../events/edit.ts';
import { eventful, resourceEvent } from '../events/eventful.ts';
import { lastChoiceSchema } from './last-choice.ts';
import { tenantStrategySchema } from './strategies.ts';

const strategy = {
  strategy_id: z.string().meta({ description: 'That of the built-in strategy is v2-0' }),
  version: z.string(),
};

export const strategyEvents = eventful(
  [resourceEvent('strategy.created', strategy), resourceEvent('strategy.retired', strategy)],
  tenantStrategySchema
    .pick({ id: true, tenant_id: true, version: true, created_by: true, created_at: true })
    .extend(editedSchema.shape),
)({
  created: ({ id, tenant_id, version, created_at, created_by }) => ({
    id,
    name: 'task_center.strategy.created',
    tenant_id,
    occurred_at: created_at,
    actor_id: created_by,
    data: { strategy_id: id, version },
  }),
  // Its retirement is the one change of a strategy.
  changed: (before, after) => {
    const last = newEdit(before, after);
    const { id, tenant_id, version } = after;
    return last === undefined
      ? undefined
      : {
          id: last.edit_id,
          name: 'task_center.strategy.retired',
          tenant_id,
          occurred_at: last.at,
          actor_id: last.actor_id,
          data: { strategy_id: id, version },
        };
  },
});

/** Which strategies are chosen: one item of a tenant. */
const choiceFacts = editedSchema.extend({ tenant_id: z.string(), last_choice: lastChoiceSchema.optional() });
type ChoiceFacts = z.infer<typeof choiceFacts>;

/** A write that only moves the version of the choice has no event. */
const chosen = (before: ChoiceFacts | undefined, after: ChoiceFacts) => {
  const edit = newEdit(before, after);
  const { tenant_id, last_choice: last } = after;
  return edit === undefined || last === undefined
    ? undefined
    : {
        id: edit.edit_id,
        name: `task_center.strategy.${last.action}` as const,
        tenant_id,
        occurred_at: edit.at,
        actor_id: edit.actor_id,
        data: { strategy_id: last.strategy_id, version: last.strategy_version },
      };
};

export const choiceEvents = eventful(
  [
    resourceEvent('strategy.activated', strategy),
    resourceEvent('strategy.shadow_started', strategy),
    resourceEvent('strategy.shadow_stopped', strategy),
  ],
  choiceFacts,
)({
  created: (after) => chosen(undefined, after),
  changed: chosen,
});
