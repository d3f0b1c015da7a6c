import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarCodec, makeCalendars } from '../../../../adapters/dynamodb/resources/calendars.ts';
import { orgUnitCodec } from '../../../../adapters/dynamodb/resources/org-units.ts';
import { qualificationCodec } from '../../../../adapters/dynamodb/resources/qualifications.ts';
import { makeReceipts } from '../../../../adapters/dynamodb/resources/receipts.ts';
import { makeReferences } from '../../../../adapters/dynamodb/resources/references.ts';
import { taskTypeCodec } from '../../../../adapters/dynamodb/resources/task-types.ts';
import { templateCodec } from '../../../../adapters/dynamodb/resources/templates.ts';
import { calendarKey, claimKey, receiptKey, windowKey, type Key } from '../../../../adapters/dynamodb/keys.ts';
import type { TableReader } from '../../../../adapters/dynamodb/table-reader.ts';
import type { Item } from '../../../../adapters/dynamodb/transaction.ts';
import { overlaps, type Window } from '../../../../core/calendar/window.ts';
import { instantAt } from '../../../../core/time/instant.ts';
import { clockAt, NOW } from '../../fakes.ts';
import { calendar, held, orgUnit, qualification, T0, taskType, template } from '../../records.ts';
import { userResource } from '../../../../core/calendar/resource.ts';

const nameOf = ({ PK, SK }: Key): string => `${PK} ${SK}`;

/** A reader over a few items in memory, which counts what it reads. */
const makeReader = (stored: readonly (Item & Key)[]) => {
  const byKey = new Map(stored.map((item) => [nameOf(item), item]));
  const read = { items: 0, queries: 0, keys: [] as readonly Key[] };
  const never = () => Promise.reject(new Error('not needed'));
  const reader: TableReader = {
    get: async (key) => byKey.get(nameOf(key)),
    getMany: async (keys) => {
      read.keys = [...read.keys, ...keys];
      return keys.flatMap((key) => byKey.get(nameOf(key)) ?? []);
    },
    range: async ({ partition, from, to, descending = false, limit }) => {
      const inOrder = stored
        .filter(({ PK, SK }) => PK === partition && SK >= from && SK <= to)
        .toSorted((a, b) => (a.SK < b.SK ? -1 : 1));
      const found = (descending ? inOrder.toReversed() : inOrder).slice(0, limit);
      read.items += found.length;
      read.queries += 1;
      return found;
    },
    rangePage: never,
    listPage: never,
  };
  return { reader, read };
};

const at = (minute: number) => instantAt(Date.parse(T0) + minute * 60_000) ?? T0;
const windowItem = (index: number, window: Window) => ({
  ...windowKey('tenant-1', userResource('user-1'), window.start, `task-${index}`),
  ...held(`task-${index}`, window),
});

/** Windows of one user as the guard leaves them: none overlaps another, some touch. */
const calendarWindows = fc
  .array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 4 })), { maxLength: 25 })
  .map((steps) => {
    let minute = 0;
    return steps.map(([gap, length]): Window => {
      const start = minute + gap;
      minute = start + length;
      return { start: at(start), end: at(minute) };
    });
  });
const wantedWindow = fc
  .tuple(fc.nat(120), fc.integer({ min: 1, max: 40 }))
  .map(([start, length]): Window => ({ start: at(start), end: at(start + length) }));

describe('the windows that overlap a wanted one', () => {
  it('are all of them, for (overlaps + 1) items, whatever the calendar', async () => {
    await fc.assert(
      fc.asyncProperty(calendarWindows, wantedWindow, async (windows, wanted) => {
        const neighbours = [
          { PK: calendarKey('tenant-1', userResource('user-1')).PK, SK: 'CALENDAR' },
          { PK: calendarKey('tenant-1', userResource('user-1')).PK, SK: 'OPEN#x' },
        ];
        const { reader, read } = makeReader([...windows.map((window, i) => windowItem(i, window)), ...neighbours]);
        const found = await makeCalendars({ reader }).overlapping(calendar(), wanted);

        const expected = windows.filter((window) => overlaps(window, wanted));
        expect(found.map(({ window }) => window)).toEqual(expected.toReversed());
        expect(read.items).toBeLessThanOrEqual(expected.length + 1);
      }),
      { numRuns: 1_000 },
    );
  });

  it('of nobody else: neither another user nor another tenant', async () => {
    const window = { start: at(0), end: at(9) };
    const { reader } = makeReader([
      { ...windowKey('tenant-1', userResource('user-2'), window.start, 'x'), ...held('x', window) },
      { ...windowKey('tenant-2', userResource('user-1'), window.start, 'x'), ...held('x', window) },
    ]);
    expect(await makeCalendars({ reader }).overlapping(calendar(), window)).toEqual([]);
  });

  it.each(['strong', 'eventual'] as const)(
    'of many users at once, %s: those who exist, each with its own',
    async (how) => {
      const window = { start: at(0), end: at(9) };
      const { reader, read } = makeReader([
        calendarCodec.toItem(calendar()),
        calendarCodec.toItem(calendar({ user_id: 'user-2' })),
        windowItem(1, window),
      ]);
      const calendars = makeCalendars({ reader });
      const ids = ['user-1', 'user-2', 'nobody'];
      expect(await calendars.survey('tenant-1', ids, window, how)).toEqual([
        { calendar: calendar(), overlapping: [held('task-1', window)] },
        { calendar: calendar({ user_id: 'user-2' }), overlapping: [] },
      ]);
      read.queries = 0;
      await calendars.survey('tenant-1', ids, undefined, how);
      expect(read.queries).toBe(0);
    },
  );
});

describe('references', () => {
  it('are read together, each to its kind, and never from another tenant', async () => {
    const { reader, read } = makeReader([
      taskTypeCodec.toItem(taskType()),
      templateCodec.toItem(template()),
      qualificationCodec.toItem(qualification()),
      { ...claimKey('tenant-1', 'QUALIFICATION_CODE', 'UAV-A2'), owner_id: 'qualification-1' },
      orgUnitCodec.toItem(orgUnit()),
      orgUnitCodec.toItem(orgUnit({ id: 'foreign', tenant_id: 'tenant-2' })),
    ]);
    const found = await makeReferences({ reader }).read('tenant-1', {
      taskTypes: new Set(['type-1', 'none']),
      templates: new Set(['template-1']),
      orgUnits: new Set(['unit-1', 'foreign']),
      qualifications: new Set(['UAV-A2', 'NONE']),
    });
    expect(found).toEqual({
      taskTypes: new Map([['type-1', taskType()]]),
      templates: new Map([['template-1', template()]]),
      orgUnits: new Map([['unit-1', orgUnit()]]),
      qualifications: [qualification()],
    });
    // Codes by their claims, and then what these lead to.
    expect(read.keys).toHaveLength(8);
  });
});

describe('the receipt of an idempotent write', () => {
  const second = Math.floor(Date.parse(NOW) / 1_000);
  const receipt = (expires_at: number) => ({
    ...receiptKey('tenant-1', 'k'),
    fingerprint: 'print',
    status: 201,
    headers: { ETag: '"1"' },
    body: new Uint8Array([1, 2]),
    expires_at,
  });
  const find = (stored: Item & Key, key = 'k') =>
    makeReceipts({ reader: makeReader([stored]).reader, clock: clockAt() }).find('tenant-1', key);

  it('is found until it expires; then it counts as absent, though TTL has not removed it yet', async () => {
    expect(await find(receipt(second + 1))).toEqual({
      fingerprint: 'print',
      answer: { status: 201, headers: { ETag: '"1"' }, compressedBody: new Uint8Array([1, 2]) },
    });
    expect(await find(receipt(second))).toBeUndefined();
    expect(await find(receipt(second + 1), 'another')).toBeUndefined();
  });
});
