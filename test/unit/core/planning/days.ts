import { generateDay } from '../../../../bench/planning-days.ts';
import type { PlanProblem } from '../../../../core/planning/problem.ts';

/** A small crowded day, another for each seed; every other one has assets, every third one tasks that are held, with theirs. */
export const smallDay = (seed: number): PlanProblem =>
  generateDay({
    tasks: 5 + (seed % 3),
    people: 2 + (seed % 2),
    seed,
    hours: 4,
    skills: 3,
    assets: seed % 2 === 0 ? 4 : 0,
    held: seed % 3 === 0 ? 50 : 0,
    pinned: 40,
  });

/** A crowded day that is too large to try all plans. */
export const crowdedDay = (seed: number): PlanProblem =>
  generateDay({ tasks: 40, people: 8, seed, hours: 2.5, skills: 4, assets: 6, held: 20, pinned: 30 });
