import { beforeAll, describe, expect, it } from 'vitest';
import { generateDay } from '../../../../bench/planning-days.ts';
import { loadSolver } from '../../../../adapters/highs/solver.ts';
import { faultsOf, objectiveOf, placementOf } from '../../../../core/planning/checker.ts';
import { planDay, type PlanProgress } from '../../../../core/planning/plan.ts';
import type { Solver } from '../../../../core/planning/solver.ts';
import { IS_LONG } from '../../../integration/random.ts';
import { crowdedDay, smallDay } from './days.ts';
import { expectOptimum } from './optimum.ts';

describe('a plan', () => {
  let solver: Solver;
  beforeAll(async () => {
    solver = await loadSolver();
  });

  it.each(IS_LONG ? [0, 1, 2, 3, 4, 5, 6, 7] : [0])('is the best of all plans of small days (%i)', (part) => {
    for (let seed = part * 25; seed < (part + 1) * 25; seed += 1) expectOptimum(smallDay(seed), seed, solver);
  });

  it('is the same for the same problem and seed', () => {
    for (const seed of [1, 2]) {
      const run = () => planDay(crowdedDay(seed), { seed, effort: 'quick', solver });
      expect(run()).toEqual(run());
    }
  });

  it('keeps all rules and is not worse than one by one when it cannot be proved', () => {
    for (let seed = 0; seed < 6; seed += 1) {
      const problem = crowdedDay(seed);
      const plan = planDay(problem, { seed, effort: seed === 0 ? 'normal' : 'quick', solver });
      expect(faultsOf(problem, placementOf(plan.assignments))).toEqual([]);
      expect(objectiveOf(problem, plan.totals)).toBeGreaterThanOrEqual(objectiveOf(problem, plan.baseline));
      expect(plan.gap.priority).toBeLessThan(0.1);
    }
  });

  it('leaves pinned tasks where they are, and moves others only for a gain', () => {
    for (let seed = 0; seed < 4; seed += 1) {
      const problem = crowdedDay(seed);
      const plan = planDay(problem, { seed, effort: 'quick' });
      const at = new Map(plan.assignments.map((one) => [one.task_id, one.user_id]));
      for (const { id, was, is_pinned } of problem.tasks) if (is_pinned) expect(at.get(id)).toBe(was);
      const dear = planDay({ ...problem, move_cost: 1_000 }, { seed, effort: 'quick' });
      expect(dear.totals.moves).toBeLessThanOrEqual(plan.totals.moves);
    }
  });

  it('tells its progress; the best never falls', () => {
    const told: PlanProgress[] = [];
    const plan = planDay(crowdedDay(5), { seed: 5, effort: 'normal', solver, onProgress: (one) => told.push(one) });
    const best = told.map((one) => one.best.priority_placed);
    expect(best).toEqual(best.toSorted((a, b) => a - b));
    expect(told.every((one) => one.bound.priority_placed >= one.best.priority_placed)).toBe(true);
    expect(new Set(told.map(({ phase }) => phase))).toEqual(new Set(['one_by_one', 'search', 'exact', 'check']));
    expect(best.at(-1)).toBe(plan.totals.priority_placed);
  });

  it.each([0, 1, 5, 50])('keeps the best so far when it is cancelled after %i questions', (questions) => {
    const problem = crowdedDay(6);
    let asked = 0;
    const isCancelled = (): boolean => (asked += 1) > questions;
    const plan = planDay(problem, { seed: 6, effort: 'thorough', solver, isCancelled });
    expect(plan.is_canceled).toBe(true);
    expect(objectiveOf(problem, plan.totals)).toBeGreaterThanOrEqual(objectiveOf(problem, plan.baseline));
    expect(planDay(problem, { seed: 6, effort: 'quick' }).is_canceled).toBe(false);
  });

  it('that places all that anybody may take says that it cannot be better', () => {
    const { tasks, people, ...day } = generateDay({ tasks: 200, people: 60, seed: 1, hours: 0.5, skills: 2 });
    const problem = {
      ...day,
      tasks: tasks.map((task) => ({ ...task, candidates: task.candidates.map((one) => ({ ...one, failed: [] })) })),
      people: people.map((person) => ({ ...person, busy: [] })),
    };
    const { gap, unplaced } = planDay(problem, { seed: 1, effort: 'quick' });
    expect(unplaced).toEqual([]);
    expect(gap.priority).toBe(0);
  });

  it('of no tasks, or of no people, is empty', () => {
    const problem = crowdedDay(7);
    const idle = planDay({ ...problem, tasks: [] }, { seed: 1, effort: 'normal', solver });
    expect(idle).toMatchObject({ assignments: [], unplaced: [], gap: { priority: 0, score: 0 } });
    const tasks = problem.tasks.map((task) => ({ ...task, candidates: [], was: null, is_pinned: false }));
    const lonely = planDay({ ...problem, people: [], tasks }, { seed: 1, effort: 'normal', solver });
    expect(lonely.assignments).toEqual([]);
    expect(new Set(lonely.unplaced.map(({ reason }) => reason))).toEqual(new Set(['no_eligible_user']));
  });

  it('does not believe a solver that lies', () => {
    const lies: Solver['solve'][] = [
      // Everybody takes everything.
      (program) => ({ values: program.costs.map(() => 1), bound: 1e9, isProved: true }),
      // Nobody takes anything, and no plan could be better.
      (program) => ({ values: program.costs.map(() => 0), bound: 0, isProved: true }),
      () => ({ values: undefined, bound: -Infinity, isProved: false }),
      (_, start) => ({ values: start, bound: Number.NaN, isProved: false }),
    ];
    const problem = crowdedDay(8);
    const honest = planDay(problem, { seed: 8, effort: 'normal' });
    for (const solve of lies) {
      const plan = planDay(problem, { seed: 8, effort: 'normal', solver: { name: 'liar', version: '0', solve } });
      expect(plan.totals.priority_placed).toBeGreaterThanOrEqual(honest.totals.priority_placed);
      expect(plan.bound.priority_placed).toBeGreaterThanOrEqual(plan.totals.priority_placed);
    }
  });
});

describe('a problem that contradicts itself', () => {
  const day = crowdedDay(3);
  const [first, second] = day.tasks;
  if (first === undefined || second === undefined) throw new Error('The day is empty.');
  const withFirst = (change: object) => ({ ...day, tasks: [{ ...first, ...change }, ...day.tasks.slice(1)] });
  const [person] = day.people;

  it.each([
    ['a task twice', { ...day, tasks: [...day.tasks, first] }, /given twice/],
    ['a person twice', { ...day, people: [...day.people, ...day.people.slice(0, 1)] }, /given twice/],
    ['an empty window', withFirst({ end: first.start }), /has no window/],
    ['half a priority', withFirst({ facts: { ...first.facts, priority: 1.5 } }), /priority/],
    ['a candidate too few', withFirst({ candidates: first.candidates.slice(1) }), /how each person stands/],
    ['an unknown holder', withFirst({ was: 'nobody' }), /not among the people/],
    ['a pinned task without holder', withFirst({ was: null, is_pinned: true }), /nobody holds it/],
    [
      'one type asked for twice',
      withFirst({
        required_assets: [
          { asset_type: 'boat', quantity: 1 },
          { asset_type: 'boat', quantity: 1 },
        ],
      }),
      /asks twice/,
    ],
    [
      'a holder with two tasks at once',
      {
        ...day,
        tasks: [
          { ...first, was: person?.id ?? '' },
          { ...second, start: first.start, end: first.end, was: person?.id ?? '' },
        ],
      },
      /overlaps what/,
    ],
  ])('is refused: %s', (_, problem, message) => {
    expect(() => planDay(problem, { seed: 1, effort: 'quick' })).toThrow(message);
  });
});
