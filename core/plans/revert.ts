import * as z from 'zod';
import type { Call } from '../call.ts';
import type { PlanDifference } from '../dispatch/plan-token.ts';
import { contentVersionOf, scheduleOf } from '../tasks/task.ts';
import { carryOut, componentSchema, concernedBy, leftSchema, unlessPartlyDone, type Left } from './carry-out.ts';
import { giving, givingBack, type CommitPorts } from './commit.ts';
import { logOf } from './log.ts';
import type { Move } from './moves.ts';
import { changedPlan, planSummary, requireState, summaryOf } from './plan.ts';

export const revertView = z
  .object({
    plan: planSummary,
    reverted: z.array(componentSchema),
    already_reverted: z.array(z.string()),
    left_out: z.array(leftSchema),
  })
  .meta({ id: 'PlanRevert' });
type RevertView = z.infer<typeof revertView>;

/**
 * Takes back what a plan has done: each task goes to who held it before, or to nobody. A task that anybody has touched since
 * stays as it is, and so does one whose former holder has no time for it any more. Repeated, it does nothing twice.
 * Refuses with `plan_state` a plan of which nothing was committed.
 */
export const makeRevertPlan =
  (ports: Omit<CommitPorts, 'strategies'>) =>
  async (call: Call, planId: string): Promise<RevertView> => {
    const plan = await ports.plans.get(call.tenantId, planId);
    requireState(plan, ['PARTLY_COMMITTED', 'COMMITTED', 'REVERTED'], ports.clock());
    const before = logOf(await ports.plans.steps(call.tenantId, planId));
    const done = [...before.committed.values()];
    // 1. Those that nobody has touched since.
    const found = await ports.tasks.getMany(
      call.tenantId,
      done.map(({ task_id }) => task_id),
    );
    const versions = new Map(found.map((task) => [task.id, contentVersionOf(task)]));
    const moved = done.filter(({ task_id, version }) => versions.get(task_id) !== version);
    // What a rival has taken back between the two reads, nobody has touched.
    const since = moved.length === 0 ? before : logOf(await ports.plans.steps(call.tenantId, planId));
    const touched = moved.filter(({ task_id }) => since.committed.has(task_id));
    const moves: readonly Move[] = done.filter((one) => !moved.includes(one)).map(opposite);
    // 2. Back, component by component, through the guard.
    const {
      done: reverted,
      left,
      isPartlyDone,
    } = await carryOut(ports, {
      call,
      plan,
      kind: 'REVERT',
      moves,
      isDone: ({ committed }, { task_id }) => !committed.has(task_id),
      differences: ({ tasks, log }, pending) =>
        pending.flatMap(({ task_id }): readonly PlanDifference[] => {
          const task = tasks.get(task_id);
          const now = task === undefined ? null : contentVersionOf(task);
          const left = log.committed.get(task_id)?.version ?? null;
          return left === now ? [] : [{ subject: 'task', task_id, before: left, now }];
        }),
      moveOf: (task, { from, to, to_assets }, at) => {
        const detail = { plan_id: plan.id, is_revert: true, schedule: scheduleOf(task), from };
        return to === null
          ? givingBack(task, detail)
          : {
              ...giving(task, { from, to, to_assets, by: call.actorId, at, mode: 'MANUAL' }),
              detail: {
                ...{ ...detail, assigned_to: to, dispatch_mode: 'MANUAL' },
                ...(to_assets.length === 0 ? {} : { asset_ids: to_assets }),
              },
            };
      },
    });
    // 3. What became of the plan.
    const finish = async (): Promise<RevertView> => {
      const now = await ports.plans.get(call.tenantId, planId);
      const { committed, reverted: taken } = logOf(await ports.plans.steps(call.tenantId, planId));
      const at = ports.clock();
      const isSame = now.state === 'REVERTED' && now.committed_tasks === committed.size;
      const after = isSame ? now : changedPlan(now, { state: 'REVERTED', committed_tasks: committed.size }, at);
      const left_out = [...touched.map((one) => leftAsTouched(one, versions.get(one.task_id) ?? null)), ...left];
      const told = new Set([...reverted, ...left_out].flatMap(({ task_ids }) => task_ids));
      const view: RevertView = {
        plan: summaryOf(after, at),
        reverted: [...reverted],
        already_reverted: [...taken].filter((id) => !told.has(id)),
        left_out,
      };
      await ports.commit(call, isSame ? [] : [{ kind: 'plan_changed', before: now, after }], view);
      return view;
    };
    return unlessPartlyDone(isPartlyDone, () => ports.retry(finish));
  };

const leftAsTouched = (done: Move & { readonly version: number }, now: number | null): Left => ({
  ...concernedBy([done]),
  code: 'plan_stale',
  detail: 'Somebody has changed the task since: it stays as it is.',
  differences: [{ subject: 'task', task_id: done.task_id, before: done.version, now }],
});

const opposite = ({ task_id, from, to, from_assets, to_assets }: Move): Move => ({
  ...{ task_id, from: to, to: from, from_assets: to_assets, to_assets: from_assets },
});
