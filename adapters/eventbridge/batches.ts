import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { EVENT_SOURCE, subjectOf } from '../../core/events/envelope.ts';
import type { DomainEvent } from '../../core/events/event.ts';

/** What PutEvents takes in one request, by the quotas of EventBridge. */
const QUOTA = { entries: 10, bytes: 256 * 1024 } as const;
const TIME_BYTES = 14;

const entryOf = (event: DomainEvent, busName: string): PutEventsRequestEntry => ({
  EventBusName: busName,
  Source: EVENT_SOURCE,
  DetailType: event.name,
  Time: new Date(event.occurred_at),
  Detail: JSON.stringify(event),
});

/** Size of an entry in bytes, by the rule that EventBridge documents. */
const sizeOf = ({ Source = '', DetailType = '', Detail = '' }: PutEventsRequestEntry): number =>
  TIME_BYTES + Buffer.byteLength(Source) + Buffer.byteLength(DetailType) + Buffer.byteLength(Detail);

/**
 * The requests that publish events, their order kept. No request holds two events of one subject: entries succeed and
 * fail one by one, so a later event could get through where an earlier one did not.
 */
export const batchesOf = (
  events: readonly DomainEvent[],
  busName: string,
): readonly (readonly PutEventsRequestEntry[])[] => {
  const batches: PutEventsRequestEntry[][] = [];
  let open = { entries: [] as PutEventsRequestEntry[], bytes: 0, subjects: new Set<string>() };
  for (const event of events) {
    const entry = entryOf(event, busName);
    const bytes = sizeOf(entry);
    const subject = subjectOf(event);
    const fits =
      open.entries.length < QUOTA.entries && open.bytes + bytes <= QUOTA.bytes && !open.subjects.has(subject);
    if (!fits || batches.length === 0) {
      open = { entries: [], bytes: 0, subjects: new Set() };
      batches.push(open.entries);
    }
    open.entries.push(entry);
    open.bytes += bytes;
    open.subjects.add(subject);
  }
  return batches;
};
