import type { Instant } from '../time/instant.ts';
import type { Feed } from './feed.ts';

/** Holds only while nobody else has the slot. */
export interface FeedCreated {
  readonly kind: 'feed_created';
  readonly feed: Feed;
}
export interface FeedDeleted {
  readonly kind: 'feed_deleted';
  readonly feed: Feed;
  readonly at: Instant;
}
export type FeedChanges = FeedCreated | FeedDeleted;
