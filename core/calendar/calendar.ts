import * as z from 'zod';
import { idSchema } from '../fields.ts';
import { instantSchema } from '../time/instant.ts';
import type { Conflict } from '../errors.ts';
import type { Window } from './window.ts';

export const membershipSchema = z.object({
  org_unit_id: idSchema,
  /** At most one membership of a user is the primary one. */
  is_primary: z.boolean(),
  created_at: instantSchema,
});

/**
 * What every decision about a user needs, in one item: whether the user may be assigned at all, the workload, the
 * org units, and the version that each taken window moves.
 */
export const calendarSchema = z.object({
  tenant_id: idSchema,
  user_id: idSchema,
  /** Counts the changes of the calendar. A window may be taken only at the version at which the windows were read. */
  version: z.number().int().min(0),
  /** Assignments held, scheduled or not: the workload. */
  active_count: z.number().int().min(0),
  is_active: z.boolean(),
  memberships: z.array(membershipSchema),
});
export type Calendar = z.infer<typeof calendarSchema>;

/** A task's claim on a user: with a window when the task is scheduled, else only as workload. */
export const holdingSchema = z.object({
  task_id: idSchema,
  name: z.string(),
  window: z.object({ start: instantSchema, end: instantSchema }).optional(),
});
export type Holding = z.infer<typeof holdingSchema>;

/** A holding that occupies time. */
export interface HeldWindow extends Holding {
  readonly window: Window;
}

export const conflictOf = ({ task_id, name, window }: HeldWindow): Conflict => ({
  task_id,
  name,
  planned_start_at: window.start,
  planned_end_at: window.end,
});

/** How strongly a calendar is read. Only `strong` reads may decide; `eventual` ones cost half and may only rank. */
export type Consistency = 'strong' | 'eventual';

export interface Surveyed {
  readonly calendar: Calendar;
  readonly overlapping: readonly HeldWindow[];
}

export interface Calendars {
  /** Strongly consistent; absent when the tenant has no such user. */
  readonly find: (tenantId: string, userId: string) => Promise<Calendar | undefined>;
  /**
   * The windows of a user that overlap the wanted one, latest first; strongly consistent. It takes the calendar, not
   * the user, because the guard is only right when the calendar's version was read before the windows.
   */
  readonly overlapping: (calendar: Calendar, wanted: Window) => Promise<readonly HeldWindow[]>;
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
  /** Ids of the tenant's active users, strongly consistent, at most `limit`. */
  readonly activeUserIds: (tenantId: string, limit: number) => Promise<readonly string[]>;
}
