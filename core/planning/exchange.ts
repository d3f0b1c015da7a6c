import { chooseAssets } from './greedy.ts';
import { at, stepAt, type Model } from './model.ts';
import { demandsOf } from './pools.ts';
import { spansOverlap, type Placement, type PlanTask, type Span } from './problem.ts';
import { assign, blockersOf, emptySchedule, isFree, release, rollback, settle, type Schedule } from './schedule.ts';

/** Changes that together place a task; applied at once, they cost what they say. */
export interface Exchange {
  readonly changes: readonly {
    readonly task_id: string;
    readonly from: string | null;
    /** null: left out. */
    readonly to: string | null;
    readonly asset_ids: readonly string[];
  }[];
  /** Priority and net score (points, less the cost of moves) that the plan gains; negative where it loses. */
  readonly price: { readonly priority: number; readonly score: number };
}

/** A plan in which exchanges are tried: people by index, assets by name. */
export interface Desk {
  /** Its draws are empty: assets are counted in `assets`. */
  readonly schedule: Schedule;
  /** The assets of each placed task that has any. */
  readonly assets: Map<number, readonly string[]>;
}

export const deskOf = (model: Model, placement: Placement): Desk => {
  const schedule = emptySchedule(model);
  const assets = new Map<number, readonly string[]>();
  const personIndex = new Map(model.problem.people.map(({ id }, index) => [id, index]));
  model.tasks.forEach(({ id }, task) => {
    const placed = placement.get(id);
    if (placed === undefined) return;
    if (placed.asset_ids.length > 0) assets.set(task, placed.asset_ids);
    if (model.isPinned[task] !== 1) assign(model, schedule, task, personIndex.get(placed.user_id) ?? -1, []);
  });
  settle(schedule);
  return { schedule, assets };
};

export const placementOfDesk = (model: Model, { schedule, assets }: Desk): Placement =>
  new Map(
    model.tasks.flatMap(({ id }, task) => {
      const person = schedule.personOf[task] ?? -1;
      if (person < 0) return [];
      return [[id, { user_id: at(model.problem.people, person).id, asset_ids: assets.get(task) ?? [] }] as const];
    }),
  );

interface Trial {
  readonly priority: number;
  readonly gain: number;
  /** Where each task that changes goes; -1 for one that is left out. */
  readonly goes: ReadonlyMap<number, { readonly person: number; readonly asset_ids: readonly string[] }>;
}

/**
 * The cheapest way to place a task among these: one of the people who may take it does; what is in the way there, or holds
 * the equipment, goes to whoever is free and gains most, or is left out. In every case there is one, unless pinned tasks
 * are in the way.
 */
export const cheapestExchange = (model: Model, desk: Desk, task: number): Trial | undefined => {
  let best: Trial | undefined;
  for (const person of at(model.peopleOf, task)) {
    const trial = tryAt(model, desk, task, person);
    if (trial === undefined) continue;
    const isCheaper =
      best === undefined ||
      trial.priority > best.priority ||
      (trial.priority === best.priority && trial.gain > best.gain);
    if (isCheaper) best = trial;
  }
  return best;
};

const tryAt = (model: Model, desk: Desk, task: number, person: number): Trial | undefined => {
  const { schedule } = desk;
  const before = { priority: schedule.priority, gain: schedule.gain };
  const moved = new Set(blockersOf(model, schedule, person, task));
  const own = at(model.tasks, task);
  const needsAssets = demandsOf(own).length > 0;
  let asset_ids: readonly string[] | undefined = needsAssets ? assetsFor(model, desk, own, moved, new Map()) : [];
  if (asset_ids === undefined) {
    for (const rival of rivalsForAssets(model, desk, task)) {
      moved.add(rival);
      asset_ids = assetsFor(model, desk, own, moved, new Map());
      if (asset_ids !== undefined) break;
    }
  }
  if (asset_ids === undefined) return undefined;
  const goes = new Map([[task, { person, asset_ids }]]);
  for (const one of moved) release(model, schedule, one);
  assign(model, schedule, task, person, []);
  const homeless = [...moved].sort((a, b) => (model.priority[b] ?? 0) - (model.priority[a] ?? 0) || a - b);
  for (const one of homeless) {
    const other = bestFree(model, schedule, one);
    const found =
      other < 0 ? undefined : assetsFor(model, desk, at(model.tasks, one), moved, goes, desk.assets.get(one));
    if (found === undefined) goes.set(one, { person: -1, asset_ids: [] });
    else {
      goes.set(one, { person: other, asset_ids: found });
      assign(model, schedule, one, other, []);
    }
  }
  const trial = { priority: schedule.priority - before.priority, gain: schedule.gain - before.gain, goes };
  rollback(model, schedule, 0);
  return trial;
};

/** Free assets for a task when `moved` have given theirs back and those in `goes` have taken theirs; its own ones first. */
const assetsFor = (
  model: Model,
  desk: Desk,
  task: PlanTask,
  moved: ReadonlySet<number>,
  goes: Trial['goes'],
  own: readonly string[] = [],
): readonly string[] | undefined => {
  if (demandsOf(task).length === 0) return [];
  const held = new Map<string, Span[]>(model.problem.assets.map(({ id, busy }) => [id, [...busy]]));
  const take = (index: number, ids: readonly string[]): void => {
    for (const id of ids) held.get(id)?.push(at(model.tasks, index));
  };
  for (const [index, ids] of desk.assets) if (!moved.has(index)) take(index, ids);
  for (const [index, { asset_ids }] of goes) take(index, asset_ids);
  const isOwnFree = own.every((id) => !(held.get(id) ?? []).some((window) => spansOverlap(window, task)));
  return own.length > 0 && isOwnFree ? own : chooseAssets(task, model.problem.assets, held);
};

/** The tasks that hold equipment which a task could use, in its window; those of least priority first. */
export const rivalsForAssets = (model: Model, { assets }: Desk, task: number): readonly number[] => {
  const own = at(model.tasks, task);
  const demands = demandsOf(own);
  const useful = new Set(
    model.problem.assets.filter((asset) => demands.some(({ serves }) => serves(asset))).map(({ id }) => id),
  );
  return [...assets]
    .filter(([other, ids]) => model.isPinned[other] !== 1 && ids.some((id) => useful.has(id)))
    .map(([other]) => other)
    .filter((other) => other !== task && spansOverlap(at(model.tasks, other), own))
    .sort((a, b) => (model.priority[a] ?? 0) - (model.priority[b] ?? 0) || a - b);
};

const bestFree = (model: Model, schedule: Schedule, task: number): number => {
  let best = -1;
  let most = -Infinity;
  for (const person of at(model.peopleOf, task)) {
    const count = at(schedule.heldBy, person).length;
    const gain = (model.gain[task * model.personCount + person] ?? 0) + stepAt(model, person, count);
    if (gain > most && isFree(model, schedule, person, task)) [best, most] = [person, gain];
  }
  return best;
};

/** Makes an exchange. */
export const apply = (model: Model, { schedule, assets }: Desk, { goes }: Trial): void => {
  for (const task of goes.keys()) if ((schedule.personOf[task] ?? -1) >= 0) release(model, schedule, task);
  for (const [task, { person, asset_ids }] of goes) {
    if (person >= 0) assign(model, schedule, task, person, []);
    if (person >= 0 && asset_ids.length > 0) assets.set(task, asset_ids);
    else assets.delete(task);
  }
  settle(schedule);
};

/** An exchange in words that name tasks and people. */
export const exchangeOf = (model: Model, { schedule }: Desk, { priority, gain, goes }: Trial): Exchange => {
  const nameOf = (person: number): string | null => (person < 0 ? null : at(model.problem.people, person).id);
  const changes = [...goes].map(([task, { person, asset_ids }]) => ({
    task_id: at(model.tasks, task).id,
    from: nameOf(schedule.personOf[task] ?? -1),
    to: nameOf(person),
    asset_ids,
  }));
  const movesAt = (task: number, person: number): number => {
    const holder = model.holder[task] ?? -1;
    return holder >= 0 && holder !== person ? 1 : 0;
  };
  let moves = 0;
  for (const [task, { person }] of goes) moves += movesAt(task, person) - movesAt(task, schedule.personOf[task] ?? -1);
  return { changes, price: { priority, score: (gain + moves) / model.moveScale / 1_000 + 0 } };
};
