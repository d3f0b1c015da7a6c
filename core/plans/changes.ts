import type { PlanAnswer } from './answer.ts';
import type { Plan } from './plan.ts';
import type { PlanRequest } from './request.ts';

export interface PlanCreated {
  readonly kind: 'plan_created';
  readonly plan: Plan;
  readonly request: PlanRequest;
}
export interface PlanChanged {
  readonly kind: 'plan_changed';
  readonly before: Plan;
  readonly after: Plan;
}
export interface PlanSolved {
  readonly kind: 'plan_solved';
  readonly before: Plan;
  readonly after: Plan;
  readonly answer: PlanAnswer;
}

export type PlanChanges = PlanCreated | PlanChanged | PlanSolved;
