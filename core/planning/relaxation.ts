import { at, type Model } from './model.ts';
import { drawFor, isFree, type Schedule } from './schedule.ts';

/**
 * Lagrangian relaxation: "at most one person a task" and "so many assets at a moment" are given up for prices; what is left
 * is one weighted interval schedule a person, which is solved exactly, from the last task to the first. All prices are
 * whole numbers, so every sum is exact and any prices give a valid bound.
 */
export interface Prices {
  readonly task: Float64Array;
  /** Of an asset at each of the model's moments. */
  readonly moment: Float64Array;
  /** What a further task of a person is worth for the workload. */
  readonly step: Float64Array;
  /** What a step of priority is worth. */
  readonly perPriority: number;
}

/** How far each of the rules that have a price is broken. */
export type Slope = Omit<Prices, 'perPriority'>;

/** What a schedule leaves open to some people. */
export interface Frame {
  readonly schedule: { readonly priority: number; readonly gain: number };
  readonly people: readonly number[];
  /** The tasks that each of them may take, in order of time; `gains` are what they gain without the workload. */
  readonly lists: readonly Int32Array[];
  readonly gains: readonly Float64Array[];
  /** For each position in `lists`: the first position whose task starts after this one has ended. */
  readonly next: readonly Int32Array[];
  /** What the workload adds to the next task of each of them, to the one after …; the last number stands for all further. */
  readonly steps: readonly Float64Array[];
  /** All tasks of the lists. */
  readonly tasks: readonly number[];
  /** The moments that those use, and how many assets are left at each of all. */
  readonly moments: readonly number[];
  readonly sizes: Float64Array;
  /** Room for what each round works out: the worth of each task, and the best of a person from each position on. */
  readonly worth: Float64Array;
  readonly reach: Float64Array;
}

/** The tasks that nobody holds and that one of these people can take; `lists` are those worth looking at. */
export const frameOf = (
  model: Model,
  schedule: Schedule,
  people: readonly number[],
  lists: readonly Int32Array[] = people.map((u) => at(model.tasksOf, u)),
): Frame => {
  const { personCount, gain } = model;
  const isSought = new Uint8Array(model.taskCount);
  for (const list of lists) for (const t of list) isSought[t] = 1;
  const sizes = Float64Array.from(model.moments.sizes);
  const { from, moment, quantity } = model.moments;
  for (let t = 0; t < model.taskCount; t += 1) {
    if (schedule.personOf[t] === -1) continue;
    isSought[t] = 0;
    for (let use = from[t] ?? 0; use < (from[t + 1] ?? 0); use += 1) {
      const m = moment[use] ?? 0;
      sizes[m] = (sizes[m] ?? 0) - (quantity[use] ?? 0);
    }
  }
  const isShort = (t: number): boolean => {
    // To compare is quicker than to look for assets, and often enough.
    for (let use = from[t] ?? 0; use < (from[t + 1] ?? 0); use += 1) {
      if ((sizes[moment[use] ?? 0] ?? 0) < (quantity[use] ?? 0)) return true;
    }
    return drawFor(model, schedule, t) === undefined;
  };
  for (let t = 0; t < model.taskCount; t += 1) if (isSought[t] === 1 && isShort(t)) isSought[t] = 0;
  const open = lists.map((list, k) => {
    const u = people[k] ?? 0;
    return list.filter((t) => isSought[t] === 1 && isFree(model, schedule, u, t));
  });
  isSought.fill(0);
  for (const list of open) for (const t of list) isSought[t] = 1;
  const tasks = model.tasks.flatMap((_, t) => (isSought[t] === 1 ? [t] : []));
  const moments = new Set(tasks.flatMap((t) => [...moment.subarray(from[t], from[t + 1])]));
  return {
    schedule: { priority: schedule.priority, gain: schedule.gain },
    people,
    lists: open,
    gains: open.map((list, k) => Float64Array.from(list, (t) => gain[t * personCount + (people[k] ?? 0)] ?? 0)),
    next: open.map((list) => nextOf(model, list)),
    steps: people.map((u) => {
      const steps = at(model.steps, u);
      return steps.subarray(Math.min(at(schedule.heldBy, u).length, steps.length - 1));
    }),
    tasks,
    moments: [...moments],
    sizes,
    worth: new Float64Array(model.taskCount),
    reach: new Float64Array(open.reduce((most, { length }) => Math.max(most, length), 0) + 1),
  };
};

const nextOf = ({ start, end }: Model, tasks: Int32Array): Int32Array =>
  Int32Array.from(tasks, (t, i) => {
    let [low, high] = [i + 1, tasks.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((start[tasks[middle] ?? 0] ?? 0) >= (end[t] ?? 0)) high = middle;
      else low = middle + 1;
    }
    return low;
  });

/** How often the best schedules of the people held which pair: for each person and position in their list. */
export type Visits = readonly Uint16Array[];

/** What is bounded: the priority placed alone, or with the gain. */
export type Goal = 'priority' | 'worth';

/**
 * The value of the relaxed problem at these prices, with what the schedule holds; `slope` becomes how far each given-up rule
 * is broken.
 */
export const relaxed = (
  model: Model,
  frame: Frame,
  goal: Goal,
  prices: Prices,
  slope: Slope,
  visits?: Visits,
): number => {
  const { priority } = model;
  const { from, moment, quantity } = model.moments;
  const { schedule, people, lists, gains, next, steps, tasks, moments, sizes, worth, reach } = frame;
  const isGain = goal === 'worth';
  let value = prices.perPriority * schedule.priority + (isGain ? schedule.gain : 0);
  for (const t of tasks) {
    const price = prices.task[t] ?? 0;
    value += price;
    slope.task[t] = -1;
    let own = (priority[t] ?? 0) * prices.perPriority - price;
    for (let use = from[t] ?? 0; use < (from[t + 1] ?? 0); use += 1) {
      own -= (quantity[use] ?? 0) * (prices.moment[moment[use] ?? 0] ?? 0);
    }
    worth[t] = own;
  }
  for (const m of moments) {
    const size = sizes[m] ?? 0;
    value += size * (prices.moment[m] ?? 0);
    slope.moment[m] = -size;
  }
  for (let k = 0; k < people.length; k += 1) {
    const u = people[k] ?? 0;
    const list = at(lists, k);
    const own = at(gains, k);
    const after = at(next, k);
    const visited = visits?.[k];
    const extra = isGain ? (prices.step[u] ?? 0) : 0;
    reach[list.length] = 0;
    for (let i = list.length - 1; i >= 0; i -= 1) {
      const weight = (worth[list[i] ?? 0] ?? 0) + (isGain ? extra + (own[i] ?? 0) : 0);
      const taken = weight + (reach[after[i] ?? 0] ?? 0);
      const without = reach[i + 1] ?? 0;
      reach[i] = taken > without ? taken : without;
    }
    value += reach[0] ?? 0;
    let count = 0;
    for (let i = 0; i < list.length;) {
      if (reach[i] === reach[i + 1]) {
        i += 1;
        continue;
      }
      const t = list[i] ?? 0;
      count += 1;
      if (visited !== undefined) visited[i] = (visited[i] ?? 0) + 1;
      slope.task[t] = (slope.task[t] ?? 0) + 1;
      for (let use = from[t] ?? 0; use < (from[t + 1] ?? 0); use += 1) {
        const m = moment[use] ?? 0;
        slope.moment[m] = (slope.moment[m] ?? 0) + (quantity[use] ?? 0);
      }
      i = after[i] ?? 0;
    }
    if (isGain) {
      const workload = workloadAt(at(steps, k), extra, list.length);
      value += workload.worth;
      // The number of tasks by workload less that by time: none where both can agree.
      slope.step[u] = Math.max(0, workload.least - count) + Math.min(0, workload.most - count);
    }
  }
  return value;
};

/** The best of the workload's sum less `extra` for each task, and the least and most tasks that reach it. */
const workloadAt = (steps: Float64Array, extra: number, limit: number) => {
  const last = steps.length - 1;
  let worth = 0;
  let least = 0;
  for (; least < limit; least += 1) {
    const step = steps[Math.min(least, last)] ?? 0;
    if (step <= extra) break;
    worth += step - extra;
  }
  let most = least;
  while (most < limit && steps[Math.min(most, last)] === extra) most += 1;
  return { worth, least, most };
};
