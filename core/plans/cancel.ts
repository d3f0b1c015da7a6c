import type { Call } from '../call.ts';
import type { Commit } from '../commit.ts';
import { LIMITS } from '../limits.ts';
import type { Retry } from '../retry.ts';
import { epochMilliseconds, type Clock, type Instant } from '../time/instant.ts';
import type { PlanChanged } from './changes.ts';
import { changedPlan, requireState, summaryOf, type Plan, type Plans, type PlanSummary } from './plan.ts';

/**
 * Cancels a plan that waits, and stops one that is being made: what was found until then is kept, marked. One that is asked
 * to stop twice stays as it is. Refuses with `plan_state` a plan that is made.
 */
export const makeCancelPlan =
  ({
    plans,
    commit,
    retry,
    clock,
  }: {
    readonly plans: Pick<Plans, 'get'>;
    readonly commit: Commit<PlanChanged>;
    readonly retry: Retry;
    readonly clock: Clock;
  }) =>
  (call: Call, planId: string): Promise<PlanSummary> =>
    retry(async () => {
      const plan = await plans.get(call.tenantId, planId);
      const at = clock();
      if (plan.state === 'CANCELED' || (plan.cancel_requested_at !== null && isAtWork(plan, at))) {
        const answer = summaryOf(plan, at);
        await commit(call, [], answer);
        return answer;
      }
      requireState(plan, ['QUEUED', 'SOLVING'], at);
      const isRunning = plan.state === 'SOLVING' && isAtWork(plan, at);
      const after = changedPlan(plan, isRunning ? { cancel_requested_at: at } : { state: 'CANCELED' }, at);
      const answer = summaryOf(after, at);
      await commit(call, [{ kind: 'plan_changed', before: plan, after }], answer);
      return answer;
    });

/** A planner may work for so long: after that it has died, and nobody is there to stop. */
const isAtWork = ({ started_at }: Plan, now: Instant): boolean =>
  started_at !== null && epochMilliseconds(now) - epochMilliseconds(started_at) < LIMITS.planMinutes * 60_000;
