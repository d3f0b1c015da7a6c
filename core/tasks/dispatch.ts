import * as z from 'zod';
import type { Call } from '../call.ts';
import type { Calendars } from '../calendar/calendar.ts';
import type { Guard } from '../calendar/guard.ts';
import { notFound } from '../errors.ts';
import { freeText, optional, referenceSchema } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import type { Retry } from '../retry.ts';
import type { Clock } from '../time/instant.ts';
import { changeTask } from './history.ts';
import { holdingOf, requireDispatchable, requireMatch } from './rules.ts';
import { viewOf, type TaskView } from './task.ts';
import type { Tasks } from './tasks.ts';

export const dispatchDraft = z.strictObject({ assigned_to: referenceSchema, note: optional(freeText(LIMITS.note)) });
export type DispatchDraft = z.infer<typeof dispatchDraft>;

/** Dispatches a task to the user that the caller names. Refuses with `schedule_conflict` when the user's time is taken. */
export const makeDispatchTask =
  ({
    tasks,
    calendars,
    guard,
    retry,
    clock,
    newId,
  }: {
    readonly tasks: Pick<Tasks, 'get'>;
    readonly calendars: Pick<Calendars, 'find'>;
    readonly guard: Guard;
    readonly retry: Retry;
    readonly clock: Clock;
    readonly newId: () => string;
  }) =>
  (call: Call, taskId: string, { assigned_to, note }: DispatchDraft): Promise<TaskView> =>
    retry(async () => {
      // 1. The task and the assignee's calendar, in one round trip.
      const [{ task, later }, calendar] = await Promise.all([
        tasks.get(call.tenantId, taskId),
        calendars.find(call.tenantId, assigned_to),
      ]);
      // 2. The rules.
      requireMatch(call, task);
      requireDispatchable(task);
      if (calendar === undefined) throw notFound('user', assigned_to);
      // 3. The dispatched task.
      const at = clock();
      const change = changeTask(
        task,
        { actorId: call.actorId, at, entryId: newId() },
        {
          action: 'dispatched',
          patch: {
            state: 'DISPATCHED',
            dispatch_mode: 'MANUAL',
            assigned_to,
            dispatched_by: call.actorId,
            dispatched_at: at,
          },
          note,
          detail: {
            assigned_to,
            dispatch_mode: 'MANUAL',
            planned_start_at: task.planned_start_at,
            planned_end_at: task.planned_end_at,
          },
        },
      );
      const answer = viewOf({ task: change.after, later });
      // 4. The guard takes the window and commits.
      await guard(call, {
        changes: [{ kind: 'task_changed', ...change }],
        bookings: { take: { calendar, holding: holdingOf(change.after) } },
        answer,
      });
      return answer;
    });
