import { at, stepAt, type Model } from './model.ts';
import { assign, drawFor, release, rollback, type Draw, type Schedule } from './schedule.ts';

/** The most states of one pair that are looked at: beyond it the pair is left as it is. */
const STATES_MOST = 20_000;

/**
 * Two people up to some moment, state by state: who is still busy with which task (0 for none, else its place in the list
 * plus one), how many tasks each has, counted to where one more changes nothing, and what it is worth. `taker` is who
 * takes the task decided last: 0 nobody, 1 the first, 2 the second.
 */
interface States {
  readonly before: Int32Array;
  readonly place: Int32Array;
  readonly taker: Uint8Array;
  readonly key: Float64Array;
  readonly worth: Float64Array;
  /** Where the states after the last task begin, and end. */
  readonly from: number;
  readonly until: number;
}

/**
 * Gives two people the best of what they hold and of `outside`, tasks that nobody holds: exactly, by going through the
 * tasks in order of time. Answers the states looked at; the schedule changes only for the better.
 */
export const improvePair = (
  model: Model,
  schedule: Schedule,
  pair: readonly [number, number],
  outside: readonly number[],
): number => {
  const held = pair.flatMap((person) => at(schedule.heldBy, person));
  const tasks = [...held, ...outside].sort((a, b) => a - b);
  const most = tasks.reduce((sum, task) => sum + Math.max(...pair.map((person) => bestGain(model, task, person))), 1);
  // Beyond the whole numbers that are exact, this is a guess at the best: the schedule is compared exactly afterwards.
  const total = tasks.reduce((sum, task) => sum + (model.priority[task] ?? 0), 1);
  const perPriority = Math.min(most, Math.floor(Number.MAX_SAFE_INTEGER / total / 2));
  const states = walk(model, pair, tasks, perPriority);
  if (states === undefined) return STATES_MOST;
  const { before, place, taker, worth, from, until } = states;
  let best = from;
  for (let state = from; state < until; state += 1) if ((worth[state] ?? 0) > (worth[best] ?? 0)) best = state;
  const takers = new Map<number, number>();
  for (let state = best; state > 0; state = before[state] ?? 0) {
    const who = taker[state] ?? 0;
    if (who > 0) takers.set(at(tasks, place[state] ?? 0), who === 1 ? pair[0] : pair[1]);
  }
  apply(model, schedule, held, takers);
  return until;
};

const bestGain = (model: Model, task: number, person: number): number =>
  (model.gain[task * model.personCount + person] ?? 0) + stepAt(model, person, 0);

/** Goes through the tasks in order of time; undefined when there are too many states. */
const walk = (
  model: Model,
  [first, second]: readonly [number, number],
  tasks: readonly number[],
  perPriority: number,
): States | undefined => {
  const size = tasks.length + 1;
  const firstFull = at(model.steps, first).length - 1;
  const secondFull = at(model.steps, second).length - 1;
  const counts = (firstFull + 1) * (secondFull + 1);
  const before = new Int32Array(STATES_MOST);
  const place = new Int32Array(STATES_MOST);
  const taker = new Uint8Array(STATES_MOST);
  const key = new Float64Array(STATES_MOST);
  const worth = new Float64Array(STATES_MOST);
  let from = 0;
  let until = 1;
  for (const [index, task] of tasks.entries()) {
    const start = model.start[task] ?? 0;
    const isPinned = model.isPinned[task] === 1;
    const base = (model.priority[task] ?? 0) * perPriority;
    const mayFirst = model.isEligible[task * model.personCount + first] === 1;
    const maySecond = model.isEligible[task * model.personCount + second] === 1;
    const firstGain = base + (model.gain[task * model.personCount + first] ?? 0);
    const secondGain = base + (model.gain[task * model.personCount + second] ?? 0);
    const seen = new Map<number, number>();
    let end = until;
    const keep = (state: number, who: number, a: number, b: number, count: number, value: number): void => {
      const name = (a * size + b) * counts + count;
      const known = seen.get(name);
      if (known !== undefined && (worth[known] ?? 0) >= value) return;
      const slot = known ?? end;
      if (known === undefined) {
        seen.set(name, slot);
        end += 1;
      }
      before[slot] = state;
      place[slot] = index;
      taker[slot] = who;
      key[slot] = name;
      worth[slot] = value;
    };
    for (let state = from; state < until; state += 1) {
      const name = key[state] ?? 0;
      const count = name % counts;
      const busy = (name - count) / counts;
      const b = stillBusy(model, tasks, busy % size, start);
      const a = stillBusy(model, tasks, Math.floor(busy / size), start);
      const value = worth[state] ?? 0;
      if (!isPinned) keep(state, 0, a, b, count, value);
      const ofSecond = count % (secondFull + 1);
      const ofFirst = (count - ofSecond) / (secondFull + 1);
      if (a === 0 && mayFirst) {
        const more = ofFirst < firstFull ? secondFull + 1 : 0;
        keep(state, 1, index + 1, b, count + more, value + firstGain + stepAt(model, first, ofFirst));
      }
      if (b === 0 && maySecond) {
        const more = ofSecond < secondFull ? 1 : 0;
        keep(state, 2, a, index + 1, count + more, value + secondGain + stepAt(model, second, ofSecond));
      }
      if (end + 3 > STATES_MOST) return undefined;
    }
    from = until;
    until = end;
  }
  return { before, place, taker, key, worth, from, until };
};

const stillBusy = (model: Model, tasks: readonly number[], place: number, start: number): number =>
  place > 0 && (model.end[tasks[place - 1] ?? 0] ?? 0) > start ? place : 0;

const apply = (
  model: Model,
  schedule: Schedule,
  held: readonly number[],
  takers: ReadonlyMap<number, number>,
): void => {
  const mark = schedule.trail.length;
  const { priority, gain } = schedule;
  const kept = new Map<number, readonly Draw[]>();
  for (const task of held) kept.set(task, release(model, schedule, task));
  for (const [task, person] of takers) {
    const draws = kept.get(task);
    if (draws !== undefined) assign(model, schedule, task, person, draws);
  }
  for (const [task, person] of takers) {
    if (kept.has(task)) continue;
    const draws = drawFor(model, schedule, task);
    // Tasks that draw from one pool may be free to come one by one, and not together.
    if (draws === undefined) continue;
    assign(model, schedule, task, person, draws);
  }
  const isBetter = schedule.priority > priority || (schedule.priority === priority && schedule.gain > gain);
  if (!isBetter) rollback(model, schedule, mark);
};
