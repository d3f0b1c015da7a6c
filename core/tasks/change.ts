import type { Bookings } from '../calendar/bookings.ts';
import type { JsonObject } from '../fields.ts';
import { hasAlready } from '../same.ts';
import type { TaskChanged } from './changes.ts';
import { changeTask, type Action, type Occasion } from './history.ts';
import { bookingsOf, type Reading } from './rules.ts';
import { viewOf, type Task, type TaskView, type WholeTask } from './task.ts';

/** What a use case says of a change: what happened, which fields it sets, and what the history keeps of it. */
export interface Amendment {
  readonly action: Action;
  /** The fields that it sets. One that sets what the task has already is no change. */
  readonly patch?: Partial<Task>;
  /** Fields that follow from the change, and are none without it. */
  readonly along?: Partial<Task>;
  readonly note?: string | undefined;
  readonly detail?: JsonObject;
}

/** A changed task, with all that its commit writes. */
export interface ChangedTask {
  readonly after: Task;
  /** The task with its history entry, from which the event follows. */
  readonly changes: readonly TaskChanged[];
  readonly bookings: Bookings;
  readonly answer: TaskView;
}

/**
 * What every change of a task commits: the next version of it, its history entry, and what becomes of the holding of
 * the one who holds it; nothing when the task is as it would become. `readings` are of those who
 * take the task or its new window, made before their windows are read.
 */
export const changedTask = (
  { task, later }: WholeTask,
  occasion: Occasion,
  { patch, along, ...amendment }: Amendment,
  readings?: readonly Reading[],
): ChangedTask => {
  if (patch !== undefined && hasAlready(task, patch))
    return { after: task, changes: [], bookings: {}, answer: viewOf({ task, later }) };
  const change = changeTask(task, occasion, { ...amendment, patch: { ...patch, ...along } });
  return {
    after: change.after,
    changes: [{ kind: 'task_changed', ...change }],
    bookings: bookingsOf(task, change.after, readings),
    answer: viewOf({ task: change.after, later }),
  };
};
