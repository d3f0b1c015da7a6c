import { formulate } from './formulation.ts';
import type { Model } from './model.ts';
import { assign, emptySchedule, settle, type Schedule } from './schedule.ts';
import type { Solver, SolverLimits } from './solver.ts';

export interface ExactAnswer {
  readonly schedule: Schedule;
  /** No plan is worth more. */
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
