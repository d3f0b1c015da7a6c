import { makeGuard } from '../../../core/calendar/guard.ts';
import { makeSuggest } from '../../../core/calendar/suggest.ts';
import { makeBookingCommit } from '../../dynamodb/bookings.ts';
import { absenceWrites } from '../../dynamodb/resources/absences.ts';
import { makeCalendars } from '../../dynamodb/resources/calendars.ts';
import { commitPorts, reader } from '../composition.ts';

export const calendars = /* @__PURE__ */ makeCalendars({ reader });
export const suggest = /* @__PURE__ */ makeSuggest({ calendars });
/** Absences take and release windows, too. */
export const guard = /* @__PURE__ */ makeGuard({
  calendars,
  commit: /* @__PURE__ */ makeBookingCommit(commitPorts, absenceWrites),
});
