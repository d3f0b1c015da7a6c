import { describe, expect, it } from 'vitest';
import { faultsOf, netScore, placementOf, tally } from '../../../../core/planning/checker.ts';
import { explain } from '../../../../core/planning/explain.ts';
import { compile } from '../../../../core/planning/model.ts';
import { planDay } from '../../../../core/planning/plan.ts';
import type { PlanProblem } from '../../../../core/planning/problem.ts';
import type { DayPlan } from '../../../../core/planning/result.ts';
import { IS_LONG, SEED } from '../../../integration/random.ts';
import { crowdedDay, smallDay } from './days.ts';

const days = [
  ...Array.from({ length: 6 }, (_, index) => crowdedDay(100 + index)),
  ...Array.from({ length: IS_LONG ? 1_000 : 60 }, (_, index) => smallDay(SEED * 1_000 + index)),
];
const plans = days.map((problem, seed) => ({ problem, plan: planDay(problem, { seed, effort: 'quick' }) }));
type Unplaced = (typeof plans)[number]['plan']['unplaced'][number];
const reasonsOf = <R extends Unplaced['reason']>(reason: R) =>
  plans.flatMap(({ problem, plan }) =>
    plan.unplaced.flatMap((one) =>
      one.reason === reason ? [{ problem, plan, one: one as Extract<Unplaced, { reason: R }> }] : [],
    ),
  );
/** The reason that the same plan gives once the problem has changed; undefined when it places the task then. */
const reasonIn = (problem: PlanProblem, plan: DayPlan, taskId: string) =>
  explain(compile(problem), placementOf(plan.assignments)).unplaced.find(({ task_id }) => task_id === taskId)?.reason;

describe(`why a task was left out (SEED=${SEED})`, () => {
  it('nobody is eligible: whoever fails by one rule becomes so when that one thing is granted', () => {
    const cases = reasonsOf('no_eligible_user').flatMap(({ problem, plan, one }) =>
      one.detail.one_rule.map((person) => ({ problem, plan, taskId: one.task_id, ...person })),
    );
    expect(new Set(cases.map(({ rule }) => rule)).size).toBeGreaterThan(1);
    for (const { problem, plan, taskId, user_id, rule } of cases) {
      const index = problem.people.findIndex(({ id }) => id === user_id);
      const isTime = rule === 'schedule_conflict' || rule === 'unavailable';
      const people = problem.people.map((person) =>
        person.id === user_id && isTime ? { ...person, busy: [] } : person,
      );
      const tasks = problem.tasks.map((task) => ({
        ...task,
        // Time that a pinned task takes is granted by letting it go.
        is_pinned: task.is_pinned && !(isTime && task.was === user_id),
        candidates: task.candidates.map((candidate, u) =>
          task.id === taskId && u === index
            ? { ...candidate, failed: candidate.failed.filter((one) => one !== rule) }
            : candidate,
        ),
      }));
      expect(reasonIn({ ...problem, people, tasks }, plan, taskId)).not.toBe('no_eligible_user');
    }
  });

  it('nobody is eligible: each rule is counted once for each person who fails it', () => {
    for (const { problem, one } of reasonsOf('no_eligible_user')) {
      const counts = Object.values(one.detail.rules);
      expect(Math.max(...counts)).toBeLessThanOrEqual(problem.people.length);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(problem.people.length);
    }
  });

  it('equipment lacks: with as much more as is missing it does not', () => {
    const cases = reasonsOf('no_equipment');
    expect(cases.length).toBeGreaterThan(0);
    for (const { problem, plan, one } of cases) {
      const task = problem.tasks.find(({ id }) => id === one.task_id);
      const more = one.detail.lacking.flatMap((lack) =>
        'asset_type' in lack
          ? Array.from({ length: lack.needed - lack.available }, (_, index) => ({
              id: `more-${lack.asset_type}-${index}`,
              code: `Z-${index}`,
              is_available: true,
              asset_type: lack.asset_type,
              area_code: task?.area_code ?? 'north',
              busy: [],
            }))
          : [],
      );
      expect(more.length).toBeGreaterThan(0);
      expect(reasonIn({ ...problem, assets: [...problem.assets, ...more] }, plan, one.task_id)).not.toBe(
        'no_equipment',
      );
      expect(reasonIn({ ...problem, assets: [...problem.assets, ...more.slice(1)] }, plan, one.task_id)).toBe(
        'no_equipment',
      );
    }
  });

  it('displaced: the exchange places it, keeps all rules, and costs what it says', () => {
    const cases = reasonsOf('displaced');
    expect(cases.length).toBeGreaterThan(10);
    for (const { problem, plan, one } of cases) {
      const before = placementOf(plan.assignments);
      const after = new Map(before);
      for (const { task_id, to, asset_ids } of one.detail.exchange.changes) {
        if (to === null) after.delete(task_id);
        else after.set(task_id, { user_id: to, asset_ids });
      }
      expect(after.has(one.task_id)).toBe(true);
      expect(faultsOf(problem, after)).toEqual([]);
      const [was, is] = [tally(problem, before).totals, tally(problem, after).totals];
      expect(one.detail.exchange.price.priority).toBe(is.priority_placed - was.priority_placed);
      expect(one.detail.exchange.price.score).toBeCloseTo(netScore(problem, is) - netScore(problem, was), 6);
    }
  });

  it('displaced: no exchange that is told would have made the plan better', () => {
    for (const { one } of reasonsOf('displaced')) {
      const { priority, score } = one.detail.exchange.price;
      expect(priority < 0 || (priority === 0 && score <= 0)).toBe(true);
    }
  });

  it('displaced: who competes stands in its way', () => {
    for (const { problem, plan, one } of reasonsOf('displaced')) {
      const { task_ids, user_ids } = one.detail.competes_with;
      const task = problem.tasks.find(({ id }) => id === one.task_id);
      const at = new Map(plan.assignments.map((each) => [each.task_id, each.user_id]));
      for (const id of task_ids) {
        const rival = problem.tasks.find((each) => each.id === id);
        expect(at.has(id) && task && rival && rival.start < task.end && task.start < rival.end).toBe(true);
      }
      const people = new Set(task_ids.map((id) => at.get(id)));
      for (const id of user_ids) expect(people.has(id)).toBe(true);
    }
  });
});
