import { requireVersion, type Call } from '../call.ts';
import { DomainError } from '../errors.ts';
import { isHeldIn, requireTransition, type HeldState } from './lifecycle.ts';
import { contentVersionOf, heldWindowOf, windowOf, type Task } from './task.ts';
import { resourceOf, type TaskHolding } from '../calendar/calendar.ts';
import type { Bookings, Taking } from '../calendar/bookings.ts';
import { assetResource, resourceName, userResource, type Resource } from '../calendar/resource.ts';
import type { Instant } from '../time/instant.ts';
import type { Demand } from '../calendar/own-rules.ts';

/** `If-Match`: refuses with `precondition_failed` when the caller named versions and the task has another. */
export const requireMatch = (call: Call, task: Task): void => requireVersion(call, 'task', contentVersionOf(task));

/** Refuses a dispatch that the lifecycle or a missing approval forbids. */
export const requireDispatchable = (task: Task): void => {
  if (task.state === 'DRAFT' && task.requires_approval) {
    throw new DomainError('approval_required', 'The task requires approval: submit it and have it approved first.', {});
  }
  requireTransition(task.state, 'DISPATCHED');
};

/** What rules about a person ask of a task: its window with the buffers. */
export const personDemandOf = (task: Task): Demand => {
  const window = heldWindowOf(task);
  return { required_qualifications: task.required_qualifications, ...(window === undefined ? {} : { window }) };
};

/** What a user, and each asset, holds while the task is in a state of holding: its window with the buffers. */
export const holdingOf = (task: Task, state: HeldState): TaskHolding => {
  const [planned, window] = [windowOf(task), heldWindowOf(task)];
  const isWider = planned?.start !== window?.start || planned?.end !== window?.end;
  return {
    ...{ task_id: task.id, name: task.name, state },
    ...(window === undefined ? {} : { window }),
    ...(isWider && planned !== undefined ? { planned } : {}),
    ...(task.required_qualifications.length === 0 ? {} : { required_qualifications: task.required_qualifications }),
  };
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

/** Who and what holds the task, in which state; nobody where it is not held. */
export const holdersOf = (task: Task): readonly Resource[] => {
  const holder = holderOf(task);
  return holder === undefined ? [] : [userResource(holder.userId), ...task.asset_ids.map(assetResource)];
};

/** What was read of a resource that takes a task or its new window, before its windows. */
export type Reading = Pick<Taking, 'calendar' | 'asset'>;

/**
 * What a change of a task means for those who hold it, before and after: holdings taken, given back, moved, or shown
 * anew. Who takes has to be among the readings; without one a holding may be given back or stay, never be taken.
 */
export const bookingsOf = (before: Task, after: Task, readings: readonly Reading[] = []): Bookings => {
  const [held, holds] = [holderOf(before), holderOf(after)];
  const had = held && holdingOf(before, held.state);
  const has = holds && holdingOf(after, holds.state);
  const names = new Set(holdersOf(before).map(resourceName));
  const read = new Map(readings.map((one) => [resourceName(resourceOf(one.calendar)), one]));
  const holders = holdersOf(after);
  const staying = holders.filter((one) => !read.has(resourceName(one)));
  const isSameTime = had?.window?.start === has?.window?.start && had?.window?.end === has?.window?.end;
  for (const one of staying)
    if (!names.has(resourceName(one)) || !isSameTime)
      throw new Error(`${one.kind} ${one.id} takes task ${after.id}, and the calendar was not read.`);
  const kept = new Set(staying.map(resourceName));
  const take =
    has === undefined ? [] : holders.flatMap((one) => takingOf(read.get(resourceName(one)), has, after.updated_at));
  const release =
    had === undefined
      ? []
      : holdersOf(before)
          .filter((one) => !kept.has(resourceName(one)))
          .map((resource) => ({ resource, holding: had }));
  const isShown = had !== undefined && had.state === has?.state && had.name === has.name;
  const refresh = has === undefined || isShown ? [] : staying.map((resource) => ({ resource, holding: has }));
  return {
    ...(take.length === 0 ? {} : { take }),
    ...(release.length === 0 ? {} : { release }),
    ...(refresh.length === 0 ? {} : { refresh }),
  };
};

const takingOf = (reading: Reading | undefined, holding: TaskHolding, at: Instant): readonly Taking[] =>
  reading === undefined ? [] : [{ ...reading, holding, at }];
