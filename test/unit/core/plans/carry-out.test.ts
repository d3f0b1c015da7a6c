import { describe, expect, it } from 'vitest';
import type { PlanDifference } from '../../../../core/dispatch/plan-token.ts';
import { carryOut, type MovingPorts } from '../../../../core/plans/carry-out.ts';
import type { PlanStep } from '../../../../core/plans/log.ts';
import type { Move } from '../../../../core/plans/moves.ts';
import { contentVersionOf } from '../../../../core/tasks/task.ts';
import { CALL, clockAt, makeIds, NOW, retry } from '../../fakes.ts';
import { plan, scheduled, task } from '../../records.ts';

const MOVE: Move = { task_id: 'task-1', from: null, to: 'user-1', from_assets: [], to_assets: [] };
const DONE: PlanStep = {
  ...{ id: 'step-1', kind: 'COMMIT', made_by: 'rival', made_at: NOW },
  tasks: [{ ...MOVE, from_assets: [], to_assets: [], version: 2 }],
  calendars: [],
};

/** The task is at version 2, and the plan saw it at version 1; the log is answered reading by reading. */
const carryOutWith = (...logs: readonly (readonly PlanStep[])[]) => {
  let reads = 0;
  const ports: MovingPorts = {
    tasks: { getMany: async () => [task({ ...scheduled('08:00:00Z', '09:00:00Z'), version: 2 })] },
    calendars: { survey: async () => [], surveyAssets: async () => [] },
    assets: { findMany: async () => [] },
    plans: { steps: async () => logs[Math.min(reads++, logs.length - 1)] ?? [] },
    guard: async () => {
      throw new Error('The task has moved: it is not for the guard.');
    },
    ...{ retry, clock: clockAt(NOW), newId: makeIds() },
  };
  return carryOut(ports, {
    ...{ call: CALL, plan: plan({ state: 'READY' }), kind: 'COMMIT', moves: [MOVE] },
    isDone: ({ committed }, { task_id }) => committed.has(task_id),
    differences: ({ tasks }): readonly PlanDifference[] =>
      [...tasks.values()].map((one) => ({
        ...{ subject: 'task', task_id: one.id, before: 1, now: contentVersionOf(one) },
      })),
    moveOf: () => ({ action: 'dispatched', patch: {}, detail: {} }),
  });
};

describe('a component of a plan', () => {
  it('is left where its task has moved', async () => {
    expect(await carryOutWith([])).toMatchObject({ done: [], left: [{ code: 'plan_stale', task_ids: ['task-1'] }] });
  });

  it('is done where a rival has done it between the reading of the log and that of the task', async () => {
    expect(await carryOutWith([], [DONE])).toEqual({ done: [], left: [], isPartlyDone: false });
  });
});
