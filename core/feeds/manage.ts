import type { Call } from '../call.ts';
import type { Calendar, Calendars } from '../calendar/calendar.ts';
import type { Commit } from '../commit.ts';
import { DomainError, notFound } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { Retry } from '../retry.ts';
import type { Clock } from '../time/instant.ts';
import type { FeedCreated, FeedDeleted } from './changes.ts';
import type { Feed, Feeds, FeedTokens, NewFeedView } from './feed.ts';

interface Ports {
  readonly calendars: Pick<Calendars, 'find'>;
  readonly feeds: Pick<Feeds, 'list'>;
  readonly tokens: Pick<FeedTokens, 'issue' | 'hashOf'>;
  readonly commit: Commit<FeedCreated | FeedDeleted>;
  readonly retry: Retry;
  readonly clock: Clock;
  readonly newId: () => string;
}

/**
 * Opens a feed of what a user holds. `urlOf` makes the address of a token, which this answer alone shows.
 * Refuses with `user_not_found`, `inactive_user`, and `limit_reached` when the user has as many feeds as may be.
 */
export const makeCreateFeed =
  ({ calendars, feeds, tokens, commit, retry, clock, newId }: Ports) =>
  (call: Call, userId: string, urlOf: (token: string) => string): Promise<NewFeedView> =>
    retry(async () => {
      const [calendar, others] = await Promise.all([
        getCalendar(calendars, call.tenantId, userId),
        feeds.list(call.tenantId, userId),
      ]);
      if (!calendar.is_active) throw new DomainError('inactive_user', `The user "${userId}" is not active.`, {});
      const token = tokens.issue();
      const feed: Feed = {
        id: newId(),
        tenant_id: call.tenantId,
        user_id: userId,
        slot: freeSlotBeside(others),
        token_hash: tokens.hashOf(token),
        created_by: call.actorId,
        created_at: clock(),
      };
      await commit(call, [{ kind: 'feed_created', feed }], undefined);
      return { ...feed, url: urlOf(token) };
    });

const freeSlotBeside = (feeds: readonly Feed[]): number => {
  const taken = new Set(feeds.map(({ slot }) => slot));
  const free = Array.from({ length: LIMITS.feedsPerUser }, (_, slot) => slot).find((slot) => !taken.has(slot));
  if (free !== undefined) return free;
  const message = `A user has ${LIMITS.feedsPerUser} calendar feeds at the most. Delete one that nobody reads.`;
  throw new DomainError('limit_reached', message, { limit: LIMITS.feedsPerUser });
};

/** Oldest first. Refuses with `user_not_found`. */
export const makeListFeeds =
  ({ calendars, feeds }: Pick<Ports, 'calendars' | 'feeds'>) =>
  async (tenantId: string, userId: string): Promise<readonly Feed[]> => {
    const [, all] = await Promise.all([getCalendar(calendars, tenantId, userId), feeds.list(tenantId, userId)]);
    return all;
  };

/** Revokes a feed: its address is none from then on. Refuses with `user_not_found` and `feed_not_found`. */
export const makeDeleteFeed =
  ({ calendars, feeds, commit, retry, clock }: Omit<Ports, 'tokens' | 'newId'>) =>
  (call: Call, userId: string, feedId: string): Promise<void> =>
    retry(async () => {
      const feed = (await makeListFeeds({ calendars, feeds })(call.tenantId, userId)).find(({ id }) => id === feedId);
      if (feed === undefined) throw notFound('feed', feedId);
      await commit(call, [{ kind: 'feed_deleted', feed, at: clock() }], undefined);
    });

const getCalendar = async (calendars: Ports['calendars'], tenantId: string, userId: string): Promise<Calendar> => {
  const calendar = await calendars.find(tenantId, userId);
  if (calendar === undefined) throw notFound('user', userId);
  return calendar;
};
