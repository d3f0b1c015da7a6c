import { placeByChain, type Meter } from './chain.ts';
import { cliquesOf } from './cliques.ts';
import { at, stepAt, type Model } from './model.ts';
import { improvePair } from './pair.ts';
import type { Random } from './random.ts';
import { assign, drawFor, isFree, release, rollback, settle, type Schedule } from './schedule.ts';
import { improveSlice } from './slice.ts';

/** When a search ends: what is left of its meter, a plan that cannot be bettered, or a caller who wants it to. */
export interface Limits {
  readonly meter: Meter;
  /** Chains and slices only, which soon find nothing more: enough to tell which of several schedules to go on from. */
  readonly isBrief: boolean;
  /** What no plan exceeds. */
  readonly priority: number;
  readonly isCancelled: () => boolean;
  readonly onBetter: () => void;
}

/** Improves a schedule in place; it is never worse afterwards. */
export const search = (model: Model, schedule: Schedule, random: Random, limits: Limits): void => {
  const { meter } = limits;
  const slices = slicesOf(model);
  placeAll(model, schedule, meter);
  limits.onBetter();
  sliceAll(model, schedule, slices.all, limits);
  if (limits.isBrief) return;
  pairUp(model, schedule, random, meter);
  limits.onBetter();
  // A small day is exhausted long before the meter.
  const patience = KICKS_AT_LEAST + KICKS_PER_TASK * model.taskCount;
  for (let idle = 0; idle < patience && slices.all.length > 0; idle += 1) {
    if (meter.left <= 0 || limits.isCancelled()) return;
    const { priority, gain } = schedule;
    kick(model, schedule, random, slices, limits);
    if (schedule.priority === priority && schedule.gain === gain) continue;
    idle = 0;
    limits.onBetter();
  }
};

/** So many kicks that change nothing in a row end a search. */
const KICKS_AT_LEAST = 50;
const KICKS_PER_TASK = 20;

/** The tasks that overlap at one moment, for every moment that matters, and for each task the moments that it covers. */
interface Slices {
  readonly all: readonly (readonly number[])[];
  readonly of: readonly (readonly number[])[];
}

const slicesOf = (model: Model): Slices => {
  const open = model.tasks.map((_, task) => task).filter((task) => at(model.peopleOf, task).length > 0);
  const all = cliquesOf(model, open, 1);
  const of: number[][] = model.tasks.map(() => []);
  all.forEach((slice, index) => {
    for (const task of slice) of[task]?.push(index);
  });
  return { all, of };
};

/** Optimises one slice after the other, until none changes. */
const sliceAll = (model: Model, schedule: Schedule, slices: Slices['all'], { meter, isCancelled }: Limits): void => {
  for (let priority = -1, gain = -1; schedule.priority > priority || schedule.gain > gain;) {
    ({ priority, gain } = schedule);
    for (const slice of slices) {
      if (meter.left <= 0 || isCancelled()) return;
      meter.left -= improveSlice(model, schedule, slice);
      settle(schedule);
    }
  }
};

const unplacedOf = (model: Model, schedule: Schedule): number[] => {
  const unplaced: number[] = [];
  for (let t = 0; t < model.taskCount; t += 1) {
    if (schedule.personOf[t] === -1 && at(model.peopleOf, t).length > 0) unplaced.push(t);
  }
  return unplaced;
};

const byPriority =
  (model: Model) =>
  (a: number, b: number): number =>
    (model.priority[b] ?? 0) - (model.priority[a] ?? 0) || a - b;

/** Places what can be placed by chains, until a round places nothing. */
const placeAll = (model: Model, schedule: Schedule, meter: Meter): void => {
  for (let before = -1; schedule.priority > before && meter.left > 0;) {
    before = schedule.priority;
    for (const task of unplacedOf(model, schedule).sort(byPriority(model))) placeByChain(model, schedule, task, meter);
    settle(schedule);
  }
};

/** The gain of a task at one more person than it is, as its own person stands without it. */
const gainAt = (model: Model, schedule: Schedule, task: number, person: number): number =>
  (model.gain[task * model.personCount + person] ?? 0) + stepAt(model, person, at(schedule.heldBy, person).length);

/** Places a task at the free one of these people to whom it gains most; answers whether there was one. */
const placeBest = (model: Model, schedule: Schedule, task: number, people: Iterable<number>, meter: Meter): boolean => {
  const draws = drawFor(model, schedule, task);
  if (draws === undefined) return false;
  let best = -1;
  let most = -Infinity;
  for (const person of people) {
    meter.left -= 1;
    if (model.isEligible[task * model.personCount + person] !== 1) continue;
    const gain = gainAt(model, schedule, task, person);
    if (gain > most && isFree(model, schedule, person, task)) [best, most] = [person, gain];
  }
  if (best >= 0) assign(model, schedule, task, best, draws);
  return best >= 0;
};

/** The most tasks of nobody that a pair is offered. */
const OUTSIDE_MOST = 10;

const offersFor = (
  model: Model,
  schedule: Schedule,
  unplaced: readonly number[],
  pair: readonly [number, number],
): readonly number[] =>
  unplaced
    .filter((task) => pair.some((person) => model.isEligible[task * model.personCount + person] === 1))
    .filter((task) => drawFor(model, schedule, task) !== undefined)
    .slice(0, OUTSIDE_MOST);

/** Optimises pairs of people who share work: each with a few partners. */
const pairUp = (model: Model, schedule: Schedule, random: Random, meter: Meter): void => {
  const unplaced = unplacedOf(model, schedule).sort(byPriority(model));
  for (let person = 0; person < model.personCount && meter.left > 0; person += 1) {
    for (let turn = 0; turn < 3; turn += 1) {
      const other = partnerOf(model, random, person);
      if (other < 0) continue;
      const pair = [person, other] as const;
      const open = unplaced.filter((task) => schedule.personOf[task] === -1);
      meter.left -= improvePair(model, schedule, pair, offersFor(model, schedule, open, pair));
      settle(schedule);
    }
  }
};

const partnerOf = (model: Model, random: Random, person: number): number => {
  const tasks = at(model.tasksOf, person);
  if (tasks.length === 0) return -1;
  const people = at(model.peopleOf, tasks[random(tasks.length)] ?? 0);
  const other = people[random(people.length)] ?? -1;
  return other === person ? -1 : other;
};

/**
 * Frees some people around one moment, gives their work out anew in another order, and keeps the outcome when it is not
 * worse.
 */
const kick = (model: Model, schedule: Schedule, random: Random, slices: Slices, limits: Limits): void => {
  const { meter, priority: mostPriority } = limits;
  meter.left -= 1;
  const unplaced = unplacedOf(model, schedule);
  const isShort = schedule.priority < mostPriority && unplaced.length > 0;
  const seed = isShort && random(4) > 0 ? at(unplaced, random(unplaced.length)) : random(model.taskCount);
  const people = at(model.peopleOf, seed);
  if (people.length === 0) return;
  const { priority, gain } = schedule;
  const mark = schedule.trail.length;
  const chosen = new Set(Array.from({ length: 2 + random(3) }, () => people[random(people.length)] ?? 0));
  const [first, second] = chosen;
  if (first !== undefined && second !== undefined && random(3) === 0) {
    const pair = [first, second] as const;
    const offers = offersFor(model, schedule, unplaced.sort(byPriority(model)), pair);
    meter.left -= improvePair(model, schedule, pair, offers);
    settle(schedule);
    return;
  }
  const freed: number[] = [];
  for (const person of chosen) {
    for (const task of [...at(schedule.heldBy, person)]) {
      if (model.isPinned[task] === 1 || random(5) === 0) continue;
      freed.push(task);
      release(model, schedule, task);
    }
  }
  const noise = new Map([...freed, ...unplaced].map((task) => [task, (model.priority[task] ?? 0) * 10 + random(25)]));
  const order = [...noise].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([task]) => task);
  // Nobody else was free for what was left out before.
  const canTake = new Map(freed.map((task) => [task, at(model.peopleOf, task)]));
  const left = order.filter((task) => !placeBest(model, schedule, task, canTake.get(task) ?? chosen, meter));
  left.sort(byPriority(model));
  for (const task of left.slice(0, 6)) placeByChain(model, schedule, task, meter);
  const moments = [seed, ...freed.slice(0, 1)].flatMap((task) => at(slices.of, task));
  for (let turn = 0; turn < 2 && moments.length > 0; turn += 1) {
    meter.left -= improveSlice(model, schedule, at(slices.all, at(moments, random(moments.length))));
  }
  const isWorse = schedule.priority < priority || (schedule.priority === priority && schedule.gain < gain);
  if (isWorse) rollback(model, schedule, mark);
  else settle(schedule);
};
