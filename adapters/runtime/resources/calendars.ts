import { makeCalendarOf } from '../../../core/calendar/calendar.ts';
import { makeGuard } from '../../../core/calendar/guard.ts';
import { makeSuggest } from '../../../core/calendar/suggest.ts';
import { makeBookingCommit } from '../../dynamodb/bookings.ts';
import { absenceWrites } from '../../dynamodb/resources/absences.ts';
import { makeCalendars } from '../../dynamodb/resources/calendars.ts';
import { commitPorts, reader } from '../composition.ts';
import { assets } from './assets.ts';

export const calendars = /* @__PURE__ */ makeCalendars({ reader });
export const calendarOf = /* @__PURE__ */ makeCalendarOf({ calendars, assets });
export const suggest = /* @__PURE__ */ makeSuggest({ calendars });
/** Absences take and release windows, too. */
export const guard = /* @__PURE__ */ makeGuard({
  calendars,
  commit: /* @__PURE__ */ makeBookingCommit(commitPorts, absenceWrites),
});
