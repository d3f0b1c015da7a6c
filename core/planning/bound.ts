import { stepAt, type Model } from './model.ts';
import { frameOf, relaxed, type Frame, type Prices } from './relaxation.ts';
import type { Schedule } from './schedule.ts';

export interface Bound {
  /** No plan is worth more: in priority, or in gain where it places at least as much priority as the schedule. */
  readonly value: number;
  /** The prices at which that was found, in thousandths of priority or in gain. */
  readonly prices: Prices;
  readonly of: 'priority' | 'gain';
}

/** Prices of priority are counted in thousandths. */
const FINE = 1_000;

/**
 * The best bound on the priority placed of so many rounds, which begin at the prices of an earlier one if there is one; they end when the bound meets what the schedule
 * places.
 */
export const boundPriority = (model: Model, schedule: Schedule, rounds: number, from?: Bound): Bound => {
  const frame = frameOf(model);
  const prices = from === undefined ? blankPrices(model, frame, FINE) : copyOf(from.prices);
  const found = descend(model, frame, prices, undefined, schedule.priority * FINE, rounds, FINE);
  return { ...found, value: Math.floor(found.value / FINE), of: 'priority' };
};

/**
 * The best bound on the gain of plans that place at least as much priority as the schedule. It starts from the prices of
 * an earlier bound, on the priority or on the gain.
 */
export const boundGain = (model: Model, schedule: Schedule, { prices, of }: Bound, rounds: number): Bound => {
  const scale = largestGain(model);
  const scaled = (price: number): number => Math.round((price * scale) / FINE);
  const start: Prices =
    of === 'gain'
      ? copyOf(prices)
      : {
          task: prices.task.map(scaled),
          moment: prices.moment.map(scaled),
          step: Float64Array.from(schedule.heldBy, (held, u) => stepAt(model, u, held.length)),
          perPriority: scale,
        };
  const found = descend(model, frameOf(model), start, schedule.priority, schedule.gain, rounds, 1);
  return { ...found, of: 'gain' };
};

const blankPrices = (model: Model, frame: Frame, perPriority: number): Prices => ({
  task: new Float64Array(model.taskCount),
  moment: new Float64Array(frame.sizes.length),
  step: new Float64Array(model.personCount),
  perPriority,
});

/** Follows the prices down. With `floor`, the gain is bounded, and the price of priority moves too. */
const descend = (
  model: Model,
  frame: Frame,
  prices: Prices,
  floor: number | undefined,
  target: number,
  rounds: number,
  grain: number,
): Pick<Bound, 'value' | 'prices'> => {
  const slope = blankPrices(model, frame, 0);
  const way = blankPrices(model, frame, 0);
  let best = { value: Infinity, prices: copyOf(prices) };
  let theta = 1;
  let since = 0;
  for (let round = 0; round < rounds; round += 1) {
    const value = relaxed(model, frame, floor, prices, slope);
    since += 1;
    if (value < best.value) {
      if (best.value - value > 1e-4 * (best.value - target)) since = 0;
      best = { value, prices: copyOf(prices) };
    }
    if (best.value < target + grain) break;
    if (since > PATIENCE) {
      theta /= 2;
      since = 0;
      if (theta < 1e-3) break;
    }
    for (const part of ['task', 'moment', 'step'] as const) {
      way[part].forEach((old, i) => (way[part][i] = MEMORY * old + (slope[part][i] ?? 0)));
    }
    way.perPriority = MEMORY * way.perPriority + slope.perPriority;
    move(model, prices, way, theta * (value - target));
  }
  return best;
};

const MEMORY = 0.85;
const PATIENCE = 40;

const copyOf = ({ task, moment, step, perPriority }: Prices): Prices => ({
  task: task.slice(),
  moment: moment.slice(),
  step: step.slice(),
  perPriority,
});

/** One step against the subgradient; prices of what is limited from above are not negative. */
const move = (model: Model, prices: Prices, slope: Prices, distance: number): void => {
  // One rule sums over all tasks: unless it is scaled, it drowns the others.
  const width = model.priorityTotal / 20;
  const norm =
    (slope.perPriority / width) ** 2 +
    normOf(prices.task, slope.task, 0) +
    normOf(prices.moment, slope.moment, 0) +
    normOf(prices.step, slope.step, -Infinity);
  if (norm === 0) return;
  const length = distance / norm;
  step(prices.task, slope.task, length, 0);
  step(prices.moment, slope.moment, length, 0);
  step(prices.step, slope.step, length, -Infinity);
  prices.perPriority = Math.max(0, Math.round(prices.perPriority + (length * slope.perPriority) / width ** 2));
};

/** The square of the slope's length, without directions in which a price is at its end already. */
const normOf = (prices: Float64Array, slope: Float64Array, least: number): number => {
  let norm = 0;
  for (let i = 0; i < prices.length; i += 1) {
    const one = slope[i] ?? 0;
    if (one > 0 || (prices[i] ?? 0) > least) norm += one * one;
  }
  return norm;
};

const step = (prices: Float64Array, slope: Float64Array, length: number, least: number): void => {
  for (let i = 0; i < prices.length; i += 1) {
    prices[i] = Math.max(least, Math.round((prices[i] ?? 0) + length * (slope[i] ?? 0)));
  }
};

const largestGain = ({ gain }: Model): number => gain.reduce((most, one) => Math.max(most, one), 1);
