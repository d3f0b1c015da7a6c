import type { Instant } from '../time/instant.ts';
import type { Absence, Calendar } from './calendar.ts';

/** Anything of a calendar but its holdings, which move through the guard. */
export interface CalendarChanged {
  readonly kind: 'calendar_changed';
  readonly before: Calendar;
  readonly after: Calendar;
}
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
