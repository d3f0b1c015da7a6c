import { at, type Model } from './model.ts';
import type { Demand } from './pools.ts';
import { spansOverlap, type Placement, type PlanAsset, type Span } from './problem.ts';

/**
 * Dispatches one by one, in order of priority, then of time: each task to the free candidate with the best score, with
 * the assets that hold the fewest windows, as auto-dispatch does. What is held stays where it is.
 */
export const dispatchOneByOne = (model: Model): Placement => {
  const { problem, personCount, tasks, holder } = model;
  const held = new Map(problem.assets.map(({ id, busy }): [string, Span[]] => [id, [...busy]]));
  const assetsFor = (t: number): readonly string[] | undefined =>
    chooseAssets(
      at(model.demands, t),
      ({ id }) => !(held.get(id) ?? []).some((window) => spansOverlap(window, at(tasks, t))),
      ({ id }) => held.get(id)?.length ?? 0,
    );
  const windows = problem.people.map(({ busy }): Span[] => [...busy]);
  const counts = problem.people.map(() => 0);
  const placement = new Map<string, { user_id: string; asset_ids: readonly string[] }>();
  const place = (t: number, u: number): boolean => {
    const task = at(tasks, t);
    const asset_ids = task.is_pinned ? task.asset_ids : assetsFor(t);
    if (asset_ids === undefined) return false;
    for (const id of asset_ids) held.get(id)?.push(task);
    windows[u]?.push(task);
    counts[u] = (counts[u] ?? 0) + 1;
    placement.set(task.id, { user_id: at(problem.people, u).id, asset_ids });
    return true;
  };
  const order = tasks.map((_, t) => t);
  order.sort((a, b) => (model.priority[b] ?? 0) - (model.priority[a] ?? 0) || a - b);
  // Pinned tasks first: their assets are theirs without a choice.
  for (const t of order) if (model.isPinned[t] === 1) place(t, holder[t] ?? -1);
  for (const t of order) if (model.isPinned[t] !== 1 && isKept(model, t)) place(t, holder[t] ?? -1);
  for (const t of order) {
    const task = at(tasks, t);
    if (placement.has(task.id)) continue;
    const free = [...at(model.peopleOf, t)].filter((u) => !at(windows, u).some((window) => spansOverlap(window, task)));
    const scored = free.map((u) => {
      const count = at(counts, u);
      const steps = at(model.steps, u);
      return {
        u,
        gain: (model.gain[t * personCount + u] ?? 0) + (steps[Math.min(count, steps.length - 1)] ?? 0),
        active: at(problem.people, u).active_assignments + count,
        id: at(problem.people, u).id,
      };
    });
    // The order of auto-dispatch: score, then workload, then id.
    const [best] = scored.sort((a, b) => b.gain - a.gain || a.active - b.active || (a.id < b.id ? -1 : 1));
    if (best !== undefined) place(t, best.u);
  }
  return placement;
};

const isKept = ({ holder, isEligible, personCount }: Model, t: number): boolean => {
  const u = holder[t] ?? -1;
  return u >= 0 && isEligible[t * personCount + u] === 1;
};

/** Assets that meet all demands of a task and are free, the fewest held windows first, then by code; undefined if some lack. */
export const chooseAssets = (
  demands: readonly Demand[],
  isFree: (asset: PlanAsset) => boolean,
  countOf: (asset: PlanAsset) => number,
): readonly string[] | undefined => {
  const chosen: string[] = [];
  for (const { assets, quantity } of demands) {
    const free = assets.filter((asset) => !chosen.includes(asset.id) && isFree(asset));
    if (free.length < quantity) return undefined;
    const counts = new Map(free.map((asset) => [asset.id, countOf(asset)]));
    free.sort(
      (a, b) => (counts.get(a.id) ?? 0) - (counts.get(b.id) ?? 0) || (a.code < b.code ? -1 : Number(a.code > b.code)),
    );
    chosen.push(...free.slice(0, quantity).map(({ id }) => id));
  }
  return chosen;
};
