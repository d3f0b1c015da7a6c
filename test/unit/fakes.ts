import type { Call } from '../../core/call.ts';
import type { Bookings } from '../../core/calendar/bookings.ts';
import { DomainError, isRefusal, type Code, type Moved } from '../../core/errors.ts';
import type { Retry } from '../../core/retry.ts';
import { makeRetry } from '../../core/retry.ts';
import type { Clock, Instant } from '../../core/time/instant.ts';
import { instant } from './records.ts';
import type { Change } from './writes.ts';

/** Stand-ins for the ports of the core, in memory. */

export const CALL: Call = { tenantId: 'tenant-1', actorId: 'actor-1', permissions: ['*'] };

export const NOW = instant('2026-03-01T07:00:00Z');
export const clockAt =
  (at: Instant = NOW): Clock =>
  () =>
    at;

/** Ids in the order in which they were made: `id-1`, `id-2` … */
export const makeIds = (): (() => string) => {
  let count = 0;
  return () => `id-${(count += 1)}`;
};

/** The service's own retry, without the waiting. */
export const retry: Retry = makeRetry({ sleep: () => Promise.resolve(), random: () => 0 });

export interface Committed {
  readonly call: Call;
  readonly changes: readonly Change[];
  readonly answer: unknown;
  readonly bookings: Bookings | undefined;
}

/** A commit that keeps what it was given. Each refusal in `refusals` is given once, in order, instead of a commit. */
export const makeFakeCommit = (...refusals: readonly DomainError[]) => {
  const left = [...refusals];
  const commits: Committed[] = [];
  const commit = async (
    call: Call,
    changes: readonly Change[],
    answer: unknown,
    bookings?: Bookings,
  ): Promise<void> => {
    const refusal = left.shift();
    if (refusal !== undefined) throw refusal;
    commits.push({ call, changes, answer, bookings });
  };
  return Object.assign(commit, { commits });
};

export const staleRead = (moved: Moved = 'other'): DomainError =>
  new DomainError('stale_read', 'What was read has changed since.', { moved });

/** The refusal that some work ends with. Fails when it ends otherwise. */
export const refusalOf = async <C extends Code>(work: () => unknown, code: C): Promise<DomainError<C>> => {
  try {
    await work();
  } catch (error) {
    if (isRefusal(error, code)) return error;
    throw error;
  }
  throw new Error(`It was not refused with ${code}.`);
};

/** The one element of a list. */
export const only = <T>(list: readonly T[]): T => {
  const [first, ...others] = list;
  if (first === undefined || others.length > 0) throw new Error(`There are ${list.length} elements, not one.`);
  return first;
};
