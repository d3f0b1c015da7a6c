import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { overlaps, type Window } from '../../../../core/calendar/window.ts';
import { LIMITS } from '../../../../core/limits.ts';
import { componentsOf, movesOf, resourcesOf, stepsOf, type TimedMove } from '../../../../core/plans/moves.ts';
import { instantAt } from '../../../../core/time/instant.ts';

const hour = (count: number) => {
  const at = instantAt(count * 3_600_000);
  if (at === undefined) throw new Error(`There is no hour ${count}.`);
  return at;
};
const window = (start: number, end: number): Window => ({ start: hour(start), end: hour(end) });
const move = (task_id: string, from: string | null, to: string | null, start = 0, end = 1): TimedMove => ({
  ...{ task_id, from, to, from_assets: [], to_assets: [], window: window(start, end) },
});
const ids = (groups: readonly (readonly TimedMove[])[]): readonly (readonly string[])[] =>
  groups.map((group) => group.map(({ task_id }) => task_id));

describe('what a plan changes', () => {
  it('are tasks that go to somebody, to somebody else, or to nobody', () => {
    const task = (id: string, was: string | null) => ({
      ...{
        id,
        was,
        version: 1,
        asset_ids: [],
        facts: { priority: 1, risk_level: 1, is_scheduled: true, available_assets: 0 },
      },
    });
    const takes = (task_id: string, user_id: string) => ({ task_id, user_id, asset_ids: [] }) as never;
    const tasks = [
      task('new', null),
      task('kept', 'ada'),
      task('moved', 'ada'),
      task('lost', 'ben'),
      task('out', null),
    ];
    const assignments = [takes('new', 'ada'), takes('kept', 'ada'), takes('moved', 'ben')];
    expect(movesOf({ tasks, assignments })).toEqual([
      { task_id: 'new', from: null, to: 'ada', from_assets: [], to_assets: [] },
      { task_id: 'moved', from: 'ada', to: 'ben', from_assets: [], to_assets: [] },
      { task_id: 'lost', from: 'ben', to: null, from_assets: [], to_assets: [] },
    ]);
  });
});

describe('components', () => {
  it('hang together by people, directly or through others', () => {
    const moves = [
      move('a', null, 'ada'),
      move('b', 'ben', 'cem'),
      move('c', 'dan', 'ben'),
      move('d', 'eve', null),
      move('e', null, 'cem'),
    ];
    expect(ids(componentsOf(moves))).toEqual([['a'], ['b', 'c', 'e'], ['d']]);
  });

  it('hang together by equipment, too, but not by what stays with its task', () => {
    const takes = { ...move('a', null, 'ada'), to_assets: ['uav'] };
    const gives = { ...move('b', 'ben', null), from_assets: ['uav'] };
    const keeps = { ...move('c', 'cem', 'dan'), from_assets: ['uav'], to_assets: ['uav'] };
    expect(ids(componentsOf([takes, gives, keeps]))).toEqual([['a', 'b'], ['c']]);
  });
});

const ANY_MOVES = fc
  .array(
    fc.record({
      from: fc.option(fc.constantFrom('ada', 'ben', 'cem'), { nil: null }),
      to: fc.option(fc.constantFrom('ada', 'ben', 'cem'), { nil: null }),
      start: fc.nat(60),
    }),
    { minLength: 1, maxLength: 120 },
  )
  .map((drawn) =>
    drawn
      .filter(({ from, to }) => from !== to)
      .map(({ from, to, start }, index) => move(`t${index}`, from, to, start, start + 2)),
  );

describe('the transactions of a component', () => {
  it('are one where it fits', () => {
    const swap = [move('a', 'ada', 'ben'), move('b', 'ben', 'ada')];
    expect(stepsOf(swap)).toEqual([swap]);
  });

  it('keep those together that need each other, and put those first that make room', () => {
    const filler = Array.from({ length: 24 }, (_, index) => move(`f${index}`, null, 'ada', 10 + index, 11 + index));
    const circle = [move('x', 'ada', 'ben', 0, 2), move('y', 'ben', 'ada', 1, 3)];
    const needing = move('z', null, 'cem', 5, 6);
    const givingRoom = move('w', 'cem', 'ada', 5, 6);
    const steps = ids(stepsOf([needing, ...filler, ...circle, givingRoom]));
    expect(steps.length).toBeGreaterThan(1);
    const stepOf = (id: string): number => steps.findIndex((step) => step.includes(id));
    expect(stepOf('x')).toBe(stepOf('y'));
    expect(stepOf('w')).toBeLessThanOrEqual(stepOf('z'));
  });

  it('hold every move once, each behind what it needs', () => {
    fc.assert(
      fc.property(ANY_MOVES, (moves) => {
        const steps = stepsOf(moves);
        expect(
          steps
            .flat()
            .map(({ task_id }) => task_id)
            .toSorted(),
        ).toEqual(moves.map(({ task_id }) => task_id).toSorted());
        const stepAt = new Map(steps.flatMap((step, at) => step.map((one) => [one, at] as const)));
        for (const one of moves) {
          for (const other of moves) {
            const needs = one !== other && other.from !== null && other.from === one.to;
            if (!needs || !overlaps(one.window, other.window)) continue;
            expect(stepAt.get(other) ?? 0).toBeLessThanOrEqual(stepAt.get(one) ?? 0);
          }
        }
      }),
    );
  });

  it('hold no more than a transaction does, but for a circle that is too large for any', () => {
    const many = Array.from({ length: 200 }, (_, index) => move(`t${index}`, null, 'ada', index, index + 1));
    for (const step of stepsOf(many)) {
      // A task, its history, its decision and its window; the calendar and the record of the step.
      expect(4 * step.length + resourcesOf(step).length + 1).toBeLessThanOrEqual(LIMITS.transactionActions);
    }
    expect(stepsOf(many)).toHaveLength(Math.ceil(200 / 24));
  });
});
