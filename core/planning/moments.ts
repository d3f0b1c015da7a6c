import { cliquesOf } from './cliques.ts';
import type { Need, Pool } from './pools.ts';

/** The moments at which assets may be short. */
export interface Moments {
  /** How many assets there are at each. */
  readonly sizes: readonly number[];
  /** The uses of task `t` are those from `from[t]` until `from[t + 1]`: so many assets at a moment each. */
  readonly from: Int32Array;
  readonly moment: Int32Array;
  readonly quantity: Int32Array;
}

/**
 * At each moment the tasks that ask for assets of one scope, or of a part of it, use at most those of the scope that are
 * not busy outside the plan. (Which of them serves which task is left open.)
 */
export const momentsOf = (
  windows: { readonly start: Float64Array; readonly end: Float64Array },
  pools: readonly Pool[],
  needs: readonly (readonly Need[] | undefined)[],
): Moments => {
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
    const asking = [...asked.keys()].sort((a, b) => a - b);
    for (const clique of cliquesOf(windows, asking, 1)) {
      const time = windows.start[clique.at(-1) ?? 0] ?? 0;
      const isBusy = (pool: number): boolean =>
        pools[pool]?.busy.some((span) => span.start <= time && time < span.end) === true;
      const size = scope.reduce((sum, pool) => sum + (isBusy(pool) ? 0 : (pools[pool]?.assets.length ?? 0)), 0);
      if (clique.reduce((sum, task) => sum + (asked.get(task) ?? 0), 0) <= size) continue;
      for (const task of clique) uses[task]?.push({ moment: sizes.length, quantity: asked.get(task) ?? 0 });
      sizes.push(size);
    }
  }
  const from = new Int32Array(uses.length + 1);
  uses.forEach(({ length }, t) => (from[t + 1] = (from[t] ?? 0) + length));
  const all = uses.flat();
  return {
    sizes,
    from,
    moment: Int32Array.from(all, ({ moment }) => moment),
    quantity: Int32Array.from(all, ({ quantity }) => quantity),
  };
};
