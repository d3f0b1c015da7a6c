import type { Resource } from './errors.ts';

/** What the list of a whole tenant may be of. */
export type Listed = Resource | 'audit_entry';

/** A request for a page. `after` is the position at which the page before it ended, in the words of the store. */
export interface PageRequest {
  readonly limit: number;
  readonly after?: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; absent on the last one. */
  readonly next?: string;
}
