import type { Clock } from '../time/instant.ts';
import { viewOf, type Plans, type PlanView } from './plan.ts';

/** A plan with all that is known of it. Refuses with `plan_not_found`. */
export const makeGetPlan =
  ({ plans, clock }: { readonly plans: Pick<Plans, 'get' | 'answer'>; readonly clock: Clock }) =>
  async (tenantId: string, planId: string): Promise<PlanView> => {
    const plan = await plans.get(tenantId, planId);
    const answer = plan.outcome === null ? undefined : await plans.answer(tenantId, planId);
    return viewOf(plan, answer, clock());
  };
