import * as z from 'zod';
import { DomainError, isRefusal, type Violation } from '../errors.ts';
import { idSchema } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import { instantSchema, latest, shiftedBy, type Instant } from '../time/instant.ts';
import type { Bookings, Taking } from './bookings.ts';
import { idOf, plannedOf, resourceOf, type Calendar, type Calendars, type ResourceCalendar } from './calendar.ts';
import { ownViolations, type Demand } from './own-rules.ts';
import { gapsIn, lengthOf, slotsIn } from './slots.ts';
import { validityOf } from '../qualifications/grants.ts';
import { shifted, workingIn } from '../working-hours/hours.ts';
import type { Window } from './window.ts';

export const suggestionsSchema = z.object({
  slots: z
    .array(z.object({ start_at: instantSchema, end_at: instantSchema }))
    .meta({ description: 'The next free slots of the wanted length, three at the most, from the wanted start on' }),
  searched_until: instantSchema.nullable().meta({
    description: 'How far was looked where fewer than three were found; null when nothing is left to look at',
  }),
  user_ids: z
    .array(idSchema)
    .optional()
    .meta({
      description: `Others who are free in the wanted window, among the first ${LIMITS.usersSuggestedFrom} active users; only with suggest_users`,
    }),
  users_searched: z
    .number()
    .int()
    .optional()
    .meta({ description: 'How many active users were looked at; only with suggest_users' }),
});
export type Suggestions = z.infer<typeof suggestionsSchema>;

interface Wish {
  /** What the booking takes for a user: who takes nothing has no want of time. */
  readonly bookings: Bookings;
  readonly suggestUsers: boolean;
}

/** Runs a booking; a refusal for want of time comes back with suggestions. */
export type Suggest = (wish: Wish, booking: () => Promise<void>) => Promise<void>;

const SLOTS = 3;
/** Windows that one look for free slots reads, about four read units' worth, and looks in a calendar without gaps. */
const WINDOWS_READ = 100;
const LOOKS = 10;

/** How far ahead working hours are followed: they never end, and may leave no room. */
const HOURS_DAYS = 90;

type Reads = Pick<Calendars, 'held' | 'survey' | 'activeUserIds'>;

export const makeSuggest =
  ({ calendars }: { readonly calendars: Reads }): Suggest =>
  async ({ bookings, suggestUsers }, booking) => {
    try {
      await booking();
    } catch (error) {
      const isTimeTaken =
        isRefusal(error, 'schedule_conflict') ||
        isRefusal(error, 'unavailable') ||
        isRefusal(error, 'not_qualified') ||
        isRefusal(error, 'outside_working_hours') ||
        isRefusal(error, 'asset_conflict') ||
        isRefusal(error, 'asset_unavailable');
      const taking = bookings.take?.find(({ calendar }) => 'user_id' in calendar);
      const window = taking?.holding.window;
      if (!isTimeTaken || taking === undefined || window === undefined || !('user_id' in taking.calendar)) throw error;
      const { calendar, holding, at } = taking;
      const demand = { ...holding, window, planned: plannedOf({ ...holding, window }) };
      const suggestions = isWanting(error.details.violations, bookings.take ?? [])
        ? NO_SLOT
        : await suggestionsFor(calendars, {
            calendar,
            along: bookings.take?.map((one) => one.calendar).filter((one) => one !== calendar) ?? [],
            demand,
            at,
            taskId: idOf(holding),
            suggestUsers,
          });
      throw new DomainError(
        error.code,
        error.message,
        { ...error.details, suggestions },
        { problems: error.problems, cause: error },
      );
    }
  };

/** Whether equipment lacks, or is out of use: then no other time and nobody else would do. */
export const isWanting = (violations: readonly Violation[], takings: readonly Pick<Taking, 'asset'>[]): boolean =>
  violations.some((one) => 'asset_type' in one) ||
  takings.some(({ asset }) => asset !== undefined && asset.availability_status !== 'AVAILABLE');
export const NO_SLOT: Suggestions = { slots: [], searched_until: null };

const END_OF_TIME = instantSchema.parse('9999-12-31T23:59:59.999Z');

/** What has to be free, and what of it is planned: the slots are told as planned. */
type ScheduledDemand = Demand & { readonly window: Window; readonly planned: Window };

/** What a refusal for want of time suggests. The window that the task itself holds counts as free. */
export const suggestionsFor = async (
  calendars: Reads,
  {
    calendar,
    along = [],
    demand,
    at,
    taskId,
    suggestUsers,
  }: {
    readonly calendar: Calendar;
    /** What has to be free with the user. */
    readonly along?: readonly ResourceCalendar[];
    readonly demand: ScheduledDemand;
    readonly at: Instant;
    readonly taskId: string;
    readonly suggestUsers: boolean;
  },
): Promise<Suggestions> => {
  const [found, users] = await Promise.all([
    nextSlots(calendars, [calendar, ...along], demand, taskId),
    suggestUsers ? freeUsers(calendars, calendar, demand, at) : undefined,
  ]);
  return { ...found, ...users };
};

/**
 * The next slots at which all of some calendars are free, as long as the wanted window, from its start on and while what is
 * demanded of the person holds; fewer where many windows leave no room, and then how far was looked.
 */
export const nextSlots = async (
  calendars: Pick<Calendars, 'held'>,
  all: readonly ResourceCalendar[],
  { window: wanted, planned, required_qualifications: codes = [] }: ScheduledDemand,
  taskId: string,
): Promise<Pick<Suggestions, 'slots' | 'searched_until'>> => {
  const slots: Window[] = [];
  const [grants = []] = all.flatMap((one) => ('qualifications' in one ? [one.qualifications] : []));
  const validity = validityOf(grants, codes);
  if (validity === undefined) return { slots: [], searched_until: null };
  let from = latest(wanted.start, validity.start);
  const followed = all.every((one) => one.working_hours === null) ? END_OF_TIME : shifted(from, HOURS_DAYS);
  const horizon = followed < validity.end ? followed : validity.end;
  let isWhole = from >= horizon;
  for (let look = 1; look <= LOOKS && slots.length < SLOTS && !isWhole; look += 1) {
    const range = { start: from, end: END_OF_TIME };
    const held = await Promise.all(
      all.map((one) => calendars.held(one.tenant_id, resourceOf(one), range, WINDOWS_READ)),
    );
    const windows = held
      .flat()
      .filter((one) => idOf(one) !== taskId)
      .map(({ window }) => window)
      .toSorted((a, b) => (a.start < b.start ? -1 : 1));
    const partly = held.filter((one) => one.length >= WINDOWS_READ);
    const isAll = partly.length === 0;
    // A gap behind the last window read may go on: the next look begins with it.
    const end = partly
      .map((one) => one.at(-1)?.window.end ?? END_OF_TIME)
      .reduce((first, one) => (one < first ? one : first), END_OF_TIME);
    const known = end < horizon ? end : horizon;
    const free = from < known ? gapsIn({ start: from, end: known }, windows) : [];
    const gaps = all.reduce((left, { working_hours }) => workingIn(working_hours, left), free);
    slots.push(...slotsIn(gaps, lengthOf(wanted), SLOTS - slots.length));
    isWhole = known === validity.end;
    from = known;
    if (isAll || known === horizon) break;
  }
  return {
    slots: slots.map(({ start, end }) => ({
      start_at: shiftedBy(start, lengthOf({ start: wanted.start, end: planned.start })),
      end_at: shiftedBy(end, 0 - lengthOf({ start: planned.end, end: wanted.end })),
    })),
    searched_until: isWhole || slots.length === SLOTS ? null : from,
  };
};

const freeUsers = async (
  calendars: Pick<Calendars, 'survey' | 'activeUserIds'>,
  { tenant_id, user_id }: Calendar,
  demand: ScheduledDemand,
  at: Instant,
): Promise<Pick<Suggestions, 'user_ids' | 'users_searched'>> => {
  const ids = await calendars.activeUserIds(tenant_id, LIMITS.usersSuggestedFrom);
  const surveyed = await calendars.survey(tenant_id, ids, demand.window, 'eventual');
  const user_ids = surveyed
    .filter(
      ({ calendar, overlapping }) =>
        calendar.is_active &&
        calendar.user_id !== user_id &&
        overlapping.length === 0 &&
        ownViolations(calendar, demand, at).length === 0,
    )
    .map(({ calendar }) => calendar.user_id)
    .sort();
  return { user_ids, users_searched: ids.length };
};
