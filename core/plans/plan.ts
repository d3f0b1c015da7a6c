import * as z from 'zod';
import { DomainError } from '../errors.ts';
import { idSchema } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import type { Page, PageRequest } from '../page.ts';
import { epochMilliseconds, instantAt, instantSchema, type Instant } from '../time/instant.ts';
import { leftOutSchema, planAssignmentSchema, totalsSchema, unplacedSchema, type PlanAnswer } from './answer.ts';
import type { PlanStep } from './log.ts';
import { EFFORTS, type PlanRequest } from './request.ts';

const KEPT_STATES = [
  'QUEUED',
  'SOLVING',
  'READY',
  'COMMITTED',
  'PARTLY_COMMITTED',
  'REVERTED',
  'CANCELED',
  'FAILED',
] as const;
/** Of a plan that is over its time: it is gone as soon as the table gets to it. */
const EXPIRED = 'EXPIRED';
export const PLAN_STATES = [...KEPT_STATES, EXPIRED] as const;
export type PlanState = (typeof PLAN_STATES)[number];

/** Points that a plan must gain for each task that it takes from its holder. */
export const MOVE_COST = 10;

const progressSchema = z
  .object({
    phase: z.enum(['one_by_one', 'search', 'exact', 'check']),
    best: z.object({ priority_placed: z.number(), score: z.number() }),
    bound: z.object({ priority_placed: z.number() }),
  })
  .meta({ id: 'PlanProgress' });

/** How good a plan is, and how it was made. */
const outcomeSchema = z.object({
  totals: totalsSchema,
  bound: z
    .object({ priority_placed: z.number(), score: z.number() })
    .meta({ description: 'No plan places more priority, and none that places as much as this one scores higher' }),
  gap: z
    .object({ priority: z.number(), score: z.number() })
    .meta({ description: 'What is missing to the bound, as fractions of it' }),
  baseline: totalsSchema.meta({ description: 'The same tasks dispatched one by one, in order of priority' }),
  solver: z.object({
    name: z.string(),
    version: z.string(),
    seed: z.number().int(),
    effort: z.enum(EFFORTS),
    elapsed_ms: z.number(),
  }),
  is_canceled: z.boolean().meta({ description: 'The solve was stopped before its end: this is the best until then' }),
});
export type PlanOutcome = z.infer<typeof outcomeSchema>;

export const planSchema = z.object({
  id: idSchema,
  tenant_id: idSchema,
  name: z.string().nullable(),
  state: z.enum(KEPT_STATES),
  request: z.object({
    tasks: z.number().int().meta({ description: 'Tasks asked for' }),
    candidates: z.number().int(),
    may_reassign: z.boolean(),
    move_cost: z.number().meta({ description: 'Points that each move has to gain' }),
    strategy_id: z.string().nullable().meta({ description: 'null: the active one' }),
    effort: z.enum(EFFORTS),
  }),
  progress: progressSchema.nullable(),
  outcome: outcomeSchema.nullable(),
  committed_tasks: z.number().int().meta({ description: 'Tasks that the plan has moved and not moved back' }),
  failure: z.string().nullable().meta({ description: 'Why a FAILED plan failed' }),
  cancel_requested_at: instantSchema.nullable(),
  started_at: instantSchema.nullable(),
  /** Tells apart who solves: whoever finds another one here stops. */
  run_id: idSchema.nullable(),
  created_by: z.string(),
  created_at: instantSchema,
  updated_at: instantSchema,
  version: z.number().int().min(1),
});
export type Plan = z.infer<typeof planSchema>;

export const planSummary = planSchema
  .omit({ tenant_id: true, run_id: true })
  .extend({ state: z.enum(PLAN_STATES), expires_at: instantSchema })
  .meta({ id: 'PlanSummary', description: 'A plan without its assignments' });
export type PlanSummary = z.infer<typeof planSummary>;

export const planView = planSummary
  .extend({
    assignments: z.array(planAssignmentSchema),
    unplaced: z.array(unplacedSchema),
    left_out: z.array(leftOutSchema),
  })
  .meta({ id: 'Plan', description: 'Who is to take which task, how good that is, and why the others are left out' });
export type PlanView = PlanSummary &
  Pick<PlanAnswer, 'unplaced' | 'left_out'> & {
    readonly assignments: readonly Omit<PlanAnswer['assignments'][number], 'facts'>[];
  };

export const planFilters = z.strictObject({ state: z.enum(PLAN_STATES).optional() });
export type PlanFilters = z.infer<typeof planFilters>;

export interface Plans {
  /** Strongly consistent. Refuses with `plan_not_found`. */
  readonly get: (tenantId: string, planId: string) => Promise<Plan>;
  /** Newest first. */
  readonly list: (tenantId: string, filters: PlanFilters, page: PageRequest) => Promise<Page<PlanSummary>>;
  readonly request: (tenantId: string, planId: string) => Promise<PlanRequest>;
  /** Undefined until the plan is made. */
  readonly answer: (tenantId: string, planId: string) => Promise<PlanAnswer | undefined>;
  /** What was committed and reverted, in transactions; strongly consistent. */
  readonly steps: (tenantId: string, planId: string) => Promise<readonly PlanStep[]>;
}

export const expiryOf = ({ created_at }: Pick<Plan, 'created_at'>): Instant =>
  instantAt(epochMilliseconds(created_at) + LIMITS.planHours * 3_600_000) ?? created_at;

export const stateAt = (plan: Plan, now: Instant): PlanState => (expiryOf(plan) <= now ? EXPIRED : plan.state);

export const summaryOf = (plan: Plan, now: Instant): PlanSummary => {
  const { tenant_id, run_id, ...shown } = plan;
  return { ...shown, state: stateAt(plan, now), expires_at: expiryOf(plan) };
};

export const viewOf = (plan: Plan, answer: PlanAnswer | undefined, now: Instant): PlanView => ({
  ...summaryOf(plan, now),
  assignments: (answer?.assignments ?? []).map(({ facts, ...shown }) => shown),
  unplaced: answer?.unplaced ?? [],
  left_out: answer?.left_out ?? [],
});

/** Refuses with `plan_state` a plan that is in none of these states. */
export const requireState = (plan: Plan, states: readonly PlanState[], now: Instant): void => {
  const state = stateAt(plan, now);
  if (states.includes(state)) return;
  throw new DomainError('plan_state', `The plan is ${state}: this takes one that is ${states.join(' or ')}.`, {
    state,
  });
};

/** The next version of a plan. */
export const changedPlan = (plan: Plan, patch: Partial<Plan>, at: Instant): Plan => ({
  ...plan,
  ...patch,
  updated_at: at,
  version: plan.version + 1,
});
