import { expect } from 'vitest';
import { netScore, objectiveOf } from '../../../../core/planning/checker.ts';
import { planDay } from '../../../../core/planning/plan.ts';
import type { PlanProblem } from '../../../../core/planning/problem.ts';
import type { Solver } from '../../../../core/planning/solver.ts';
import { bestOf } from './brute-force.ts';

/** With the exact solver a small day is planned as well as can be, each time alike; the search alone is never worse than one by one. */
export const expectOptimum = (problem: PlanProblem, seed: number, solver: Solver): void => {
  const best = bestOf(problem);
  const plan = planDay(problem, { seed, effort: 'quick', solver });
  expect(planDay(problem, { seed, effort: 'quick', solver }), 'the same plan again').toEqual(plan);
  expect(plan.totals.priority_placed, 'priority').toBe(best.totals.priority_placed);
  expect(objectiveOf(problem, plan.totals), 'objective').toBe(best.objective);
  const alone = planDay(problem, { seed, effort: 'quick' });
  for (const { totals, baseline, bound } of [plan, alone]) {
    expect(objectiveOf(problem, totals) >= objectiveOf(problem, baseline), 'not worse than one by one').toBe(true);
    expect(bound.priority_placed, 'bound').toBeGreaterThanOrEqual(best.totals.priority_placed);
    expect(bound.score, 'bound of the score').toBeGreaterThanOrEqual(netScore(problem, best.totals));
  }
};
