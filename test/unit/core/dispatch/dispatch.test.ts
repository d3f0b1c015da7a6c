import { scheduleConflict } from '../../refusals.ts';
import { describe, expect, it } from 'vitest';
import type { Calendar } from '../../../../core/calendar/calendar.ts';
import { type Guard } from '../../../../core/calendar/guard.ts';
import type { DomainError } from '../../../../core/errors.ts';
import { makeDispatchTask } from '../../../../core/dispatch/dispatch.ts';
import { scheduleOf, type Task } from '../../../../core/tasks/task.ts';
import { CALL, clockAt, makeIds, NOW, only, refusalOf, retry, staleRead } from '../../fakes.ts';
import { attachment, calendar, held, scheduled, task, windowOn } from '../../records.ts';
import type { Change } from '../../writes.ts';

const makeScene = (given: Task, user: Calendar | undefined, ...refusals: readonly DomainError[]) => {
  const left = [...refusals];
  const guarded: Parameters<Guard<Change>>[] = [];
  let reads = 0;
  const dispatch = makeDispatchTask({
    tasks: {
      get: async () => {
        reads += 1;
        return { task: given, later: [attachment()] };
      },
    },
    calendars: { find: async () => user, surveyAssets: async () => [] },
    assets: { findMany: async () => [], ofTypes: async () => [] },
    guard: async (...move) => {
      const refusal = left.shift();
      if (refusal !== undefined) throw refusal;
      guarded.push(move);
    },
    suggest: (_wish, booking) => booking(),
    retry,
    clock: clockAt(),
    newId: makeIds(),
  });
  return { dispatch, guarded, reads: () => reads };
};

const PLANNED = task(scheduled('08:00:00', '10:00:00'));
const DRAFT = { assigned_to: 'user-1', note: 'go' };

describe('manual dispatch', () => {
  it('hands the guard the dispatched task, its history, and the window at the version seen', async () => {
    const user = calendar({ version: 5 });
    const { dispatch, guarded } = makeScene(PLANNED, user);
    const answer = await dispatch(CALL, 'task-1', DRAFT);

    expect(answer).toMatchObject({
      state: 'DISPATCHED',
      dispatch_mode: 'MANUAL',
      assigned_to: 'user-1',
      dispatched_by: 'actor-1',
      dispatched_at: NOW,
      version: 2,
      attachments: [{ id: 'attachment-1' }],
    });
    const [, move] = only(guarded);
    expect(move.answer).toBe(answer);
    expect(move.bookings).toEqual({
      take: [
        {
          calendar: user,
          holding: {
            task_id: 'task-1',
            name: 'Inspect the line',
            state: 'DISPATCHED',
            window: windowOn('08:00:00', '10:00:00'),
          },
          at: NOW,
        },
      ],
    });
    expect(move.changes).toMatchObject([
      {
        kind: 'task_changed',
        before: PLANNED,
        after: { state: 'DISPATCHED' },
        entry: {
          action: 'dispatched',
          note: 'go',
          actor_id: 'actor-1',
          from_state: 'DRAFT',
          to_state: 'DISPATCHED',
          detail: {
            assigned_to: 'user-1',
            dispatch_mode: 'MANUAL',
            schedule: scheduleOf(PLANNED),
          },
        },
      },
    ]);
  });

  it.each<[string, Task, Calendar | undefined, Parameters<typeof refusalOf>[1]]>([
    ['a user who does not exist', PLANNED, undefined, 'user_not_found'],
    ['a task whose approval is missing', task({ requires_approval: true }), calendar(), 'approval_required'],
    ['a task that is dispatched', task({ state: 'DISPATCHED' }), calendar(), 'illegal_transition'],
  ])('refuses %s', async (_, given, user, code) => {
    const { dispatch, guarded } = makeScene(given, user);
    await refusalOf(() => dispatch(CALL, 'task-1', DRAFT), code);
    expect(guarded).toEqual([]);
  });

  it('honours If-Match before any other rule', async () => {
    const { dispatch } = makeScene(task({ version: 3, state: 'CANCELED' }), undefined);
    await refusalOf(() => dispatch({ ...CALL, expectedVersions: [2] }, 'task-1', DRAFT), 'precondition_failed');
  });

  it('reads everything again when what it read was stale', async () => {
    const { dispatch, guarded, reads } = makeScene(PLANNED, calendar(), staleRead(), staleRead());
    await dispatch(CALL, 'task-1', DRAFT);
    expect(reads()).toBe(3);
    expect(guarded).toHaveLength(1);
  });

  it('does not argue with a conflict', async () => {
    const conflict = scheduleConflict('user-1', [held('other', windowOn('09:00:00', '11:00:00'))]);
    const { dispatch, reads } = makeScene(PLANNED, calendar(), conflict);
    await refusalOf(() => dispatch(CALL, 'task-1', DRAFT), 'schedule_conflict');
    expect(reads()).toBe(1);
  });
});
