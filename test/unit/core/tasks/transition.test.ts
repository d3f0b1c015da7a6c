import { describe, expect, it } from 'vitest';
import { userResource } from '../../../../core/calendar/resource.ts';
import type { Guard } from '../../../../core/calendar/guard.ts';
import type { DomainError } from '../../../../core/errors.ts';
import { nextStates, STATES } from '../../../../core/tasks/lifecycle.ts';
import type { Task } from '../../../../core/tasks/task.ts';
import { makeApproveTask, makeSubmitForApproval, makeTransitionTask } from '../../../../core/tasks/transition.ts';
import { CALL, clockAt, makeIds, NOW, only, refusalOf, retry, staleRead } from '../../fakes.ts';
import { scheduled, task, windowOn } from '../../records.ts';
import type { Change } from '../../writes.ts';

const makeScene = (given: Task, ...refusals: readonly DomainError[]) => {
  const left = [...refusals];
  const guarded: Parameters<Guard<Change>>[] = [];
  const ports = {
    tasks: { get: async () => ({ task: given, later: [] }) },
    guard: async (...move: Parameters<Guard<Change>>) => {
      const refusal = left.shift();
      if (refusal !== undefined) throw refusal;
      guarded.push(move);
    },
    retry,
    clock: clockAt(),
    newId: makeIds(),
  };
  return {
    transition: makeTransitionTask(ports),
    submit: makeSubmitForApproval(ports),
    approve: makeApproveTask(ports),
    guarded,
  };
};

const DEDICATED = new Set(['APPROVAL_PENDING', 'APPROVED', 'REJECTED', 'DISPATCHED']);

describe('transition', () => {
  it('leads where the lifecycle leads, except where a state has a route of its own', async () => {
    for (const from of STATES) {
      for (const to of STATES) {
        const { transition, guarded } = makeScene(task({ state: from }));
        const work = () => transition(CALL, 'task-1', { target_state: to, note: undefined });
        if (DEDICATED.has(to)) await refusalOf(work, 'dedicated_endpoint');
        else if (!nextStates(from).includes(to)) await refusalOf(work, 'illegal_transition');
        else expect((await work()).state).toBe(to);
        expect(guarded).toHaveLength(!DEDICATED.has(to) && nextStates(from).includes(to) ? 1 : 0);
      }
    }
  });

  it('in the field starts, and accepts where the type lets it; nothing else, whatever the lifecycle says', async () => {
    const field = { ...CALL, permissions: ['mission.field'] };
    for (const field_may_accept of [true, false]) {
      for (const to of STATES) {
        const { transition } = makeScene(task({ state: 'IN_PROGRESS', assigned_to: CALL.actorId, field_may_accept }));
        const work = () => transition(field, 'task-1', { target_state: to, note: undefined });
        if (to === 'ACCEPTED' && field_may_accept) expect((await work()).state).toBe('ACCEPTED');
        else await refusalOf(work, to === 'IN_PROGRESS' ? 'illegal_transition' : 'permission_denied');
      }
    }
    const { transition } = makeScene(task({ state: 'DISPATCHED', assigned_to: CALL.actorId }));
    const start = () => transition(field, 'task-1', { target_state: 'IN_PROGRESS', note: undefined });
    expect((await start()).state).toBe('IN_PROGRESS');
  });

  it('tells nobody of a task that is not theirs which version it has', async () => {
    const { transition } = makeScene(task({ state: 'DISPATCHED', assigned_to: 'somebody' }));
    const stranger = { ...CALL, permissions: ['mission.field'], expectedVersions: [7] };
    await refusalOf(
      () => transition(stranger, 'task-1', { target_state: 'IN_PROGRESS', note: undefined }),
      'task_not_found',
    );
  });

  it('records who moved it from where to where', async () => {
    const { transition, guarded } = makeScene(task({ state: 'ACCEPTED' }));
    const answer = await transition(CALL, 'task-1', { target_state: 'ARCHIVED', note: 'done' });
    expect(answer).toMatchObject({ state: 'ARCHIVED', archived_at: NOW, version: 2 });
    expect(only(guarded)[1]).toMatchObject({
      answer,
      changes: [
        {
          kind: 'task_changed',
          entry: {
            action: 'state_changed',
            from_state: 'ACCEPTED',
            to_state: 'ARCHIVED',
            note: 'done',
            actor_id: 'actor-1',
          },
        },
      ],
      bookings: {},
    });
  });

  it.each([
    ['DISPATCHED', 'IN_PROGRESS', false],
    ['DISPATCHED', 'CANCELED', true],
    ['IN_PROGRESS', 'ACCEPTED', true],
    ['IN_PROGRESS', 'CANCELED', true],
    ['ACCEPTED', 'ARCHIVED', false],
  ] as const)('%s to %s gives the window back: %s', async (state, target_state, isReleased) => {
    const given = task({ state, assigned_to: 'user-1', ...scheduled('08:00:00', '10:00:00') });
    const { transition, guarded } = makeScene(given);
    await transition(CALL, 'task-1', { target_state, note: undefined });
    const holding = { task_id: 'task-1', name: 'Inspect the line', window: windowOn('08:00:00', '10:00:00') };
    const { bookings } = only(guarded)[1];
    expect(bookings.take).toBeUndefined();
    expect(bookings.release).toEqual(
      isReleased ? [{ resource: userResource('user-1'), holding: { ...holding, state } }] : undefined,
    );
  });

  it('honours If-Match, and reads again when stale', async () => {
    const matched = { ...CALL, expectedVersions: [1] };
    const { transition, guarded } = makeScene(task(), staleRead());
    await transition(matched, 'task-1', { target_state: 'CANCELED', note: undefined });
    expect(guarded).toHaveLength(1);
    const other = makeScene(task({ version: 2 }));
    await refusalOf(
      () => other.transition(matched, 'task-1', { target_state: 'CANCELED', note: undefined }),
      'precondition_failed',
    );
  });
});

describe('approval', () => {
  it('is asked for, given and refused, each with an action of its own', async () => {
    const draft = makeScene(task({ requires_approval: true }));
    await draft.submit(CALL, 'task-1', { note: 'please' });
    const pending = makeScene(task({ requires_approval: true, state: 'APPROVAL_PENDING' }));
    await pending.approve(CALL, 'task-1', { decision: 'APPROVE', note: 'yes' });
    await pending.approve(CALL, 'task-1', { decision: 'REJECT', note: 'no' });

    const entries = [...draft.guarded, ...pending.guarded].map(([, { changes }]) => only(changes));
    expect(entries).toMatchObject([
      { entry: { action: 'submitted_for_approval', to_state: 'APPROVAL_PENDING', note: 'please' } },
      { entry: { action: 'approved', to_state: 'APPROVED', note: 'yes' } },
      { entry: { action: 'rejected', to_state: 'REJECTED', note: 'no' } },
    ]);
  });

  it('is not asked for where none is needed', async () => {
    const { submit } = makeScene(task());
    await refusalOf(() => submit(CALL, 'task-1', { note: undefined }), 'approval_not_required');
  });

  it.each(STATES.filter((state) => state !== 'DRAFT'))('is not asked for in %s', async (state) => {
    const { submit } = makeScene(task({ requires_approval: true, state }));
    await refusalOf(() => submit(CALL, 'task-1', { note: undefined }), 'illegal_transition');
  });

  it.each(STATES.filter((state) => state !== 'APPROVAL_PENDING'))('is not given in %s', async (state) => {
    const { approve } = makeScene(task({ requires_approval: true, state }));
    await refusalOf(() => approve(CALL, 'task-1', { decision: 'APPROVE', note: undefined }), 'illegal_transition');
    await refusalOf(() => approve(CALL, 'task-1', { decision: 'REJECT', note: undefined }), 'illegal_transition');
  });
});
