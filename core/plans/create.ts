import type { Call } from '../call.ts';
import type { Calendars } from '../calendar/calendar.ts';
import type { Commit } from '../commit.ts';
import { candidateIds } from '../dispatch/survey.ts';
import { DomainError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { ruleNamed } from '../scoring/rule.ts';
import type { Strategies } from '../scoring/strategies.ts';
import type { Tasks } from '../tasks/tasks.ts';
import type { Clock } from '../time/instant.ts';
import type { PlanCreated } from './changes.ts';
import { MOVE_COST, viewOf, type Plan, type PlanView } from './plan.ts';
import type { PlanDraft, PlanRequest } from './request.ts';

interface Ports {
  readonly tasks: Pick<Tasks, 'ids'>;
  readonly calendars: Pick<Calendars, 'activeUserIds'>;
  readonly strategies: Pick<Strategies, 'find' | 'chosen'>;
  readonly commit: Commit<PlanCreated>;
  readonly clock: Clock;
  readonly newId: () => string;
}

/**
 * Asks for a plan. Which tasks and people it is about is settled here; how they stand to each other is read when it is made.
 * Refuses with `too_many_tasks`, `too_many_candidates`, `strategy_not_found`, `strategy_retired`.
 */
export const makeCreatePlan =
  ({ tasks, calendars, strategies, commit, clock, newId }: Ports) =>
  async (call: Call, draft: PlanDraft): Promise<PlanView> => {
    const { candidate_user_ids = [], pinned_task_ids = [], may_reassign = false, effort = 'normal' } = draft;
    const strategy_id = draft.strategy_id ?? null;
    const [taskIds, userIds] = await Promise.all([
      taskIdsOf(tasks, call.tenantId, draft),
      candidateIds(calendars, call.tenantId, candidate_user_ids, LIMITS.planCandidates),
      ruleNamed(strategies, call.tenantId, strategy_id),
    ]);
    const at = clock();
    const plan: Plan = {
      id: newId(),
      tenant_id: call.tenantId,
      name: draft.name ?? null,
      state: 'QUEUED',
      request: {
        tasks: taskIds.length,
        candidates: userIds.length,
        may_reassign,
        move_cost: MOVE_COST,
        strategy_id,
        effort,
      },
      progress: null,
      outcome: null,
      committed_tasks: 0,
      failure: null,
      cancel_requested_at: null,
      started_at: null,
      run_id: null,
      created_by: call.actorId,
      created_at: at,
      updated_at: at,
      version: 1,
    };
    const request: PlanRequest = {
      task_ids: [...taskIds],
      candidate_user_ids: [...userIds],
      pinned_task_ids,
      may_reassign,
      strategy_id,
    };
    const answer = viewOf(plan, undefined, at);
    await commit(call, [{ kind: 'plan_created', plan, request }], answer);
    return answer;
  };

/** The tasks that are named, or those of the range that can be planned. */
const taskIdsOf = async (
  tasks: Pick<Tasks, 'ids'>,
  tenantId: string,
  { tasks: asked, may_reassign = false }: PlanDraft,
): Promise<readonly string[]> => {
  if ('task_ids' in asked) return asked.task_ids;
  const { states = ['DRAFT', 'APPROVED', 'DISPATCHED'], ...range } = asked;
  const free = states.filter((state) => state !== 'DISPATCHED');
  const isHeldToo = may_reassign && states.includes('DISPATCHED');
  const lists = await Promise.all([
    free.length === 0 ? [] : tasks.ids(tenantId, { ...range, state: free, unassigned: true }, LIMITS.planTasks + 1),
    isHeldToo ? tasks.ids(tenantId, { ...range, state: ['DISPATCHED'] }, LIMITS.planTasks + 1) : [],
  ]);
  const ids = [...new Set(lists.flat())];
  if (ids.length <= LIMITS.planTasks) return ids;
  const message = `More than ${LIMITS.planTasks} tasks are in the range: plan them in several parts.`;
  throw new DomainError('too_many_tasks', message, { limit: LIMITS.planTasks });
};
