import { stepAt, type Model } from './model.ts';
import { frameOf, relaxed, type Frame, type Goal, type Prices, type Slope, type Visits } from './relaxation.ts';
import { emptySchedule, type Schedule } from './schedule.ts';

export interface Bound {
  /** No plan is worth more. */
  readonly value: number;
  /** The prices at which that was found. */
  readonly prices: Prices;
}

/** Prices of priority alone are counted in thousandths. */
const FINE = 1_000;

/** All that a plan may decide. */
const wholeOf = (model: Model): Frame =>
  frameOf(
    model,
    emptySchedule(model),
    model.tasksOf.map((_, u) => u),
  );

/**
 * A bound on the priority placed. It begins at the prices of an earlier one if there is one, goes `rounds` rounds, and so
 * many again as long as that is worth it; it ends when it meets what the schedule places.
 */
export const boundPriority = (model: Model, schedule: Schedule, rounds: number, from?: Bound): Bound => {
  const whole = wholeOf(model);
  const known = schedule.priority * FINE;
  const possible = model.priority.reduce((sum, one, t) => sum + (model.peopleOf[t]?.length === 0 ? 0 : one), 0);
  const again = (prices: Prices): Bound => descend(model, whole, 'priority', prices, { known, rounds, grain: FINE });
  let best = again(from?.prices ?? { ...blankSlope(model), perPriority: FINE });
  const isOpen = schedule.priority < possible;
  for (let before = Infinity; isOpen && best.value < before * (1 - WORTH_IT) && best.value >= known + FINE;) {
    before = best.value;
    const next = again(best.prices);
    if (next.value < best.value) best = next;
  }
  return { ...best, value: Math.min(possible, Math.floor(best.value / FINE)) };
};

/** So much less is worth another descent. */
const WORTH_IT = 2e-3;

/**
 * Prices of what plans are worth when a step of priority counts as much as a task can gain, from the prices of a bound on
 * the priority.
 */
export const priceWorth = (model: Model, schedule: Schedule, { prices }: Bound, rounds: number): Prices => {
  const perPriority = model.gain.reduce((most, one) => Math.max(most, one), 1);
  const step = Float64Array.from(model.steps, (_, u) => stepAt(model, u, 2));
  const start = withPriority({ ...blankSlope(model), step, perPriority: 0 }, prices, perPriority);
  return descend(model, wholeOf(model), 'worth', start, { known: worthOf(schedule, start), rounds }).prices;
};

/**
 * A bound on the gain of plans that place at least as much priority as the schedule: what they gain and the price of their
 * priority is bounded together. Any price of priority will do; it goes by factors of two to where the bound is least.
 */
export const boundGain = (
  model: Model,
  schedule: Schedule,
  { ofWorth, ofPriority }: { readonly ofWorth: Prices; readonly ofPriority: Prices },
  rounds: number,
): number => {
  const whole = wholeOf(model);
  const at = (start: Prices): Bound => {
    const { value, prices } = descend(model, whole, 'worth', start, { known: worthOf(schedule, start), rounds });
    return { value: value - prices.perPriority * schedule.priority, prices };
  };
  let best = at(ofWorth);
  for (const { factor, most } of TURNS) {
    for (let turn = 0, isBetter = true; isBetter && turn < most && best.prices.perPriority > 1; turn += 1) {
      const next = at(withPriority(best.prices, ofPriority, Math.round(best.prices.perPriority * factor)));
      isBetter = next.value < best.value;
      if (isBetter) best = next;
    }
  }
  return best.value;
};

/** Down as far as it was ever worth it; up not so far that sums leave the whole numbers that are exact. */
const TURNS = [
  { factor: 1 / 2, most: 8 },
  { factor: 2, most: 3 },
];

const worthOf = ({ priority, gain }: Schedule, { perPriority }: Prices): number => priority * perPriority + gain;

/** Prices for another price of priority: they go with it as those of the priority alone say. */
const withPriority = (prices: Prices, ofPriority: Prices, perPriority: number): Prices => {
  const more = (perPriority - prices.perPriority) / FINE;
  const moved = (old: Float64Array, ofOne: Float64Array): Float64Array =>
    old.map((price, i) => Math.max(0, Math.round(price + more * (ofOne[i] ?? 0))));
  return {
    task: moved(prices.task, ofPriority.task),
    moment: moved(prices.moment, ofPriority.moment),
    step: prices.step,
    perPriority,
  };
};

const blankSlope = (model: Model): Slope => ({
  task: new Float64Array(model.taskCount),
  moment: new Float64Array(model.moments.sizes.length),
  step: new Float64Array(model.personCount),
});

export interface Course {
  /** What the best schedule that is known reaches. Where the bound is less than `grain` above it, it ends. */
  readonly known: number;
  readonly grain?: number;
  readonly rounds: number;
  /** How far the first steps go, in Polyak's; 1 where nothing else is said. */
  readonly theta?: number;
  /** Counted on, if given; then the prices of the last round are answered, whatever their value. */
  readonly visits?: Visits;
}

/**
 * Follows prices down, along the subgradient with a memory of earlier ones and Polyak's step. The value is the best bound,
 * and the prices are those at which it was found.
 */
export const descend = (model: Model, frame: Frame, goal: Goal, from: Prices, course: Course): Bound => {
  const { known, grain = 0, rounds, visits } = course;
  const { schedule } = frame;
  const prices = copyOf(from);
  const slope = blankSlope(model);
  const way = blankSlope(model);
  let best: Bound = { value: Infinity, prices: from };
  let theta = course.theta ?? 1;
  let since = 0;
  for (let round = 0; round < rounds; round += 1) {
    const value = relaxed(model, frame, goal, prices, slope, visits);
    since += 1;
    if (value < best.value) {
      if (best.value - value > 1e-4 * (best.value - known)) since = 0;
      best = { value, prices: visits === undefined ? copyOf(prices) : prices };
    }
    if (visits === undefined && best.value < known + grain) break;
    if (since > PATIENCE) {
      theta /= 2;
      since = 0;
      if (theta < 1e-3) break;
    }
    // Of a part of a day, the bound may be below what is known: its prices have to go on moving.
    const open = value - schedule.priority * prices.perPriority - schedule.gain;
    const distance = visits === undefined ? value - known : Math.max(value - known, LEAST_STEP * open);
    move(frame, prices, slope, way, theta * distance);
  }
  return best;
};

/** A step goes at least so far as if this share of what is open were missing. */
const LEAST_STEP = 0.002;
const MEMORY = 0.85;
const PATIENCE = 40;

const copyOf = ({ task, moment, step, perPriority }: Prices): Prices => ({
  task: task.slice(),
  moment: moment.slice(),
  step: step.slice(),
  perPriority,
});

/** One step against the subgradient; prices of what is limited from above are not negative. */
const move = (frame: Frame, prices: Prices, slope: Slope, way: Slope, distance: number): void => {
  const { tasks, moments, people } = frame;
  const norm =
    turn(tasks, prices.task, slope.task, way.task, 0) +
    turn(moments, prices.moment, slope.moment, way.moment, 0) +
    turn(people, prices.step, slope.step, way.step, -Infinity);
  if (norm === 0) return;
  const length = distance / norm;
  walk(tasks, prices.task, way.task, length, 0);
  walk(moments, prices.moment, way.moment, length, 0);
  walk(people, prices.step, way.step, length, -Infinity);
};

/** Adds the slope to the way; answers the square of its length. */
const turn = (
  indices: readonly number[],
  prices: Float64Array,
  slope: Float64Array,
  way: Float64Array,
  least: number,
): number => {
  let norm = 0;
  for (const i of indices) {
    const one = MEMORY * (way[i] ?? 0) + (slope[i] ?? 0);
    way[i] = one;
    // A price that is at its end already goes no further.
    if (one > 0 || (prices[i] ?? 0) > least) norm += one * one;
  }
  return norm;
};

const walk = (
  indices: readonly number[],
  prices: Float64Array,
  way: Float64Array,
  length: number,
  least: number,
): void => {
  for (const i of indices) prices[i] = Math.max(least, Math.round((prices[i] ?? 0) + length * (way[i] ?? 0)));
};
