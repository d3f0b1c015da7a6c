import * as z from 'zod';
import type { Assets } from '../assets/asset.ts';
import type { Call } from '../call.ts';
import { affectedFields, NOBODY_AFFECTED } from '../calendar/affected.ts';
import { affectedBy, affectedByAsset } from '../calendar/own-rules.ts';
import type { CalendarOf, Calendars, ResourceCalendar } from '../calendar/calendar.ts';
import { changeOf, type AssetCalendarChanged, type CalendarChanged } from '../calendar/changes.ts';
import { assetResource, userResource, type Resource } from '../calendar/resource.ts';
import type { Commit } from '../commit.ts';
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

export const operatingHoursView = z
  .object({ asset_id: idSchema, working_hours: workingHoursSchema.nullable() })
  .meta({ id: 'OperatingHoursOfAsset', description: 'Null: always in operation' });
export type OperatingHoursView = z.infer<typeof operatingHoursView>;
export const operatingHoursChange = operatingHoursView.extend(affectedFields).meta({ id: 'OperatingHoursChange' });
export type OperatingHoursChange = z.infer<typeof operatingHoursChange>;

interface Ports {
  readonly calendarOf: CalendarOf;
  readonly calendars: Pick<Calendars, 'held' | 'open'>;
  readonly commit: Commit<CalendarChanged | AssetCalendarChanged>;
  readonly retry: Retry;
  readonly clock: Clock;
}
type AssetPorts = Ports & { readonly assets: Pick<Assets, 'get'> };

/** Refuses with `user_not_found`. */
export const makeGetWorkingHours =
  ({ calendarOf }: Pick<Ports, 'calendarOf'>) =>
  async (tenantId: string, userId: string): Promise<WorkingHoursView> => {
    const { working_hours } = await calendarOf(tenantId, userResource(userId));
    return { user_id: userId, working_hours };
  };

/** Refuses with `asset_not_found`. */
export const makeGetOperatingHours =
  ({ calendarOf }: Pick<Ports, 'calendarOf'>) =>
  async (tenantId: string, assetId: string): Promise<OperatingHoursView> => {
    const { working_hours } = await calendarOf(tenantId, assetResource(assetId));
    return { asset_id: assetId, working_hours };
  };

/**
 * Sets the working hours of a user, which count for whatever is taken from then on: they stand in the calendar, whose
 * version moves, so a dispatch under way at that moment looks again. What is held stays, and is told.
 */
export const makeSetWorkingHours = (ports: Ports) => {
  const change = makeChangeOfUser(ports);
  return (call: Call, userId: string, { validate_only, ...hours }: WorkingHoursDraft): Promise<WorkingHoursChange> =>
    change({ ...call, validateOnly: validate_only ?? false }, userId, hours);
};

/** From then on the user is always at work. */
export const makeRemoveWorkingHours = (ports: Ports) => {
  const change = makeChangeOfUser(ports);
  return async (call: Call, userId: string): Promise<void> => {
    await change(call, userId, null);
  };
};

/** The same of an asset: the hours of its operation. */
export const makeSetOperatingHours = (ports: AssetPorts) => {
  const change = makeChangeOfAsset(ports);
  return (call: Call, assetId: string, { validate_only, ...hours }: WorkingHoursDraft): Promise<OperatingHoursChange> =>
    change({ ...call, validateOnly: validate_only ?? false }, assetId, hours);
};

/** From then on the asset is always in operation. */
export const makeRemoveOperatingHours = (ports: AssetPorts) => {
  const change = makeChangeOfAsset(ports);
  return async (call: Call, assetId: string): Promise<void> => {
    await change(call, assetId, null);
  };
};

const makeChangeOfUser = (ports: Ports) => {
  const change = makeChange(ports);
  return (call: Call, userId: string, working_hours: WorkingHours | null): Promise<WorkingHoursChange> =>
    change(call, userResource(userId), working_hours, async (before) => ({
      user_id: userId,
      working_hours,
      // Who is always at work is never in the way of anything.
      ...(working_hours === null || !('user_id' in before)
        ? NOBODY_AFFECTED
        : await affectedBy(ports.calendars, before, { ...before, working_hours }, ports.clock())),
    }));
};

const makeChangeOfAsset = (ports: AssetPorts) => {
  const change = makeChange(ports);
  return (call: Call, assetId: string, working_hours: WorkingHours | null): Promise<OperatingHoursChange> =>
    change(call, assetResource(assetId), working_hours, async (calendar) => {
      const asset = await ports.assets.get(call.tenantId, assetId);
      const [before, after] = [
        { asset, calendar },
        { asset, calendar: { working_hours } },
      ];
      const affected = await affectedByAsset(ports.calendars, before, after, ports.clock());
      return { asset_id: assetId, working_hours, ...affected };
    });
};

const makeChange =
  ({ calendarOf, commit, retry }: Ports) =>
  <Answer>(
    call: Call,
    resource: Resource,
    working_hours: WorkingHours | null,
    answerOf: (before: ResourceCalendar) => Promise<Answer>,
  ): Promise<Answer> =>
    retry(async () => {
      const before = await calendarOf(call.tenantId, resource);
      const answer = await answerOf(before);
      await commit(call, hasAlready(before, { working_hours }) ? [] : [changeOf(before, { working_hours })], answer);
      return answer;
    });
