import { boundGain, boundPriority, priceWorth } from './bound.ts';
import { checkPlan, faultsOf, netScore, tally } from './checker.ts';
import { dive } from './dive.ts';
import { solveWhole } from './exact.ts';
import { explain } from './explain.ts';
import { dispatchOneByOne } from './greedy.ts';
import { compile, type Model } from './model.ts';
import { placementOfSchedule, scheduleOfPlacement } from './placement.ts';
import type { Placement, PlanProblem } from './problem.ts';
import { makeRandom } from './random.ts';
import type { DayPlan, Effort, PlanAssignment } from './result.ts';
import { emptySchedule, settle, type Schedule } from './schedule.ts';
import { search } from './search.ts';
import type { Solver } from './solver.ts';

export type PlanPhase = 'one_by_one' | 'search' | 'exact' | 'check';

export interface PlanProgress {
  readonly phase: PlanPhase;
  readonly best: { readonly priority_placed: number; readonly score: number };
  readonly bound: { readonly priority_placed: number };
}

export interface PlanOptions {
  readonly seed: number;
  readonly effort: Effort;
  /** Without one the plan is the search's, and the bound the Lagrangian one. */
  readonly solver?: Solver;
  readonly onProgress?: (progress: PlanProgress) => void;
  /** Asked often; once it says yes, the best plan so far is finished and marked. */
  readonly isCancelled?: () => boolean;
}

interface Budget {
  /** Looks of the search, and more for each pair of a task and a person who may take it. */
  readonly looks: number;
  readonly looksPerPair: number;
  /** Rounds of each bound. */
  readonly rounds: number;
  /** The most pairs of a problem that the exact solver gets, and how far it may go. */
  readonly exactPairs: number;
  readonly nodes: number;
  readonly iterations: number;
}

/** Pairs beyond these do not lengthen a search: the largest plan has to end within a minute of a core. */
const PAIRS_MOST = 300_000;

/** What each effort may spend: counts, so that a plan does not depend on the speed of the machine. */
const BUDGETS: Readonly<Record<Effort, Budget>> = {
  quick: { looks: 1e6, looksPerPair: 100, rounds: 200, exactPairs: 200, nodes: 100, iterations: 20_000 },
  normal: { looks: 30e6, looksPerPair: 1_500, rounds: 400, exactPairs: 600, nodes: 200, iterations: 20_000 },
  thorough: {
    looks: 200e6,
    looksPerPair: 12_500,
    rounds: 400,
    exactPairs: 20_000,
    nodes: 1_000,
    iterations: 100_000,
  },
};

/**
 * Plans a day: who takes which task with which assets, how good that is, and why the others are left out. The same problem,
 * options and solver give the same plan on any machine; what is found is never worse than dispatching one by one.
 *
 * @throws RangeError for a problem that contradicts itself; Error when the checker refuses the plan, which is a fault here.
 */
export const planDay = (problem: PlanProblem, options: PlanOptions): DayPlan => {
  const { seed, effort, solver, onProgress = () => {}, isCancelled = () => false } = options;
  const budget = BUDGETS[effort];
  const random = makeRandom(seed);
  const model = compile(problem);

  // 1. One by one: what a plan must not be worse than, and where the search begins.
  const oneByOne = dispatchOneByOne(model);
  let schedule = scheduleOfPlacement(model, oneByOne);
  let bound = boundPriority(model, schedule, budget.rounds);
  let mostPriority = bound.value;
  const tell = (phase: PlanPhase): void => {
    const score = netOf(model, schedule.gain) / 1_000;
    onProgress({
      phase,
      best: { priority_placed: schedule.priority, score },
      bound: { priority_placed: mostPriority },
    });
  };
  tell('one_by_one');

  // 2. The search: from a schedule that prices suggest, or from what there is, by giving out parts of it anew.
  const pairs = model.isEligible.reduce((sum, one) => sum + one, 0);
  const meter = { left: budget.looks + budget.looksPerPair * Math.min(pairs, PAIRS_MOST) };
  const prices = priceWorth(model, schedule, bound, 2 * budget.rounds);
  const dived = emptySchedule(model);
  const everybody = model.tasksOf.map((_, u) => u);
  dive(model, dived, everybody, prices, schedule.priority * prices.perPriority + schedule.gain, meter);
  if (isBetter(schedule, settle(dived))) schedule = dived;
  search(model, schedule, prices, random, { meter, isCancelled, onBetter: () => tell('search') });
  // The bound is sharper the better the plan that it aims at.
  bound = boundPriority(model, schedule, budget.rounds, bound);
  mostPriority = Math.min(mostPriority, bound.value);
  let mostGain = boundGain(model, schedule, { ofWorth: prices, ofPriority: bound.prices }, budget.rounds);

  // 3. The exact solver where it pays. It is believed as far as the checker accepts what it says.
  if (solver !== undefined && pairs <= budget.exactPairs) {
    for (const isGain of [false, true]) {
      if (isCancelled()) break;
      const answer = solveWhole(model, schedule, isGain, solver, { ...budget, isCancelled });
      const isAccepted =
        isBetter(schedule, answer.schedule) &&
        faultsOf(problem, placementOfSchedule(model, answer.schedule)).length === 0;
      if (isAccepted) schedule = answer.schedule;
      if (!isGain && answer.bound >= schedule.priority) mostPriority = Math.min(mostPriority, answer.bound);
      if (isGain && answer.bound >= schedule.gain) mostGain = Math.min(mostGain, answer.bound);
      tell('exact');
    }
  }

  // 4. Reasons. An exchange that would better the plan is made instead of told.
  const { unplaced, placement } = explain(model, placementOfSchedule(model, schedule));

  // 5. The check, by the rules alone.
  const plan = {
    ...shown(problem, placement),
    unplaced,
    ...boundsOf(problem, model, placement, mostPriority, mostGain),
    baseline: tally(problem, oneByOne).totals,
  };
  const faults = [...faultsOf(problem, oneByOne), ...checkPlan(problem, plan)];
  if (faults.length > 0) throw new Error(`The plan does not hold: ${faults.slice(0, 5).join('; ')}`);
  tell('check');
  const name = solver === undefined ? 'search' : `search+${solver.name}`;
  const version = solver === undefined ? PLANNER_VERSION : `${PLANNER_VERSION}+${solver.version}`;
  return { ...plan, solver: { name, version, seed, effort }, is_canceled: isCancelled() };
};

/** Rises with every change that may give another plan for the same problem and seed. */
const PLANNER_VERSION = '3';

const isBetter = (before: Schedule, after: Schedule): boolean =>
  after.priority > before.priority || (after.priority === before.priority && after.gain > before.gain);

/** Thousandths of a point after the cost of the moves; a gain counts moves below a thousandth. */
const netOf = ({ moveScale, moveCostAll }: Model, gain: number): number =>
  Math.floor((gain - moveCostAll + moveScale - 1) / moveScale);

const shown = (problem: PlanProblem, placement: Placement): Pick<DayPlan, 'assignments' | 'totals'> => {
  const { scores, totals } = tally(problem, placement);
  const assignments = problem.tasks.flatMap(({ id, was }): readonly PlanAssignment[] => {
    const placed = placement.get(id);
    const scored = scores.get(id);
    return placed === undefined || scored === undefined ? [] : [{ task_id: id, ...placed, ...scored, was }];
  });
  return { assignments, totals };
};

const boundsOf = (
  problem: PlanProblem,
  model: Model,
  placement: Placement,
  mostPriority: number,
  mostGain: number,
): Pick<DayPlan, 'bound' | 'gap'> => {
  const { totals } = tally(problem, placement);
  const bound = { priority_placed: mostPriority, score: netOf(model, mostGain) / 1_000 };
  const missing = (value: number, most: number): number => (most <= 0 ? 0 : (most - value) / most);
  return {
    bound,
    gap: {
      priority: missing(totals.priority_placed, bound.priority_placed),
      score: missing(netScore(problem, totals), bound.score),
    },
  };
};
