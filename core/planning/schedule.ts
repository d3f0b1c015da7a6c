import { at, stepAt, type Model } from './model.ts';
import type { Need } from './pools.ts';

/** So many assets of one pool. */
export interface Draw {
  readonly pool: number;
  readonly quantity: number;
}

/** Who holds which task, with what from which pool. Only `assign`, `release` and `rollback` change it. */
export interface Schedule {
  /** -1 for a task that is not placed. */
  readonly personOf: Int32Array;
  /** The tasks of each person, by index and so by time. */
  readonly heldBy: readonly number[][];
  readonly draws: (readonly Draw[])[];
  /** The tasks that draw from each pool. */
  readonly drawnBy: readonly number[][];
  /** What changed since the last `settle`, to take it back. */
  readonly trail: { readonly task: number; readonly person: number; readonly draws: readonly Draw[] }[];
  priority: number;
  /** See `Model.gain`; the cost of all moves is not taken off. */
  gain: number;
}

const NOTHING: readonly Draw[] = [];

/** With the pinned tasks at their people. */
export const emptySchedule = (model: Model): Schedule => {
  const schedule: Schedule = {
    personOf: new Int32Array(model.taskCount).fill(-1),
    heldBy: Array.from({ length: model.personCount }, () => []),
    draws: Array.from({ length: model.taskCount }, () => NOTHING),
    drawnBy: model.pools.map(() => []),
    trail: [],
    priority: 0,
    gain: 0,
  };
  for (let task = 0; task < model.taskCount; task += 1) {
    if (model.isPinned[task] === 1) assign(model, schedule, task, model.holder[task] ?? -1, NOTHING);
  }
  return settle(schedule);
};

/** Makes what was changed final. */
export const settle = (schedule: Schedule): Schedule => {
  schedule.trail.length = 0;
  return schedule;
};

export const assign = (
  model: Model,
  schedule: Schedule,
  task: number,
  person: number,
  draws: readonly Draw[],
): void => {
  schedule.trail.push({ task, person: -1, draws: NOTHING });
  put(model, schedule, task, person, draws);
};

/** Takes a task from its person; what it drew becomes free, and is returned for a task that is placed anew. */
export const release = (model: Model, schedule: Schedule, task: number): readonly Draw[] => {
  const draws = at(schedule.draws, task);
  schedule.trail.push({ task, person: schedule.personOf[task] ?? -1, draws });
  take(model, schedule, task);
  return draws;
};

/** Takes back all changes after the first `mark` of the trail. */
export const rollback = (model: Model, schedule: Schedule, mark: number): void => {
  while (schedule.trail.length > mark) {
    const last = schedule.trail.pop();
    if (last === undefined) return;
    if (last.person < 0) take(model, schedule, last.task);
    else put(model, schedule, last.task, last.person, last.draws);
  }
};

const put = (model: Model, schedule: Schedule, task: number, person: number, draws: readonly Draw[]): void => {
  const held = at(schedule.heldBy, person);
  schedule.priority += model.priority[task] ?? 0;
  schedule.gain += (model.gain[task * model.personCount + person] ?? 0) + stepAt(model, person, held.length);
  let place = held.length;
  while (place > 0 && (held[place - 1] ?? 0) > task) place -= 1;
  held.splice(place, 0, task);
  schedule.personOf[task] = person;
  schedule.draws[task] = draws;
  for (const { pool } of draws) schedule.drawnBy[pool]?.push(task);
};

const take = (model: Model, schedule: Schedule, task: number): void => {
  const person = schedule.personOf[task] ?? -1;
  const held = at(schedule.heldBy, person);
  held.splice(held.indexOf(task), 1);
  schedule.priority -= model.priority[task] ?? 0;
  schedule.gain -= (model.gain[task * model.personCount + person] ?? 0) + stepAt(model, person, held.length);
  schedule.personOf[task] = -1;
  for (const { pool } of at(schedule.draws, task)) {
    const drawnBy = at(schedule.drawnBy, pool);
    drawnBy.splice(drawnBy.indexOf(task), 1);
  }
  schedule.draws[task] = NOTHING;
};

/** Whether a person has the time for a task. */
export const isFree = (model: Model, schedule: Schedule, person: number, task: number): boolean => {
  const start = model.start[task] ?? 0;
  const end = model.end[task] ?? 0;
  for (const held of at(schedule.heldBy, person)) {
    if ((model.start[held] ?? 0) < end && start < (model.end[held] ?? 0)) return false;
  }
  return true;
};

/** The tasks of a person that overlap a task, at most `most` of them. */
export const blockersOf = (
  model: Model,
  schedule: Schedule,
  person: number,
  task: number,
  most = Infinity,
): readonly number[] => {
  const start = model.start[task] ?? 0;
  const end = model.end[task] ?? 0;
  const blockers: number[] = [];
  for (const held of at(schedule.heldBy, person)) {
    if (blockers.length >= most || (model.start[held] ?? 0) >= end) break;
    if (start < (model.end[held] ?? 0)) blockers.push(held);
  }
  return blockers;
};

/** What a task can draw as the others stand; undefined where something lacks. The pools with the most left come first. */
export const drawFor = (model: Model, schedule: Schedule, task: number): readonly Draw[] | undefined => {
  const needs = model.needs[task];
  if (needs === undefined || needs.length === 0) return needs === undefined ? undefined : NOTHING;
  const draws: Draw[] = [];
  for (const need of needs) {
    const drawn = drawOf(model, schedule, task, need, draws);
    if (drawn === undefined) return undefined;
    draws.push(...drawn);
  }
  return draws;
};

const drawOf = (
  model: Model,
  schedule: Schedule,
  task: number,
  { pools, quantity }: Need,
  before: readonly Draw[],
): readonly Draw[] | undefined => {
  const left = pools.map((pool) => {
    const taken = before.reduce((sum, draw) => sum + (draw.pool === pool ? draw.quantity : 0), 0);
    return { pool, quantity: leftOf(model, schedule, pool, task) - taken };
  });
  left.sort((a, b) => b.quantity - a.quantity || a.pool - b.pool);
  const draws: Draw[] = [];
  let missing = quantity;
  for (const one of left) {
    const drawn = Math.min(missing, one.quantity);
    if (drawn > 0) draws.push({ pool: one.pool, quantity: drawn });
    missing -= Math.max(0, drawn);
  }
  return missing > 0 ? undefined : draws;
};

/** How many assets of a pool are free during the whole window of a task. */
const leftOf = (model: Model, schedule: Schedule, pool: number, task: number): number => {
  const start = model.start[task] ?? 0;
  const end = model.end[task] ?? 0;
  const rivals: { from: number; until: number; quantity: number }[] = [];
  for (const rival of at(schedule.drawnBy, pool)) {
    const from = model.start[rival] ?? 0;
    const until = model.end[rival] ?? 0;
    if (from >= end || until <= start) continue;
    for (const draw of at(schedule.draws, rival)) {
      if (draw.pool === pool) rivals.push({ from: Math.max(start, from), until, quantity: draw.quantity });
    }
  }
  // The use of a pool is greatest at the start of a window.
  let most = 0;
  for (const { from: moment } of rivals) {
    let used = 0;
    for (const { from, until, quantity } of rivals) if (from <= moment && until > moment) used += quantity;
    most = Math.max(most, used);
  }
  return at(model.pools, pool).assets.length - most;
};
