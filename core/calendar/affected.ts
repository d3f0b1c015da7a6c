import * as z from 'zod';
import { idSchema } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import { instantSchema } from '../time/instant.ts';

/** The rules that what is held may come to break when a person, or an asset, changes. */
export const BREACHES = ['inactive_user', 'not_qualified', 'outside_working_hours', 'asset_unavailable'] as const;
export type Breach = (typeof BREACHES)[number];

/** Held tasks that a change of who or what holds them leaves against a rule. They stay. */
export const affectedFields = {
  affected: z
    .array(
      z.object({
        task_id: idSchema,
        name: z.string(),
        planned_start_at: instantSchema.nullable(),
        planned_end_at: instantSchema.nullable(),
        rule: z.enum(BREACHES),
      }),
    )
    .max(LIMITS.affectedListed)
    .meta({
      description:
        'Held tasks, unscheduled or with an end in the future, that complied and do no longer, earliest first. They stay held',
    }),
  affected_more: z
    .boolean()
    .meta({ description: `Whether there are more, or tasks behind the first ${LIMITS.affectedSearched}` }),
};
export type Affected = z.infer<z.ZodObject<typeof affectedFields>>;

export const NOBODY_AFFECTED: Affected = { affected: [], affected_more: false };
