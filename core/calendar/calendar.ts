import * as z from 'zod';
import { idSchema } from '../fields.ts';
import type { Page, PageRequest } from '../page.ts';
import { instantSchema } from '../time/instant.ts';
import type { Assets } from '../assets/asset.ts';
import { notFound, type AbsenceConflict, type Conflict } from '../errors.ts';
import { HELD_STATES } from '../tasks/lifecycle.ts';
import { grantSchema } from '../qualifications/grants.ts';
import { workingHoursSchema } from '../working-hours/hours.ts';
import { assetResource, userResource, type Resource } from './resource.ts';
import type { Window } from './window.ts';

const membershipSchema = z.object({
  org_unit_id: idSchema,
  /** At most one membership of a user is the primary one. */
  is_primary: z.boolean(),
  created_at: instantSchema,
});

const windowSchema = z.object({ start: instantSchema, end: instantSchema });

/** What was taken from the calendar, a task or an absence, at the version of the calendar that this made. */
const takenSchema = z.union([
  z.object({ version: z.number().int(), task_id: idSchema, name: z.string(), window: windowSchema.optional() }),
  z.object({ version: z.number().int(), absence_id: idSchema, window: windowSchema }),
]);

/** What every calendar has, of whatever resource. */
const timekeeping = {
  tenant_id: idSchema,
  /** Counts the changes of the calendar. A window may be taken only at the version at which the windows were read. */
  version: z.number().int().min(0),
  /** Assignments held, scheduled or not: the workload. One gone wrong, below 0 even, is for the audit to find. */
  active_count: z.number().int(),
  /** Null: always at work. Here, so that a decision moves the version of what it was decided from. */
  working_hours: workingHoursSchema.nullable().default(null),
  /** What was taken last, latest first: what a stale plan is compared with. */
  recent: z.array(takenSchema).default([]),
};

/**
 * What every decision about a user needs, in one item: whether the user may be assigned at all, the workload, the
 * org units, and the version that each taken window moves.
 */
export const calendarSchema = z.object({
  ...timekeeping,
  user_id: idSchema,
  is_active: z.boolean(),
  memberships: z.array(membershipSchema),
  /** What the person is qualified for, by code. Here, so that a decision moves the version of what it was decided from. */
  qualifications: z.array(grantSchema).default([]),
});
export type Calendar = z.infer<typeof calendarSchema>;

/** The calendar of an asset; its hours are those of operation. One that is kept nowhere yet is at version 0, and empty. */
export const assetCalendarSchema = z.object({ ...timekeeping, asset_id: idSchema });
export type AssetCalendar = z.infer<typeof assetCalendarSchema>;

export const newAssetCalendar = (tenantId: string, assetId: string): AssetCalendar => ({
  tenant_id: tenantId,
  asset_id: assetId,
  version: 0,
  active_count: 0,
  working_hours: null,
  recent: [],
});

export type ResourceCalendar = Calendar | AssetCalendar;
export const resourceOf = (calendar: ResourceCalendar): Resource =>
  'user_id' in calendar ? userResource(calendar.user_id) : assetResource(calendar.asset_id);

/** A task's claim on a resource: with a window when the task is scheduled, else only as workload. */
export const taskHoldingSchema = z.object({
  task_id: idSchema,
  name: z.string(),
  state: z.enum(HELD_STATES),
  window: windowSchema.optional(),
  /** The planned window, where buffers make the held one wider. */
  planned: windowSchema.optional(),
  /** Codes of the qualifications that the task demands, where it demands any. */
  required_qualifications: z.array(z.string()).optional(),
});
export type TaskHolding = z.infer<typeof taskHoldingSchema>;

/** Time at which a user cannot be had. It lies in the same calendar as the tasks, under the same guard. */
export const absenceHoldingSchema = z.object({
  absence_id: idSchema,
  reason: z.string().nullable(),
  window: windowSchema,
});
export type AbsenceHolding = z.infer<typeof absenceHoldingSchema>;

export type Holding = TaskHolding | AbsenceHolding;

/** A holding that occupies time. */
export type HeldWindow = (TaskHolding & { readonly window: Window }) | AbsenceHolding;

export const isAbsence = (holding: Holding): holding is AbsenceHolding => 'absence_id' in holding;
export const idOf = (holding: Holding): string => (isAbsence(holding) ? holding.absence_id : holding.task_id);

/** The window as planned: without its buffers. */
export const plannedOf = (held: HeldWindow): Window => (isAbsence(held) ? held.window : (held.planned ?? held.window));

/** What stands in the way: tasks, and absences. */
export const obstaclesIn = (
  held: readonly HeldWindow[],
): { conflicts: readonly Conflict[]; absences: readonly AbsenceConflict[] } => ({
  conflicts: held.flatMap((holding) =>
    isAbsence(holding)
      ? []
      : {
          task_id: holding.task_id,
          name: holding.name,
          planned_start_at: plannedOf(holding).start,
          planned_end_at: plannedOf(holding).end,
        },
  ),
  absences: held.flatMap((holding) =>
    isAbsence(holding)
      ? {
          absence_id: holding.absence_id,
          start_at: holding.window.start,
          end_at: holding.window.end,
          reason: holding.reason,
        }
      : [],
  ),
});

export const absenceSchema = z
  .object({
    id: idSchema,
    user_id: idSchema.nullable().default(null).meta({ description: 'null of an asset' }),
    asset_id: idSchema.nullable().default(null).meta({ description: 'null of a user' }),
    start_at: instantSchema,
    end_at: instantSchema,
    reason: z.string().nullable(),
    created_by: z.string(),
    created_at: instantSchema,
  })
  .meta({ id: 'Absence', description: 'Time at which a user, or an asset, cannot be had' });
export type Absence = z.infer<typeof absenceSchema>;
/** Who or what is absent. */
export const absentee = ({ user_id, asset_id }: Pick<Absence, 'user_id' | 'asset_id'>): Resource =>
  asset_id === null ? userResource(user_id ?? '') : assetResource(asset_id);

/** How strongly a calendar is read. Only `strong` reads may decide; `eventual` ones cost half and may only rank. */
export type Consistency = 'strong' | 'eventual';

export interface Surveyed<C extends ResourceCalendar = Calendar> {
  readonly calendar: C;
  readonly overlapping: readonly HeldWindow[];
}

/**
 * Finds the calendar of a user or an asset; read eventually it is for showing. Refuses with `user_not_found` or
 * `asset_not_found`.
 */
export const makeCalendarOf =
  ({
    calendars,
    assets,
  }: {
    readonly calendars: Pick<Calendars, 'find' | 'survey' | 'surveyAssets'>;
    readonly assets: Pick<Assets, 'findMany'>;
  }) =>
  async (tenantId: string, { kind, id }: Resource, consistency: Consistency = 'strong'): Promise<ResourceCalendar> => {
    if (kind === 'user') {
      const calendar =
        consistency === 'strong'
          ? await calendars.find(tenantId, id)
          : (await calendars.survey(tenantId, [id], undefined, consistency))[0]?.calendar;
      if (calendar === undefined) throw notFound('user', id);
      return calendar;
    }
    const [found, [surveyed]] = await Promise.all([
      assets.findMany(tenantId, [id]),
      calendars.surveyAssets(tenantId, [id], undefined, 'strong'),
    ]);
    if (found.length === 0 || surveyed === undefined) throw notFound('asset', id);
    return surveyed.calendar;
  };
export type CalendarOf = ReturnType<typeof makeCalendarOf>;

export interface Calendars {
  /** Strongly consistent; absent when the tenant has no such user. */
  readonly find: (tenantId: string, userId: string) => Promise<Calendar | undefined>;
  /**
   * The windows of a user that overlap the wanted one, latest first; strongly consistent. It takes the calendar, not
   * the user, because the guard is only right when the calendar's version was read before the windows.
   */
  readonly overlapping: (calendar: ResourceCalendar, wanted: Window) => Promise<readonly HeldWindow[]>;
  /**
   * The calendars of those ids that exist, in no particular order, each with the windows that overlap the wanted one
   * (none when nothing is wanted).
   */
  readonly survey: (
    tenantId: string,
    userIds: readonly string[],
    wanted: Window | undefined,
    consistency: Consistency,
  ) => Promise<readonly Surveyed[]>;
  /** The same of assets, in the order of the ids; one that is kept nowhere yet is empty. */
  readonly surveyAssets: (
    tenantId: string,
    assetIds: readonly string[],
    wanted: Window | undefined,
    consistency: Consistency,
  ) => Promise<readonly Surveyed<AssetCalendar>[]>;
  /**
   * The windows of a resource that reach into a range, earliest first, at most `limit`. They may lag by a moment: for
   * showing, never for deciding.
   */
  readonly held: (tenantId: string, resource: Resource, range: Window, limit: number) => Promise<readonly HeldWindow[]>;
  /** The assignments of a user without a window, in no particular order, at most `limit`. They may lag by a moment, too. */
  readonly open: (tenantId: string, resource: Resource, limit: number) => Promise<readonly TaskHolding[]>;
  /** Oldest first. */
  readonly absences: (tenantId: string, resource: Resource, page: PageRequest) => Promise<Page<Absence>>;
  readonly findAbsence: (tenantId: string, resource: Resource, absenceId: string) => Promise<Absence | undefined>;
  /** Those that exist, in no particular order. */
  readonly findAbsences: (tenantId: string, resource: Resource, ids: readonly string[]) => Promise<readonly Absence[]>;
  /** Ids of the tenant's active users, strongly consistent, at most `limit`. */
  readonly activeUserIds: (tenantId: string, limit: number) => Promise<readonly string[]>;
}

/** Every change of a calendar moves its version, so that whoever decided from it looks again. */
export const moved = (calendar: Calendar, patch: Partial<Calendar>): Calendar => ({
  ...calendar,
  ...patch,
  version: calendar.version + 1,
});
