import * as z from 'zod';
import { route } from '../../adapters/http/contract.ts';
import { feedView, newFeedView } from '../../core/feeds/feed.ts';

const PATH = '/api/task-center/users/{user_id}/calendar-feeds';
const tag = {
  name: 'calendar feeds',
  description: 'What a user holds, as a calendar (iCalendar) to which other calendars subscribe.',
};
const params = z.object({ user_id: z.string() });

export const createFeed = route({
  operation: 'createFeed',
  method: 'POST',
  path: PATH,
  tag,
  summary: 'Open a calendar feed of a user',
  description:
    'The address in the answer holds a secret, which is kept nowhere: no other answer shows it, and an `Idempotency-Key` is not honoured. Whoever has the address reads the feed.',
  access: 'mission.write',
  handler: 'feeds/create',
  params,
  status: 201,
  response: newFeedView,
  showsSecret: true,
  refusals: ['user_not_found', 'inactive_user', 'limit_reached'],
  table: ['GetItem', 'Query', 'PutItem'],
});

export const listFeeds = route({
  operation: 'listFeeds',
  method: 'GET',
  path: PATH,
  tag,
  summary: 'The calendar feeds of a user, oldest first, without their addresses',
  access: 'mission.read',
  handler: 'feeds/list',
  params,
  status: 200,
  response: z.array(feedView),
  refusals: ['user_not_found'],
  table: ['GetItem', 'Query'],
});

export const deleteFeed = route({
  operation: 'deleteFeed',
  method: 'DELETE',
  path: `${PATH}/{feed_id}`,
  tag,
  summary: 'Revoke a calendar feed: its address is 404 at once',
  access: 'mission.write',
  handler: 'feeds/delete',
  params: z.object({ user_id: z.string(), feed_id: z.string() }),
  status: 204,
  response: z.undefined(),
  refusals: ['user_not_found', 'feed_not_found'],
  table: ['GetItem', 'Query', 'PutItem', 'DeleteItem'],
});

export const readFeed = route({
  operation: 'readFeed',
  method: 'GET',
  path: '/calendar-feeds/{token}',
  tag,
  summary: 'What a calendar subscribes to: held tasks and absences from 30 days back',
  description:
    'Each task and absence is an event with a `UID` of its own that never changes; the `SEQUENCE` of a task is its version. Times are in UTC.',
  access: 'public',
  handler: 'feeds/read',
  params: z.object({ token: z.string() }),
  status: 200,
  response: z.string(),
  mediaTypes: ['text/calendar'],
  refusals: ['route_not_found'],
  table: ['GetItem', 'BatchGetItem', 'Query'],
});
