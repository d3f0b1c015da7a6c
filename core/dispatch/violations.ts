import * as z from 'zod';
import type { Assets } from '../assets/asset.ts';
import type { Calendars } from '../calendar/calendar.ts';
import { isFitFor } from '../calendar/equipment.ts';
import type { Window } from '../calendar/window.ts';
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
  .meta({
    id: 'HeldViolation',
    description: 'A held task that breaks rules about its holder or its equipment as these are now',
  });
export type HeldViolation = z.infer<typeof heldViolationView>;

/**
 * The held tasks that break a rule about their holder or their equipment, newest first; those whose rule was set aside are among them. They may
 * lag by a moment. A page looks at as many held tasks as it may hold: it may be short, or empty, though another follows.
 */
export const makeListViolations =
  ({
    tasks,
    calendars,
    assets,
    clock,
  }: {
    readonly tasks: Pick<Tasks, 'list'>;
    readonly calendars: Pick<Calendars, 'survey' | 'surveyAssets'>;
    readonly assets: Pick<Assets, 'findMany'>;
    readonly clock: Clock;
  }) =>
  async (tenantId: string, request: PageRequest): Promise<Page<HeldViolation>> => {
    const page = await tasks.list(tenantId, { state: [...HELD_STATES] }, request);
    const holders = new Set(page.items.flatMap(({ assigned_to }) => assigned_to ?? []));
    const assetIds = [...new Set(page.items.flatMap(({ asset_ids }) => asset_ids))];
    const [surveyed, found, equipment] = await Promise.all([
      calendars.survey(tenantId, [...holders], undefined, 'eventual'),
      assets.findMany(tenantId, assetIds),
      calendars.surveyAssets(tenantId, assetIds, undefined, 'strong'),
    ]);
    const known = new Map(found.map((asset) => [asset.id, asset]));
    const fitFor = (id: string, window: Window | undefined): boolean => {
      const asset = known.get(id);
      const calendar = equipment.find((one) => one.calendar.asset_id === id)?.calendar;
      return asset === undefined || calendar === undefined || isFitFor({ asset, calendar }, window);
    };
    const byUser = new Map(surveyed.map(({ calendar }) => [calendar.user_id, calendar]));
    const at = clock();
    const items = page.items.flatMap((task): readonly HeldViolation[] => {
      const { id: task_id, name, assigned_to, planned_start_at, planned_end_at } = task;
      const calendar = assigned_to === null ? undefined : byUser.get(assigned_to);
      if (calendar === undefined) return [];
      const demand = personDemandOf(task);
      const isEquipped = task.asset_ids.every((id) => fitFor(id, demand.window));
      const rules = [...breachedBy(calendar, demand, at), ...(isEquipped ? [] : ['asset_unavailable' as const])];
      if (rules.length === 0) return [];
      return [{ task_id, name, assigned_to: calendar.user_id, planned_start_at, planned_end_at, rules }];
    });
    return { ...page, items };
  };
