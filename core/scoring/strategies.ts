import * as z from 'zod';
import { idSchema, optional, text } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import { instantSchema } from '../time/instant.ts';
import { SCALE, thousandths } from './score.ts';
import { STRATEGY_V2_0, WEIGHT_MAX, type Strategy } from './strategy.ts';

/** Points: not negative, at most 1,000, in thousandths, because scores are counted in thousandths. */
const pointsSchema = z
  .number()
  .min(0)
  .max(WEIGHT_MAX)
  .refine((points) => points === thousandths(points) / SCALE, 'at most three decimals')
  .meta({ id: 'Points', description: 'At most three decimals', multipleOf: 1 / SCALE, examples: [8] });

const said = (description: string) => pointsSchema.meta({ description });
export const weightsSchema = z
  .strictObject({
    base: said('Points of every candidate'),
    workload: said('Points lost per active assignment'),
    org_match: said('Points of a member of the task’s org unit'),
    resource: said('Points per available asset'),
    priority: said('Points per step of priority'),
    risk: said('Points per step of risk level below 6'),
    conflict_penalty_per_overlap: said('Points lost per overlapping window'),
  })
  .meta({ id: 'Weights' });
const capsSchema = z
  .strictObject({
    workload_max: said('Points of a candidate without assignments'),
    workload_min: said('The least that any number of assignments leaves'),
    resource_max: said('The most that any number of assets gives'),
    resource_none: said('Points when no asset is available'),
  })
  .meta({ id: 'Caps' });
export const strategySchema = z
  .object({ version: z.string(), weights: weightsSchema, caps: capsSchema })
  .meta({ id: 'StrategyRule', description: 'What candidates are scored by' });

export const strategyDraft = z
  .strictObject({ version: text(LIMITS.code), weights: weightsSchema, caps: capsSchema })
  .meta({ id: 'StrategyDraft', examples: [{ ...STRATEGY_V2_0, version: 'v3-even' }] });
export type StrategyDraft = z.infer<typeof strategyDraft>;

export const shadowDraft = z
  .strictObject({ enabled: optional(z.boolean()).meta({ description: 'false stops the shadow. Without it: true' }) })
  .meta({ id: 'ShadowDraft', examples: [{ enabled: true }] });
export type ShadowDraft = z.infer<typeof shadowDraft>;

export const tenantStrategySchema = z.object({
  id: idSchema,
  tenant_id: idSchema,
  version: z.string(),
  weights: weightsSchema,
  caps: capsSchema,
  is_retired: z.boolean(),
  created_by: z.string(),
  created_at: instantSchema,
});
export type TenantStrategy = z.infer<typeof tenantStrategySchema>;

export const strategyView = tenantStrategySchema
  .omit({ tenant_id: true, is_retired: true, created_by: true, created_at: true })
  .extend({
    id: z.string().meta({ description: 'That of the built-in strategy is v2-0' }),
    status: z.enum(['available', 'active', 'shadow', 'retired']),
    created_by: z.string().nullable().meta({ description: 'null of the built-in strategy' }),
    created_at: instantSchema.nullable(),
  })
  .meta({ id: 'Strategy', description: 'An immutable version of weights and caps' });
export type StrategyView = z.infer<typeof strategyView>;

/** Which strategies decide and which run in shadow: one item, which every auto-dispatch reads. */
export const chosenSchema = z.object({
  tenant_id: idSchema,
  /** null is the built-in one. */
  active: tenantStrategySchema.nullable(),
  shadow: tenantStrategySchema.nullable(),
  version: z.number().int().min(0),
});
export type ChosenStrategies = z.infer<typeof chosenSchema>;

/** What a strategy in shadow would have done with one live decision. */
export interface ShadowComparison {
  readonly tenant_id: string;
  readonly strategy_id: string;
  readonly task_id: string;
  readonly decision_id: string;
  readonly selected_user_id: string;
  readonly shadow_user_id: string;
  readonly made_at: string;
}

export const shadowReportView = z
  .object({
    strategy_id: idSchema,
    decisions: z.number().int().meta({ description: 'Live decisions that the strategy scored' }),
    disagreements: z.number().int().meta({ description: 'Those of them in which it would have chosen someone else' }),
    rate: z
      .number()
      .nullable()
      .meta({ description: 'Disagreements per decision, 0 to 1; null before the first', examples: [0.25] }),
    examples: z
      .array(
        z.object({
          task_id: idSchema,
          decision_id: idSchema.meta({ description: 'Its replay shows the scores' }),
          selected_user_id: idSchema,
          shadow_user_id: idSchema.meta({ description: 'Whom the strategy would have chosen' }),
          made_at: instantSchema,
        }),
      )
      .meta({ description: 'The latest disagreements, the newest first' }),
  })
  .meta({ id: 'ShadowReport' });
export type ShadowReport = z.infer<typeof shadowReportView>;

export interface Strategies {
  readonly find: (tenantId: string, id: string) => Promise<TenantStrategy | undefined>;
  /** All versions of the tenant, oldest first: their number is limited. */
  readonly all: (tenantId: string) => Promise<readonly TenantStrategy[]>;
  readonly chosen: (tenantId: string) => Promise<ChosenStrategies>;
  readonly shadowReport: (tenantId: string, id: string) => Promise<ShadowReport>;
}

/** What a strategy of a tenant scores by. */
export const ruleOf = ({ version, weights, caps }: TenantStrategy): Strategy => ({ version, weights, caps });
