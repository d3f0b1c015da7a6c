import type { BookingCommit, Bookings, Taking } from '../../core/calendar/bookings.ts';
import { idOf, isAbsence, type Calendar, type Holding } from '../../core/calendar/calendar.ts';
import { LIMITS } from '../../core/limits.ts';
import { add, all, exists, keyOf, putOver, remove, update, type KeyedItem, type Planned } from './actions.ts';
import { makeSend, plansOf, type ChangeOf, type CommitPorts, type Registered } from './commit.ts';
import { calendarKey, openAssignmentKey, windowKey, type Key } from './keys.ts';
import { calendarCodec } from './resources/calendars.ts';

/** A commit that writes the guard's bookings behind the changes, in the same transaction. */
export const makeBookingCommit = <M>(ports: CommitPorts, writes: Registered<M>): BookingCommit<ChangeOf<M>> => {
  const send = makeSend(ports);
  return (call, changes, answer, bookings) =>
    send(call, [...plansOf(writes, changes), planOf(call.tenantId, bookings)], answer);
};

/** A calendar is written once, whatever is taken from it and given back to it. */
const planOf = (tenantId: string, { take, release, refresh }: Bookings): Planned => {
  const isSameUser = take !== undefined && take.calendar.user_id === release?.userId;
  const taken = take === undefined ? undefined : holdingItem(tenantId, take.calendar.user_id, take.holding);
  const given = release === undefined ? undefined : holdingItem(tenantId, release.userId, release.holding);
  const plans: Planned[] = [];
  if (take !== undefined) plans.push(takeFrom(take, isSameUser));
  if (release !== undefined && !isSameUser) {
    const key = calendarKey(tenantId, release.userId);
    plans.push(
      add('calendar given back to', key, { version: 1, active_count: 0 - workloadOf(release.holding) }, exists),
    );
  }
  if (taken !== undefined) plans.push(putOver('holding', taken));
  if (given !== undefined && (taken === undefined || !isSameKey(given, taken))) {
    plans.push(remove('holding given back', keyOf(given)));
  }
  if (refresh !== undefined) plans.push(putOver('holding', holdingItem(tenantId, refresh.userId, refresh.holding)));
  return all(...plans);
};

const takeFrom = ({ calendar, holding }: Taking, isMove: boolean): Planned => {
  const version = calendar.version + 1;
  const taken = isAbsence(holding)
    ? { version, absence_id: holding.absence_id, window: holding.window }
    : { version, task_id: holding.task_id, name: holding.name, window: holding.window };
  const after: Calendar = {
    ...calendar,
    version,
    active_count: calendar.active_count + (isMove ? 0 : workloadOf(holding)),
    recent: [taken, ...calendar.recent].slice(0, LIMITS.recentTakings),
  };
  const seen = { version: calendar.version };
  return update('calendar taken from', calendarCodec.toItem(calendar), calendarCodec.toItem(after), seen, 'calendar');
};

const isSameKey = (a: Key, b: Key): boolean => a.PK === b.PK && a.SK === b.SK;

/** An absence is no work. */
const workloadOf = (holding: Holding): number => (isAbsence(holding) ? 0 : 1);

const holdingItem = (tenantId: string, userId: string, holding: Holding): KeyedItem => ({
  ...(holding.window === undefined
    ? openAssignmentKey(tenantId, userId, idOf(holding))
    : windowKey(tenantId, userId, holding.window.start, idOf(holding))),
  ...holding,
});
