import type { PlanAnswer } from './answer.ts';
import type { PlanStep } from './log.ts';
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

/** A transaction of a commit or a revert, beside the tasks that it moves. */
export interface PlanStepMade {
  readonly kind: 'plan_step_made';
  readonly plan: Plan;
  readonly step: PlanStep;
}

export type PlanChanges = PlanCreated | PlanChanged | PlanSolved | PlanStepMade;
