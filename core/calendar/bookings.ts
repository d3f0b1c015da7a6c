import type { Asset } from '../assets/asset.ts';
import type { Call } from '../call.ts';
import type { Holding, ResourceCalendar, TaskHolding } from './calendar.ts';
import type { Instant } from '../time/instant.ts';
import type { Overridable } from '../tasks/override.ts';
import type { Resource } from './resource.ts';

/** A resource takes a holding, at the version of the calendar at which the windows were found free. */
export interface Taking {
  readonly calendar: ResourceCalendar;
  readonly holding: Holding;
  /** When it is taken: what has no window is taken for the present. */
  readonly at: Instant;
  /** Of an asset that a task takes: it must still be as it was read, available. */
  readonly asset?: Asset;
  /** Rules about the person that somebody who may has set aside. */
  readonly overridden?: readonly Overridable[];
}

/** A resource gives a holding back. This needs no version: it can only make room. */
export interface Release {
  readonly resource: Resource;
  readonly holding: Holding;
}

/**
 * Moves of holdings, of any number of resources, in one transaction. Only the guard writes them (`guard.ts`), and a test
 * holds it to that. All takings of a resource name one reading of its calendar.
 */
export interface Bookings {
  readonly take?: readonly Taking[];
  readonly release?: readonly Release[];
  /** Holdings that stay where they are and whose task has moved on. */
  readonly refresh?: readonly { readonly resource: Resource; readonly holding: TaskHolding }[];
}

/** A `Commit` that writes bookings in the same transaction. The guard alone is given one. */
export type BookingCommit<C> = (
  call: Call,
  changes: readonly C[],
  answer: unknown,
  bookings: Bookings,
) => Promise<void>;
