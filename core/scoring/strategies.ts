import * as z from 'zod';
import { idSchema, text } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import { instantSchema } from '../time/instant.ts';
import { STRATEGY_V2_0, WEIGHT_MAX, type Strategy } from './strategy.ts';

/** Points: not negative, at most 1,000, in thousandths, because scores are counted in thousandths. */
const pointsSchema = z
  .number()
  .min(0)
  .max(WEIGHT_MAX)
  .refine((points) => Number.isInteger(Math.round(points * 1e9) / 1e6), 'at most three decimals');

export const weightsSchema = z.strictObject({
  base: pointsSchema,
  workload: pointsSchema,
  org_match: pointsSchema,
  resource: pointsSchema,
  priority: pointsSchema,
  risk: pointsSchema,
  conflict_penalty_per_overlap: pointsSchema,
});
const capsSchema = z.strictObject({
  workload_max: pointsSchema,
  workload_min: pointsSchema,
  resource_max: pointsSchema,
  resource_none: pointsSchema,
});
export const strategySchema = z.object({ version: z.string(), weights: weightsSchema, caps: capsSchema });

export const strategyDraft = z
  .strictObject({ version: text(LIMITS.code), weights: weightsSchema, caps: capsSchema })
  .meta({ id: 'StrategyDraft', examples: [{ ...STRATEGY_V2_0, version: 'v3-even' }] });
export type StrategyDraft = z.infer<typeof strategyDraft>;

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
    status: z.enum(['available', 'active', 'shadow', 'retired']),
    created_by: z.string().nullable(),
    created_at: instantSchema.nullable(),
  });
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

export const shadowReportView = z.object({
  strategy_id: idSchema,
  decisions: z.number().int(),
  disagreements: z.number().int(),
  /** Disagreements per decision; null before the first. */
  rate: z.number().nullable(),
  examples: z.array(
    z.object({
      task_id: idSchema,
      decision_id: idSchema,
      selected_user_id: idSchema,
      shadow_user_id: idSchema,
      made_at: instantSchema,
    }),
  ),
});
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
