import { overlaps, type Window } from '../calendar/window.ts';
import { LIMITS } from '../limits.ts';
import type { PlanAnswer } from './answer.ts';

/** A task that goes from one person, or nobody, to another, or nobody. */
export interface Move {
  readonly task_id: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** With the time of the task. */
export type TimedMove = Move & { readonly window: Window };

/** What a plan changes: tasks that stay with who holds them are none. */
export const movesOf = ({ tasks, assignments }: Pick<PlanAnswer, 'tasks' | 'assignments'>): readonly Move[] => {
  const takers = new Map(assignments.map(({ task_id, user_id }) => [task_id, user_id]));
  return tasks
    .map(({ id, was }): Move => ({ task_id: id, from: was, to: takers.get(id) ?? null }))
    .filter(({ from, to }) => from !== to);
};

export const peopleOf = (moves: readonly Move[]): readonly string[] => [
  ...new Set(moves.flatMap(({ from, to }) => [from, to].filter((id) => id !== null))),
];

/** Moves that share people, directly or through others: what is outside of such a group has nothing to do with it. */
export const componentsOf = <M extends Move>(moves: readonly M[]): readonly (readonly M[])[] => {
  const leaders = new Map<string, string>();
  const leaderOf = (id: string): string => {
    const next = leaders.get(id);
    return next === undefined || next === id ? id : leaderOf(next);
  };
  for (const { from, to } of moves) if (from !== null && to !== null) leaders.set(leaderOf(from), leaderOf(to));
  return [...grouped(moves, ({ from, to }) => leaderOf(from ?? to ?? '')).values()];
};

/**
 * The transactions that carry a component out, in their order: all moves in one where they fit.
 *
 * A move needs the room that another makes when it takes time that the other gives back. Moves that need each other in a
 * circle belong in one transaction, and so are never split; the others follow those that they need. So each transaction
 * passes the guard as the calendars are by then, and as few moves as possible are torn from those that belong to them.
 */
export const stepsOf = (moves: readonly TimedMove[]): readonly (readonly TimedMove[])[] => {
  if (actionsOf(moves) <= LIMITS.transactionActions) return [moves];
  const steps: (readonly TimedMove[])[] = [];
  for (const circle of circlesOf(moves)) {
    const last = steps.at(-1) ?? [];
    const joined = [...last, ...circle];
    if (last.length > 0 && actionsOf(joined) <= LIMITS.transactionActions) steps[steps.length - 1] = joined;
    else steps.push(circle);
  }
  return steps;
};

/** What a transaction of these moves holds: the task and its history, decision and window; the calendars; the record. */
const actionsOf = (moves: readonly Move[]): number =>
  moves.reduce((sum, { from, to }) => sum + 2 + (to === null ? 0 : 2) + (from === null ? 0 : 1), 0) +
  peopleOf(moves).length +
  1;

/** Moves that need each other, each group behind all that it needs (Tarjan's strongly connected components). */
const circlesOf = (moves: readonly TimedMove[]): readonly (readonly TimedMove[])[] => {
  const givers = grouped(moves, ({ from }) => from);
  const needsOf = (move: TimedMove): readonly TimedMove[] =>
    move.to === null
      ? []
      : (givers.get(move.to) ?? []).filter((other) => other !== move && overlaps(other.window, move.window));
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

const grouped = <M, Key>(moves: readonly M[], keyOf: (move: M) => Key): ReadonlyMap<Key, readonly M[]> => {
  const groups = new Map<Key, M[]>();
  for (const move of moves) {
    const key = keyOf(move);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [move]);
    else group.push(move);
  }
  return groups;
};
