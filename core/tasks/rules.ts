import type { Call } from '../call.ts';
import { DomainError } from '../errors.ts';
import { isHeldIn, requireTransition, type HeldState } from './lifecycle.ts';
import { windowOf, type Task } from './task.ts';
import type { TaskHolding } from '../calendar/calendar.ts';
import type { Bookings } from '../calendar/bookings.ts';

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

/** What a user holds while the task is in a state of holding. */
export const holdingOf = (task: Task, state: HeldState): TaskHolding => {
  const window = windowOf(task);
  return { task_id: task.id, name: task.name, state, ...(window === undefined ? {} : { window }) };
};

/** Who holds the task, and in which state; undefined when nobody does. */
export const holderOf = ({
  assigned_to,
  state,
}: Task): { readonly userId: string; readonly state: HeldState } | undefined =>
  assigned_to !== null && isHeldIn(state) ? { userId: assigned_to, state } : undefined;

/** Refuses with `not_assigned` when nobody holds the task; answers with who does. */
export const requireHolder = (task: Task): NonNullable<ReturnType<typeof holderOf>> => {
  const holder = holderOf(task);
  if (holder !== undefined) return holder;
  throw new DomainError('not_assigned', `The task is ${task.state}: nobody holds it.`, { state: task.state });
};

/**
 * What a change of state means for the one who holds the task: nothing, a holding given back, or one that shows the new
 * state. A holding is never taken here.
 */
export const bookingsOfTransition = (before: Task, after: Task): Bookings => {
  const holder = holderOf(before);
  if (holder === undefined) return {};
  const { userId, state } = holder;
  return isHeldIn(after.state)
    ? { refresh: { userId, holding: holdingOf(after, after.state) } }
    : { release: { userId, holding: holdingOf(before, state) } };
};
