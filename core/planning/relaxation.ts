import { cliquesOf } from './cliques.ts';
import { at, stepAt, type Model } from './model.ts';

/**
 * Bounds that hold for every plan, by Lagrangian relaxation: "at most one person a task" and "so many assets at a moment"
 * are given up for prices; what is left is one weighted interval schedule a person, which is solved exactly, from the
 * last task to the first. All prices are whole numbers, so every sum is exact and each round gives a valid bound; the
 * prices follow the subgradient with Polyak's step.
 */
export interface Prices {
  readonly task: Float64Array;
  /** For each moment of each scope of assets. */
  readonly moment: Float64Array;
  /** What a further task of a person is worth for the workload. */
  readonly step: Float64Array;
  /** What a step of priority is worth. */
  perPriority: number;
}

export interface Frame {
  /** How many assets there are at each moment at which they may be short. */
  readonly sizes: readonly number[];
  /** What each task uses of which moments. */
  readonly uses: readonly (readonly { readonly moment: number; readonly quantity: number }[])[];
  /** For each person and position in `tasksOf`: the first position whose task starts after this one has ended. */
  readonly next: readonly Int32Array[];
}

/** The value of the relaxed problem at these prices; `slope` becomes how far each given-up rule is broken. */
export const relaxed = (
  model: Model,
  frame: Frame,
  floor: number | undefined,
  prices: Prices,
  slope: Prices,
): number => {
  const { personCount, gain, priority } = model;
  const isGain = floor !== undefined;
  slope.task.fill(-1);
  slope.perPriority = floor ?? 0;
  let value = -prices.perPriority * (floor ?? 0);
  for (const price of prices.task) value += price;
  frame.sizes.forEach((size, m) => {
    value += size * (prices.moment[m] ?? 0);
    slope.moment[m] = -size;
  });
  const worth = worthOf(model, frame, prices);
  for (let u = 0; u < personCount; u += 1) {
    const tasks = at(model.tasksOf, u);
    const next = at(frame.next, u);
    const extra = isGain ? (prices.step[u] ?? 0) : 0;
    const reach = new Float64Array(tasks.length + 1);
    for (let i = tasks.length - 1; i >= 0; i -= 1) {
      const t = tasks[i] ?? 0;
      const weight = (worth[t] ?? 0) + extra + (isGain ? (gain[t * personCount + u] ?? 0) : 0);
      const without = reach[i + 1] ?? 0;
      reach[i] = Math.max(without, weight + (reach[next[i] ?? 0] ?? 0));
    }
    value += reach[0] ?? 0;
    let count = 0;
    for (let i = 0; i < tasks.length;) {
      if (reach[i] === reach[i + 1]) {
        i += 1;
        continue;
      }
      const t = tasks[i] ?? 0;
      count += 1;
      slope.task[t] = (slope.task[t] ?? 0) + 1;
      if (isGain) slope.perPriority -= priority[t] ?? 0;
      for (const { moment, quantity } of at(frame.uses, t))
        slope.moment[moment] = (slope.moment[moment] ?? 0) + quantity;
      i = next[i] ?? 0;
    }
    if (isGain) {
      const workload = workloadAt(model, u, extra, tasks.length);
      value += workload.worth;
      // The number of tasks by workload less that by time: none where both can agree.
      slope.step[u] = Math.max(0, workload.least - count) + Math.min(0, workload.most - count);
    }
  }
  return value;
};

/** What each task is worth to anybody: its priority less its own price and that of its assets. */
export const worthOf = (model: Model, frame: Frame, prices: Prices): Float64Array =>
  Float64Array.from(frame.uses, (uses, t) =>
    uses.reduce(
      (sum, { moment, quantity }) => sum - quantity * (prices.moment[moment] ?? 0),
      (model.priority[t] ?? 0) * prices.perPriority - (prices.task[t] ?? 0),
    ),
  );

/** The best of the workload's sum less `extra` for each task, and the least and most tasks that reach it. */
const workloadAt = (model: Model, person: number, extra: number, limit: number) => {
  let worth = 0;
  let least = 0;
  while (least < limit && stepAt(model, person, least) > extra) {
    worth += stepAt(model, person, least) - extra;
    least += 1;
  }
  let most = least;
  while (most < limit && stepAt(model, person, most) === extra) most += 1;
  return { worth, least, most };
};

/**
 * At each moment the tasks that ask for assets of one scope, or of a part of it, use at most those of the scope that are
 * not busy outside the plan. (Which of them serves which task is given up.)
 */
export const frameOf = (model: Model): Frame => {
  const { start, needs, pools } = model;
  const sizes: number[] = [];
  const uses: { moment: number; quantity: number }[][] = needs.map(() => []);
  const scopes = new Map(needs.flatMap((list) => (list ?? []).map(({ scope }) => [scope.join(), scope] as const)));
  for (const scope of scopes.values()) {
    const inside = needs.flatMap((list, task) =>
      (list ?? []).flatMap((need) =>
        need.scope.every((pool) => scope.includes(pool)) ? [{ task, quantity: need.quantity }] : [],
      ),
    );
    const asked = new Map<number, number>();
    for (const { task, quantity } of inside) asked.set(task, (asked.get(task) ?? 0) + quantity);
    for (const clique of cliquesOf(
      model,
      [...asked.keys()].sort((a, b) => a - b),
      1,
    )) {
      const time = start[clique.at(-1) ?? 0] ?? 0;
      const isBusy = (pool: number): boolean =>
        at(pools, pool).busy.some((span) => span.start <= time && time < span.end);
      const size = scope.reduce((sum, pool) => sum + (isBusy(pool) ? 0 : at(pools, pool).assets.length), 0);
      if (clique.reduce((sum, task) => sum + (asked.get(task) ?? 0), 0) <= size) continue;
      for (const task of clique) uses[task]?.push({ moment: sizes.length, quantity: asked.get(task) ?? 0 });
      sizes.push(size);
    }
  }
  return { sizes, uses, next: model.tasksOf.map((tasks) => nextOf(model, tasks)) };
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
