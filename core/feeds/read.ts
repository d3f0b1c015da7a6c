import type { Absence, Calendars } from '../calendar/calendar.ts';
import { idOf, isAbsence } from '../calendar/calendar.ts';
import { userResource } from '../calendar/resource.ts';
import type { Window } from '../calendar/window.ts';
import { DomainError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { isHeldIn } from '../tasks/lifecycle.ts';
import { contentVersionOf, windowOf, type Task } from '../tasks/task.ts';
import type { Tasks } from '../tasks/tasks.ts';
import { instantSchema, shiftedBy, type Clock, type Instant } from '../time/instant.ts';
import type { Feeds, FeedTokens } from './feed.ts';

/** One entry of a feed. */
export interface FeedEvent {
  /** Of the task or the absence: the same for ever. */
  readonly id: string;
  /** Grows with every change. */
  readonly sequence: number;
  readonly summary: string;
  readonly window: Window;
  readonly changedAt: Instant;
}

const DAY_MS = 86_400_000;
const LAST = instantSchema.parse('9999-12-31T23:59:59.999Z');

/**
 * What a feed shows: the scheduled tasks that its user holds, as they are planned, and the absences, from thirty days back,
 * earliest first. Refuses with `route_not_found` a token of no feed, and every one of a user who is not active.
 */
export const makeReadFeed =
  ({
    feeds,
    tokens,
    calendars,
    tasks,
    clock,
  }: {
    readonly feeds: Pick<Feeds, 'findByHash'>;
    readonly tokens: Pick<FeedTokens, 'hashOf' | 'isSame'>;
    readonly calendars: Pick<Calendars, 'find' | 'held' | 'findAbsences'>;
    readonly tasks: Pick<Tasks, 'getMany'>;
    readonly clock: Clock;
  }) =>
  async (token: string): Promise<readonly FeedEvent[]> => {
    // 1. Whose feed it is.
    const hash = tokens.hashOf(token);
    const feed = await feeds.findByHash(hash);
    if (feed === undefined || !tokens.isSame(feed.token_hash, hash)) throw noFeed();
    const { tenant_id: tenantId, user_id: userId } = feed;

    // 2. What the user holds.
    const resource = userResource(userId);
    const range = { start: shiftedBy(clock(), -LIMITS.feedDaysBack * DAY_MS), end: LAST };
    const [calendar, held] = await Promise.all([
      calendars.find(tenantId, userId),
      calendars.held(tenantId, resource, range, LIMITS.feedEvents),
    ]);
    if (calendar?.is_active !== true) throw noFeed();

    // 3. What each of them is now: the calendar knows no version of it.
    const [heldTasks, absences] = await Promise.all([
      tasks.getMany(tenantId, held.filter((one) => !isAbsence(one)).map(idOf)),
      calendars.findAbsences(tenantId, resource, held.filter(isAbsence).map(idOf)),
    ]);
    return [...heldTasks.flatMap((task) => eventOfTask(task, userId)), ...absences.map(eventOfAbsence)].toSorted(
      byStart,
    );
  };

/** A token that is none gets the answer of a path that is none. */
const noFeed = (): DomainError => new DomainError('route_not_found', 'There is no such calendar feed.', {});

/** None where the task was given back or to another since the calendar was read. */
const eventOfTask = (task: Task, userId: string): readonly FeedEvent[] => {
  const window = windowOf(task);
  if (window === undefined || task.assigned_to !== userId || !isHeldIn(task.state)) return [];
  const { id, name: summary, updated_at: changedAt } = task;
  return [{ id, sequence: contentVersionOf(task), summary, window, changedAt }];
};

const eventOfAbsence = ({ id, reason, start_at, end_at, created_at }: Absence): FeedEvent => ({
  id,
  sequence: 0,
  summary: reason === null || reason === '' ? 'Absent' : `Absent: ${reason}`,
  window: { start: start_at, end: end_at },
  changedAt: created_at,
});

const byStart = (a: FeedEvent, b: FeedEvent): number => (orderOf(a) < orderOf(b) ? -1 : 1);
const orderOf = ({ window, id }: FeedEvent): string => `${window.start} ${id}`;
