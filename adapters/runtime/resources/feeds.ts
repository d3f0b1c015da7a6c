import type { FeedEvent } from '../../../core/feeds/read.ts';
import { makeCommit } from '../../dynamodb/commit.ts';
import { feedWrites, makeFeeds } from '../../dynamodb/resources/feeds.ts';
import type { FileAnswer } from '../../http/answer.ts';
import { calendarText } from '../../ical/calendar.ts';
import { commitPorts, reader } from '../composition.ts';

export { feedTokens as tokens } from '../../security/feed-tokens.ts';

export const feeds = /* @__PURE__ */ makeFeeds({ reader });
export const commit = /* @__PURE__ */ makeCommit(commitPorts, feedWrites);

/** Events as the file that a calendar subscribes to. A client may keep it, and asks whether it changed. */
export const calendarFile = (events: readonly FeedEvent[]): FileAnswer => ({
  text: calendarText(events),
  headers: { 'Content-Type': 'text/calendar; charset=utf-8', 'Cache-Control': 'private, no-cache' },
});
