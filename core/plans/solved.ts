import { resourceOf } from '../calendar/calendar.ts';
import { resourceName } from '../calendar/resource.ts';
import { planDay, type PlanOptions, type PlanProgress } from '../planning/plan.ts';
import type { DayPlan, Effort } from '../planning/result.ts';
import { contentVersionOf } from '../tasks/task.ts';
import type { PlanAnswer } from './answer.ts';
import type { PlanOutcome } from './plan.ts';
import { problemOf } from './problem.ts';
import type { PlanSnapshot } from './snapshot.ts';

/** A plan that is made, and how long it took. */
export interface Solved {
  readonly outcome: PlanOutcome;
  readonly answer: PlanAnswer;
}

/**
 * Makes plans where they are in nobody's way. Tells its progress as it comes; once the signal is aborted it finishes the
 * best plan so far. Rejects when the plan does not hold or the planner died.
 */
export type Planner = (
  snapshot: PlanSnapshot,
  effort: Effort,
  watch: { readonly onProgress: (progress: PlanProgress) => void; readonly signal: AbortSignal },
) => Promise<Solved>;

/** The same for every plan, so that the same day is the same plan. */
const SEED = 1;

/** Plans what a snapshot holds; elapsed time is the caller's to measure. Throws as `planDay` does. */
export const planSnapshot = (
  snapshot: PlanSnapshot,
  options: Omit<PlanOptions, 'seed'>,
): { readonly plan: DayPlan; readonly answer: PlanAnswer } => {
  const problem = problemOf(snapshot);
  const plan = planDay(problem, { ...options, seed: SEED });
  const facts = new Map(problem.tasks.map((task) => [task.id, task.facts]));
  return {
    plan,
    answer: {
      assignments: plan.assignments,
      unplaced: plan.unplaced,
      left_out: snapshot.left_out,
      strategy: snapshot.strategy,
      tasks: snapshot.tasks.flatMap((task) => {
        const known = facts.get(task.id);
        return known === undefined
          ? []
          : [{ id: task.id, version: contentVersionOf(task), was: task.was, asset_ids: task.asset_ids, facts: known }];
      }),
      calendars: [...snapshot.people, ...snapshot.equipment].map(({ calendar }) => ({
        resource: resourceName(resourceOf(calendar)),
        version: calendar.version,
      })),
    },
  };
};
