import { descend } from './bound.ts';
import { at, type Model } from './model.ts';
import { frameOf, type Frame, type Prices, type Visits } from './relaxation.ts';
import { assign, drawFor, isFree, type Schedule } from './schedule.ts';

/** Counts what a search does, in looks at one person for one task. */
export interface Meter {
  left: number;
}

/** Rounds of the prices before each decision. */
const ROUNDS = 80;
/** The share of what is open that is decided at once. */
const SHARE = 0.25;
/** The prices are near where they should be: the first steps are short. */
const THETA = 0.15;
/** What was held in so many of the rounds is decided in any case. */
const SURE = 0.95;

/**
 * Gives these people tasks that nobody holds, by prices: the pairs that their best schedules held most often in the last
 * rounds are decided, the surest first; the prices adapt to that, and so on until nothing more fits. `known` is what the
 * best schedule that is known is worth at the price of priority.
 */
export const dive = (
  model: Model,
  schedule: Schedule,
  people: readonly number[],
  from: Prices,
  known: number,
  meter: Meter,
): void => {
  let prices = from;
  let frame = frameOf(model, schedule, people);
  let quota = 0;
  while (frame.tasks.length > 0) {
    const { lists } = frame;
    const visits = lists.map(({ length }) => new Uint16Array(length));
    prices = descend(model, frame, 'worth', prices, { known, rounds: ROUNDS, theta: THETA, visits }).prices;
    meter.left -= ROUNDS * lists.reduce((sum, { length }) => sum + length, 0);
    const pairs = pairsOf(frame, visits);
    if (quota === 0) quota = Math.ceil((SHARE * pairs.reduce((sum, { count }) => sum + count, 0)) / ROUNDS);
    if (decide(model, schedule, pairs, quota) === 0) return;
    frame = frameOf(model, schedule, people, lists);
  }
};

interface Visited {
  readonly t: number;
  readonly u: number;
  readonly count: number;
}

/** The pairs that were held at all, the surest first. */
const pairsOf = ({ people, lists }: Frame, visits: Visits): readonly Visited[] => {
  const pairs: Visited[] = [];
  lists.forEach((list, k) => {
    const counts = at(visits, k);
    for (let i = 0; i < list.length; i += 1) {
      const count = counts[i] ?? 0;
      if (count > 0) pairs.push({ t: list[i] ?? 0, u: people[k] ?? 0, count });
    }
  });
  return pairs.sort((a, b) => b.count - a.count || a.t - b.t || a.u - b.u);
};

/** Assigns so many of these pairs, and all that are sure; answers how many fitted. */
const decide = (model: Model, schedule: Schedule, pairs: readonly Visited[], quota: number): number => {
  let decided = 0;
  for (const { t, u, count } of pairs) {
    if (decided >= quota && count < SURE * ROUNDS) break;
    if (schedule.personOf[t] !== -1 || !isFree(model, schedule, u, t)) continue;
    const draws = drawFor(model, schedule, t);
    if (draws === undefined) continue;
    assign(model, schedule, t, u, draws);
    decided += 1;
  }
  return decided;
};
