import { assetResource, resourceName, userResource, type Resource } from '../calendar/resource.ts';
import { overlaps, type Window } from '../calendar/window.ts';
import { LIMITS } from '../limits.ts';
import type { PlanAnswer } from './answer.ts';

/** A task that goes from one person, or nobody, to another, or nobody, with its equipment. */
export interface Move {
  readonly task_id: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly from_assets: readonly string[];
  readonly to_assets: readonly string[];
}

/** With the time that the task holds. */
export type TimedMove = Move & { readonly window: Window };

/** What a plan changes: tasks that stay with who holds them are none, for they keep their equipment, too. */
export const movesOf = ({ tasks, assignments }: Pick<PlanAnswer, 'tasks' | 'assignments'>): readonly Move[] => {
  const placed = new Map(assignments.map((one) => [one.task_id, one]));
  return tasks
    .map(({ id, was, asset_ids }): Move => ({
      ...{ task_id: id, from: was, to: placed.get(id)?.user_id ?? null },
      from_assets: was === null ? [] : asset_ids,
      to_assets: placed.get(id)?.asset_ids ?? [],
    }))
    .filter(({ from, to }) => from !== to);
};

/** Who and what a move takes time of; equipment that stays with the task holds it already. */
export const takenBy = ({ to, from_assets, to_assets }: Move): readonly Resource[] =>
  to === null
    ? []
    : [userResource(to), ...to_assets.filter((id) => !from_assets.includes(id)).map((id) => assetResource(id))];

const givenBy = ({ from, from_assets, to_assets }: Move): readonly Resource[] =>
  from === null
    ? []
    : [userResource(from), ...from_assets.filter((id) => !to_assets.includes(id)).map((id) => assetResource(id))];

/** All whose calendars the moves change. */
export const resourcesOf = (moves: readonly Move[]): readonly Resource[] => [
  ...new Map(
    moves.flatMap((move) => [...givenBy(move), ...takenBy(move)]).map((one) => [resourceName(one), one]),
  ).values(),
];

/** Moves that share people or equipment, directly or through others: what is outside of such a group does not concern it. */
export const componentsOf = <M extends Move>(moves: readonly M[]): readonly (readonly M[])[] => {
  const leaders = new Map<string, string>();
  const leaderOf = (name: string): string => {
    const next = leaders.get(name);
    return next === undefined || next === name ? name : leaderOf(next);
  };
  const firstOf = (move: M): string => resourcesOf([move]).map(resourceName)[0] ?? '';
  for (const move of moves) {
    for (const resource of resourcesOf([move])) leaders.set(leaderOf(resourceName(resource)), leaderOf(firstOf(move)));
  }
  return [...grouped(moves, (move) => leaderOf(firstOf(move))).values()];
};

/**
 * The transactions that carry a component out, in their order: all moves in one where they fit.
 *
 * A move needs the room that another makes when it takes time that the other gives back. Moves that need each other in a
 * circle belong in one transaction, and so are never split; the others follow those that they need. So each transaction
 * passes the guard as the calendars are by then, and as few moves as possible are torn from those that belong to them.
 */
export const stepsOf = (moves: readonly TimedMove[]): readonly (readonly TimedMove[])[] => {
  if (isOneTransaction(moves)) return [moves];
  const steps: (readonly TimedMove[])[] = [];
  for (const circle of circlesOf(moves)) {
    const last = steps.at(-1) ?? [];
    const joined = [...last, ...circle];
    if (last.length > 0 && isOneTransaction(joined)) steps[steps.length - 1] = joined;
    else steps.push(circle);
  }
  return steps;
};

/** Whether one transaction can hold these moves. Of the steps of a component only a circle that is too large does not fit. */
export const isOneTransaction = (moves: readonly Move[]): boolean => actionsOf(moves) <= LIMITS.transactionActions;

/**
 * What a transaction of these moves holds: of each the task, its history, its decision and its windows; the calendars; a
 * look at each asset; the record of the step.
 */
const actionsOf = (moves: readonly Move[]): number => {
  const resources = resourcesOf(moves);
  const windows = moves.reduce((sum, move) => sum + takenBy(move).length + givenBy(move).length, 0);
  const dispatches = moves.filter(({ to }) => to !== null).length;
  const assets = resources.filter(({ kind }) => kind === 'asset').length;
  return 2 * moves.length + dispatches + windows + resources.length + assets + 1;
};

/** Moves that need each other, each group behind all that it needs (Tarjan's strongly connected components). */
const circlesOf = (moves: readonly TimedMove[]): readonly (readonly TimedMove[])[] => {
  const givers = grouped(
    moves.flatMap((move) => givenBy(move).map((resource) => ({ move, name: resourceName(resource) }))),
    ({ name }) => name,
  );
  const needsOf = (move: TimedMove): readonly TimedMove[] =>
    takenBy(move)
      .flatMap((resource) => givers.get(resourceName(resource)) ?? [])
      .map((giver) => giver.move)
      .filter((other) => other !== move && overlaps(other.window, move.window));
  const circles: TimedMove[][] = [];
  const places = new Map<TimedMove, number>();
  const done = new Set<TimedMove>();
  const stack: TimedMove[] = [];
  const visit = (move: TimedMove): number => {
    const place = places.size;
    places.set(move, place);
    stack.push(move);
    let lowest = place;
    for (const needed of needsOf(move)) {
      if (done.has(needed)) continue;
      lowest = Math.min(lowest, places.get(needed) ?? visit(needed));
    }
    if (lowest === place) {
      const circle = stack.splice(stack.indexOf(move));
      for (const one of circle) done.add(one);
      circles.push(circle);
    }
    return lowest;
  };
  for (const move of moves) if (!places.has(move)) visit(move);
  return circles;
};

const grouped = <One, Key>(all: readonly One[], keyOf: (one: One) => Key): ReadonlyMap<Key, readonly One[]> => {
  const groups = new Map<Key, One[]>();
  for (const one of all) {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return groups;
};
