import type { Instant } from '../time/instant.ts';
import { moved, type Absence, type AssetCalendar, type Calendar, type ResourceCalendar } from './calendar.ts';

/** Anything of a calendar but its holdings, which move through the guard. */
export interface CalendarChanged {
  readonly kind: 'calendar_changed';
  readonly before: Calendar;
  readonly after: Calendar;
}
/** The same of an asset's; one at version 0 is kept nowhere yet. */
export interface AssetCalendarChanged {
  readonly kind: 'asset_calendar_changed';
  readonly before: AssetCalendar;
  readonly after: AssetCalendar;
}

/** Every change of a calendar moves its version, so that whoever decided from it looks again. */
export const changeOf = (
  before: ResourceCalendar,
  patch: Partial<Pick<ResourceCalendar, 'active_count' | 'working_hours'>>,
): CalendarChanged | AssetCalendarChanged =>
  'user_id' in before
    ? { kind: 'calendar_changed', before, after: moved(before, patch) }
    : { kind: 'asset_calendar_changed', before, after: { ...before, ...patch, version: before.version + 1 } };

export interface AbsenceAdded {
  readonly kind: 'absence_added';
  readonly tenantId: string;
  readonly absence: Absence;
}
export interface AbsenceRemoved {
  readonly kind: 'absence_removed';
  readonly tenantId: string;
  readonly absence: Absence;
  readonly at: Instant;
}

export type AbsenceChanges = AbsenceAdded | AbsenceRemoved;
