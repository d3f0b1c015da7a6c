import type { Call } from '../call.ts';
import { DomainError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { BookingCommit, Bookings, Release, Taking } from './bookings.ts';
import { idOf, obstaclesIn, type Calendars, type HeldWindow } from './calendar.ts';
import { covers } from './window.ts';

export type Guard<C> = (
  call: Call,
  move: { readonly changes: readonly C[]; readonly bookings: Bookings; readonly answer: unknown },
) => Promise<void>;

/** The refusal of a window that is taken: by tasks, or else by absences. It lists a bounded number of them. */
export const scheduleConflict = (userId: string, inTheWay: readonly HeldWindow[]): DomainError => {
  const { conflicts, absences } = obstaclesIn(inTheWay.slice(0, LIMITS.conflictsListed));
  const left = inTheWay.length - conflicts.length - absences.length;
  if (conflicts.length === 0) {
    const times = absences.map(({ start_at, end_at }) => `${start_at} to ${end_at}`);
    return new DomainError('unavailable', `User ${userId} is absent: ${few(times, left)}.`, { absences });
  }
  const named = conflicts.map(
    ({ name, planned_start_at, planned_end_at }) => `"${name}" (${planned_start_at} to ${planned_end_at})`,
  );
  const message = `User ${userId} has an overlapping assignment: ${few(named, left)}.`;
  return new DomainError('schedule_conflict', message, absences.length === 0 ? { conflicts } : { conflicts, absences });
};

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
 *    the window that the task itself holds does not count.
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
  if (inTheWay.length > 0) throw scheduleConflict(calendar.user_id, inTheWay);
};
