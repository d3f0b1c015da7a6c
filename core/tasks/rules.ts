import type { Call } from '../call.ts';
import { DomainError } from '../errors.ts';
import { isHeldIn, requireTransition } from './lifecycle.ts';
import { windowOf, type Task } from './task.ts';
import type { Holding } from '../calendar/calendar.ts';
import type { Release } from '../ledger.ts';

/** `If-Match`: refuses with `precondition_failed` when the caller named versions and the task has another. */
export const requireMatch = (call: Call, task: Task): void => {
  if (call.expectedVersions === undefined || call.expectedVersions.includes(task.version)) return;
  throw new DomainError('precondition_failed', `The task is at version ${task.version}, not at the one in If-Match.`, {
    version: task.version,
  });
};

/** Refuses a dispatch that the lifecycle or a missing approval forbids. */
export const requireDispatchable = (task: Task): void => {
  if (task.state === 'DRAFT' && task.requires_approval) {
    throw new DomainError('approval_required', 'The task requires approval: submit it and have it approved first.', {});
  }
  requireTransition(task.state, 'DISPATCHED');
};

/** What a user holds when the task is assigned to them. */
export const holdingOf = (task: Task): Holding => {
  const window = windowOf(task);
  return { task_id: task.id, name: task.name, ...(window === undefined ? {} : { window }) };
};

/** What leaving the states of holding gives back; undefined where the task is held before and after, or was not. */
export const releaseOf = (before: Task, after: Task): Release | undefined =>
  before.assigned_to !== null && isHeldIn(before.state) && !isHeldIn(after.state)
    ? { userId: before.assigned_to, holding: holdingOf(before) }
    : undefined;
