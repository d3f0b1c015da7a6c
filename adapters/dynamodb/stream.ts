import { createHash } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { EventBus } from '../../core/events/bus.ts';
import { EVENTFUL_ITEMS, eventOfItem, type DomainEvent } from '../../core/events/event.ts';
import type { Entry, TrailWriter } from '../../core/trail/entry.ts';
import { entryOf, entryOfRemoval, type Image } from '../../core/trail/entry-of.ts';
import { SUBJECTS, type Audited } from '../../core/trail/subjects.ts';
import { isAmong, SORT_KEYS } from './keys.ts';
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

/** What a committed write has to tell. */
export interface Told {
  readonly event?: DomainEvent;
  readonly entry?: Entry;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
const itemOf = <Item extends keyof typeof SORT_KEYS>(among: readonly Item[], sortKey: string): Item | undefined =>
  among.find((name) => isAmong(SORT_KEYS[name], sortKey));
const AUDITED = Object.keys(SUBJECTS) as Audited[];

/**
 * The event and the entry of the audit trail that a record means; neither where it is of something that has none. An item
 * that goes has none: what goes by its expiry was over before, and what was removed left a note.
 * Throws when the record is not what this service writes: dropping it would lose what it tells.
 */
export const toldBy = (record: StreamRecord): Told => {
  const { eventName, dynamodb } = recordSchema.parse(record);
  const sortKey = dynamodb.Keys[KEY.sort].S;
  const eventful = itemOf(EVENTFUL_ITEMS, sortKey);
  const audited = itemOf([...AUDITED, 'removal'], sortKey);
  if (eventName === 'REMOVE' || (eventful === undefined && audited === undefined)) return {};
  const { OldImage, NewImage } = imagesSchema.parse(record.dynamodb);
  const before = eventName === 'MODIFY' ? unmarshall(OldImage ?? {}) : undefined;
  const after = unmarshall(NewImage);
  const event = eventful === undefined ? undefined : eventOfItem(eventful, before, after);
  const entry = audited === undefined ? undefined : entryOfItem(audited, before, after);
  return { ...(event === undefined ? {} : { event }), ...(entry === undefined ? {} : { entry }) };
};

const entryOfItem = (item: Audited | 'removal', before: Image | undefined, after: Image): Entry | undefined =>
  item === 'removal' ? entryOfRemoval(after, digest) : entryOf(item, before, after, digest);

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

/**
 * Writes what consecutive records of one stream say into the audit trail, and publishes their events, up to the first that
 * fails. The trail comes first, as a whole: written again it is the same.
 */
export const makeRelay =
  ({ bus, trail }: { readonly bus: EventBus; readonly trail: TrailWriter }) =>
  async (records: readonly StreamRecord[]): Promise<Relayed> => {
    const { told, malformed } = readAll(records);
    const entries = told.flatMap(({ entry, index }) => (entry === undefined ? [] : [{ entry, index }]));
    const cause: unknown = await trail.record(entries.map(({ entry }) => entry)).then(
      () => undefined,
      (error: unknown) => error,
    );
    const [unrecorded] = cause === undefined ? [] : entries;
    if (unrecorded !== undefined)
      return { published: [], failure: { index: unrecorded.index, isMalformed: false, cause } };
    return publish(bus, told, malformed);
  };

const publish = async (
  bus: EventBus,
  told: ReturnType<typeof readAll>['told'],
  malformed: ReturnType<typeof readAll>['malformed'],
): Promise<Relayed> => {
  const read = told.flatMap(({ event, index }) => (event === undefined ? [] : [{ event, index }]));
  const events = read.map(({ event }) => event);
  const { count, cause } = events.length === 0 ? { count: 0 } : await bus.publish(events);
  const published = events.slice(0, count);
  const refused = read[count];
  if (refused !== undefined) return { published, failure: { index: refused.index, isMalformed: false, cause } };
  return malformed === undefined ? { published } : { published, failure: { ...malformed, isMalformed: true } };
};

/** What the records before the first malformed one tell, each with the index of its record. */
const readAll = (records: readonly StreamRecord[]) => {
  const told: (Told & { readonly index: number })[] = [];
  for (const [index, record] of records.entries()) {
    try {
      told.push({ index, ...toldBy(record) });
    } catch (cause) {
      return { told, malformed: { index, cause } };
    }
  }
  return { told, malformed: undefined };
};
