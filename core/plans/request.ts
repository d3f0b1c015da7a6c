import * as z from 'zod';
import { distinctListOf, instantInput, optional, referenceSchema, sought, text } from '../fields.ts';
import { LIMITS } from '../limits.ts';

export const EFFORTS = ['quick', 'normal', 'thorough'] as const;

/** The states from which a task can be planned; `DISPATCHED` ones only where they may be reassigned. */
const PLANNABLE = ['DRAFT', 'APPROVED', 'DISPATCHED'] as const;

const namedTasks = z
  .strictObject({
    task_ids: distinctListOf(referenceSchema, LIMITS.planTasks).refine(({ length }) => length > 0, 'names no task'),
  })
  .meta({ id: 'NamedTasks' });

const tasksInRange = z
  .strictObject({
    planned_from: instantInput,
    planned_to: instantInput,
    area_code: optional(sought()),
    task_type_id: optional(referenceSchema),
    states: optional(distinctListOf(z.enum(PLANNABLE), PLANNABLE.length)).meta({
      description: 'Without it: all that can be dispatched, and with `may_reassign` those that are',
    }),
  })
  .refine(({ planned_from: from, planned_to: to }) => from < to, {
    path: ['planned_to'],
    error: 'planned_to must be after planned_from',
  })
  .meta({ id: 'TasksInRange', description: 'Tasks whose window reaches into the range' });

export const planDraft = z
  .strictObject({
    tasks: z.union([namedTasks, tasksInRange]).meta({ description: `At most ${LIMITS.planTasks}` }),
    candidate_user_ids: optional(distinctListOf(referenceSchema, LIMITS.planCandidates)).meta({
      description: `None: all active users. At most ${LIMITS.planCandidates}`,
    }),
    may_reassign: optional(z.boolean()).meta({
      description:
        'Also opens tasks that a candidate holds and has not begun; each move costs points. Without it: false',
    }),
    pinned_task_ids: optional(distinctListOf(referenceSchema, LIMITS.planTasks)).meta({
      description: 'With `may_reassign`: tasks that stay with who holds them',
    }),
    strategy_id: optional(referenceSchema).meta({ description: 'Without it: the active one' }),
    objective: optional(z.enum(['priority_then_score'])).meta({
      description: 'First the priority placed, then the score, then fewer moves; there is no other so far',
    }),
    effort: optional(z.enum(EFFORTS)).meta({ description: 'Without it: `normal`' }),
    name: optional(text(LIMITS.name)),
  })
  .meta({
    id: 'PlanDraft',
    examples: [
      {
        tasks: { planned_from: '2026-03-01T00:00:00+01:00', planned_to: '2026-03-02T00:00:00+01:00' },
        effort: 'normal',
        name: 'Sunday',
      },
    ],
  });
export type PlanDraft = z.infer<typeof planDraft>;

/** What a plan is made from, resolved when it was asked for. */
export const planRequestSchema = z.object({
  task_ids: z.array(z.string()),
  candidate_user_ids: z.array(z.string()),
  pinned_task_ids: z.array(z.string()),
  may_reassign: z.boolean(),
  /** Null: the strategy that is active when the plan is made. */
  strategy_id: z.string().nullable(),
});
export type PlanRequest = z.infer<typeof planRequestSchema>;
