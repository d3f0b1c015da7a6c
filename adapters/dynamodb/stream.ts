import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { EventBus } from '../../core/events/bus.ts';
import {
  taskChanged,
  taskCreated,
  taskFacts,
  taskTypeChanged,
  taskTypeCreated,
  taskTypeFacts,
  templateChanged,
  templateCreated,
  templateFacts,
} from '../../core/events/derive.ts';
import type { DomainEvent } from '../../core/events/event.ts';
import { taskKey, taskTypeKey, templateKey } from './keys.ts';
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

const [TASK, TEMPLATE, TASK_TYPE] = [taskKey, templateKey, taskTypeKey].map((key) => key('', '').SK);

/**
 * The event of a record; undefined where the record is of something that has none.
 * Throws when the record is not what this service writes: dropping it would lose an event.
 */
export const eventOf = (record: StreamRecord): DomainEvent | undefined => {
  const { eventName, dynamodb } = recordSchema.parse(record);
  const kind = dynamodb.Keys[KEY.sort].S;
  if (eventName === 'REMOVE' || (kind !== TASK && kind !== TEMPLATE && kind !== TASK_TYPE)) return undefined;
  const { OldImage, NewImage } = imagesSchema.parse(record.dynamodb);
  const after = unmarshall(NewImage);
  if (eventName === 'MODIFY') {
    const before = unmarshall(OldImage ?? {});
    if (kind === TASK) return taskChanged(taskFacts.parse(before), taskFacts.parse(after));
    return kind === TEMPLATE
      ? templateChanged(templateFacts.parse(before), templateFacts.parse(after))
      : taskTypeChanged(taskTypeFacts.parse(before), taskTypeFacts.parse(after));
  }
  if (kind === TASK) return taskCreated(taskFacts.parse(after));
  return kind === TEMPLATE ? templateCreated(templateFacts.parse(after)) : taskTypeCreated(taskTypeFacts.parse(after));
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
    const { found, malformed } = readEvents(records);
    const events = found.map(({ event }) => event);
    const { count, cause } = events.length === 0 ? { count: 0 } : await bus.publish(events);
    const published = events.slice(0, count);
    const refused = found[count];
    if (refused !== undefined) return { published, failure: { index: refused.index, isMalformed: false, cause } };
    return malformed === undefined ? { published } : { published, failure: { ...malformed, isMalformed: true } };
  };

/** The events before the first malformed record, each with the index of its record. */
const readEvents = (records: readonly StreamRecord[]) => {
  const found: { readonly index: number; readonly event: DomainEvent }[] = [];
  for (const [index, record] of records.entries()) {
    try {
      const event = eventOf(record);
      if (event !== undefined) found.push({ index, event });
    } catch (cause) {
      return { found, malformed: { index, cause } };
    }
  }
  return { found, malformed: undefined };
};
