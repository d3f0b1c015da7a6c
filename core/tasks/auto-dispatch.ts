import * as z from 'zod';
import type { Tally, Assets } from '../assets/asset.ts';
import type { Call } from '../call.ts';
import type { Calendar, Calendars, Consistency } from '../calendar/calendar.ts';
import type { Guard } from '../calendar/guard.ts';
import { DomainError, isRefusal } from '../errors.ts';
import { freeText, idSchema, optional, referenceSchema } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import type { Retry } from '../retry.ts';
import { rank, scoreSchema, type Ranked, type Score, type TaskFacts } from '../scoring/score.ts';
import { STRATEGY_V2_0, type Strategy } from '../scoring/strategy.ts';
import type { Clock } from '../time/instant.ts';
import { changeTask } from './history.ts';
import { holdingOf, requireDispatchable, requireMatch } from './rules.ts';
import { taskView, viewOf, windowOf, type Task, type WholeTask } from './task.ts';
import type { Tasks } from './tasks.ts';

export const autoDispatchDraft = z.strictObject({
  candidate_user_ids: optional(z.array(referenceSchema).max(LIMITS.candidates)),
  note: optional(freeText(LIMITS.note)),
});
export type AutoDispatchDraft = z.infer<typeof autoDispatchDraft>;

export const resourceSnapshotSchema = z.object({
  scope_area_code: z.string().nullable(),
  total_assets: z.number().int(),
  available_assets: z.number().int(),
  score_strategy: z.object({
    version: z.string(),
    schedule_enabled: z.boolean(),
    weights: z.object({
      base: z.number(),
      workload: z.number(),
      org_match: z.number(),
      resource: z.number(),
      priority: z.number(),
      risk: z.number(),
      conflict_penalty_per_overlap: z.number(),
    }),
  }),
});
export type ResourceSnapshot = z.infer<typeof resourceSnapshotSchema>;

export const autoDispatchView = z.object({
  task: taskView,
  selected_user_id: idSchema,
  dispatch_mode: z.literal('AUTO'),
  scores: z.array(scoreSchema),
  resource_snapshot: resourceSnapshotSchema,
});
export type AutoDispatchView = z.infer<typeof autoDispatchView>;

/** A candidate who was chosen and became busy before the commit. */
interface PassedOver {
  readonly user_id: string;
  readonly reason: 'became_busy';
}

interface Ports {
  readonly tasks: Pick<Tasks, 'get'>;
  readonly calendars: Calendars;
  readonly assets: Pick<Assets, 'tally'>;
  readonly guard: Guard;
  readonly retry: Retry;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** What was seen of the candidates and the assets, and the ranking made from it. */
interface Survey {
  readonly calendars: ReadonlyMap<string, Calendar>;
  readonly ranked: readonly Ranked[];
  readonly snapshot: ResourceSnapshot;
}

/**
 * Dispatches a task to the best candidate who is free (contract section 7).
 *
 * Ranking reads cost half a read unit each because they may lag by a moment: the guard reads the chosen one again,
 * strongly, before it commits. A refusal for want of a free candidate is only given after a strongly consistent look.
 */
export const makeAutoDispatchTask =
  (ports: Ports) =>
  async (
    call: Call,
    taskId: string,
    { candidate_user_ids = [], note }: AutoDispatchDraft,
  ): Promise<AutoDispatchView> => {
    const lost = new Set<string>();
    return ports.retry(async () => {
      // 1. The task, and who may be chosen, in one round trip.
      const [whole, userIds] = await Promise.all([
        ports.tasks.get(call.tenantId, taskId),
        candidateIds(ports.calendars, call.tenantId, candidate_user_ids),
      ]);
      requireMatch(call, whole.task);
      requireDispatchable(whole.task);
      const job = { call, whole, note, lost };
      // 2. Candidates and assets, in one round trip; the ranking; the best who is free, through the guard.
      const quick = await look(ports, whole.task, userIds, 'eventual');
      const answer = await dispatchToFirstFree(ports, job, quick);
      if (answer !== undefined) return answer;
      // 3. Nobody, as far as a quick look can tell: look again, strongly.
      const sure = await look(ports, whole.task, userIds, 'strong');
      const secondAnswer = await dispatchToFirstFree(ports, job, sure);
      if (secondAnswer !== undefined) return secondAnswer;
      throw nobodyIsFree(sure);
    });
  };

interface Job {
  readonly call: Call;
  readonly whole: WholeTask;
  readonly note: string | undefined;
  /** Candidates whom this or an earlier attempt chose, and who became busy before the commit. */
  readonly lost: Set<string>;
}

const dispatchToFirstFree = async (ports: Ports, job: Job, survey: Survey): Promise<AutoDispatchView | undefined> => {
  for (const { candidate } of survey.ranked) {
    const calendar = survey.calendars.get(candidate.user_id);
    if (candidate.overlaps > 0 || calendar === undefined) continue;
    const { change, answer } = decide(ports, job, survey, candidate.user_id);
    try {
      await ports.guard(job.call, {
        changes: [{ kind: 'task_changed', ...change }],
        bookings: { take: { calendar, holding: holdingOf(change.after) } },
        answer,
      });
      return answer;
    } catch (error) {
      const isTaken = isRefusal(error, 'schedule_conflict');
      if (isTaken || isRefusal(error, 'stale_read')) job.lost.add(candidate.user_id);
      if (!isTaken) throw error;
    }
  }
  return undefined;
};

/** The task as dispatched to a candidate, and the answer that says so. */
const decide = (ports: Ports, { call, whole, note, lost }: Job, survey: Survey, userId: string) => {
  const { ranked, snapshot } = survey;
  const at = ports.clock();
  const scores = ranked.map(({ score }) => score);
  const change = changeTask(
    whole.task,
    { actorId: call.actorId, at, entryId: ports.newId() },
    {
      action: 'dispatched',
      patch: {
        state: 'DISPATCHED',
        dispatch_mode: 'AUTO',
        assigned_to: userId,
        dispatched_by: call.actorId,
        dispatched_at: at,
      },
      note,
      detail: detailOf(whole.task, userId, scores, snapshot, passedOver(lost, ranked, userId)),
    },
  );
  const answer: AutoDispatchView = {
    task: viewOf({ task: change.after, later: whole.later }),
    selected_user_id: userId,
    dispatch_mode: 'AUTO',
    scores,
    resource_snapshot: snapshot,
  };
  return { change, answer };
};

/** Ids without doubles; all active users when none are named. */
const candidateIds = async (
  calendars: Calendars,
  tenantId: string,
  named: readonly string[],
): Promise<readonly string[]> => {
  if (named.length > 0) return [...new Set(named)];
  const ids = await calendars.activeUserIds(tenantId, LIMITS.candidates + 1);
  if (ids.length <= LIMITS.candidates) return ids;
  const message = `The tenant has more than ${LIMITS.candidates} active users: name the candidates in candidate_user_ids.`;
  throw new DomainError('too_many_candidates', message, { limit: LIMITS.candidates });
};

const look = async (
  { calendars, assets }: Ports,
  task: Task,
  userIds: readonly string[],
  consistency: Consistency,
): Promise<Survey> => {
  const [surveyed, tally] = await Promise.all([
    calendars.survey(task.tenant_id, userIds, windowOf(task), consistency),
    assets.tally(task.tenant_id, task.area_code),
  ]);
  const candidates = surveyed.filter(({ calendar }) => calendar.is_active);
  if (candidates.length === 0) {
    throw new DomainError('no_candidates', 'None of the candidates is an active user of the tenant.', {});
  }
  const facts = candidates.map(({ calendar, overlapping }) => ({
    user_id: calendar.user_id,
    active_assignments: calendar.active_count,
    is_member: calendar.memberships.some(({ org_unit_id }) => org_unit_id === task.org_unit_id),
    overlaps: overlapping.length,
  }));
  const strategy = STRATEGY_V2_0;
  return {
    calendars: new Map(candidates.map(({ calendar }) => [calendar.user_id, calendar])),
    ranked: rank(strategy, taskFacts(task, tally), facts),
    snapshot: snapshotOf(strategy, task, tally),
  };
};

const taskFacts = (task: Task, tally: Tally): TaskFacts => ({
  priority: task.priority,
  risk_level: task.risk_level,
  is_scheduled: windowOf(task) !== undefined,
  available_assets: tally.available,
});

const snapshotOf = ({ version, weights }: Strategy, task: Task, tally: Tally): ResourceSnapshot => ({
  scope_area_code: task.area_code,
  total_assets: tally.total,
  available_assets: tally.available,
  score_strategy: { version, schedule_enabled: windowOf(task) !== undefined, weights },
});

/** Those whom an earlier attempt chose and lost, unless they were free after all. */
const passedOver = (lost: ReadonlySet<string>, ranked: readonly Ranked[], chosen: string): readonly PassedOver[] =>
  ranked
    .map(({ candidate: { user_id } }) => user_id)
    .filter((userId) => lost.has(userId) && userId !== chosen)
    .map((userId) => ({ user_id: userId, reason: 'became_busy' }));

/** What lets a reader of the history rebuild the decision; bounded, however many candidates there were. */
const detailOf = (
  task: Task,
  assignedTo: string,
  scores: readonly Score[],
  snapshot: ResourceSnapshot,
  passed: readonly PassedOver[],
) => ({
  assigned_to: assignedTo,
  dispatch_mode: 'AUTO',
  planned_start_at: task.planned_start_at,
  planned_end_at: task.planned_end_at,
  resource_snapshot: snapshot,
  scores: scores.slice(0, LIMITS.scoresKept),
  scores_left_out: Math.max(0, scores.length - LIMITS.scoresKept),
  passed_over: passed.slice(0, LIMITS.scoresKept),
});

const nobodyIsFree = ({ ranked }: Survey): DomainError =>
  new DomainError(
    'no_conflict_free_candidate',
    `None of the ${ranked.length} candidates is free: each has an overlapping assignment in the planned window.`,
    {},
  );
