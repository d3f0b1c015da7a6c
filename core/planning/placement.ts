import { at, type Model } from './model.ts';
import { spansOverlap, type Placement, type Span } from './problem.ts';
import { assign, emptySchedule, settle, type Draw, type Schedule } from './schedule.ts';

/** A placement as the search holds it: of each asset only its pool counts. */
export const scheduleOfPlacement = (model: Model, placement: Placement): Schedule => {
  const schedule = emptySchedule(model);
  const personIndex = new Map(model.problem.people.map(({ id }, index) => [id, index]));
  const poolOf = new Map(model.pools.flatMap(({ assets }, pool) => assets.map(({ id }) => [id, pool] as const)));
  model.tasks.forEach(({ id }, task) => {
    const placed = placement.get(id);
    if (placed === undefined || model.isPinned[task] === 1) return;
    const counts = new Map<number, number>();
    for (const asset of placed.asset_ids) {
      const pool = poolOf.get(asset) ?? -1;
      counts.set(pool, (counts.get(pool) ?? 0) + 1);
    }
    const draws = [...counts].map(([pool, quantity]): Draw => ({ pool, quantity }));
    assign(model, schedule, task, personIndex.get(placed.user_id) ?? -1, draws);
  });
  return settle(schedule);
};

/**
 * A schedule with assets by name: in order of start each task gets, of the pools that it draws from, assets that are free,
 * those that hold the fewest windows first, then by code. A pool that was never overdrawn always has them.
 */
export const placementOfSchedule = (model: Model, schedule: Schedule): Placement => {
  const { problem, tasks, pools } = model;
  const held = new Map<string, Span[]>(problem.assets.map(({ id, busy }) => [id, [...busy]]));
  const placement = new Map<string, { user_id: string; asset_ids: readonly string[] }>();
  const take = (task: Span, ids: readonly string[]): void => {
    for (const id of ids) held.get(id)?.push(task);
  };
  tasks.forEach((task, t) => {
    if (model.isPinned[t] === 1) take(task, task.asset_ids);
  });
  tasks.forEach((task, t) => {
    const person = schedule.personOf[t] ?? -1;
    if (person < 0) return;
    const user_id = at(problem.people, person).id;
    if (model.isPinned[t] === 1) {
      placement.set(task.id, { user_id, asset_ids: task.asset_ids });
      return;
    }
    const asset_ids = at(schedule.draws, t).flatMap(({ pool, quantity }) =>
      at(pools, pool)
        .assets.filter(({ id }) => !(held.get(id) ?? []).some((window) => spansOverlap(window, task)))
        .sort(
          (a, b) =>
            (held.get(a.id)?.length ?? 0) - (held.get(b.id)?.length ?? 0) ||
            (a.code < b.code ? -1 : Number(a.code > b.code)),
        )
        .slice(0, quantity)
        .map(({ id }) => id),
    );
    take(task, asset_ids);
    placement.set(task.id, { user_id, asset_ids });
  });
  return placement;
};
