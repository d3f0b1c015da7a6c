import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { EventBus } from '../../core/events/bus.ts';
import { EVENTFUL_ITEMS, eventOfItem, type DomainEvent } from '../../core/events/event.ts';
import { SORT_KEYS, type SortKeys } from './keys.ts';
import { KEY } from './table.ts';

/** A record of the table's stream, as Lambda hands it over and as the streams API answers it. */
export interface StreamRecord {
  readonly eventName?: string | undefined;
  readonly dynamodb?:
    | {
        readonly Keys?: object | undefined;
        readonly OldImage?: object | undefined;
        readonly NewImage?: object | undefined;
        readonly SequenceNumber?: string | undefined;
      }
    | undefined;
}

const imageSchema = z.record(
  z.string(),
  z.custom<AttributeValue>((value) => typeof value === 'object'),
);
const recordSchema = z.object({
  eventName: z.enum(['INSERT', 'MODIFY', 'REMOVE']),
  dynamodb: z.object({ Keys: z.object({ [KEY.sort]: z.object({ S: z.string() }) }) }),
});
const imagesSchema = z.object({ OldImage: imageSchema.optional(), NewImage: imageSchema });

const isAmong = (keys: SortKeys, sortKey: string): boolean =>
  'is' in keys ? sortKey === keys.is : sortKey.startsWith(keys.begins);

/**
 * The event of a record; undefined where the record is of something that has none. An item that goes has none: what goes
 * by its expiry was over before.
 * Throws when the record is not what this service writes: dropping it would lose an event.
 */
export const eventOf = (record: StreamRecord): DomainEvent | undefined => {
  const { eventName, dynamodb } = recordSchema.parse(record);
  const sortKey = dynamodb.Keys[KEY.sort].S;
  const item = EVENTFUL_ITEMS.find((name) => isAmong(SORT_KEYS[name], sortKey));
  if (eventName === 'REMOVE' || item === undefined) return undefined;
  const { OldImage, NewImage } = imagesSchema.parse(record.dynamodb);
  return eventOfItem(item, eventName === 'MODIFY' ? unmarshall(OldImage ?? {}) : undefined, unmarshall(NewImage));
};

/** How far a run of records came. */
export interface Relayed {
  /** Events that are published. */
  readonly published: readonly DomainEvent[];
  /** The first record that is not done with; absent when all are. */
  readonly failure?: {
    readonly index: number;
    /** True when no retry will help: the record itself is at fault, not the bus. */
    readonly isMalformed: boolean;
    readonly cause: unknown;
  };
}

/** Publishes what consecutive records of one stream say, up to the first that fails. */
export const makeRelay =
  ({ bus }: { readonly bus: EventBus }) =>
  async (records: readonly StreamRecord[]): Promise<Relayed> => {
    const { read, malformed } = readEvents(records);
    const events = read.map(({ event }) => event);
    const { count, cause } = events.length === 0 ? { count: 0 } : await bus.publish(events);
    const published = events.slice(0, count);
    const refused = read[count];
    if (refused !== undefined) return { published, failure: { index: refused.index, isMalformed: false, cause } };
    return malformed === undefined ? { published } : { published, failure: { ...malformed, isMalformed: true } };
  };

/** The events before the first malformed record, each with the index of its record. */
const readEvents = (records: readonly StreamRecord[]) => {
  const read: { readonly index: number; readonly event: DomainEvent }[] = [];
  for (const [index, record] of records.entries()) {
    try {
      const event = eventOf(record);
      if (event !== undefined) read.push({ index, event });
    } catch (cause) {
      return { read, malformed: { index, cause } };
    }
  }
  return { read, malformed: undefined };
};
