import * as z from 'zod';
import { idSchema } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import { instantSchema, type Instant } from '../time/instant.ts';
import { userResource } from './resource.ts';
import { isAbsence, type Calendar, type Calendars } from './calendar.ts';
import { BREACHES, breachedBy } from './own-rules.ts';

/** Held tasks that a change of their holder leaves against a rule. They stay. */
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

const END_OF_TIME = instantSchema.parse('9999-12-31T23:59:59.999Z');

/** The held tasks of a person that break a rule after a change of the calendar, and did not before it. */
export const affectedBy = async (
  calendars: Pick<Calendars, 'held' | 'open'>,
  before: Calendar,
  after: Calendar,
  at: Instant,
): Promise<Affected> => {
  const { tenant_id, user_id } = before;
  const future = { start: at, end: END_OF_TIME };
  const [windows, open] = await Promise.all([
    calendars.held(tenant_id, userResource(user_id), future, LIMITS.affectedSearched),
    calendars.open(tenant_id, user_id, LIMITS.affectedSearched),
  ]);
  const affected = [...windows, ...open].flatMap((holding) => {
    if (isAbsence(holding)) return [];
    const already = breachedBy(before, holding, at);
    const rule = breachedBy(after, holding, at).find((one) => !already.includes(one));
    if (rule === undefined) return [];
    const planned = holding.planned ?? holding.window;
    return [
      {
        task_id: holding.task_id,
        name: holding.name,
        planned_start_at: planned?.start ?? null,
        planned_end_at: planned?.end ?? null,
        rule,
      },
    ];
  });
  return {
    affected: affected.slice(0, LIMITS.affectedListed),
    affected_more:
      affected.length > LIMITS.affectedListed ||
      [windows, open].some(({ length }) => length === LIMITS.affectedSearched),
  };
};
