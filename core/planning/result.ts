import type { Breakdown, CandidateFacts } from '../scoring/score.ts';
import type { Unplaced } from './explain.ts';
import type { PlanTotals } from './problem.ts';

export type Effort = 'quick' | 'normal' | 'thorough';
export interface PlanAssignment {
  readonly task_id: string;
  readonly user_id: string;
  readonly asset_ids: readonly string[];
  readonly score: number;
  readonly breakdown: Breakdown;
  /** What the score is made from: the workload at this point of the plan, the membership. */
  readonly facts: CandidateFacts;
  readonly was: string | null;
}

/** A plan, checked. */
export interface DayPlan {
  readonly assignments: readonly PlanAssignment[];
  readonly unplaced: readonly Unplaced[];
  readonly totals: PlanTotals;
  /**
   * No plan places more priority; no plan that places at least as much as this one has a higher score (less the cost of
   * its moves).
   */
  readonly bound: { readonly priority_placed: number; readonly score: number };
  /** What is missing to the bounds, as fractions of them. */
  readonly gap: { readonly priority: number; readonly score: number };
  /** The same day dispatched one by one, in order of priority. */
  readonly baseline: PlanTotals;
  readonly solver: { readonly name: string; readonly version: string; readonly seed: number; readonly effort: Effort };
  readonly is_canceled: boolean;
}
