import type { FeedChanges } from '../../../core/feeds/changes.ts';
import { feedSchema, type Feed, type Feeds } from '../../../core/feeds/feed.ts';
import { all, keyOf, put, removeSeen, type Writes } from '../actions.ts';
import { find, makeCodec, type Codec, type Reads } from '../codec.ts';
import { FEED_PREFIX, feedKey, feedTokenKey } from '../keys.ts';
import { END } from '../pages.ts';
import { removalNote } from './trail.ts';

const feedCodec: Codec<Feed> = /* @__PURE__ */ makeCodec({
  schema: feedSchema,
  key: ({ tenant_id, user_id, slot }) => feedKey(tenant_id, user_id, slot),
});
/** The same record where its token finds it: who reads a feed names neither tenant nor user. */
const tokenCodec: Codec<Feed> = /* @__PURE__ */ makeCodec({
  schema: feedSchema,
  key: ({ token_hash }) => feedTokenKey(token_hash),
});

export const makeFeeds = (reads: Reads): Feeds => ({
  list: async (tenantId, userId) => {
    const { PK: partition } = feedKey(tenantId, userId, 0);
    const items = await reads.reader.range({ partition, from: FEED_PREFIX, to: `${FEED_PREFIX}${END}` });
    return items.map(feedCodec.fromItem).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  },
  findByHash: (hash) => find(reads, tokenCodec, feedTokenKey(hash)),
});

export const feedWrites: Writes<FeedChanges> = {
  feed_created: ({ feed }) => all(put('feed', feedCodec.toItem(feed)), put('token', tokenCodec.toItem(feed))),
  feed_deleted: ({ feed, at }) => {
    const { id, tenant_id, user_id } = feed;
    return all(
      // The slot may be another's by now.
      removeSeen('feed', keyOf(feedCodec.toItem(feed)), { id }),
      removeSeen('token', keyOf(tokenCodec.toItem(feed)), { id }),
      put('note of the removal', removalNote('feed', { id, tenant_id, user_id }, at)),
    );
  },
};
