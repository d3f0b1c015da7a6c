import type { Call } from './call.ts';

/**
 * Commits all of the changes or nothing, in one transaction, with the receipt of the call when it has one; without
 * changes, the receipt alone: what was asked is done already, and must not be done when the request comes again. A change is
 * one thing that a write does, in domain words; one from `before` to `after` holds only if nothing came in between.
 * Each wing of the core has its own in `changes.ts`, and a use case names in `C` those that it commits.
 *
 * `answer` is what the use case is about to return: the receipt keeps it.
 * Refuses with the error that a failed change means (`duplicate`, …), with `stale_read` when something changed since
 * it was read, with `item_too_large` or `transaction_too_large`, `throttled`, or `outcome_unknown` when no answer
 * came in time: then it may have been committed.
 */
export type Commit<C> = (call: Call, changes: readonly C[], answer: unknown) => Promise<void>;
