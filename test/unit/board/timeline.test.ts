import { describe, expect, it } from 'vitest';
import { portionsOf, withTask } from '../../../board/state/calendars.ts';
import {
  heldOf,
  neighbourOf,
  offOf,
  placeOf,
  plannedOf,
  rowsInView,
  rowsOf,
  shiftOf,
  stateWord,
  stepOf,
} from '../../../board/state/timeline.ts';
import { HOUR } from '../../../board/state/time.ts';
import type { CalendarView } from '../../../core/calendar/views.ts';
import { instantSchema } from '../../../core/time/instant.ts';

const DAY = { from: Date.parse('2026-03-02T00:00:00Z'), to: Date.parse('2026-03-03T00:00:00Z') };
const instant = (hour: number) => instantSchema.parse(new Date(DAY.from + hour * HOUR).toISOString());

type Held = CalendarView['windows'][number];
const held = (id: string, from: number, to: number): Held => ({
  kind: 'task',
  task_id: id,
  absence_id: null,
  name: id,
  state: 'DISPATCHED',
  reason: null,
  start_at: instant(from),
  end_at: instant(to),
  planned_start_at: instant(from),
  planned_end_at: instant(to),
});
const calendar = (user_id: string, ...windows: Held[]): CalendarView => ({
  user_id,
  version: 1,
  active_count: windows.length,
  working: [{ start_at: instant(8), end_at: instant(16) }],
  windows,
});

describe('the rows that are drawn', () => {
  it.each([
    ['the first ones', 0, 400, { first: 0, last: 14 }],
    ['those in view, with some on either side', 4_000, 400, { first: 96, last: 114 }],
    ['the last ones', 11_600, 400, { first: 286, last: 300 }],
    ['none beyond the last', 90_000, 400, { first: 300, last: 300 }],
  ])('are %s', (_, top, height, expected) => {
    expect(rowsInView(top, height, 40, 300)).toEqual(expected);
  });
});

describe('a window on the axis', () => {
  it('stands where it starts, as long as it is', () => {
    expect(placeOf(DAY.from + 6 * HOUR, DAY.from + 9 * HOUR, DAY)).toEqual({ at: 0.25, length: 0.125 });
  });

  it('is cut to the range, and is not there when it only touches it', () => {
    expect(placeOf(DAY.from - 6 * HOUR, DAY.from + 6 * HOUR, DAY)).toEqual({ at: 0, length: 0.25 });
    expect(placeOf(DAY.to - 6 * HOUR, DAY.to + 6 * HOUR, DAY)).toEqual({ at: 0.75, length: 0.25 });
    expect(placeOf(DAY.from - HOUR, DAY.from, DAY)).toBeUndefined();
    expect(placeOf(DAY.to, DAY.to + HOUR, DAY)).toBeUndefined();
  });

  it('is moved in whole steps, either way', () => {
    const step = stepOf('day');
    expect(shiftOf(1 / 24 + 0.0001, DAY, step)).toBe(HOUR);
    expect(shiftOf(-1 / 24, DAY, step)).toBe(-HOUR);
    expect(shiftOf(0.001, DAY, step)).toBe(0);
  });
});

it('rows follow the people, whoever has a calendar', () => {
  const people = [
    { id: 'b', username: 'Bela' },
    { id: 'a', username: 'Ada' },
  ];
  const rows = rowsOf(people, [calendar('a', held('one', 1, 2))], DAY);
  expect(rows.map(({ name, activeCount, windows, off }) => [name, activeCount, windows.length, off.length])).toEqual([
    ['Bela', 0, 0, 0],
    ['Ada', 1, 1, 2],
  ]);
});

it('who is not at work is off for what the working times leave of the range', () => {
  const times = (...spans: readonly (readonly [number, number])[]) =>
    spans.map(([from, to]) => ({ start_at: instant(from), end_at: instant(to) }));
  const hoursOff = (...spans: readonly (readonly [number, number])[]) =>
    offOf(times(...spans), DAY).map(({ from, to }) => [(from - DAY.from) / HOUR, (to - DAY.from) / HOUR]);
  expect(hoursOff([0, 24])).toEqual([]);
  expect(hoursOff()).toEqual([[0, 24]]);
  expect(hoursOff([0, 6], [8, 12], [13, 24])).toEqual([
    [6, 8],
    [12, 13],
  ]);
});

it('a bar is moved by its planned window, and its buffers are held with it', () => {
  const buffered = { ...held('one', 7, 11), planned_start_at: instant(8), planned_end_at: instant(10) };
  expect(plannedOf(buffered)).toEqual({ from: DAY.from + 8 * HOUR, to: DAY.from + 10 * HOUR });
  expect(heldOf(buffered)).toEqual({ from: DAY.from + 7 * HOUR, to: DAY.from + 11 * HOUR });
});

describe('an arrow key', () => {
  const rows = rowsOf(
    [
      { id: 'a', username: 'Ada' },
      { id: 'b', username: 'Bela' },
      { id: 'c', username: 'Cora' },
    ],
    [calendar('a', held('a1', 8, 9), held('a2', 12, 13)), calendar('c', held('c1', 7, 8), held('c2', 11, 14))],
    DAY,
  );
  it.each([
    ['ArrowRight', 'a', 'a1', { rowIndex: 0, id: 'a2' }],
    ['ArrowLeft', 'a', 'a2', { rowIndex: 0, id: 'a1' }],
    ['ArrowLeft', 'a', 'a1', undefined],
    ['ArrowDown', 'a', 'a2', { rowIndex: 2, id: 'c2' }],
    ['ArrowUp', 'c', 'c1', { rowIndex: 0, id: 'a1' }],
    ['ArrowUp', 'a', 'a1', undefined],
  ] as const)('%s from %s %s leads to the neighbour, past rows without one', (key, userId, id, expected) => {
    expect(neighbourOf(rows, { userId, id }, key)).toEqual(expected);
  });
});

describe('what the service answered of a task', () => {
  const before = [calendar('a', held('one', 8, 9)), calendar('b', held('two', 8, 9))];
  const task = {
    id: 'one',
    name: 'One',
    state: 'DISPATCHED' as const,
    assigned_to: 'b',
    planned_start_at: instant(6),
    planned_end_at: instant(7),
    held_start_at: instant(6),
    held_end_at: instant(7),
  };
  const idsOf = (calendars: readonly CalendarView[]) =>
    calendars.map(({ windows }) => windows.map(({ task_id }) => task_id));

  it('is shown where it is now, in order', () => {
    expect(idsOf(withTask(before, task, DAY))).toEqual([[], ['one', 'two']]);
  });

  it.each([
    ['nobody holds it', { assigned_to: null }],
    ['it is done', { state: 'ACCEPTED' as const }],
    ['it has no window', { held_start_at: null, held_end_at: null }],
    ['it is on another day', { held_start_at: instant(24), held_end_at: instant(25) }],
  ])('is not shown where %s', (_, patch) => {
    expect(idsOf(withTask(before, { ...task, ...patch }, DAY))).toEqual([[], ['two']]);
  });

  it('leaves the calendars alone that it does not touch', () => {
    const after = withTask(before, { ...task, assigned_to: 'a' }, DAY);
    expect(after[1]).toBe(before[1]);
  });
});

it('ids are asked for in portions', () => {
  expect(portionsOf(['1', '2', '3', '4', '5'], 2)).toEqual([['1', '2'], ['3', '4'], ['5']]);
  expect(portionsOf([], 2)).toEqual([]);
});

it('every state is a word', () => {
  expect([
    stateWord({ kind: 'task', state: 'DISPATCHED' }),
    stateWord({ kind: 'task', state: 'IN_PROGRESS' }),
    stateWord({ kind: 'absence', state: null }),
  ]).toEqual(['planned', 'under way', 'absent']);
});
