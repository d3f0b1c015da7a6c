import { describe, expect, it } from 'vitest';
import type { PlanDifference } from '../../../../core/dispatch/plan-token.ts';
import { RETRY } from '../../../../core/limits.ts';
import { carryOut, type MovingPorts } from '../../../../core/plans/carry-out.ts';
import type { PlanStep } from '../../../../core/plans/log.ts';
import type { Move } from '../../../../core/plans/moves.ts';
import { CALL, clockAt, makeIds, NOW, retry } from '../../fakes.ts';
import { plan, scheduled, task } from '../../records.ts';

const MOVE: Move = { task_id: 'task-1', from: null, to: 'user-1', from_assets: [], to_assets: [] };
const DONE: PlanStep = {
  ...{ id: 'step-1', kind: 'COMMIT', made_by: 'rival', made_at: NOW },
  tasks: [{ ...MOVE, from_assets: [], to_assets: [], version: 2 }],
  calendars: [],
};

interface Given {
  readonly moves?: readonly Move[];
  /** What the log says, reading by reading. */
  readonly logs?: readonly (readonly PlanStep[])[];
  readonly differences?: readonly PlanDifference[];
}

const carryOutWith = ({ moves = [MOVE], logs = [[]], differences = [] }: Given) => {
  let reads = 0;
  const ports: MovingPorts = {
    tasks: {
      getMany: async (_, ids) => ids.map((id) => task({ ...scheduled('08:00:00Z', '09:00:00Z'), id, version: 2 })),
    },
    calendars: { survey: async () => [], surveyAssets: async () => [] },
    assets: { findMany: async () => [] },
    plans: { steps: async () => logs[Math.min(reads++, logs.length - 1)] ?? [] },
    guard: async () => {
      throw new Error('None of this is for the guard.');
    },
    ...{ retry, clock: clockAt(NOW), newId: makeIds() },
  };
  return carryOut(ports, {
    ...{ call: CALL, plan: plan({ state: 'READY' }), kind: 'COMMIT', moves },
    isDone: ({ committed }, { task_id }) => committed.has(task_id),
    differences: () => differences,
    moveOf: () => ({ action: 'dispatched', patch: {}, detail: {} }),
  });
};

const MOVED: PlanDifference = { subject: 'task', task_id: MOVE.task_id, before: 1, now: 2 };

describe('a component of a plan', () => {
  it('is left where its task has moved', async () => {
    expect(await carryOutWith({ differences: [MOVED] })).toMatchObject({
      done: [],
      left: [{ code: 'plan_stale', task_ids: ['task-1'] }],
    });
  });

  it('is done where a rival has done it between the reading of the log and that of the task', async () => {
    expect(await carryOutWith({ logs: [[], [DONE]], differences: [MOVED] })).toEqual({
      done: [],
      left: [],
      isPartlyDone: false,
    });
  });

  it('is left where its task has moved, however the plan goes on with others meanwhile', async () => {
    const other = (at: number): PlanStep => ({
      ...DONE,
      id: `step-${at}`,
      tasks: DONE.tasks.map((one) => ({ ...one, task_id: `other-${at}`, to: 'user-2' })),
      calendars: [{ resource: 'user/user-2', version: at }],
    });
    const logs = Array.from({ length: 2 * RETRY.attempts + 2 }, (_, at) =>
      Array.from({ length: at }, (_step, one) => other(one)),
    );
    expect(await carryOutWith({ logs, differences: [MOVED] })).toMatchObject({
      done: [],
      left: [{ code: 'plan_stale', task_ids: ['task-1'] }],
    });
  });

  it('is left whole where more tasks pass on in a circle what they hold than a transaction can hold', async () => {
    const circle = Array.from({ length: 20 }, (_, index) => ({
      ...{ task_id: `task-${index}`, from: `user-${index}`, to: `user-${(index + 1) % 20}` },
      ...{ from_assets: [], to_assets: [] },
    }));
    const one = await carryOutWith({ moves: [{ ...MOVE, to: 'user-1' }, ...circle] });
    expect(one).toMatchObject({ done: [], left: [{ code: 'transaction_too_large' }], isPartlyDone: false });
    expect(one.left[0]?.task_ids).toHaveLength(21);
  });
});
