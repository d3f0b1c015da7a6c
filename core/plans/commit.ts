import * as z from 'zod';
import type { Call } from '../call.ts';
import type { Commit } from '../commit.ts';
import { ENGINE, type Decision } from '../dispatch/decision.ts';
import { resourceName } from '../calendar/resource.ts';
import { changesSince, type PlanDifference } from '../dispatch/plan-token.ts';
import { distinctListOf, optional, referenceSchema, type JsonObject } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import { ruleNamed } from '../scoring/rule.ts';
import type { Strategies } from '../scoring/strategies.ts';
import { beforeDispatch } from '../tasks/lifecycle.ts';
import { contentVersionOf, scheduleOf, type Task } from '../tasks/task.ts';
import type { Instant } from '../time/instant.ts';
import type { PlanAnswer } from './answer.ts';
import {
  carryOut,
  componentSchema,
  leftSchema,
  unlessPartlyDone,
  type MovingPorts,
  type Reading,
  type TaskMove,
} from './carry-out.ts';
import type { PlanChanged } from './changes.ts';
import { logOf } from './log.ts';
import { movesOf, resourcesOf, type Move } from './moves.ts';
import { changedPlan, planSummary, requireState, summaryOf, type Plan, type Plans } from './plan.ts';

export const commitDraft = z
  .strictObject({
    task_ids: optional(distinctListOf(referenceSchema, LIMITS.planTasks)).meta({
      description: 'Only these tasks of the plan. None: all that are not yet committed',
    }),
    validate_only: optional(z.boolean()).meta({
      description: 'All checks, the same answer or refusal, and nothing is written',
    }),
  })
  .meta({ id: 'PlanCommitDraft', examples: [{}] });
export type CommitDraft = z.infer<typeof commitDraft>;

export const commitView = z
  .object({
    plan: planSummary,
    committed: z.array(componentSchema),
    already_committed: z
      .array(z.string())
      .meta({ description: 'Tasks that were committed before, or by another request meanwhile' }),
    left_out: z.array(leftSchema),
  })
  .meta({ id: 'PlanCommit' });
type CommitView = z.infer<typeof commitView>;

export interface CommitPorts extends MovingPorts {
  readonly plans: Pick<Plans, 'get' | 'answer' | 'steps'>;
  readonly strategies: Pick<Strategies, 'find' | 'chosen'>;
  readonly commit: Commit<PlanChanged>;
}

/**
 * Does what a plan says. It is committed by components: tasks that share no people, directly or through others, do not wait
 * for each other. Each passes the guard as a whole; one whose tasks, calendars or strategy have moved since the plan was
 * made is left out with the exact differences. Repeated, it goes on where it ended, and does nothing twice.
 * Refuses with `plan_state` a plan that is not made, or taken back.
 */
export const makeCommitPlan =
  (ports: CommitPorts) =>
  async (given: Call, planId: string, { task_ids, validate_only }: CommitDraft): Promise<CommitView> => {
    const call: Call = { ...given, validateOnly: validate_only ?? false };
    // 1. The plan, and what of it is to be done.
    const plan = await ports.plans.get(call.tenantId, planId);
    requireState(plan, ['READY', 'PARTLY_COMMITTED', 'COMMITTED'], ports.clock());
    const [answer, steps, strategy] = await Promise.all([
      answerOf(ports, plan),
      ports.plans.steps(call.tenantId, planId),
      ruleNamed(ports.strategies, call.tenantId, plan.request.strategy_id),
    ]);
    const all = movesOf(answer);
    const asked = all.filter(({ task_id }) => task_ids === undefined || task_ids.includes(task_id));
    const before = logOf(steps).committed;
    // 2. Component by component, through the guard.
    const { done, left, isPartlyDone } = await carryOut(ports, {
      call,
      plan,
      kind: 'COMMIT',
      moves: asked.filter(({ task_id }) => !before.has(task_id)),
      isDone: ({ committed }, { task_id }) => committed.has(task_id),
      differences: (reading, moves) => [
        ...(answer.strategy.version === strategy.version
          ? []
          : [{ subject: 'strategy' as const, before: answer.strategy.version, now: strategy.version }]),
        ...differencesOf(answer, reading, moves),
      ],
      moveOf: (task, move, at) => moveOf({ call, plan, answer, id: ports.newId() }, task, move, at),
    });
    // 3. What became of the plan.
    const finish = async (): Promise<CommitView> => {
      const now = await ports.plans.get(call.tenantId, planId);
      const { committed } = logOf(await ports.plans.steps(call.tenantId, planId));
      const state = committed.size === all.length ? 'COMMITTED' : committed.size > 0 ? 'PARTLY_COMMITTED' : now.state;
      const at = ports.clock();
      const isSame = now.state === state && now.committed_tasks === committed.size;
      const told = new Set([...done, ...left].flatMap((one) => one.task_ids));
      const after = isSame ? now : changedPlan(now, { state, committed_tasks: committed.size }, at);
      const view: CommitView = {
        plan: summaryOf(after, at),
        committed: [...done],
        already_committed: asked.map(({ task_id }) => task_id).filter((id) => committed.has(id) && !told.has(id)),
        left_out: [...left],
      };
      await ports.commit(call, isSame ? [] : [{ kind: 'plan_changed', before: now, after }], view);
      return view;
    };
    return unlessPartlyDone(isPartlyDone, () => ports.retry(finish));
  };

const answerOf = async ({ plans }: CommitPorts, { tenant_id, id }: Plan): Promise<PlanAnswer> => {
  const answer = await plans.answer(tenant_id, id);
  if (answer === undefined) throw new Error(`Plan ${id} is made, and its answer is not there.`);
  return answer;
};

/** What has moved since the plan was made, other than by the plan itself. */
const differencesOf = (
  answer: PlanAnswer,
  { tasks, calendars, log }: Reading,
  moves: readonly Move[],
): readonly PlanDifference[] => {
  const seenTasks = new Map(answer.tasks.map(({ id, version }) => [id, version]));
  const seenCalendars = new Map(answer.calendars.map(({ resource, version }) => [resource, version]));
  return [
    ...moves.flatMap(({ task_id }): readonly PlanDifference[] => {
      const before = seenTasks.get(task_id) ?? null;
      const task = tasks.get(task_id);
      const now = task === undefined ? null : contentVersionOf(task);
      return before === now ? [] : [{ subject: 'task', task_id, before, now }];
    }),
    ...resourcesOf(moves).flatMap((resource): readonly PlanDifference[] => {
      const name = resourceName(resource);
      const before = log.calendars.get(name) ?? seenCalendars.get(name) ?? null;
      const calendar = calendars.get(name);
      const now = calendar?.version ?? null;
      if (before === now) return [];
      const since = calendar === undefined ? {} : changesSince(calendar, before ?? 0);
      return resource.kind === 'user'
        ? [{ subject: 'calendar', user_id: resource.id, before, now, ...since }]
        : [{ subject: 'asset', asset_id: resource.id, before, now, ...since }];
    }),
  ];
};

interface Occasion {
  readonly call: Call;
  readonly plan: Plan;
  readonly answer: PlanAnswer;
  /** Of the decision. */
  readonly id: string;
}

/** What the plan says of a task, with the decision where it goes to somebody. */
const moveOf = (
  { call, plan, answer, id }: Occasion,
  task: Task,
  { task_id, from, to, to_assets }: Move,
  at: Instant,
): TaskMove => {
  const detail: JsonObject = { plan_id: plan.id, schedule: scheduleOf(task) };
  const assignment = answer.assignments.find((one) => one.task_id === task_id);
  const facts = answer.tasks.find((one) => one.id === task_id)?.facts;
  if (to === null || assignment === undefined || facts === undefined) return givingBack(task, { ...detail, from });
  const { score, breakdown } = assignment;
  const decision: Decision = {
    id,
    tenant_id: call.tenantId,
    task_id,
    made_at: at,
    actor_id: call.actorId,
    engine_version: ENGINE,
    strategy: answer.strategy,
    task: facts,
    candidates: [assignment.facts],
    selected_user_id: to,
    became_busy: [],
    ranking: [[to, score]],
    plan_id: plan.id,
    shadow: null,
    equipment: { asset_ids: [...to_assets], passed_over: [] },
  };
  return {
    ...giving(task, { from, to, to_assets, by: call.actorId, at, mode: 'AUTO' }),
    detail: {
      ...detail,
      ...(from === null ? {} : { from }),
      assigned_to: to,
      dispatch_mode: 'AUTO',
      decision_id: id,
      ...(to_assets.length === 0 ? {} : { asset_ids: to_assets }),
      score,
      breakdown,
    },
    decision,
  };
};

/** A dispatch, or a reassignment of what somebody holds. */
export const giving = (
  task: Task,
  {
    from,
    to,
    to_assets,
    by,
    at,
    mode,
  }: {
    readonly from: string | null;
    readonly to: string;
    readonly to_assets: readonly string[];
    readonly by: string;
    readonly at: Instant;
    readonly mode: 'AUTO' | 'MANUAL';
  },
): TaskMove =>
  from === null
    ? {
        action: 'dispatched',
        patch: {
          ...{ state: 'DISPATCHED', dispatch_mode: mode, assigned_to: to, dispatched_by: by },
          asset_ids: [...to_assets],
        },
        detail: { schedule: scheduleOf(task) },
      }
    : {
        action: 'reassigned',
        patch: {
          ...{ dispatch_mode: mode, assigned_to: to, dispatched_by: by, dispatched_at: at },
          asset_ids: [...to_assets],
        },
        detail: { schedule: scheduleOf(task) },
      };

export const givingBack = (task: Task, detail: JsonObject): TaskMove => ({
  action: 'unassigned',
  patch: {
    state: beforeDispatch(task.requires_approval),
    ...{ dispatch_mode: null, assigned_to: null, dispatched_by: null, dispatched_at: null, asset_ids: [] },
  },
  detail,
});
