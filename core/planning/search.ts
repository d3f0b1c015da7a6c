import { dive, type Meter } from './dive.ts';
import { at, type Model } from './model.ts';
import type { Random } from './random.ts';
import type { Prices } from './relaxation.ts';
import { release, rollback, settle, type Schedule } from './schedule.ts';

export interface SearchLimits {
  readonly meter: Meter;
  readonly isCancelled: () => boolean;
  readonly onBetter: () => void;
}

/** How many people give back what they hold at once. */
const PEOPLE = { least: 12, most: 20 };
/** So many tries in a row that better nothing, for each person of the day, end a search. */
const PATIENCE = 10;

/**
 * Improves a schedule in place: again and again some people give back what they hold, and a dive gives them the best of
 * that and of what nobody holds. What is not better is taken back.
 */
export const search = (
  model: Model,
  schedule: Schedule,
  prices: Prices,
  random: Random,
  { meter, isCancelled, onBetter }: SearchLimits,
): void => {
  const patience = PATIENCE * model.personCount;
  for (let idle = 0; idle < patience && meter.left > 0 && !isCancelled(); idle += 1) {
    const people = choosePeople(model, schedule, random);
    const { priority, gain } = schedule;
    for (const u of people) {
      for (const t of [...at(schedule.heldBy, u)]) if (model.isPinned[t] !== 1) release(model, schedule, t);
    }
    dive(model, schedule, people, prices, priority * prices.perPriority + gain, meter);
    if (schedule.priority < priority || (schedule.priority === priority && schedule.gain <= gain)) {
      rollback(model, schedule, 0);
    } else {
      settle(schedule);
      idle = 0;
      onBetter();
    }
  }
};

/** People who may take one task, chosen at random: every other time one that nobody holds. Few tasks may ask for several. */
const choosePeople = (model: Model, schedule: Schedule, random: Random): readonly number[] => {
  const possible = model.tasks.flatMap((_, t) => (at(model.peopleOf, t).length > 0 ? [t] : []));
  const unplaced = possible.filter((t) => schedule.personOf[t] === -1);
  const size = PEOPLE.least + random(PEOPLE.most - PEOPLE.least + 1);
  const chosen = new Set<number>();
  for (let tries = 0; chosen.size < size && tries < 4 && possible.length > 0; tries += 1) {
    const from = unplaced.length > 0 && random(2) === 0 ? unplaced : possible;
    const people = [...at(model.peopleOf, at(from, random(from.length)))];
    while (people.length > 0 && chosen.size < size) chosen.add(people.splice(random(people.length), 1)[0] ?? 0);
  }
  return [...chosen];
};
