import {
  BatchWriteItemCommand,
  CreateTableCommand,
  PutItemCommand,
  type AttributeValue,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { calendarCodec, makeCalendars } from '../../adapters/dynamodb/resources/calendars.ts';
import { makeAssets } from '../../adapters/dynamodb/resources/assets.ts';
import { makeCalendarOf } from '../../core/calendar/calendar.ts';
import { windowKey } from '../../adapters/dynamodb/keys.ts';
import { metered, type Cost } from '../../adapters/dynamodb/meter.ts';
import { KEY } from '../../adapters/dynamodb/table.ts';
import { makeTableReader } from '../../adapters/dynamodb/table-reader.ts';
import { client, newId } from '../../adapters/runtime/composition.ts';
import { makeGetCalendar, makeListFreeSlots, type FreeSlot } from '../../core/calendar/views.ts';
import { instantAt, type Instant } from '../../core/time/instant.ts';
import { calendar } from '../unit/records.ts';
import { inStep, pace } from './in-step.ts';
import { IS_LONG } from './random.ts';
import { userResource } from '../../core/calendar/resource.ts';

/** A table without indexes: the engine fills it several times faster, and no view of a calendar reads an index. */
const TABLE = `calendars-${newId()}`;
const TENANT = newId();
const SIZES = { large: IS_LONG ? 100_000 : 10_000, named: 400 } as const;
const [large, named] = [newId(), newId()];
/** Half the windows lie in the past, whenever the test runs. */
const HOUR_MS = 3_600_000;
const FIRST = Math.floor(Date.now() / HOUR_MS - SIZES.large / 2) * HOUR_MS;
const hour = (number: number, minutes = 0): Instant => {
  const at = instantAt(FIRST + number * HOUR_MS + minutes * 60_000);
  if (at === undefined) throw new Error(`No hour ${number}`);
  return at;
};

/** The first half of each hour is held. */
const windowItem = (userId: string, at: number, name: string): Record<string, AttributeValue> => {
  const [start, end, taskId] = [hour(at), hour(at, 30), newId()];
  const { PK, SK } = windowKey(TENANT, userResource(userId), start, taskId);
  return {
    PK: { S: PK },
    SK: { S: SK },
    task_id: { S: taskId },
    name: { S: name },
    state: { S: 'DISPATCHED' },
    window: { M: { start: { S: start }, end: { S: end } } },
  };
};

const BATCH = 25;
const fill = async (userId: string, size: number, name: string): Promise<void> => {
  let next = 0;
  const write = async (): Promise<void> => {
    while (next < size) {
      const from = next;
      next += BATCH;
      const puts = Array.from({ length: BATCH }, (_, at) => ({
        PutRequest: { Item: windowItem(userId, from + at, name) },
      }));
      await client.send(new BatchWriteItemCommand({ RequestItems: { [TABLE]: puts } }));
    }
  };
  await Promise.all(Array.from({ length: 4 }, write));
  const item = calendarCodec.toItem(calendar({ tenant_id: TENANT, user_id: userId, active_count: size }));
  const kept = marshall(item, { removeUndefinedValues: true });
  await client.send(new PutItemCommand({ TableName: TABLE, Item: kept }));
};

beforeAll(async () => {
  await client.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: KEY.partition, KeyType: 'HASH' },
        { AttributeName: KEY.sort, KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [KEY.partition, KEY.sort].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    }),
  );
  await fill(large, SIZES.large, 'Inspect the line');
  await fill(named, SIZES.named, 'n'.repeat(200));
});

const reader = makeTableReader({
  client,
  tableName: TABLE,
  sleep: () => Promise.resolve(),
  random: Math.random,
});
const calendars = makeCalendars({ reader });
const getCalendar = makeGetCalendar({ calendars });
const calendarOf = makeCalendarOf({ calendars, assets: makeAssets({ reader }) });
const listFreeSlots = makeListFreeSlots({ calendarOf, calendars });

pace(client);
const withCost = <T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly cost: Cost }> =>
  inStep(() => metered(async (cost) => ({ result: await work(), cost })));

const expectCheap = ({ roundTrips, readUnits }: Cost): void => {
  expect(roundTrips).toBe(1);
  expect(readUnits).toBeLessThanOrEqual(2);
};

describe(`the calendar of a user with ${SIZES.large} past and future windows`, () => {
  it.each([
    ['the first', 0],
    ['one of the past', SIZES.large / 5],
    ['today', SIZES.large / 2],
    ['the last', SIZES.large - 24],
  ])('answers a day in one round trip and at most 2 read units: %s', async (_, from) => {
    const range = { from: hour(from, 15), to: hour(from + 24) };
    const { result, cost } = await withCost(() => getCalendar(TENANT, large, range));
    expect(result.windows.map(({ start_at }) => start_at)).toEqual(
      Array.from({ length: 24 }, (_, at) => hour(from + at)),
    );
    expectCheap(cost);
  });

  it('answers free slots at the same cost for each page', async () => {
    const today = SIZES.large / 2;
    const range = { from: hour(today - 10, 10), to: hour(today + 50, 50), duration_minutes: 30 };
    const slots: FreeSlot[] = [];
    let after: string | undefined;
    let pages = 0;
    do {
      const position = after;
      const { result, cost } = await withCost(() =>
        listFreeSlots(TENANT, userResource(large), range, { limit: 50, after: position }),
      );
      expectCheap(cost);
      slots.push(...result.items);
      after = result.next;
      pages += 1;
    } while (after !== undefined);
    expect(pages).toBeGreaterThan(3);
    expect(slots.map(({ start_at, end_at }) => [start_at, end_at])).toEqual(
      // The last one is cut to twenty minutes, which is less than was asked for.
      Array.from({ length: 60 }, (_, at) => [hour(today - 10 + at, 30), hour(today - 9 + at)]),
    );
  });

  it('whose names are as long as they may be still costs a page of free slots no more', async () => {
    const range = { from: hour(100), to: hour(200), duration_minutes: 1 };
    const { result, cost } = await withCost(() => listFreeSlots(TENANT, userResource(named), range, { limit: 50 }));
    expect(result.items.length).toBeGreaterThan(10);
    expectCheap(cost);
  });
});
