import type { PutEventsCommand, PutEventsRequestEntry, PutEventsResultEntry } from '@aws-sdk/client-eventbridge';
import type { DynamoDBRecord } from 'aws-lambda';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchesOf } from '../../../adapters/eventbridge/batches.ts';
import { makeEventBridgeBus } from '../../../adapters/eventbridge/bus.ts';
import type { Log } from '../../../adapters/runtime/logger.ts';
import { makeStreamHandler } from '../../../adapters/runtime/stream-handler.ts';
import type { DomainEvent } from '../../../core/events/event.ts';
import { at, lifeOf, newTask, recordOf } from './changes.ts';

type Answer = readonly PutEventsResultEntry[] | Error;

/** A bus that answers PutEvents as it is told; whatever gets an id was taken. */
const makeFakeBus = (answer: (entries: readonly PutEventsRequestEntry[], call: number) => Answer) => {
  const requests: (readonly PutEventsRequestEntry[])[] = [];
  const taken: DomainEvent[] = [];
  const send = async ({ input: { Entries: entries = [] } }: PutEventsCommand) => {
    requests.push(entries);
    const results = answer(entries, requests.length);
    if (results instanceof Error) throw results;
    for (const [index, { EventId }] of results.entries()) {
      const detail = entries[index]?.Detail;
      if (EventId !== undefined && detail !== undefined) taken.push(JSON.parse(detail) as DomainEvent);
    }
    return { Entries: [...results], FailedEntryCount: results.filter(({ ErrorCode }) => ErrorCode).length };
  };
  const bus = makeEventBridgeBus({ client: { send: send as never }, busName: 'bus' });
  return { bus, requests, taken };
};

const NO_TRAIL = { record: () => Promise.resolve() };
const takeAll = (entries: readonly PutEventsRequestEntry[]): Answer => entries.map((_, n) => ({ EventId: `id-${n}` }));
const REFUSED = { ErrorCode: 'ThrottlingException', ErrorMessage: 'slow down' };

interface Told {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}
const makeFakeLog = () => {
  const told: Told[] = [];
  const as =
    (level: string): Log['info'] =>
    (message, fields) => {
      told.push({ level, message, fields });
    };
  return { told, log: { info: as('info'), warn: as('warn'), error: as('error') } };
};

const comment = (n: number) => ({ action: 'comment_added', detail: { comment_id: `comment-${n}` } }) as const;
/** The records of tasks, each with so many comments; interleaved by turns. */
const recordsOf = (comments: readonly number[], order: readonly number[] = []): DynamoDBRecord[] => {
  const lives = comments.map(
    (count) =>
      lifeOf(
        newTask(),
        Array.from({ length: count }, (_, n) => comment(n)),
      ).records,
  );
  const turns = [...order, ...lives.flatMap((life, n) => life.map(() => n))];
  return turns.flatMap((n) => lives[n % lives.length]?.splice(0, 1) ?? []).map((record) => record as DynamoDBRecord);
};
const eventAt = (n: number): DomainEvent => ({
  id: `event-${n}`,
  name: 'task_center.task_type.created',
  tenant_id: 'tenant-1',
  occurred_at: at('2026-03-01T08:00:00Z'),
  actor_id: 'actor-1',
  data: { task_type_id: `event-${n}`, code: 'A', name: 'A' },
});

describe('the requests to the bus', () => {
  it('name source, kind, time and bus, and carry the event', () => {
    const [[entry] = []] = batchesOf([eventAt(1)], 'bus-1');
    expect(entry).toEqual({
      EventBusName: 'bus-1',
      Source: 'task_center',
      DetailType: 'task_center.task_type.created',
      Time: new Date('2026-03-01T08:00:00Z'),
      Detail: JSON.stringify(eventAt(1)),
    });
  });

  it('hold ten entries at the most', () => {
    const batches = batchesOf(
      Array.from({ length: 25 }, (_, n) => eventAt(n)),
      'bus',
    );
    expect(batches.map(({ length }) => length)).toEqual([10, 10, 5]);
  });

  it('hold 256 KB at the most; one entry above that goes alone, to be refused by the bus', () => {
    const large = (n: number, kilobytes: number): DomainEvent => ({
      ...eventAt(n),
      actor_id: 'ä'.repeat(kilobytes * 512),
    });
    const batches = batchesOf([large(1, 100), large(2, 100), large(3, 100), large(4, 300), large(5, 1)], 'bus');
    expect(batches.map(({ length }) => length)).toEqual([2, 1, 1, 1]);
  });

  it('hold one event of a task at the most, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5), { maxLength: 60 }), (subjects) => {
        const events = subjects.map((subject, n) => ({ ...eventAt(n), task_id: `task-${subject}` }) as DomainEvent);
        const batches = batchesOf(events, 'bus');
        const details = batches.map((batch) =>
          batch.map(({ Detail = '' }) => JSON.parse(Detail) as { task_id: string }),
        );
        expect(details.flat()).toEqual(events);
        for (const batch of details) {
          expect(batch.length).toBeGreaterThan(0);
          expect(new Set(batch.map(({ task_id }) => task_id)).size).toBe(batch.length);
        }
      }),
    );
  });
});

/** An entry is refused, a request is not sent, or its answer is lost. */
type Fault = 'entry' | 'request' | 'lost' | 'none';

describe('the publisher', () => {
  it('reports nothing when all events are on the bus', async () => {
    const { bus, taken } = makeFakeBus(takeAll);
    const { log, told } = makeFakeLog();
    const answer = await makeStreamHandler({ bus, log, trail: NO_TRAIL })({ Records: recordsOf([1, 1]) });
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(taken).toHaveLength(4);
    expect(told).toMatchObject([{ level: 'info', fields: { records: 4, published: 4, cold_start: true } }]);
  });

  it('asks nothing of the bus for records without an event', async () => {
    const { bus, requests } = makeFakeBus(takeAll);
    const { log, told } = makeFakeLog();
    const history = recordOf('INSERT', undefined, { PK: 'T#t#TASK#x', SK: 'HIST#0000000002' }) as DynamoDBRecord;
    expect(await makeStreamHandler({ bus, log, trail: NO_TRAIL })({ Records: [history] })).toEqual({
      batchItemFailures: [],
    });
    expect(requests).toEqual([]);
    expect(told).toEqual([]);
  });

  it('reports the first record that failed, and sends nothing behind its request', async () => {
    const { bus, requests } = makeFakeBus((entries, call) =>
      call === 2 ? entries.map((_, n) => (n === 1 ? REFUSED : { EventId: `${n}` })) : takeAll(entries),
    );
    const { log, told } = makeFakeLog();
    // 35 tasks without a change: four requests, were all to succeed.
    const records = recordsOf(Array.from({ length: 35 }, () => 0));
    const answer = await makeStreamHandler({ bus, log, trail: NO_TRAIL })({ Records: records });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: records[11]?.dynamodb?.SequenceNumber }] });
    expect(requests).toHaveLength(2);
    expect(told).toMatchObject([{ level: 'error', fields: { records: 35, published: 11 } }]);
    expect(String(told[0]?.fields['error'])).toContain('ThrottlingException');
  });

  it('reports the first record of a request that got no answer, or half of one', async () => {
    for (const answer of [new Error('no connection'), [{ EventId: 'id' }]]) {
      const { bus } = makeFakeBus((entries, call) => (call === 1 ? takeAll(entries) : answer));
      const { log } = makeFakeLog();
      const records = recordsOf(Array.from({ length: 20 }, () => 0));
      const reported = answer instanceof Error ? 10 : 11;
      expect(await makeStreamHandler({ bus, log, trail: NO_TRAIL })({ Records: records })).toEqual({
        batchItemFailures: [{ itemIdentifier: records[reported]?.dynamodb?.SequenceNumber }],
      });
    }
  });

  it('publishes what comes before a malformed record, and reports that one', async () => {
    const { bus, taken } = makeFakeBus(takeAll);
    const { log, told } = makeFakeLog();
    const [first, second, third] = recordsOf([2]);
    const malformed = { ...second, eventName: 'REWRITE' } as unknown as DynamoDBRecord;
    const records = [first, malformed, third].flatMap((record) => record ?? []);
    expect(await makeStreamHandler({ bus, log, trail: NO_TRAIL })({ Records: records })).toEqual({
      batchItemFailures: [{ itemIdentifier: second?.dynamodb?.SequenceNumber }],
    });
    expect(taken.map((event) => event.name)).toEqual(['task_center.task.created']);
    expect(told).toMatchObject([{ level: 'error', fields: { sequence_number: second?.dynamodb?.SequenceNumber } }]);
  });

  it('fails as a whole when the malformed record comes first, so that Lambda halves the batch', async () => {
    const { bus, requests } = makeFakeBus(takeAll);
    const { log } = makeFakeLog();
    const [first, second] = recordsOf([1]);
    const malformed = { ...first, dynamodb: { ...first?.dynamodb, NewImage: {} } } as DynamoDBRecord;
    const publishing = makeStreamHandler({ bus, log, trail: NO_TRAIL })({ Records: [malformed, second ?? {}] });
    await expect(publishing).rejects.toThrow('malformed');
    expect(requests).toEqual([]);
  });

  it('loses no event and lets none overtake, whatever fails, when it is called as Lambda calls it', async () => {
    const life = fc.record({
      comments: fc.array(fc.nat(6), { minLength: 1, maxLength: 8 }),
      order: fc.array(fc.nat(7), { maxLength: 60 }),
      /** What goes wrong next; when they are used up, nothing does any more. */
      faults: fc.array(fc.constantFrom<Fault>('entry', 'request', 'lost', 'none'), { maxLength: 150 }),
      batchSize: fc.integer({ min: 1, max: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(life, async ({ comments, order, faults, batchSize }) => {
        const arrived: DomainEvent[] = [];
        const coming = [...faults];
        const nextFault = (): Fault => coming.shift() ?? 'none';
        const { bus } = makeFakeBus((entries) => {
          const fault = nextFault();
          if (fault === 'request') return new Error('not sent');
          const results = entries.map(() =>
            fault === 'entry' && nextFault() === 'entry' ? REFUSED : { EventId: 'id' },
          );
          for (const [index, result] of results.entries()) {
            if ('EventId' in result) arrived.push(JSON.parse(entries[index]?.Detail ?? '') as DomainEvent);
          }
          return fault === 'lost' ? new Error('the answer was lost') : results;
        });
        const handler = makeStreamHandler({ bus, log: makeFakeLog().log, trail: NO_TRAIL });
        const records = recordsOf(comments, order);

        let from = 0;
        while (from < records.length) {
          const batch = records.slice(from, from + batchSize);
          const { batchItemFailures } = await handler({ Records: batch });
          const reported = batchItemFailures[0]?.itemIdentifier;
          const failed = batch.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === reported);
          from += reported === undefined ? batch.length : failed;
        }

        const seen = new Map<string, number>();
        for (const event of arrived) {
          if (!('task_id' in event)) continue;
          const last = seen.get(event.task_id) ?? 0;
          // Either the next version, or one that came before.
          expect(event.version).toBeLessThanOrEqual(last + 1);
          seen.set(event.task_id, Math.max(last, event.version));
        }
        const wanted = comments.map((count) => count + 1);
        expect([...seen.values()].toSorted()).toEqual(wanted.toSorted());
      }),
    );
  });
});
