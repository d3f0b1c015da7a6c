import { describe, expect, it } from 'vitest';
import { entryText, isDone, withTick } from '../../../board/state/checklist.ts';
import {
  afterUndo,
  oppositeOf,
  remembered,
  sentenceOf,
  withNames,
  type Done,
  type Move,
} from '../../../board/state/moves.ts';

const BEFORE = {
  assigned_to: 'ada',
  planned_start_at: '2026-03-02T08:00:00.000Z',
  planned_end_at: '2026-03-02T09:00:00.000Z',
};
const taskId = 'task';

describe('the opposite of a move', () => {
  it.each<[Move, Move]>([
    [
      { kind: 'assign', taskId, userId: 'bela' },
      { kind: 'unassign', taskId },
    ],
    [
      { kind: 'reassign', taskId, userId: 'bela' },
      { kind: 'reassign', taskId, userId: 'ada' },
    ],
    [
      { kind: 'unassign', taskId },
      { kind: 'assign', taskId, userId: 'ada' },
    ],
    [
      { kind: 'reschedule', taskId, start: null, end: null },
      { kind: 'reschedule', taskId, start: BEFORE.planned_start_at, end: BEFORE.planned_end_at },
    ],
  ])('of %j is %j', (move, opposite) => {
    expect(oppositeOf(move, BEFORE)).toEqual(opposite);
  });

  it('is none where nobody held the task', () => {
    const nobody = { ...BEFORE, assigned_to: null };
    expect(oppositeOf({ kind: 'unassign', taskId }, nobody)).toBeUndefined();
    expect(oppositeOf({ kind: 'reassign', taskId, userId: 'ada' }, nobody)).toBeUndefined();
  });
});

describe('the moves that can be undone', () => {
  const one = (id: string, version: number): Done => ({
    opposite: { kind: 'unassign', taskId: id },
    version,
    sentence: `${id} ${version}`,
  });

  it('are the latest twenty', () => {
    const all = Array.from({ length: 25 }, (_, index) => one('task', index)).reduce<readonly Done[]>(remembered, []);
    expect([all.length, all[0]?.version, all.at(-1)?.version]).toEqual([20, 5, 24]);
  });

  it('of the task that was undone go on from the version that the undoing made', () => {
    expect(afterUndo([one('a', 2), one('b', 5), one('a', 3)], 4)).toEqual([
      { ...one('a', 2), version: 4 },
      one('b', 5),
    ]);
  });
});

it('a move is a sentence', () => {
  const nameOf = (id: string): string => id.toUpperCase();
  const sentences = [
    { kind: 'assign' as const, taskId, userId: 'ada' },
    { kind: 'reassign' as const, taskId, userId: 'ada' },
    { kind: 'unassign' as const, taskId },
    { kind: 'reschedule' as const, taskId, start: 'a', end: 'b' },
    { kind: 'reschedule' as const, taskId, start: null, end: null },
  ].map((move) => sentenceOf(move, 'Roof', nameOf));
  expect(sentences).toEqual([
    'Roof assigned to ADA',
    'Roof moved to ADA',
    'Roof unassigned',
    'Roof rescheduled',
    'Roof has no window any more',
  ]);
});

it('a sentence of the service has names in place of ids', () => {
  const id = '0199c0de-0000-7000-8000-000000000001';
  const names = new Map([[id, 'Ada']]);
  expect(withNames(`User ${id} holds an overlapping assignment.`, names)).toBe('Ada holds an overlapping assignment.');
  expect(withNames(`Task of ${id}`, names)).toBe('Task of Ada');
  expect(withNames('User nobody', names)).toBe('User nobody');
});

describe('a checklist', () => {
  const list = ['Batteries', { item: 'Airspace', done: true, by: 'Ada' }, { title: 'Wind' }, { limit: 3 }];

  it('reads texts and objects', () => {
    expect(list.map(entryText)).toEqual(['Batteries', 'Airspace', 'Wind', '{"limit":3}']);
    expect(list.map(isDone)).toEqual([false, true, false, false]);
  });

  it('is ticked at one place, and keeps what it does not know', () => {
    expect(withTick(list, 0, true)[0]).toEqual({ item: 'Batteries', done: true });
    expect(withTick(list, 1, false)).toEqual([list[0], { item: 'Airspace', done: false, by: 'Ada' }, list[2], list[3]]);
  });
});
