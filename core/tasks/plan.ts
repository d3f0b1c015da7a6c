import * as z from 'zod';
import type { Tally } from '../assets/asset.ts';
import type { Call } from '../call.ts';
import type { Calendar, Surveyed } from '../calendar/calendar.ts';
import { DomainError } from '../errors.ts';
import type { Task } from './task.ts';

/** What a preview of an auto-dispatch saw. It holds as long as none of it has changed. */
const planSchema = z.object({
  version: z.number().int(),
  selected_user_id: z.string(),
  strategy_version: z.string(),
  tally: z.object({ total: z.number().int(), available: z.number().int() }),
  /** Users and the versions of their calendars. */
  calendars: z.array(z.tuple([z.string(), z.number().int()])),
});
export type Plan = z.infer<typeof planSchema>;

/** One thing that has changed since a plan was shown. */
export const planDifferenceSchema = z.object({
  subject: z.enum(['task', 'calendar', 'assets', 'strategy']),
  user_id: z.string().optional(),
  before: z.union([z.number(), z.string()]),
  now: z.union([z.number(), z.string(), z.null()]),
  /** What the user has taken since, as far as the calendar remembers. */
  taken: z
    .array(
      z.object({
        task_id: z.string(),
        name: z.string(),
        planned_start_at: z.string().nullable(),
        planned_end_at: z.string().nullable(),
      }),
    )
    .optional(),
});
export type PlanDifference = z.infer<typeof planDifferenceSchema>;

const purposeOf = (taskId: string): string => `plan:${taskId}`;

/** What a ranking was made from, besides the task. */
export interface Seen {
  readonly surveyed: readonly Surveyed[];
  readonly tally: Tally;
  readonly strategyVersion: string;
}

export const sealPlan = (
  call: Call,
  task: Task,
  selected: string,
  { surveyed, tally, strategyVersion }: Seen,
): string | undefined => {
  const plan: Plan = {
    version: task.version,
    selected_user_id: selected,
    strategy_version: strategyVersion,
    tally: { total: tally.total, available: tally.available },
    calendars: surveyed.map(({ calendar }) => [calendar.user_id, calendar.version]),
  };
  return call.seal?.close(purposeOf(task.id), JSON.stringify(plan));
};

/** Refuses with `malformed_plan` a token that this tenant's task did not give out. */
export const openPlan = (call: Call, taskId: string, token: string): Plan => {
  const text = call.seal?.open(purposeOf(taskId), token);
  if (text !== undefined) return planSchema.parse(JSON.parse(text));
  throw new DomainError(
    'malformed_plan',
    'The plan_token is not one that a preview of this task gave out.',
    {},
    {
      problems: [{ pointer: '/plan_token', code: 'rule_broken', message: 'not a token of a preview of this task' }],
    },
  );
};

/** Refuses with `plan_stale` when anything that the plan saw has changed, and says what. */
export const requireFresh = (plan: Plan, task: Task, { surveyed, tally, strategyVersion }: Seen): void => {
  const differences: PlanDifference[] = [];
  if (task.version !== plan.version) differences.push({ subject: 'task', before: plan.version, now: task.version });
  if (strategyVersion !== plan.strategy_version) {
    differences.push({ subject: 'strategy', before: plan.strategy_version, now: strategyVersion });
  }
  if (tally.available !== plan.tally.available || tally.total !== plan.tally.total) {
    differences.push({ subject: 'assets', before: plan.tally.available, now: tally.available });
  }
  const now = new Map(surveyed.map(({ calendar }) => [calendar.user_id, calendar]));
  for (const [userId, version] of plan.calendars) {
    const calendar = now.get(userId);
    if (calendar?.version !== version) {
      differences.push({
        subject: 'calendar',
        user_id: userId,
        before: version,
        now: calendar?.version ?? null,
        taken: takenSince(calendar, version),
      });
    }
  }
  if (differences.length === 0) return;
  const users = differences.filter(({ subject }) => subject === 'calendar').length;
  const message = `The plan is stale: ${differences.length} things have changed since, ${users} of them calendars. Preview again.`;
  throw new DomainError('plan_stale', message, { differences });
};

const takenSince = (calendar: Calendar | undefined, version: number): PlanDifference['taken'] =>
  (calendar?.recent ?? [])
    .filter((taken) => taken.version > version)
    .map(({ task_id, name, window }) => ({
      task_id,
      name,
      planned_start_at: window?.start ?? null,
      planned_end_at: window?.end ?? null,
    }));
