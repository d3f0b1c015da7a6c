import { cliquesOf } from './cliques.ts';
import { at, stepAt, type Model } from './model.ts';
import type { Draw, Schedule } from './schedule.ts';
import type { Program, Row } from './solver.ts';

/** A program, and what its columns mean. */
export interface Formulation {
  readonly program: Program;
  /** The columns' values for a schedule. */
  readonly start: Float64Array;
  /** Reads a solution: the person of each task, -1 for nobody, and what it draws. */
  readonly read: (values: ArrayLike<number>) => readonly { readonly person: number; readonly draws: readonly Draw[] }[];
}

/**
 * The problem as an integer program. A column for each task and eligible person; "at most one person a task"; for each
 * person and each maximal set of tasks that overlap at one moment at most one of them (in an interval graph these are all
 * the maximal cliques, so a person alone would be solved by the linear program); the same for each pool of assets with its
 * size. The second stage adds what the workload is worth by levels, which fall, so the highest are taken first.
 */
export const formulate = (
  model: Model,
  schedule: Schedule,
  goal: 'priority' | { readonly atLeast: number },
): Formulation => {
  const { taskCount, personCount, peopleOf, tasksOf } = model;
  const unit = 1 / (1_000 * model.moveScale);
  const isGain = goal !== 'priority';
  const columns: { cost: number; least: number; most: number; isWhole: boolean; start: number }[] = [];
  const rows: Row[] = [];
  const column = (cost: number, least: number, most: number, isWhole: boolean, start: number): number =>
    columns.push({ cost, least, most, isWhole, start }) - 1;

  const ofPair = new Map<number, number>();
  for (let t = 0; t < taskCount; t += 1) {
    const indices = [...at(peopleOf, t)].map((u) => {
      const index = t * personCount + u;
      const cost = isGain ? (model.gain[index] ?? 0) * unit : (model.priority[t] ?? 0);
      const added = column(cost, model.isPinned[t] === 1 ? 1 : 0, 1, true, schedule.personOf[t] === u ? 1 : 0);
      ofPair.set(index, added);
      return added;
    });
    if (indices.length > 1) rows.push({ least: -Infinity, most: 1, indices, values: indices.map(() => 1) });
  }
  const pairColumns = (t: number): readonly number[] =>
    [...at(peopleOf, t)].map((u) => ofPair.get(t * personCount + u) ?? -1);

  tasksOf.forEach((tasks, u) => {
    for (const clique of cliquesOf(model, [...tasks])) {
      const indices = clique.map((t) => ofPair.get(t * personCount + u) ?? -1);
      rows.push({ least: -Infinity, most: 1, indices, values: indices.map(() => 1) });
    }
  });

  // A task that may draw from one pool only draws there by being placed; else its draws are columns of their own.
  const drawColumns = new Map<number, { pool: number; column: number }[]>();
  const use = model.pools.map(() => new Map<number, { columns: readonly number[]; quantity: number }[]>());
  model.needs.forEach((needs, t) => {
    for (const { pools, quantity } of at(peopleOf, t).length === 0 ? [] : (needs ?? [])) {
      const [single] = pools;
      const placed = pairColumns(t);
      if (pools.length === 1 && single !== undefined) {
        addTo(at(use, single), t, { columns: placed, quantity });
        continue;
      }
      const drawn = pools.map((pool) => {
        const now = at(schedule.draws, t).reduce((sum, draw) => sum + (draw.pool === pool ? draw.quantity : 0), 0);
        const added = column(0, 0, Math.min(quantity, at(model.pools, pool).assets.length), true, now);
        addTo(at(use, pool), t, { columns: [added], quantity: 1 });
        return { pool, column: added };
      });
      drawColumns.set(t, [...(drawColumns.get(t) ?? []), ...drawn]);
      const indices = [...drawn.map((one) => one.column), ...placed];
      rows.push({ least: 0, most: 0, indices, values: indices.map((_, i) => (i < drawn.length ? 1 : -quantity)) });
    }
  });
  use.forEach((users, pool) => {
    const size = at(model.pools, pool).assets.length;
    for (const clique of cliquesOf(
      model,
      [...users.keys()].sort((a, b) => a - b),
    )) {
      const parts = clique.flatMap((t) => users.get(t) ?? []);
      const indices = parts.flatMap((part) => part.columns);
      const values = parts.flatMap((part) => part.columns.map(() => part.quantity));
      rows.push({ least: -Infinity, most: size, indices, values });
    }
  });

  if (goal !== 'priority') {
    const pairs = [...ofPair];
    const priorities = pairs.map(([index]) => model.priority[Math.floor(index / personCount)] ?? 0);
    rows.push({ least: goal.atLeast, most: Infinity, indices: pairs.map(([, added]) => added), values: priorities });
  }
  if (isGain) {
    tasksOf.forEach((tasks, u) => {
      if (tasks.length === 0) return;
      const count = at(schedule.heldBy, u).length;
      const full = at(model.steps, u).length - 1;
      const levels = Array.from({ length: full + 1 }, (_, level) => {
        const start = level < full ? Number(level < count) : Math.max(0, count - full);
        return column(stepAt(model, u, level) * unit, 0, level < full ? 1 : tasks.length, false, start);
      });
      const taken = [...tasks].map((t) => ofPair.get(t * personCount + u) ?? -1);
      rows.push({
        least: 0,
        most: 0,
        indices: [...levels, ...taken],
        values: [...levels.map(() => 1), ...taken.map(() => -1)],
      });
    });
  }
  const read: Formulation['read'] = (values) =>
    model.tasks.map((_, t) => {
      const person = at(peopleOf, t).find((u) => (values[ofPair.get(t * personCount + u) ?? -1] ?? 0) > 0.5) ?? -1;
      if (person < 0) return { person, draws: [] };
      const fixed = (model.needs[t] ?? []).flatMap(({ pools: [pool, ...others], quantity }) =>
        pool === undefined || others.length > 0 ? [] : [{ pool, quantity }],
      );
      const chosen = (drawColumns.get(t) ?? []).map((one) => ({
        pool: one.pool,
        quantity: Math.round(values[one.column] ?? 0),
      }));
      return { person, draws: [...fixed, ...chosen].filter(({ quantity }) => quantity > 0) };
    });
  return {
    program: {
      costs: columns.map(({ cost }) => cost),
      least: columns.map(({ least }) => least),
      most: columns.map(({ most }) => most),
      isWhole: columns.map(({ isWhole }) => isWhole),
      rows,
    },
    start: Float64Array.from(columns, ({ start }) => start),
    read,
  };
};

const addTo = <V>(map: Map<number, V[]>, key: number, value: V): void => {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
};
