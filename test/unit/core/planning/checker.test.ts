import { describe, expect, it } from 'vitest';
import { checkPlan } from '../../../../core/planning/checker.ts';
import { planDay } from '../../../../core/planning/plan.ts';
import type { DayPlan } from '../../../../core/planning/result.ts';
import { crowdedDay } from './days.ts';

const problem = crowdedDay(102);
const plan = planDay(problem, { seed: 1, effort: 'quick' });
const tasks = new Map(problem.tasks.map((task) => [task.id, task]));

const must = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('The day does not offer this case: choose another seed.');
  return value;
};
const reasoned = <R extends DayPlan['unplaced'][number]['reason']>(reason: R) =>
  must(plan.unplaced.find((one) => one.reason === reason)) as Extract<DayPlan['unplaced'][number], { reason: R }>;
const withReason = (changed: DayPlan['unplaced'][number]): DayPlan => ({
  ...plan,
  unplaced: plan.unplaced.map((one) => (one.task_id === changed.task_id ? changed : one)),
});
const withAssignment = (taskId: string, change: Partial<DayPlan['assignments'][number]>): DayPlan => ({
  ...plan,
  assignments: plan.assignments.map((one) => (one.task_id === taskId ? { ...one, ...change } : one)),
});
const indexOf = (userId: string): number => problem.people.findIndex(({ id }) => id === userId);
const equipped = must(plan.assignments.find(({ asset_ids }) => asset_ids.length > 0));
const free = must(plan.assignments.find(({ task_id }) => tasks.get(task_id)?.is_pinned === false));
const pinned = must(plan.assignments.find(({ task_id }) => tasks.get(task_id)?.is_pinned === true));
const elsewhere = must(plan.assignments.find(({ user_id }) => user_id !== pinned.user_id));
const ineligible = must(
  plan.assignments
    .filter(({ task_id }) => tasks.get(task_id)?.is_pinned === false)
    .flatMap(({ task_id, user_id }) => {
      const task = must(tasks.get(task_id));
      const other = problem.people.find(
        ({ id }) => id !== user_id && id !== task.was && (task.candidates[indexOf(id)]?.failed.length ?? 0) > 0,
      );
      return other === undefined ? [] : [{ task_id, user_id: other.id }];
    })[0],
);
/** Two tasks at once, of different people; the second may be taken by the first's person, time aside. */
const doubled = must(
  plan.assignments.flatMap((a) =>
    plan.assignments.flatMap((b) => {
      const [one, other] = [must(tasks.get(a.task_id)), must(tasks.get(b.task_id))];
      const isOverlap = one.start < other.end && other.start < one.end;
      const isAble = other.candidates[indexOf(a.user_id)]?.failed.length === 0;
      return a !== b && isOverlap && isAble && !other.is_pinned ? [{ task_id: b.task_id, user_id: a.user_id }] : [];
    }),
  )[0],
);
const nobody = reasoned('no_eligible_user');
const displaced = reasoned('displaced');
const { exchange } = displaced.detail;

describe('the checker', () => {
  it('finds nothing wrong with a plan as it was made', () => {
    expect(checkPlan(problem, plan)).toEqual([]);
  });

  const planted: readonly (readonly [string, DayPlan, RegExp])[] = [
    ['a person with two tasks at once', withAssignment(doubled.task_id, { user_id: doubled.user_id }), /at once/],
    [
      'a person who fails a rule',
      withAssignment(ineligible.task_id, { user_id: ineligible.user_id }),
      /not_qualified|hours/,
    ],
    ['a pinned task at another person', withAssignment(pinned.task_id, { user_id: elsewhere.user_id }), /pinned/],
    ['a task without its assets', withAssignment(equipped.task_id, { asset_ids: [] }), /assets/],
    [
      'an asset twice',
      withAssignment(equipped.task_id, { asset_ids: [...equipped.asset_ids, ...equipped.asset_ids] }),
      /twice/,
    ],
    ['an asset nobody knows', withAssignment(equipped.task_id, { asset_ids: ['A9999'] }), /no such asset/],
    [
      'a task without need that takes an asset',
      withAssignment(free.task_id, { asset_ids: ['A0001', 'A0002', 'A0003'] }),
      /assets/,
    ],
    [
      'a task nobody knows',
      { ...plan, assignments: [...plan.assignments, { ...free, task_id: 'T?' }] },
      /no such task/,
    ],
    ['an assignment twice', { ...plan, assignments: [...plan.assignments, free] }, /twice/],
    ['a score that is another', withAssignment(free.task_id, { score: free.score + 0.001 }), /another score/],
    [
      'a part of a score that is another',
      withAssignment(free.task_id, { breakdown: { ...free.breakdown, workload: free.breakdown.workload + 1 } }),
      /another score/,
    ],
    [
      'a holder made up',
      withAssignment(free.task_id, { was: free.was === null ? free.user_id : null }),
      /held by another/,
    ],
    ['a sum that is wrong', { ...plan, totals: { ...plan.totals, score: plan.totals.score + 0.001 } }, /totals/],
    ['a move not counted', { ...plan, totals: { ...plan.totals, moves: plan.totals.moves + 1 } }, /totals/],
    ['a task without a reason', { ...plan, unplaced: plan.unplaced.slice(1) }, /unplaced/],
    [
      'a reason for a placed task',
      { ...plan, unplaced: [...plan.unplaced, { ...nobody, task_id: free.task_id }] },
      /unplaced/,
    ],
    [
      'a plan that is worse than one by one',
      { ...plan, baseline: { ...plan.baseline, priority_placed: plan.totals.priority_placed + 1 } },
      /one by one/,
    ],
    [
      'a bound below what is placed',
      { ...plan, bound: { ...plan.bound, priority_placed: plan.totals.priority_placed - 1 } },
      /more priority/,
    ],
    ['a bound below the score', { ...plan, bound: { ...plan.bound, score: 1 } }, /above its bound/],
    ['a gap below zero', { ...plan, gap: { priority: -0.1, score: 0 } }, /no fraction/],
    [
      'a rule counted once too often',
      withReason({ ...nobody, detail: { ...nobody.detail, rules: { ...nobody.detail.rules, unavailable: 99 } } }),
      /counted wrong/,
    ],
    [
      'a person said to fail one rule who fails another',
      withReason({
        ...nobody,
        detail: { ...nobody.detail, one_rule: problem.people.map(({ id }) => ({ user_id: id, rule: 'unavailable' })) },
      }),
      /named fails/,
    ],
    [
      'nobody said to be eligible where somebody is',
      withReason({ ...nobody, task_id: displaced.task_id }),
      /somebody could/,
    ],
    [
      'equipment said to lack that is there',
      withReason({ task_id: displaced.task_id, reason: 'no_equipment', detail: { lacking: [] } }),
      /there is equipment/,
    ],
    [
      'an exchange at another price',
      withReason({
        ...displaced,
        detail: {
          ...displaced.detail,
          exchange: { ...exchange, price: { ...exchange.price, score: exchange.price.score + 1 } },
        },
      }),
      /costs something else/,
    ],
    [
      'an exchange that does not place the task',
      withReason({ ...displaced, detail: { ...displaced.detail, exchange: { ...exchange, changes: [] } } }),
      /does not place it/,
    ],
    [
      'an exchange that leaves in its place what is in the way',
      withReason({
        ...displaced,
        detail: {
          ...displaced.detail,
          exchange: { ...exchange, changes: exchange.changes.filter(({ task_id }) => task_id === displaced.task_id) },
        },
      }),
      /breaks a rule|costs something else/,
    ],
    [
      'a rival that is not in the way',
      withReason({
        ...displaced,
        detail: { ...displaced.detail, competes_with: { task_ids: [nobody.task_id], user_ids: [] } },
      }),
      /not in its way/,
    ],
  ];
  it.each(planted)('finds %s', (_, wrong, sentence) => {
    expect(checkPlan(problem, wrong).join('; ')).toMatch(sentence);
  });
});
