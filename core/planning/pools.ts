import { spansOverlap, type PlanAsset, type PlanTask, type Span } from './problem.ts';

/**
 * Assets that no task of the plan can tell apart: same type, same area, the same windows outside the plan, none named.
 * Of such assets only the number counts. Windows in which at most `assets.length` are needed at any moment can always be
 * spread over them, in order of start, without a clash (interval graphs are perfect).
 */
export interface Pool {
  readonly assets: readonly PlanAsset[];
  /** Windows in which none of them can be had, whatever the plan. */
  readonly busy: readonly Span[];
}

/** So many assets, from these pools together; `scope` has those too that are busy in the task's window. */
export interface Need {
  readonly scope: readonly number[];
  readonly pools: readonly number[];
  readonly quantity: number;
}

/**
 * The pools of the assets, and what each task needs of them; undefined for a task that can never have what it needs.
 * A pinned task keeps its assets: for all others they are taken then.
 */
export const poolsOf = (
  tasks: readonly PlanTask[],
  assets: readonly PlanAsset[],
): { readonly pools: readonly Pool[]; readonly needs: readonly (readonly Need[] | undefined)[] } => {
  const named = new Set(tasks.flatMap(({ asset_ids }) => asset_ids));
  const pinned = tasks.filter(({ is_pinned }) => is_pinned);
  const groups = new Map<string, { readonly assets: PlanAsset[]; readonly busy: readonly Span[] }>();
  for (const asset of assets) {
    const { id, asset_type, area_code, is_available } = asset;
    const busy = [...asset.busy, ...pinned.filter(({ asset_ids }) => asset_ids.includes(id))];
    const windows = busy.map(({ start, end }) => [start, end]);
    const key = JSON.stringify([asset_type, area_code, is_available, windows, named.has(id) ? id : null]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { assets: [asset], busy });
    else group.assets.push(asset);
  }
  const pools = [...groups.values()];
  const needOf = (task: PlanTask, serves: (asset: PlanAsset) => boolean, quantity: number): Need | undefined => {
    const scope = pools.flatMap((pool, index) => (pool.assets.some(serves) ? [index] : []));
    const fitting = scope.filter((index) => pools[index]?.busy.some((span) => spansOverlap(span, task)) === false);
    const available = fitting.reduce((sum, index) => sum + (pools[index]?.assets.length ?? 0), 0);
    return available < quantity ? undefined : { scope, pools: fitting, quantity };
  };
  const needs = tasks.map((task): readonly Need[] | undefined => {
    if (task.is_pinned) return [];
    const all = demandsOf(task).map(({ serves, quantity }) => needOf(task, serves, quantity));
    const met = all.filter((need) => need !== undefined);
    return met.length === all.length ? met : undefined;
  });
  return { pools, needs };
};

/** What a task asks of assets, one by one: the named ones, or so many of a type in its area (any, when it has none). */
export const demandsOf = (task: PlanTask) =>
  task.asset_ids.length > 0
    ? task.asset_ids.map((id) => ({
        name: { asset_id: id },
        serves: (asset: PlanAsset) => asset.id === id && (asset.is_available || task.was !== null),
        quantity: 1,
      }))
    : task.required_assets.map(({ asset_type, quantity }) => ({
        name: { asset_type },
        serves: (asset: PlanAsset) =>
          asset.is_available &&
          asset.asset_type === asset_type &&
          (task.area_code === null || task.area_code === asset.area_code),
        quantity,
      }));

/** So many of these assets. */
export interface Demand {
  readonly assets: readonly PlanAsset[];
  readonly quantity: number;
}

/** The demands of a task, with all assets that could serve, whatever they hold. */
export const servingAssets = (task: PlanTask, assets: readonly PlanAsset[]): readonly Demand[] =>
  demandsOf(task).map(({ serves, quantity }) => ({ assets: assets.filter(serves), quantity }));
