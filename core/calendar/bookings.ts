import type { Call } from '../call.ts';
import type { Calendar, Holding, TaskHolding } from './calendar.ts';

/** A user takes a holding, at the version of the calendar at which the windows were found free. */
export interface Taking {
  readonly calendar: Calendar;
  readonly holding: Holding;
}

/** A user gives a holding back. This needs no version: it can only make room. */
export interface Release {
  readonly userId: string;
  readonly holding: Holding;
}

/** Moves of holdings. Only the guard writes them (`guard.ts`), and a test holds it to that. */
export interface Bookings {
  readonly take?: Taking;
  readonly release?: Release;
  /** A holding that stays where it is and whose task has moved on. */
  readonly refresh?: { readonly userId: string; readonly holding: TaskHolding };
}

/** A `Commit` that writes bookings in the same transaction. The guard alone is given one. */
export type BookingCommit<C> = (
  call: Call,
  changes: readonly C[],
  answer: unknown,
  bookings: Bookings,
) => Promise<void>;
