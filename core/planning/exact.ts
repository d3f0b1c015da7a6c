import type { Bound } from './bound.ts';
import { formulate, PAIR } from './formulation.ts';
import { at, type Model } from './model.ts';
import { nearPairs } from './near.ts';
import type { Random } from './random.ts';
import { assign, emptySchedule, settle, type Schedule } from './schedule.ts';
import type { Solver, SolverLimits } from './solver.ts';

export interface ExactAnswer {
  readonly schedule: Schedule;
  /** No plan is worth more; Infinity where only a part of the problem was solved. */
  readonly bound: number;
}

/**
 * Solves the whole problem: first for the priority; for the gain, of plans that place at least as much priority, where
 * `isGain` says so. The schedule that comes back is the given one where the solver found none.
 */
export const solveWhole = (
  model: Model,
  schedule: Schedule,
  isGain: boolean,
  solver: Solver,
  limits: SolverLimits,
): ExactAnswer => {
  const { program, start, read } = formulate(model, schedule, isGain ? { atLeast: schedule.priority } : 'priority');
  const { values, bound } = solver.solve(program, start, limits);
  // What floating-point numbers leave open goes into the bound.
  const slack = 1e-6 * Math.max(1, Math.abs(bound));
  const unit = isGain ? 1_000 * model.moveScale : 1;
  return {
    schedule: values === undefined ? schedule : scheduleOf(model, read(values)),
    bound: Math.floor((bound + slack) * unit),
  };
};

/**
 * Solves part after part of the problem: some people, chosen at random, with what they hold and what nobody holds, and of
 * their pairs those that the prices of the bound show to be near the best. What the others hold stays.
 */
export const solveParts = (
  model: Model,
  given: Schedule,
  bound: Bound,
  solver: Solver,
  limits: SolverLimits & { readonly near: number; readonly partPairs: number },
  random: Random,
  accept: (before: Schedule, after: Schedule) => boolean,
): Schedule => {
  const isNear = nearPairs(model, given, bound, limits.near);
  const people = shuffled(
    Array.from({ length: model.personCount }, (_, u) => u),
    random,
  );
  const weight = people.map((u) => countNear(model, isNear, u));
  let schedule = given;
  for (let from = 0; from < people.length;) {
    let until = from;
    for (
      let pairs = 0;
      until < people.length && (pairs === 0 || pairs + at(weight, until) <= limits.partPairs);
      until += 1
    ) {
      pairs += at(weight, until);
    }
    if (limits.isCancelled()) return schedule;
    const mask = maskOf(model, schedule, isNear, new Set(people.slice(from, until)));
    const { program, start, read } = formulate(model, schedule, 'both', mask);
    const { values } = solver.solve(program, start, limits);
    const found = values === undefined ? schedule : scheduleOf(model, read(values));
    if (accept(schedule, found)) schedule = found;
    from = until;
  }
  return schedule;
};

const countNear = ({ tasksOf, personCount }: Model, isNear: Uint8Array, u: number): number =>
  at(tasksOf, u).reduce((sum, t) => sum + (isNear[t * personCount + u] ?? 0), 0);

/** Open are the near pairs of the people of a part, and those of tasks that they hold or that nobody holds. */
const maskOf = (model: Model, schedule: Schedule, isNear: Uint8Array, part: ReadonlySet<number>): Uint8Array => {
  const mask = new Uint8Array(isNear.length);
  model.peopleOf.forEach((people, t) => {
    const now = schedule.personOf[t] ?? -1;
    if (now >= 0 && !part.has(now)) mask[t * model.personCount + now] = PAIR.kept;
    else
      for (const u of people) if (part.has(u)) mask[t * model.personCount + u] = isNear[t * model.personCount + u] ?? 0;
    if (part.has(now)) mask[t * model.personCount + now] = PAIR.open;
  });
  return mask;
};

const shuffled = (list: number[], random: Random): readonly number[] => {
  for (let index = list.length - 1; index > 0; index -= 1) {
    const other = random(index + 1);
    [list[index], list[other]] = [at(list, other), at(list, index)];
  }
  return list;
};

/** A schedule as a solution says; it is for the checker to find whether it breaks a rule. */
const scheduleOf = (
  model: Model,
  solution: readonly { readonly person: number; readonly draws: Schedule['draws'][number] }[],
): Schedule => {
  const schedule = emptySchedule(model);
  solution.forEach(({ person, draws }, task) => {
    if (person >= 0 && model.isPinned[task] !== 1) assign(model, schedule, task, person, draws);
  });
  return settle(schedule);
};
