import { requireVersion, type Call } from '../call.ts';
import { DomainError } from '../errors.ts';
import { isHeldIn, requireTransition, type HeldState } from './lifecycle.ts';
import { contentVersionOf, windowOf, type Task } from './task.ts';
import type { Calendar, TaskHolding } from '../calendar/calendar.ts';
import type { Bookings } from '../calendar/bookings.ts';
import { userResource } from '../calendar/resource.ts';

/** `If-Match`: refuses with `precondition_failed` when the caller named versions and the task has another. */
export const requireMatch = (call: Call, task: Task): void => requireVersion(call, 'task', contentVersionOf(task));

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
 * What a change of a task means for those who hold it, before and after: a holding taken, given back, moved, or shown
 * anew. `calendar` is that of the one who takes; without it a holding may be given back or stay, never be taken.
 */
export const bookingsOf = (before: Task, after: Task, calendar?: Calendar): Bookings => {
  const held = holderOf(before);
  const holds = holderOf(after);
  const release =
    held === undefined
      ? {}
      : { release: [{ resource: userResource(held.userId), holding: holdingOf(before, held.state) }] };
  if (holds === undefined) return release;
  const holding = holdingOf(after, holds.state);
  if (calendar?.user_id === holds.userId) return { take: [{ calendar, holding }], ...release };
  const isSameTime =
    before.planned_start_at === after.planned_start_at && before.planned_end_at === after.planned_end_at;
  if (held?.userId !== holds.userId || !isSameTime)
    throw new Error(`User ${holds.userId} takes task ${after.id}, and the calendar was not read.`);
  const isSame = held.state === holds.state && before.name === after.name;
  return isSame ? {} : { refresh: [{ resource: userResource(holds.userId), holding }] };
};
