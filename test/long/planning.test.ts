import { beforeAll, describe, expect, it } from 'vitest';
import { generateDay } from '../../bench/planning-days.ts';
import { loadSolver } from '../../adapters/highs/solver.ts';
import { planDay } from '../../core/planning/plan.ts';
import type { Solver } from '../../core/planning/solver.ts';
import { smallDay } from '../unit/core/planning/days.ts';
import { expectOptimum } from '../unit/core/planning/optimum.ts';

/** What the unit tests of the planner do, with more seeds and larger days. */
describe('plans of many days', () => {
  let solver: Solver;
  beforeAll(async () => {
    solver = await loadSolver();
  });

  it.each(Array.from({ length: 20 }, (_, part) => part))('of small days are the best (%i)', (part) => {
    for (let seed = 1_000 + part * 50; seed < 1_050 + part * 50; seed += 1) expectOptimum(smallDay(seed), seed, solver);
  });

  it.each(Array.from({ length: 20 }, (_, seed) => seed))('of a full day pass the checker, twice alike (%i)', (seed) => {
    const problem = generateDay({
      tasks: 120,
      people: 30,
      seed,
      hours: 2,
      skills: 5,
      assets: 12,
      held: 20,
      pinned: 30,
    });
    const plan = planDay(problem, { seed, effort: 'normal', solver });
    expect(planDay(problem, { seed, effort: 'normal', solver })).toEqual(plan);
    expect(plan.gap.priority).toBeLessThan(0.05);
  });

  it.each([0, 1, 2, 3])(
    'of a full day miss at most a hundredth of the proved priority, and three of the score (%i)',
    (seed) => {
      const problem = generateDay({ tasks: 120, people: 30, seed, hours: 2, skills: 5, assets: 12 });
      const best = planDay(problem, { seed, effort: 'thorough', solver });
      const plan = planDay(problem, { seed, effort: 'normal', solver });
      expect(best.gap.priority).toBe(0);
      expect(best.gap.score).toBeLessThan(1e-4);
      expect(plan.totals.priority_placed).toBeGreaterThanOrEqual(0.99 * best.totals.priority_placed);
      expect(plan.totals.score).toBeGreaterThanOrEqual(0.97 * best.totals.score);
    },
  );
});
