import * as z from 'zod';
import type { Assets } from '../assets/asset.ts';
import type { Call } from '../call.ts';
import type { Calendars } from '../calendar/calendar.ts';
import type { Guard } from '../calendar/guard.ts';
import type { Suggest } from '../calendar/suggest.ts';
import { notFound } from '../errors.ts';
import { freeText, optional, referenceSchema } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import type { Retry } from '../retry.ts';
import { changedTask } from '../tasks/change.ts';
import type { TaskChanged } from '../tasks/changes.ts';
import { overrideSchema, requireMayOverride } from '../tasks/override.ts';
import { requireDispatchable, requireMatch } from '../tasks/rules.ts';
import { scheduleOf, type TaskView } from '../tasks/task.ts';
import type { Tasks } from '../tasks/tasks.ts';
import type { Clock } from '../time/instant.ts';
import { assetIdsInput, detailOf, equip, readNamed, withEquipment } from './equipment.ts';
import { overriding } from './overriding.ts';

export const dispatchDraft = z
  .strictObject({
    assigned_to: referenceSchema,
    asset_ids: assetIdsInput,
    note: optional(freeText(LIMITS.note)),
    validate_only: optional(z.boolean()).meta({
      description: 'All checks, the same answer or refusal, and nothing is written',
    }),
    suggest_users: optional(z.boolean()).meta({
      description: 'A refusal for want of time also names others who are free',
    }),
    override: optional(overrideSchema),
  })
  .meta({
    id: 'DispatchDraft',
    examples: [{ assigned_to: '0199c0de-0000-7000-8000-000000000002', note: 'Knows the site' }],
  });
export type DispatchDraft = z.infer<typeof dispatchDraft>;

/** Dispatches a task to the user that the caller names, with the equipment that it demands. Refuses with `schedule_conflict` when the user's time is taken. */
export const makeDispatchTask =
  ({
    tasks,
    calendars,
    assets,
    guard,
    suggest,
    retry,
    clock,
    newId,
  }: {
    readonly tasks: Pick<Tasks, 'get'>;
    readonly calendars: Pick<Calendars, 'find' | 'surveyAssets'>;
    readonly assets: Pick<Assets, 'findMany' | 'ofTypes'>;
    readonly guard: Guard<TaskChanged>;
    readonly suggest: Suggest;
    readonly retry: Retry;
    readonly clock: Clock;
    readonly newId: () => string;
  }) =>
  (
    given: Call,
    taskId: string,
    { assigned_to, asset_ids, note, validate_only, suggest_users, override }: DispatchDraft,
  ): Promise<TaskView> => {
    const call = { ...given, validateOnly: validate_only ?? false };
    requireMayOverride(call, override);
    return retry(async () => {
      // 1. The task, the assignee's calendar and the equipment that is named, in one round trip.
      const [whole, calendar, named] = await Promise.all([
        tasks.get(call.tenantId, taskId),
        calendars.find(call.tenantId, assigned_to),
        readNamed({ assets, calendars }, call.tenantId, asset_ids),
      ]);
      const { task } = whole;
      // 2. The rules.
      requireMatch(call, task);
      requireDispatchable(task);
      if (calendar === undefined) throw notFound('user', assigned_to);
      // 3. Equipment, where the task demands some and none is named.
      const equipment = await equip({ assets, calendars }, task, named);
      // 4. The dispatched task, its history entry, and the window that the assignee and the equipment take.
      const dispatched = changedTask(
        whole,
        { actorId: call.actorId, at: clock(), entryId: newId() },
        {
          action: 'dispatched',
          patch: {
            state: 'DISPATCHED',
            dispatch_mode: 'MANUAL',
            assigned_to,
            dispatched_by: call.actorId,
            asset_ids: equipment.asset_ids,
          },
          note,
          detail: {
            assigned_to,
            dispatch_mode: 'MANUAL',
            schedule: scheduleOf(task),
            ...detailOf(equipment),
          },
        },
        [{ calendar }, ...equipment.readings],
      );
      const changed = overriding(dispatched, override);
      // 5. The guard looks whether the time is free, and commits. A refusal for want of time says when it is.
      const move = { ...changed, lacking: equipment.lacking };
      await suggest({ bookings: changed.bookings, suggestUsers: suggest_users ?? false }, () =>
        withEquipment(equipment, () => guard(call, move)),
      );
      return changed.answer;
    });
  };
