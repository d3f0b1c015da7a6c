import { faultsOf, objectiveOf, tally } from '../../../../core/planning/checker.ts';
import type { Placement, PlanProblem, PlanTask, PlanTotals } from '../../../../core/planning/problem.ts';
import { spansOverlap } from '../../../../core/planning/problem.ts';

interface Place {
  readonly user_id: string;
  readonly asset_ids: readonly string[];
}

/** All ways to choose so many of a list. */
const choices = <T>(list: readonly T[], count: number): readonly (readonly T[])[] => {
  if (count === 0) return [[]];
  return list.flatMap((one, index) => choices(list.slice(index + 1), count - 1).map((rest) => [one, ...rest]));
};

/** Every set of assets that would serve a task, were they free. */
const assetSets = (problem: PlanProblem, task: PlanTask): readonly (readonly string[])[] => {
  if (task.is_pinned || task.asset_ids.length > 0) return [task.asset_ids];
  return task.required_assets.reduce<readonly (readonly string[])[]>(
    (sets, { asset_type, quantity }) => {
      const fitting = problem.assets.filter(
        (asset) =>
          asset.is_available &&
          asset.asset_type === asset_type &&
          (task.area_code === null || asset.area_code === task.area_code),
      );
      const chosen = choices(fitting, quantity);
      return sets.flatMap((set) => chosen.map((more) => [...set, ...more.map(({ id }) => id)]));
    },
    [[]],
  );
};

/** The best plan of a small day, by trying all of them. */
export const bestOf = (problem: PlanProblem): { readonly totals: PlanTotals; readonly objective: bigint } => {
  const options = problem.tasks.map((task): readonly (Place | undefined)[] => {
    const alone = problem.people.flatMap(({ id }) =>
      assetSets(problem, task).map((asset_ids) => ({ user_id: id, asset_ids })),
    );
    const others = problem.tasks
      .filter(({ is_pinned }) => is_pinned)
      .map(({ id, was, asset_ids }) => [id, { user_id: was ?? '', asset_ids }] as const);
    const possible = alone.filter((place) => faultsOf(problem, new Map([...others, [task.id, place]])).length === 0);
    return task.is_pinned ? possible : [...possible, undefined];
  });
  let best: { readonly totals: PlanTotals; readonly objective: bigint } | undefined;
  const chosen: { readonly task: PlanTask; readonly place: Place }[] = [];
  const visit = (index: number): void => {
    const task = problem.tasks[index];
    if (task === undefined) {
      const placement: Placement = new Map(chosen.map((one) => [one.task.id, one.place]));
      const { totals } = tally(problem, placement);
      const objective = objectiveOf(problem, totals);
      if (best === undefined || objective > best.objective) best = { totals, objective };
      return;
    }
    const left = problem.tasks.slice(index).reduce((sum, { facts }) => sum + facts.priority, 0);
    const placed = chosen.reduce((sum, one) => sum + one.task.facts.priority, 0);
    if (best !== undefined && placed + left < best.totals.priority_placed) return;
    for (const place of options[index] ?? []) {
      if (place === undefined) {
        visit(index + 1);
        continue;
      }
      const clashes = chosen.some(
        (one) =>
          spansOverlap(one.task, task) &&
          (one.place.user_id === place.user_id || one.place.asset_ids.some((id) => place.asset_ids.includes(id))),
      );
      if (clashes) continue;
      chosen.push({ task, place });
      visit(index + 1);
      chosen.pop();
    }
  };
  visit(0);
  if (best === undefined) throw new Error('There is no plan at all.');
  return best;
};
