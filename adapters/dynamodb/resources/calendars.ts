import * as z from 'zod';
import {
  absenceHoldingSchema,
  assetCalendarSchema,
  calendarSchema,
  idOf,
  newAssetCalendar,
  resourceOf,
  taskHoldingSchema,
  type AssetCalendar,
  type Calendar,
  type Calendars,
  type Consistency,
  type HeldWindow,
  type Holding,
} from '../../../core/calendar/calendar.ts';
import type { AssetCalendarChanged, CalendarChanged } from '../../../core/calendar/changes.ts';
import { overlaps, type Window } from '../../../core/calendar/window.ts';
import { instantSchema } from '../../../core/time/instant.ts';
import { put, update, type Writes } from '../actions.ts';
import { find, makeCodec, type Codec, type Reads } from '../codec.ts';
import { ACTIVE_PREFIX, calendarKey, OPEN_PREFIX, rosterKey, WINDOWS_BEGIN, windowsFrom } from '../keys.ts';
import { END } from '../pages.ts';
import type { Item } from '../transaction.ts';
import { absenceReads } from './absences.ts';
import { assetResource, userResource, type Resource } from '../../../core/calendar/resource.ts';

export const calendarCodec: Codec<Calendar> = /* @__PURE__ */ makeCodec({
  schema: calendarSchema,
  key: ({ tenant_id, user_id }) => calendarKey(tenant_id, userResource(user_id)),
  documents: ['working_hours'],
});
export const assetCalendarCodec: Codec<AssetCalendar> = /* @__PURE__ */ makeCodec({
  schema: assetCalendarSchema,
  key: ({ tenant_id, asset_id }) => calendarKey(tenant_id, assetResource(asset_id)),
  documents: ['working_hours'],
});

const heldWindowSchema = z.union([
  absenceHoldingSchema,
  taskHoldingSchema.extend({ window: z.object({ start: instantSchema, end: instantSchema }) }),
]);
const holdingSchema = z.union([absenceHoldingSchema, taskHoldingSchema]);
/** Anything that a user holds: a window, or an open assignment. */
export const holdingFrom = (item: Item): Holding => holdingSchema.parse(item);
export const heldWindowFrom = (item: Item): HeldWindow => heldWindowSchema.parse(item);

const rosterSchema = z.object({ user_id: z.string() });

/** Calendars with their windows and absences, and the roster of those who may be assigned. */
export const makeCalendars = (reads: Reads): Calendars => {
  const { reader } = reads;
  const windows = async (
    partition: string,
    range: { from: string; to: string; limit?: number },
    consistency: Consistency,
  ) => (await reader.range({ partition, descending: true, consistency, ...range })).map(heldWindowFrom);

  /**
   * Windows of one user never overlap each other, so they are sorted by their ends too: of those that start before the
   * wanted end, only the latest can be the first to overlap, and only one can begin before the wanted start and reach
   * into it. That makes (overlaps + 1) items, whatever the size of the calendar; one request where nothing overlaps.
   */
  const overlapping = async (
    tenantId: string,
    resource: Resource,
    wanted: Window,
    consistency: Consistency,
  ): Promise<readonly HeldWindow[]> => {
    const { PK: partition } = calendarKey(tenantId, resource);
    const [latest] = await windows(
      partition,
      { from: WINDOWS_BEGIN, to: windowsFrom(wanted.end), limit: 1 },
      consistency,
    );
    if (latest === undefined || !overlaps(latest.window, wanted)) return [];
    if (latest.window.start <= wanted.start) return [latest];
    const [within, before] = await Promise.all([
      windows(partition, { from: windowsFrom(wanted.start), to: windowsFrom(latest.window.start) }, consistency),
      windows(partition, { from: WINDOWS_BEGIN, to: windowsFrom(wanted.start), limit: 1 }, consistency),
    ]);
    const inTheWay = [latest, ...within, ...before.filter(({ window }) => overlaps(window, wanted))];
    // One that was moved between the two reads is in both of them; it counts once.
    return [...new Map(inTheWay.map((held) => [idOf(held), held])).values()];
  };

  const findMany = async (
    tenantId: string,
    userIds: readonly string[],
    consistency: Consistency,
  ): Promise<readonly Calendar[]> => {
    const keys = userIds.map((userId) => calendarKey(tenantId, userResource(userId)));
    return (await reader.getMany(keys, consistency)).map(calendarCodec.fromItem);
  };

  return {
    ...absenceReads(reads),
    find: (tenantId, userId) => find(reads, calendarCodec, calendarKey(tenantId, userResource(userId))),
    overlapping: (calendar, wanted) => overlapping(calendar.tenant_id, resourceOf(calendar), wanted, 'strong'),
    survey: async (tenantId, userIds, wanted, consistency) => {
      const held = (userId: string) =>
        wanted === undefined ? Promise.resolve([]) : overlapping(tenantId, userResource(userId), wanted, consistency);
      if (consistency === 'strong') {
        const calendars = await findMany(tenantId, userIds, 'strong');
        return Promise.all(
          calendars.map(async (calendar) => ({ calendar, overlapping: await held(calendar.user_id) })),
        );
      }
      // Nothing is decided from an eventual survey, so both reads may run together.
      const [calendars, windowsOf] = await Promise.all([
        findMany(tenantId, userIds, 'eventual'),
        Promise.all(userIds.map(async (userId) => [userId, await held(userId)] as const)),
      ]);
      const byUser = new Map(windowsOf);
      return calendars.map((calendar) => ({ calendar, overlapping: byUser.get(calendar.user_id) ?? [] }));
    },
    surveyAssets: async (tenantId, assetIds, wanted, consistency) => {
      const keys = assetIds.map((id) => calendarKey(tenantId, assetResource(id)));
      const held = async (): Promise<readonly (readonly HeldWindow[])[]> =>
        wanted === undefined
          ? []
          : Promise.all(assetIds.map((id) => overlapping(tenantId, assetResource(id), wanted, consistency)));
      const calendars = reader.getMany(keys, consistency);
      // As with people: from an eventual survey nothing is decided, so both reads may run together.
      const early = consistency === 'eventual' ? held() : undefined;
      const found = (await calendars).map(assetCalendarCodec.fromItem);
      const windows = await (early ?? held());
      const byId = new Map(found.map((calendar) => [calendar.asset_id, calendar]));
      return assetIds.map((id, index) => ({
        calendar: byId.get(id) ?? newAssetCalendar(tenantId, id),
        overlapping: windows[index] ?? [],
      }));
    },
    held: async (tenantId, resource, range, limit) => {
      const { PK: partition } = calendarKey(tenantId, resource);
      const show = { partition, consistency: 'eventual' as const };
      const [before, within] = await Promise.all([
        reader.range({ ...show, from: WINDOWS_BEGIN, to: windowsFrom(range.start), descending: true, limit: 1 }),
        reader.range({ ...show, from: windowsFrom(range.start), to: windowsFrom(range.end), limit }),
      ]);
      const [earlier, later] = [before.map(heldWindowFrom), within.map(heldWindowFrom)];
      // One that was moved between the two reads is in both of them; it shows where it is now.
      const now = new Set(later.map(idOf));
      return [...earlier.filter((held) => !now.has(idOf(held))), ...later]
        .filter(({ window }) => overlaps(window, range))
        .slice(0, limit);
    },
    open: async (tenantId, resource, limit) => {
      const { PK: partition } = calendarKey(tenantId, resource);
      const range = { partition, from: OPEN_PREFIX, to: `${OPEN_PREFIX}${END}`, limit };
      return (await reader.range({ ...range, consistency: 'eventual' })).map((item) => taskHoldingSchema.parse(item));
    },
    activeUserIds: async (tenantId, limit) => {
      const { PK: partition } = rosterKey(tenantId, '', true);
      const entries = await reader.range({ partition, from: ACTIVE_PREFIX, to: `${ACTIVE_PREFIX}${END}`, limit });
      return entries.map((entry) => rosterSchema.parse(entry).user_id);
    },
  };
};

export const calendarWrites: Writes<CalendarChanged | AssetCalendarChanged> = {
  asset_calendar_changed: ({ before, after }) =>
    before.version === 0
      ? put('asset calendar', assetCalendarCodec.toItem(after))
      : update('asset calendar', assetCalendarCodec.toItem(before), assetCalendarCodec.toItem(after), {
          version: before.version,
        }),
  calendar_changed: ({ before, after }) =>
    update('calendar', calendarCodec.toItem(before), calendarCodec.toItem(after), { version: before.version }),
};
