import type { TaskFacts } from '../scoring/score.ts';
import type { Strategy } from '../scoring/strategy.ts';

/** Why a person cannot take a task; `schedule_conflict` is what the person holds outside the plan. */
export const PLAN_RULES = ['schedule_conflict', 'unavailable', 'not_qualified', 'outside_working_hours'] as const;
export type PlanRule = (typeof PLAN_RULES)[number];

/** A half-open interval `[start, end)` in milliseconds, whole numbers, `start < end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export const spansOverlap = (a: Span, b: Span): boolean => a.start < b.end && b.start < a.end;

/** How one person stands to one task. `failed` leaves out what the person holds: the planner finds that itself. */
export interface PlanCandidate {
  readonly is_member: boolean;
  readonly failed: readonly PlanRule[];
}

/** A task with its held window: the planned one, widened by the buffers. */
export interface PlanTask extends Span {
  readonly id: string;
  /** What scoring knows of the task; priority is a whole number of at least 1. */
  readonly facts: TaskFacts;
  /** One for each person, in the order of `people`. */
  readonly candidates: readonly PlanCandidate[];
  /** Who holds the task now; null when nobody does. The holder may keep it whatever rule fails. */
  readonly was: string | null;
  /** A task that its holder keeps in every plan. */
  readonly is_pinned: boolean;
  readonly area_code: string | null;
  readonly required_assets: readonly { readonly asset_type: string; readonly quantity: number }[];
  /** Assets named for the task, or held by it; they stand for what it requires. */
  readonly asset_ids: readonly string[];
}

export interface PlanPerson {
  readonly id: string;
  /** Assignments that are not in the plan. */
  readonly active_assignments: number;
  /** Windows held outside the plan, and absences. */
  readonly busy: readonly (Span & { readonly rule: 'schedule_conflict' | 'unavailable' })[];
}

/** An asset; it holds no two windows at once. */
export interface PlanAsset {
  readonly id: string;
  readonly code: string;
  /** One that is not serves only the tasks that hold it already. */
  readonly is_available: boolean;
  readonly asset_type: string;
  readonly area_code: string | null;
  /** Windows outside the plan: tasks that hold it, and maintenance. */
  readonly busy: readonly Span[];
}

export interface PlanProblem {
  readonly tasks: readonly PlanTask[];
  readonly people: readonly PlanPerson[];
  readonly assets: readonly PlanAsset[];
  readonly strategy: Strategy;
  /** Points that a plan must gain for each task that it takes from its holder. */
  readonly move_cost: number;
}

/** Tasks (by id) and who takes them with which assets; the form in which plans are compared and checked. */
export type Placement = ReadonlyMap<string, { readonly user_id: string; readonly asset_ids: readonly string[] }>;

export interface PlanTotals {
  readonly placed: number;
  readonly unplaced: number;
  readonly priority_placed: number;
  readonly priority_total: number;
  /** Points, with the workload as it grows in the plan. */
  readonly score: number;
  /** Tasks that leave who held them, to another person or to nobody. */
  readonly moves: number;
}
