import * as z from 'zod';
import { DomainError, notFound } from '../errors.ts';
import { idSchema, instantInput } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import type { Page, PageRequest } from '../page.ts';
import { HELD_STATES } from '../tasks/lifecycle.ts';
import { instantSchema, parseInstant, type Instant } from '../time/instant.ts';
import {
  isAbsence,
  plannedOf,
  resourceOf,
  type CalendarOf,
  type Calendars,
  type HeldWindow,
  type ResourceCalendar,
} from './calendar.ts';
import { assetResource, resourceName, userResource, type Resource } from './resource.ts';
import { workingIn } from '../working-hours/hours.ts';
import { gapsIn, lengthOf } from './slots.ts';
import type { Window } from './window.ts';

const DAY_MS = 86_400_000;

const rangeFields = { from: instantInput, to: instantInput };
interface RangeQuery {
  readonly from: Instant;
  readonly to: Instant;
}
const daysOf = ({ from, to }: RangeQuery): number => lengthOf({ start: from, end: to }) / DAY_MS;
const rangeRules = <T extends z.ZodType<RangeQuery>>(query: T): T =>
  query
    .refine(({ from, to }) => from < to, { path: ['to'], error: 'to must be after from' })
    .refine((range) => daysOf(range) <= LIMITS.calendarDays, {
      path: ['to'],
      error: `the range may span ${LIMITS.calendarDays} days`,
    });

export const calendarQuery = rangeRules(z.strictObject(rangeFields));
export const boardQuery = rangeRules(
  z.strictObject({
    ...rangeFields,
    user_ids: z
      .string()
      .transform((text) => [...new Set(text.split(',').filter((id) => id !== ''))])
      .pipe(z.array(z.string().max(64)).min(1).max(LIMITS.boardUsers))
      .meta({ description: `Up to ${LIMITS.boardUsers} ids, separated by commas` }),
  }),
  // Before anything is read: what a board costs grows with both.
).refine(({ from, to, user_ids }) => user_ids.length * daysOf({ from, to }) <= LIMITS.boardUserDays, {
  path: ['user_ids'],
  error: `users times days may be ${LIMITS.boardUserDays}: ask for a shorter range, or for fewer users`,
});
export const freeSlotsQuery = rangeRules(
  z.strictObject({
    ...rangeFields,
    duration_minutes: z
      .string()
      .regex(/^[1-9]\d{0,6}$/, 'duration_minutes is a number from 1')
      .transform(Number),
  }),
);

const viewFields = z.object({
  version: z.number().int().meta({ description: 'Counts the changes of the calendar' }),
  active_count: z.number().int().meta({ description: 'Assignments held, unscheduled ones included' }),
  working: z.array(z.object({ start_at: instantSchema, end_at: instantSchema })).meta({
    description:
      'When the user is at work within the range, or the asset in operation; all of it where no hours are set',
  }),
  windows: z
    .array(
      z
        .object({
          kind: z.enum(['task', 'absence']),
          task_id: idSchema.nullable().meta({ description: 'null of an absence, as are name and state' }),
          absence_id: idSchema.nullable().meta({ description: 'null of a task, as is the reason' }),
          name: z.string().nullable(),
          state: z.enum(HELD_STATES).nullable(),
          reason: z.string().nullable(),
          start_at: instantSchema.meta({ description: 'Of what is held, buffers included' }),
          end_at: instantSchema,
          planned_start_at: instantSchema.nullable().meta({ description: 'Without the buffers; null of an absence' }),
          planned_end_at: instantSchema.nullable(),
        })
        .meta({ id: 'HeldWindow' }),
    )
    .meta({ description: 'What reaches into the range, earliest first' }),
});
export const calendarView = viewFields.extend({ user_id: idSchema }).meta({ id: 'Calendar' });
export type CalendarView = z.infer<typeof calendarView>;
export const assetCalendarView = viewFields.extend({ asset_id: idSchema }).meta({ id: 'AssetCalendar' });
export type AssetCalendarView = z.infer<typeof assetCalendarView>;

export const freeSlotSchema = z
  .object({ start_at: instantSchema, end_at: instantSchema, minutes: z.number() })
  .meta({ id: 'FreeSlot', description: 'A gap as it is, cut to the range: at least as long as asked for' });
export type FreeSlot = z.infer<typeof freeSlotSchema>;

interface Ports {
  readonly calendars: Pick<Calendars, 'survey' | 'held'>;
}

/** What a user holds in a range. Refuses with `user_not_found`. */
export const makeGetCalendar = (ports: Ports) => {
  const read = makeRead(ports);
  return async (tenantId: string, userId: string, { from, to }: RangeQuery): Promise<CalendarView> => {
    const [view] = await read(tenantId, [userId], { start: from, end: to });
    if (view === undefined) throw notFound('user', userId);
    return view;
  };
};

/** The calendars of several users, in the order of the ids; ids that name nobody are left out. */
export const makeGetBoard = (ports: Ports) => {
  const read = makeRead(ports);
  return (tenantId: string, { from, to, user_ids }: RangeQuery & { readonly user_ids: readonly string[] }) =>
    read(tenantId, user_ids, { start: from, end: to });
};

const makeRead =
  ({ calendars }: Ports) =>
  async (tenantId: string, userIds: readonly string[], range: Window): Promise<readonly CalendarView[]> => {
    const [surveyed, held] = await Promise.all([
      calendars.survey(tenantId, userIds, undefined, 'eventual'),
      Promise.all(
        userIds.map((userId) => calendars.held(tenantId, userResource(userId), range, LIMITS.calendarWindows + 1)),
      ),
    ]);
    const byUser = new Map(surveyed.map(({ calendar }) => [calendar.user_id, calendar]));
    const workingOf = makeWorkingOf(range);
    const views = userIds.flatMap((userId, index) => {
      const calendar = byUser.get(userId);
      if (calendar === undefined) return [];
      return [{ user_id: calendar.user_id, ...viewOf(calendar, held[index] ?? [], workingOf) }];
    });
    const count = views.reduce((sum, { windows }) => sum + windows.length, 0);
    if (count > LIMITS.boardWindows) {
      const message = `These users hold ${count} windows in this range, of at most ${LIMITS.boardWindows}: ask for a shorter one, or for fewer users.`;
      throw new DomainError('limit_reached', message, { limit: LIMITS.boardWindows });
    }
    return views;
  };

/** The working time of a range. Many have the same hours, and a day of them costs a millisecond: each are read once. */
const makeWorkingOf = (range: Window) => {
  const read = new Map<string, z.infer<typeof viewFields>['working']>();
  return ({ working_hours }: ResourceCalendar) => {
    const key = JSON.stringify(working_hours);
    const working =
      read.get(key) ?? workingIn(working_hours, [range]).map(({ start, end }) => ({ start_at: start, end_at: end }));
    read.set(key, working);
    return working;
  };
};

/** What an asset holds in a range. Refuses with `asset_not_found`. */
export const makeGetAssetCalendar =
  ({ calendarOf, calendars }: { readonly calendarOf: CalendarOf; readonly calendars: Pick<Calendars, 'held'> }) =>
  async (tenantId: string, assetId: string, { from, to }: RangeQuery): Promise<AssetCalendarView> => {
    const range = { start: from, end: to };
    const [calendar, held] = await Promise.all([
      calendarOf(tenantId, assetResource(assetId)),
      calendars.held(tenantId, assetResource(assetId), range, LIMITS.calendarWindows + 1),
    ]);
    return { asset_id: assetId, ...viewOf(calendar, held, makeWorkingOf(range)) };
  };

const viewOf = (
  calendar: ResourceCalendar,
  held: readonly HeldWindow[],
  workingOf: ReturnType<typeof makeWorkingOf>,
): z.infer<typeof viewFields> => {
  const { version, active_count } = calendar;
  if (held.length > LIMITS.calendarWindows) {
    const message = `${resourceName(resourceOf(calendar))} holds more than ${LIMITS.calendarWindows} windows in this range: ask for a shorter one.`;
    throw new DomainError('limit_reached', message, { limit: LIMITS.calendarWindows });
  }
  return {
    version,
    active_count,
    working: workingOf(calendar),
    windows: held.map((one) => ({
      kind: isAbsence(one) ? 'absence' : 'task',
      task_id: isAbsence(one) ? null : one.task_id,
      absence_id: isAbsence(one) ? one.absence_id : null,
      name: isAbsence(one) ? null : one.name,
      state: isAbsence(one) ? null : one.state,
      reason: isAbsence(one) ? one.reason : null,
      start_at: one.window.start,
      end_at: one.window.end,
      planned_start_at: isAbsence(one) ? null : plannedOf(one).start,
      planned_end_at: isAbsence(one) ? null : plannedOf(one).end,
    })),
  };
};

/**
 * Windows that one page of free slots looks at. Fifteen take 8 KB at the most when their names are 200 plain characters
 * long: one read unit. The calendar and the window before the page take another half each.
 */
const WINDOWS_PER_PAGE = 15;

/**
 * The times in a range at which a user, or an asset, is free for at least a duration, earliest first. A page looks at a bounded
 * number of windows, so in a full calendar it may hold fewer slots than asked for, and say that there are more.
 */
export const makeListFreeSlots =
  ({ calendarOf, calendars }: { readonly calendarOf: CalendarOf; readonly calendars: Pick<Calendars, 'held'> }) =>
  async (
    tenantId: string,
    resource: Resource,
    { from, to, duration_minutes }: RangeQuery & { readonly duration_minutes: number },
    { limit, after }: PageRequest,
  ): Promise<Page<FreeSlot>> => {
    const start = after === undefined ? from : (parseInstant(after) ?? from);
    const [calendar, held] = await Promise.all([
      calendarOf(tenantId, resource, 'eventual'),
      calendars.held(tenantId, resource, { start, end: to }, WINDOWS_PER_PAGE),
    ]);
    const windows = held.map(({ window }) => window);
    const last = windows.at(-1);
    const known = windows.length < WINDOWS_PER_PAGE || last === undefined || last.end >= to ? to : last.end;
    const gaps = workingIn(calendar.working_hours, gapsIn({ start, end: known }, windows));
    const free = gaps.filter((gap) => lengthOf(gap) >= duration_minutes * 60_000);
    const page = free.slice(0, limit);
    const items = page.map((gap) => ({ start_at: gap.start, end_at: gap.end, minutes: lengthOf(gap) / 60_000 }));
    const end = page.at(-1)?.end;
    if (free.length > limit && end !== undefined) return { items, next: end };
    return known < to ? { items, next: known } : { items };
  };
