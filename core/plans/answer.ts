import * as z from 'zod';
import { idSchema } from '../fields.ts';
import type { Unplaced } from '../planning/explain.ts';
import { PLAN_RULES } from '../planning/problem.ts';
import type { PlanAssignment } from '../planning/result.ts';
import { breakdownSchema, candidateFactsSchema, taskFactsSchema, type TaskFacts } from '../scoring/score.ts';
import { strategySchema } from '../scoring/strategies.ts';
import type { Strategy } from '../scoring/strategy.ts';

export const totalsSchema = z
  .object({
    placed: z.number().int(),
    unplaced: z.number().int(),
    priority_placed: z.number().meta({ description: 'Sum of the priorities of the tasks that are placed' }),
    priority_total: z.number(),
    score: z.number().meta({ description: 'Points, with the workload as it grows in the plan' }),
    moves: z.number().int().meta({ description: 'Tasks that leave who held them' }),
  })
  .meta({ id: 'PlanTotals' });

export const planAssignmentSchema = z
  .object({
    task_id: idSchema,
    user_id: idSchema,
    asset_ids: z.array(idSchema),
    score: z.number(),
    breakdown: breakdownSchema,
    was: idSchema.nullable().meta({ description: 'Who holds the task now; null when nobody does' }),
  })
  .meta({ id: 'PlanAssignment' });

const rule = z.enum(PLAN_RULES);
const lackSchema = z.union([
  z.object({ asset_id: z.string(), needed: z.number().int(), available: z.number().int() }),
  z.object({ asset_type: z.string(), needed: z.number().int(), available: z.number().int() }),
]);

export const unplacedSchema = z
  .discriminatedUnion('reason', [
    z
      .object({
        task_id: idSchema,
        reason: z.literal('no_eligible_user'),
        detail: z.object({
          rules: z.partialRecord(rule, z.number().int()).meta({ description: 'How many people fail each rule' }),
          one_rule: z
            .array(z.object({ user_id: idSchema, rule }))
            .meta({ description: 'People who fail only this one: were it granted, they could take the task' }),
        }),
      })
      .meta({ id: 'NoEligibleUser' }),
    z
      .object({
        task_id: idSchema,
        reason: z.literal('no_equipment'),
        detail: z.object({ lacking: z.array(lackSchema) }),
      })
      .meta({ id: 'NoEquipment' }),
    z
      .object({
        task_id: idSchema,
        reason: z.literal('displaced'),
        detail: z.object({
          exchange: z
            .object({
              changes: z.array(
                z.object({
                  task_id: idSchema,
                  from: idSchema.nullable(),
                  to: idSchema.nullable(),
                  asset_ids: z.array(idSchema),
                }),
              ),
              price: z.object({ priority: z.number(), score: z.number() }),
            })
            .meta({
              description:
                'Changes that place the task, and what the plan gains by them: the cheapest of those in which each task in its way goes to whoever is free, or is left out',
            }),
          competes_with: z.object({ task_ids: z.array(idSchema), user_ids: z.array(idSchema) }),
        }),
      })
      .meta({ id: 'Displaced' }),
  ])
  .meta({ id: 'UnplacedTask' });

const LEFT_OUT = ['unknown_task', 'not_dispatchable', 'approval_required', 'unscheduled', 'held'] as const;

export const leftOutSchema = z
  .object({
    task_id: z.string(),
    reason: z.enum(LEFT_OUT).meta({
      description: '`held`: somebody holds it who may not lose it, or is no candidate',
    }),
  })
  .meta({ id: 'LeftOutTask', description: 'A task that was asked for and could not be planned' });
export type LeftOut = z.infer<typeof leftOutSchema>;

/** All of a plan that is made, with what it was made from: what its commit compares with. */
export interface PlanAnswer {
  readonly assignments: readonly PlanAssignment[];
  readonly unplaced: readonly Unplaced[];
  readonly left_out: readonly LeftOut[];
  readonly strategy: Strategy;
  readonly tasks: readonly PlannedTask[];
  /** Of people and assets, by their `resourceName`. */
  readonly calendars: readonly { readonly resource: string; readonly version: number }[];
}
/** A task as the plan saw it; the version is that of its content. */
interface PlannedTask {
  readonly id: string;
  readonly version: number;
  readonly was: string | null;
  /** What it holds, too. */
  readonly asset_ids: readonly string[];
  readonly facts: TaskFacts;
}

/** An answer as it was kept. */
export const planAnswerSchema: z.ZodType<PlanAnswer> = z.object({
  assignments: z.array(planAssignmentSchema.extend({ facts: candidateFactsSchema })),
  unplaced: z.array(unplacedSchema),
  left_out: z.array(leftOutSchema),
  strategy: strategySchema,
  tasks: z.array(
    z.object({
      ...{ id: z.string(), version: z.number(), was: z.string().nullable(), facts: taskFactsSchema },
      asset_ids: z.array(z.string()),
    }),
  ),
  calendars: z.array(z.object({ resource: z.string(), version: z.number() })),
});
