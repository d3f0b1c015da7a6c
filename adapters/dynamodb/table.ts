/**
 * The table's shape, once: CDK, the local database and the stores all take it from here. A leaf file, without an SDK.
 */
export const KEY = { partition: 'PK', sort: 'SK', expiry: 'expires_at' } as const;

export interface ListIndex {
  readonly name: string;
  readonly partition: string;
  readonly sort: string;
  readonly projection: 'ALL' | 'KEYS_ONLY';
}

/**
 * The list indexes: one for each set of filters that a list may combine, numbered by the bits of the set (see
 * `listing.ts`). Four filters make sixteen. The common sets, bits 0 and 1, carry whole items, so that a page is one
 * request; the others carry keys only, and a page costs a second request.
 */
export const LIST_INDEXES: readonly ListIndex[] = Array.from({ length: 16 }, (_, set) => ({
  name: `LIST${set}`,
  partition: `L${set}`,
  sort: 'id',
  projection: set < 4 ? 'ALL' : 'KEYS_ONLY',
}));
