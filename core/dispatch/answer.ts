import * as z from 'zod';
import { SEALED } from '../call.ts';
import { idSchema } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import { flipSchema } from '../scoring/flips.ts';
import { scoreSchema } from '../scoring/score.ts';
import { taskView } from '../tasks/task.ts';
import { passedOverSchema } from './equipment.ts';
import { excludedSchema } from './exclusions.ts';

export const resourceSnapshotSchema = z
  .object({
    scope_area_code: z.string().nullable(),
    total_assets: z.number().int(),
    available_assets: z.number().int(),
    score_strategy: z.object({
      version: z.string(),
      schedule_enabled: z.boolean(),
      weights: z.object({
        base: z.number(),
        workload: z.number(),
        org_match: z.number(),
        resource: z.number(),
        priority: z.number(),
        risk: z.number(),
        conflict_penalty_per_overlap: z.number(),
      }),
    }),
  })
  .meta({ id: 'ResourceSnapshot' });
export type ResourceSnapshot = z.infer<typeof resourceSnapshotSchema>;

export const autoDispatchView = z
  .object({
    task: taskView,
    selected_user_id: idSchema,
    dispatch_mode: z.literal('AUTO'),
    scores: z.array(scoreSchema),
    resource_snapshot: resourceSnapshotSchema,
    assets_passed_over: passedOverSchema,
    excluded: z.array(excludedSchema).meta({ description: 'Every candidate who could not be chosen, and why' }),
    margin: z.number().nullable().meta({
      description: 'Points between the chosen one and the next who is free; null where there is none',
    }),
    flips: z.array(flipSchema).meta({ description: `Of the next ${LIMITS.flips} candidates who are free` }),
    decision_id: idSchema.meta({ description: 'Of a preview: one that is kept nowhere' }),
    plan_token: z.string().regex(SEALED).optional().meta({ description: 'Of a preview only: what commits it' }),
  })
  .meta({ id: 'AutoDispatch' });
export type AutoDispatchView = z.infer<typeof autoDispatchView>;
