import type { Call } from '../call.ts';
import { DomainError, type Violation } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { BookingCommit, Bookings, Release, Taking } from './bookings.ts';
import { isWorking, nearestTo, type WorkingHours } from '../working-hours/hours.ts';
import { idOf, isAbsence, obstaclesIn, type Calendars, type HeldWindow } from './calendar.ts';
import { covers, type Window } from './window.ts';

export type Guard<C> = (
  call: Call,
  move: { readonly changes: readonly C[]; readonly bookings: Bookings; readonly answer: unknown },
) => Promise<void>;

/** Every rule about a person that a window breaks, in the order in which a refusal names them. */
export const violationsOf = (
  hours: WorkingHours | null,
  window: Window,
  inTheWay: readonly HeldWindow[],
): readonly Violation[] => {
  const { conflicts, absences } = obstaclesIn(inTheWay.slice(0, LIMITS.conflictsListed));
  return [
    ...(conflicts.length === 0 ? [] : [{ rule: 'schedule_conflict' as const, conflicts }]),
    ...(absences.length === 0 ? [] : [{ rule: 'unavailable' as const, absences }]),
    ...(hours === null || isWorking(hours, window)
      ? []
      : [{ rule: 'outside_working_hours' as const, nearest: nearestTo(hours, window).map(shown) }]),
  ];
};

const shown = ({ start, end }: Window) => ({ start_at: start, end_at: end });

/** The refusal of a window that breaks rules: by the first of them, with all. `left` are windows that are not listed. */
export const refusalOf = (userId: string, violations: readonly Violation[], left = 0): DomainError | undefined => {
  const [first] = violations;
  const ofAbsence = violations.find((one) => one.rule === 'unavailable');
  switch (first?.rule) {
    case undefined:
      return undefined;
    case 'schedule_conflict': {
      const named = first.conflicts.map(
        ({ name, planned_start_at, planned_end_at }) => `"${name}" (${planned_start_at} to ${planned_end_at})`,
      );
      const message = `User ${userId} has an overlapping assignment: ${few(named, left)}.`;
      const absences = ofAbsence === undefined ? {} : { absences: ofAbsence.absences };
      return new DomainError('schedule_conflict', message, { conflicts: first.conflicts, ...absences, violations });
    }
    case 'unavailable': {
      const message = `User ${userId} is absent: ${few(first.absences.map(timeOf), left)}.`;
      return new DomainError('unavailable', message, { absences: first.absences, violations });
    }
    case 'outside_working_hours': {
      const near = first.nearest.length === 0 ? 'none within two weeks' : few(first.nearest.map(timeOf), 0);
      const message = `The window is outside the working hours of user ${userId}; the nearest are ${near}.`;
      return new DomainError('outside_working_hours', message, { violations });
    }
  }
};

const timeOf = ({ start_at, end_at }: { readonly start_at: string; readonly end_at: string }): string =>
  `${start_at} to ${end_at}`;

const NAMED = 3;
/** The first few, and how many more there are. */
export const few = (all: readonly string[], left: number): string => {
  const more = all.length - NAMED + left;
  return more > 0 ? `${all.slice(0, NAMED).join(', ')} and ${more} more` : all.join(', ');
};

/**
 * The guard against double booking: the one function through which a window is taken, moved or released.
 *
 * It is one attempt. Its caller has read the calendar, and runs again from that read when the commit answers
 * `stale_read`. The protocol is right in this order only:
 * 1. The calendar's version is read (by the caller: `bookings.take.calendar`).
 * 2. The user's windows that overlap the wanted one are read, strongly consistent.
 * 3. Any of them refuses the change with `schedule_conflict`, or with `unavailable` when only absences are in the way;
 *    the window that the task itself holds does not count. So does a window outside the hours of the same calendar.
 * 4. One transaction moves the calendar from the version seen to the next, and writes the window with everything that
 *    the change means. A window that came in between 1 and 4 has moved the version, so the transaction fails.
 *
 * Were the windows read before the version, one written between the two reads would be missed by both. Were the
 * version only checked and not moved, two writers that saw the same version would both pass.
 */
export const makeGuard =
  <C>({
    calendars,
    commit,
  }: {
    readonly calendars: Pick<Calendars, 'overlapping'>;
    readonly commit: BookingCommit<C>;
  }): Guard<C> =>
  async (call, { changes, bookings, answer }) => {
    if (bookings.take !== undefined) await requireFree(calendars, bookings.take, bookings.release);
    await commit(call, changes, answer, bookings);
  };

const requireFree = async (
  calendars: Pick<Calendars, 'overlapping'>,
  { calendar, holding }: Taking,
  release: Release | undefined,
): Promise<void> => {
  // Who is inactive takes no time, and may keep less of what they hold.
  const own = release?.userId === calendar.user_id ? release.holding : undefined;
  const isLess = own !== undefined && (holding.window === undefined || covers(own.window, holding.window));
  if (!calendar.is_active && !isLess)
    throw new DomainError('inactive_user', `User ${calendar.user_id} is not active.`, {});
  if (holding.window === undefined) return;
  const held = await calendars.overlapping(calendar, holding.window);
  const inTheWay = held.filter((other) => idOf(other) !== idOf(holding));
  // An absence is no work; and what is held already may shrink, whatever the hours have become.
  const hours = isAbsence(holding) || isLess ? null : calendar.working_hours;
  const violations = violationsOf(hours, holding.window, inTheWay);
  const refusal = refusalOf(calendar.user_id, violations, Math.max(0, inTheWay.length - LIMITS.conflictsListed));
  if (refusal !== undefined) throw refusal;
};
