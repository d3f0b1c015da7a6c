import * as z from 'zod';
import type { Assets } from '../assets/asset.ts';
import type { Call } from '../call.ts';
import type { Calendars } from '../calendar/calendar.ts';
import type { Guard } from '../calendar/guard.ts';
import type { Suggest } from '../calendar/suggest.ts';
import { DomainError, notFound } from '../errors.ts';
import { freeText, instantInput, optional, referenceSchema } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import type { Retry } from '../retry.ts';
import { changedTask, type ChangedTask } from '../tasks/change.ts';
import type { TaskChanged } from '../tasks/changes.ts';
import { beforeDispatch, isOpen } from '../tasks/lifecycle.ts';
import { overrideSchema, requireMayOverride, type Override } from '../tasks/override.ts';
import { holderOf, requireHolder, requireMatch } from '../tasks/rules.ts';
import { scheduleOf, windowRules, type TaskView } from '../tasks/task.ts';
import type { Tasks } from '../tasks/tasks.ts';
import type { Clock } from '../time/instant.ts';
import { assetIdsInput, detailOf, equip, readNamed, withEquipment, type Equipment } from './equipment.ts';
import { overriding } from './overriding.ts';

const note = optional(freeText(LIMITS.note));
const suggest_users = optional(z.boolean()).meta({
  description: 'A refusal for want of time also names others who are free',
});

const validate_only = optional(z.boolean()).meta({
  description: 'All checks, the same answer or refusal, and nothing is written',
});

const override = optional(overrideSchema);

/** Both ends, or null for both: then the task is unscheduled. */
export const scheduleDraft = windowRules(
  z.strictObject({
    planned_start_at: instantInput.nullable(),
    planned_end_at: instantInput.nullable(),
    asset_ids: assetIdsInput,
    note,
    validate_only,
    suggest_users,
    override,
  }),
).meta({
  id: 'ScheduleDraft',
  examples: [{ planned_start_at: '2026-03-01T09:00:00+01:00', planned_end_at: '2026-03-01T11:00:00+01:00' }],
});
export type ScheduleDraft = z.infer<typeof scheduleDraft>;
export const reassignDraft = z
  .strictObject({
    assigned_to: referenceSchema,
    asset_ids: assetIdsInput,
    note,
    validate_only,
    suggest_users,
    override,
  })
  .meta({ id: 'ReassignDraft', examples: [{ assigned_to: '0199c0de-0000-7000-8000-000000000003' }] });
export type ReassignDraft = z.infer<typeof reassignDraft>;
export const unassignDraft = z.strictObject({ note }).meta({ id: 'UnassignDraft', examples: [{ note: 'Fell ill' }] });
export type UnassignDraft = z.infer<typeof unassignDraft>;

interface Ports {
  readonly tasks: Pick<Tasks, 'get'>;
  readonly calendars: Pick<Calendars, 'find' | 'surveyAssets'>;
  readonly assets: Pick<Assets, 'findMany' | 'ofTypes'>;
  readonly guard: Guard<TaskChanged>;
  readonly suggest: Suggest;
  readonly retry: Retry;
  readonly clock: Clock;
  readonly newId: () => string;
}

/**
 * Moves, shrinks or removes the window of an open task. One that is held passes the guard, its own window excluded: the
 * old window is given back and the new one taken in one transaction, or nothing changes.
 */
export const makeReschedule =
  ({ tasks, calendars, assets, guard, suggest, retry, clock, newId }: Ports) =>
  (
    given: Call,
    taskId: string,
    {
      planned_start_at,
      planned_end_at,
      asset_ids,
      note,
      validate_only,
      suggest_users = false,
      override,
    }: ScheduleDraft,
  ): Promise<TaskView> => {
    const call = { ...given, validateOnly: validate_only ?? false };
    requireMayOverride(call, override);
    return retry(async () => {
      const whole = await tasks.get(call.tenantId, taskId);
      const { task } = whole;
      requireMatch(call, task);
      if (!isOpen(task.state))
        throw new DomainError('task_closed', `The task is ${task.state}.`, { state: task.state });
      const holder = holderOf(task);
      if (holder === undefined && asset_ids !== undefined) requireHolder(task);
      const moved = { ...task, planned_start_at, planned_end_at };
      const [calendar, equipment] = await Promise.all([
        holder && calendars.find(call.tenantId, holder.userId),
        holder &&
          readNamed({ assets, calendars }, call.tenantId, asset_ids).then((named) =>
            equip({ assets, calendars }, moved, named),
          ),
      ]);
      const changed = changedTask(
        whole,
        { actorId: call.actorId, at: clock(), entryId: newId() },
        {
          action: 'rescheduled',
          patch: { planned_start_at, planned_end_at, ...(equipment && { asset_ids: equipment.asset_ids }) },
          note,
          detail: {
            before: scheduleOf(task),
            after: { planned_start_at, planned_end_at },
            ...(equipment && detailOf(equipment)),
          },
        },
        [...(calendar === undefined ? [] : [{ calendar }]), ...(equipment?.readings ?? [])],
      );
      await book({ guard, suggest }, call, changed, { equipment, override, suggestUsers: suggest_users });
      return changed.answer;
    });
  };

/** Gives a held task to another user, in one transaction: when the new one's time is taken, the old one keeps it. */
export const makeReassign =
  ({ tasks, calendars, assets, guard, suggest, retry, clock, newId }: Ports) =>
  (
    given: Call,
    taskId: string,
    { assigned_to, asset_ids, note, validate_only, suggest_users = false, override }: ReassignDraft,
  ): Promise<TaskView> => {
    const call = { ...given, validateOnly: validate_only ?? false };
    requireMayOverride(call, override);
    return retry(async () => {
      const [whole, calendar, named] = await Promise.all([
        tasks.get(call.tenantId, taskId),
        calendars.find(call.tenantId, assigned_to),
        readNamed({ assets, calendars }, call.tenantId, asset_ids),
      ]);
      const { task } = whole;
      requireMatch(call, task);
      if (calendar === undefined) throw notFound('user', assigned_to);
      const { userId } = requireHolder(task);
      if (userId === assigned_to)
        throw new DomainError('already_assigned', `User ${userId} holds the task already.`, {});
      const equipment = named && (await equip({ assets, calendars }, task, named));
      const at = clock();
      const changed = changedTask(
        whole,
        { actorId: call.actorId, at, entryId: newId() },
        {
          action: 'reassigned',
          patch: {
            ...{ dispatch_mode: 'MANUAL', assigned_to, dispatched_by: call.actorId, dispatched_at: at },
            ...(equipment && { asset_ids: equipment.asset_ids }),
          },
          note,
          detail: {
            from: userId,
            assigned_to,
            dispatch_mode: 'MANUAL',
            schedule: scheduleOf(task),
            ...(equipment && detailOf(equipment)),
          },
        },
        [{ calendar }, ...(equipment?.readings ?? [])],
      );
      await book({ guard, suggest }, call, changed, { equipment, override, suggestUsers: suggest_users });
      return changed.answer;
    });
  };

interface Booking {
  readonly equipment: Equipment | undefined;
  readonly override: Override | undefined;
  readonly suggestUsers: boolean;
}

/** Through the guard, with the equipment, rules set aside where that is asked for; a refusal for want of time comes back with suggestions. */
const book = (
  { guard, suggest }: Pick<Ports, 'guard' | 'suggest'>,
  call: Call,
  given: ChangedTask,
  { equipment, override, suggestUsers }: Booking,
): Promise<void> => {
  const changed = overriding(given, override);
  return suggest({ bookings: changed.bookings, suggestUsers }, () =>
    equipment === undefined
      ? guard(call, changed)
      : withEquipment(equipment, () => guard(call, { ...changed, lacking: equipment.lacking })),
  );
};

/** Takes a dispatched task back to where it was before its dispatch; the window is released. */
export const makeUnassign =
  ({ tasks, guard, retry, clock, newId }: Omit<Ports, 'calendars' | 'assets' | 'suggest'>) =>
  (call: Call, taskId: string, { note }: UnassignDraft): Promise<TaskView> =>
    retry(async () => {
      const whole = await tasks.get(call.tenantId, taskId);
      const { task } = whole;
      requireMatch(call, task);
      const { userId, state } = requireHolder(task);
      const to = beforeDispatch(task.requires_approval);
      if (state !== 'DISPATCHED') {
        const message = 'Work on the task has begun: cancel it, or reassign it.';
        throw new DomainError('illegal_transition', message, { from: state, to });
      }
      const changed = changedTask(
        whole,
        { actorId: call.actorId, at: clock(), entryId: newId() },
        {
          action: 'unassigned',
          patch: {
            ...{ state: to, dispatch_mode: null, assigned_to: null, dispatched_by: null, dispatched_at: null },
            asset_ids: [],
          },
          note,
          detail: { from: userId, schedule: scheduleOf(task) },
        },
      );
      await guard(call, changed);
      return changed.answer;
    });
