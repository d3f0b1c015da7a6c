import ical from 'ical-generator';
import type { FeedEvent } from '../../core/feeds/read.ts';
import { LIMITS } from '../../core/limits.ts';

/** Events as a text of iCalendar (RFC 5545; how often to ask again: RFC 7986). The same events are the same text. */
export const calendarText = (events: readonly FeedEvent[]): string =>
  ical({
    name: 'Task Center',
    prodId: { company: 'task-center', product: 'calendar-feed' },
    ttl: LIMITS.feedRefreshMinutes * 60,
    events: events.map(({ id, sequence, summary, window, changedAt }) => ({
      id: `${id}@task-center`,
      sequence,
      summary,
      start: new Date(window.start),
      end: new Date(window.end),
      stamp: new Date(changedAt),
      lastModified: new Date(changedAt),
    })),
  }).toString();
