/**
 * One method on one day, in a process of its own, so that its peak memory is its own too. Prints one line of JSON.
 *
 *   node --import tsx bench/planning-process.ts METHOD DAY [FOLDER]
 */
import { loadSolver } from '../adapters/highs/solver.ts';
import { netScore, tally } from '../core/planning/checker.ts';
import { solveWhole } from '../core/planning/exact.ts';
import { dispatchOneByOne } from '../core/planning/greedy.ts';
import { compile } from '../core/planning/model.ts';
import { placementOfSchedule } from '../core/planning/placement.ts';
import { planDay } from '../core/planning/plan.ts';
import type { PlanProblem, PlanTotals } from '../core/planning/problem.ts';
import { emptySchedule } from '../core/planning/schedule.ts';
import { dayOf, type Measured, type Method } from './planning-instances.ts';

const SEED = 1;
/** Enough to prove what can be proved in minutes. */
const TO_PROOF = { nodes: 2_000, iterations: 100_000, isCancelled: () => false };

interface Outcome {
  readonly totals: PlanTotals;
  /** The highest priority that any plan places, and the highest net score of those that place as much as this one. */
  readonly most: { readonly priority: number; readonly score: number } | undefined;
  readonly isProved: boolean;
}

const METHODS: Readonly<Record<Method, (problem: PlanProblem) => Promise<Outcome>>> = {
  'one by one': async (problem) => {
    const { totals } = tally(problem, dispatchOneByOne(compile(problem)));
    return { totals, most: undefined, isProved: false };
  },
  search: async (problem) => {
    const { totals, bound } = planDay(problem, { seed: SEED, effort: 'normal' });
    return { totals, most: { priority: bound.priority_placed, score: bound.score }, isProved: false };
  },
  plan: async (problem) => {
    const solver = await loadSolver();
    const { totals, bound } = planDay(problem, { seed: SEED, effort: 'normal', solver });
    return { totals, most: { priority: bound.priority_placed, score: bound.score }, isProved: false };
  },
  HiGHS: async (problem) => {
    const solver = await loadSolver();
    const model = compile(problem);
    const first = solveWhole(model, emptySchedule(model), false, solver, TO_PROOF);
    const second = solveWhole(model, first.schedule, true, solver, TO_PROOF);
    const { totals } = tally(problem, placementOfSchedule(model, second.schedule));
    const score = Math.floor(second.bound / model.moveScale) / 1_000;
    const isProved = first.bound <= totals.priority_placed && score - netScore(problem, totals) < 0.01;
    return { totals, most: { priority: first.bound, score }, isProved };
  },
};

const [, , method = '', day = '', folder] = process.argv;
const run = METHODS[method as Method];
const problem = await dayOf(day, folder);
const cpuOf = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const started = cpuOf();
const outcome = await run(problem);
const cpu = cpuOf() - started;
const isSmall = problem.tasks.length <= 400 && method !== 'HiGHS';
const again = isSmall ? cpuOf() : 0;
if (isSmall) await run(problem);
const measured: Measured = {
  placed: outcome.totals.placed,
  priority: outcome.totals.priority_placed,
  score: netScore(problem, outcome.totals),
  most: outcome.most,
  isProved: outcome.isProved,
  cpu,
  cpuAgain: isSmall ? cpuOf() - again : undefined,
  megabytes: process.resourceUsage().maxRSS / 1_024,
};
console.log(JSON.stringify(measured));
