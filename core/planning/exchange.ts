import { chooseAssets } from './greedy.ts';
import { at, stepAt, type Model } from './model.ts';
import { spansOverlap, type Placement, type PlanAsset } from './problem.ts';
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
  /** The same the other way round: the tasks that each asset serves. */
  readonly servedBy: ReadonlyMap<string, Set<number>>;
  /** What was found about tasks since the last exchange was made. */
  readonly found: {
    /** Who is free for a task. */
    readonly free: Map<number, readonly number[]>;
    /** The assets that could serve a task, each with the tasks that it serves in the window; left out if it is busy otherwise. */
    readonly serving: Map<number, ReadonlyMap<string, readonly number[]>>;
  };
}

export const deskOf = (model: Model, placement: Placement): Desk => {
  const schedule = emptySchedule(model);
  const servedBy = new Map(model.problem.assets.map(({ id }) => [id, new Set<number>()]));
  const desk: Desk = { schedule, assets: new Map(), servedBy, found: { free: new Map(), serving: new Map() } };
  const personIndex = new Map(model.problem.people.map(({ id }, index) => [id, index]));
  model.tasks.forEach(({ id }, task) => {
    const placed = placement.get(id);
    if (placed === undefined) return;
    equip(desk, task, placed.asset_ids);
    if (model.isPinned[task] !== 1) assign(model, schedule, task, personIndex.get(placed.user_id) ?? -1, []);
  });
  settle(schedule);
  return desk;
};

const equip = ({ assets, servedBy }: Desk, task: number, ids: readonly string[]): void => {
  for (const id of assets.get(task) ?? []) servedBy.get(id)?.delete(task);
  for (const id of ids) servedBy.get(id)?.add(task);
  if (ids.length > 0) assets.set(task, ids);
  else assets.delete(task);
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
 * are in the way, or each loses more than `floor` in priority.
 */
export const cheapestExchange = (model: Model, desk: Desk, task: number, floor = -Infinity): Trial | undefined => {
  let best: Trial | undefined;
  const rivals = rivalsForAssets(model, desk, task);
  for (const person of at(model.peopleOf, task)) {
    const trial = tryAt(model, desk, task, person, rivals, best?.priority ?? floor);
    if (trial === undefined) continue;
    const isCheaper =
      best === undefined ||
      trial.priority > best.priority ||
      (trial.priority === best.priority && trial.gain > best.gain);
    if (isCheaper) best = trial;
  }
  return best;
};

const tryAt = (
  model: Model,
  desk: Desk,
  task: number,
  person: number,
  rivals: readonly number[],
  floor: number,
): Trial | undefined => {
  const { schedule } = desk;
  const before = schedule.gain;
  const moved = new Set(blockersOf(model, schedule, person, task));
  let asset_ids = assetsFor(model, desk, task, moved, new Map());
  for (const rival of rivals) {
    if (asset_ids !== undefined) break;
    moved.add(rival);
    asset_ids = assetsFor(model, desk, task, moved, new Map());
  }
  if (asset_ids === undefined) return undefined;
  // Asked before anybody gives something back.
  const free = new Map([...moved].map((one) => [one, freeFor(model, desk, one)]));
  const freed = new Set([...moved].map((one) => schedule.personOf[one] ?? -1));
  if (freed.size === 1 && freed.has(person)) {
    // Where only this person gives something back, nobody becomes free by that.
    const stuck = [...moved].filter((one) => free.get(one)?.length === 0);
    if (stuck.reduce((left, one) => left - (model.priority[one] ?? 0), model.priority[task] ?? 0) < floor) return;
  }
  const goes = new Map([[task, { person, asset_ids }]]);
  for (const one of moved) release(model, schedule, one);
  assign(model, schedule, task, person, []);
  const homeless = [...moved].sort((a, b) => (model.priority[b] ?? 0) - (model.priority[a] ?? 0) || a - b);
  let priority = model.priority[task] ?? 0;
  for (const one of homeless) {
    const other = bestFree(model, schedule, one, [...(free.get(one) ?? []), ...freed]);
    const found = other < 0 ? undefined : assetsFor(model, desk, one, moved, goes);
    if (found === undefined) {
      goes.set(one, { person: -1, asset_ids: [] });
      priority -= model.priority[one] ?? 0;
      // Whatever becomes of the others, it loses more.
      if (priority < floor) break;
    } else {
      goes.set(one, { person: other, asset_ids: found });
      assign(model, schedule, one, other, []);
    }
  }
  const trial = { priority, gain: schedule.gain - before, goes };
  rollback(model, schedule, 0);
  return priority < floor ? undefined : trial;
};

/** Free assets for a task when `moved` have given theirs back and those in `goes` have taken theirs; its own ones first. */
const assetsFor = (
  model: Model,
  desk: Desk,
  task: number,
  moved: ReadonlySet<number>,
  goes: Trial['goes'],
): readonly string[] | undefined => {
  const demands = at(model.demands, task);
  if (demands.length === 0) return [];
  const serving = servingFor(model, desk, task);
  const window = at(model.tasks, task);
  const isFree = ({ id }: { readonly id: string }): boolean => {
    const holders = serving.get(id);
    if (holders === undefined || !holders.every((other) => moved.has(other))) return false;
    for (const [other, { asset_ids }] of goes)
      if (asset_ids.includes(id) && spansOverlap(at(model.tasks, other), window)) return false;
    return true;
  };
  const countOf = ({ id, busy }: PlanAsset): number => {
    let count = busy.length;
    for (const other of desk.servedBy.get(id) ?? []) if (!moved.has(other)) count += 1;
    for (const { asset_ids } of goes.values()) if (asset_ids.includes(id)) count += 1;
    return count;
  };
  const own = desk.assets.get(task) ?? [];
  const isOwnFree = own.length > 0 && own.every((id) => isFree({ id }));
  return isOwnFree ? own : chooseAssets(demands, isFree, countOf);
};

/** The assets that could serve a task, with the tasks that they serve in its window, as the plan is. */
const servingFor = (
  model: Model,
  { servedBy, found: { serving } }: Desk,
  task: number,
): ReadonlyMap<string, readonly number[]> => {
  const known = serving.get(task);
  if (known !== undefined) return known;
  const window = at(model.tasks, task);
  const useful = new Map<string, readonly number[]>();
  for (const { id, busy } of at(model.demands, task).flatMap(({ assets }) => assets)) {
    if (useful.has(id) || busy.some((span) => spansOverlap(span, window))) continue;
    const others = [...(servedBy.get(id) ?? [])];
    useful.set(
      id,
      others.filter((other) => spansOverlap(at(model.tasks, other), window)),
    );
  }
  serving.set(task, useful);
  return useful;
};

/** The tasks that hold equipment which a task could use, in its window; those of least priority first. */
export const rivalsForAssets = (model: Model, desk: Desk, task: number): readonly number[] => {
  const holders = new Set([...servingFor(model, desk, task).values()].flat());
  return [...holders]
    .filter((other) => other !== task && model.isPinned[other] !== 1)
    .sort((a, b) => (model.priority[a] ?? 0) - (model.priority[b] ?? 0) || a - b);
};

/** Who is free for a task, as the plan is. */
const freeFor = (model: Model, { schedule, found: { free } }: Desk, task: number): readonly number[] => {
  const found = free.get(task) ?? [...at(model.peopleOf, task)].filter((u) => isFree(model, schedule, u, task));
  free.set(task, found);
  return found;
};

/** Of these people, who is free for a task and gains most with it; -1 for nobody. */
const bestFree = (model: Model, schedule: Schedule, task: number, people: readonly number[]): number => {
  let best = -1;
  let most = -Infinity;
  for (const person of people) {
    const index = task * model.personCount + person;
    if (model.isEligible[index] !== 1) continue;
    const gain = (model.gain[index] ?? 0) + stepAt(model, person, at(schedule.heldBy, person).length);
    const isBetter = gain > most || (gain === most && person < best);
    if (isBetter && isFree(model, schedule, person, task)) [best, most] = [person, gain];
  }
  return best;
};

/** Makes an exchange. */
export const apply = (model: Model, desk: Desk, { goes }: Trial): void => {
  const { schedule, found } = desk;
  found.free.clear();
  found.serving.clear();
  for (const task of goes.keys()) if ((schedule.personOf[task] ?? -1) >= 0) release(model, schedule, task);
  for (const [task, { person, asset_ids }] of goes) {
    if (person >= 0) assign(model, schedule, task, person, []);
    equip(desk, task, asset_ids);
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
