import * as z from 'zod';
import type { Call } from '../call.ts';
import { affectedFields, NOBODY_AFFECTED } from '../calendar/affected.ts';
import { affectedBy } from '../calendar/own-rules.ts';
import { moved, type Calendar, type Calendars } from '../calendar/calendar.ts';
import type { CalendarChanged } from '../calendar/changes.ts';
import type { Commit } from '../commit.ts';
import { notFound } from '../errors.ts';
import { idSchema, optional } from '../fields.ts';
import type { Retry } from '../retry.ts';
import { hasAlready } from '../same.ts';
import type { Clock } from '../time/instant.ts';
import { workingHoursSchema, type WorkingHours } from './hours.ts';

export const workingHoursDraft = workingHoursSchema
  .extend({
    validate_only: optional(z.boolean()).meta({
      description: 'All checks, the same answer, and nothing is written: what the change would affect',
    }),
  })
  .meta({
    id: 'WorkingHoursDraft',
    examples: [
      {
        time_zone: 'Europe/Berlin',
        weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], start: '08:00', end: '16:30' }],
        exceptions: [{ date: '2026-12-24', intervals: [{ start: '08:00', end: '12:00' }] }],
      },
    ],
  });
export type WorkingHoursDraft = z.infer<typeof workingHoursDraft>;

export const workingHoursView = z
  .object({ user_id: idSchema, working_hours: workingHoursSchema.nullable() })
  .meta({ id: 'WorkingHoursOfUser', description: 'Null: always at work' });
export type WorkingHoursView = z.infer<typeof workingHoursView>;
export const workingHoursChange = workingHoursView.extend(affectedFields).meta({ id: 'WorkingHoursChange' });
export type WorkingHoursChange = z.infer<typeof workingHoursChange>;

interface Ports {
  readonly calendars: Pick<Calendars, 'find' | 'held' | 'open'>;
  readonly commit: Commit<CalendarChanged>;
  readonly retry: Retry;
  readonly clock: Clock;
}

/** Refuses with `user_not_found`. */
export const makeGetWorkingHours =
  ({ calendars }: { readonly calendars: Pick<Calendars, 'find'> }) =>
  async (tenantId: string, userId: string): Promise<WorkingHoursView> => {
    const { working_hours } = await calendarOf(calendars, tenantId, userId);
    return { user_id: userId, working_hours };
  };

/**
 * Sets the working hours of a user, which count for whatever is taken from then on: they stand in the calendar, whose
 * version moves, so a dispatch under way at that moment looks again. What is held stays, and is told.
 */
export const makeSetWorkingHours = (ports: Ports) => {
  const change = makeChange(ports);
  return (call: Call, userId: string, { validate_only, ...hours }: WorkingHoursDraft): Promise<WorkingHoursChange> =>
    change({ ...call, validateOnly: validate_only ?? false }, userId, hours);
};

/** From then on the user is always at work. */
export const makeRemoveWorkingHours = (ports: Ports) => {
  const change = makeChange(ports);
  return async (call: Call, userId: string): Promise<void> => {
    await change(call, userId, null);
  };
};

const calendarOf = async (calendars: Pick<Calendars, 'find'>, tenantId: string, userId: string): Promise<Calendar> => {
  const calendar = await calendars.find(tenantId, userId);
  if (calendar === undefined) throw notFound('user', userId);
  return calendar;
};

const makeChange =
  ({ calendars, commit, retry, clock }: Ports) =>
  (call: Call, userId: string, working_hours: WorkingHours | null): Promise<WorkingHoursChange> =>
    retry(async () => {
      const before = await calendarOf(calendars, call.tenantId, userId);
      const answer = {
        user_id: userId,
        working_hours,
        // Who is always at work is never in the way of anything.
        ...(working_hours === null
          ? NOBODY_AFFECTED
          : await affectedBy(calendars, before, { ...before, working_hours }, clock())),
      };
      const isThere = hasAlready(before, { working_hours });
      const changes = isThere
        ? []
        : [{ kind: 'calendar_changed' as const, before, after: moved(before, { working_hours }) }];
      await commit(call, changes, answer);
      return answer;
    });
