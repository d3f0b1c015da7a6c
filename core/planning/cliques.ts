/**
 * The maximal sets of at least so many tasks that overlap at one moment, of tasks in order of start. The last of each set
 * starts last.
 */
export const cliquesOf = (
  { start: starts, end: ends }: { readonly start: Float64Array; readonly end: Float64Array },
  tasks: readonly number[],
  least = 2,
): readonly (readonly number[])[] => {
  const cliques: (readonly number[])[] = [];
  let open: number[] = [];
  for (const task of tasks) {
    const start = starts[task] ?? 0;
    const still = open.filter((one) => (ends[one] ?? 0) > start);
    // One has ended: what was open until then is maximal, for something has begun since the last that was kept.
    if (still.length < open.length) cliques.push(open);
    open = [...still, task];
  }
  if (open.length > 0) cliques.push(open);
  return cliques.filter(({ length }) => length >= least);
};
