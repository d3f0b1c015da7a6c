import * as z from 'zod';
import type { Calendars } from '../calendar/calendar.ts';
import { BREACHES } from '../calendar/affected.ts';
import { breachedBy } from '../calendar/own-rules.ts';
import { idSchema } from '../fields.ts';
import type { Page, PageRequest } from '../page.ts';
import { HELD_STATES } from '../tasks/lifecycle.ts';
import { personDemandOf } from '../tasks/rules.ts';
import type { Tasks } from '../tasks/tasks.ts';
import { instantSchema, type Clock } from '../time/instant.ts';

export const heldViolationView = z
  .object({
    task_id: idSchema,
    name: z.string(),
    assigned_to: idSchema,
    planned_start_at: instantSchema.nullable(),
    planned_end_at: instantSchema.nullable(),
    rules: z.array(z.enum(BREACHES)).min(1),
  })
  .meta({ id: 'HeldViolation', description: 'A held task that breaks rules about its holder as that one is now' });
export type HeldViolation = z.infer<typeof heldViolationView>;

/**
 * The held tasks that break a rule about their holder, newest first; those whose rule was set aside are among them. They may
 * lag by a moment. A page looks at as many held tasks as it may hold: it may be short, or empty, though another follows.
 */
export const makeListViolations =
  ({
    tasks,
    calendars,
    clock,
  }: {
    readonly tasks: Pick<Tasks, 'list'>;
    readonly calendars: Pick<Calendars, 'survey'>;
    readonly clock: Clock;
  }) =>
  async (tenantId: string, request: PageRequest): Promise<Page<HeldViolation>> => {
    const page = await tasks.list(tenantId, { state: [...HELD_STATES] }, request);
    const holders = new Set(page.items.flatMap(({ assigned_to }) => assigned_to ?? []));
    const surveyed = await calendars.survey(tenantId, [...holders], undefined, 'eventual');
    const byUser = new Map(surveyed.map(({ calendar }) => [calendar.user_id, calendar]));
    const at = clock();
    const items = page.items.flatMap((task): readonly HeldViolation[] => {
      const { id: task_id, name, assigned_to, planned_start_at, planned_end_at } = task;
      const calendar = assigned_to === null ? undefined : byUser.get(assigned_to);
      if (calendar === undefined) return [];
      const rules = [...breachedBy(calendar, personDemandOf(task), at)];
      if (rules.length === 0) return [];
      return [{ task_id, name, assigned_to: calendar.user_id, planned_start_at, planned_end_at, rules }];
    });
    return { ...page, items };
  };
