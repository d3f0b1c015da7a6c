import * as z from 'zod';
import type { Assets, Tally } from '../assets/asset.ts';
import type { Call } from '../call.ts';
import { idOf, obstaclesIn, type Calendars, type Consistency, type Surveyed } from '../calendar/calendar.ts';
import { few, type Guard } from '../calendar/guard.ts';
import { suggestionsFor } from '../calendar/suggest.ts';
import { DomainError, isRefusal } from '../errors.ts';
import { freeText, idSchema, optional, referenceSchema } from '../fields.ts';
import type { ShadowCompared } from '../scoring/changes.ts';
import type { DecisionMade, TaskChanged } from './changes.ts';
import { LIMITS } from '../limits.ts';
import type { Retry } from '../retry.ts';
import { flipSchema, flipsOf } from '../scoring/flips.ts';
import { rank, scoreSchema, type CandidateFacts, type Ranked, type Score, type TaskFacts } from '../scoring/score.ts';
import { ruleOf, type ChosenStrategies, type Strategies } from '../scoring/strategies.ts';
import { STRATEGY_V2_0, type Strategy } from '../scoring/strategy.ts';
import type { Clock } from '../time/instant.ts';
import { ENGINE, firstFree, rankingOf, type Decision } from './decision.ts';
import { changeTask } from './history.ts';
import { candidatesOf, openPlan, requireFresh, sealPlan, type Plan } from './plan.ts';
import { holdingOf, requireDispatchable, requireMatch } from './rules.ts';
import { taskView, viewOf, windowOf, type Task, type WholeTask } from './task.ts';
import type { Tasks } from './tasks.ts';

export const autoDispatchDraft = z
  .strictObject({
    candidate_user_ids: optional(z.array(referenceSchema).max(LIMITS.candidates)).meta({
      description: 'Doubles count once; unknown and inactive users are left out. None: all active users',
    }),
    note: optional(freeText(LIMITS.note)),
    validate_only: optional(z.boolean()).meta({
      description: 'A preview: the same answer, nothing is written, and a plan_token to commit it with',
    }),
    suggest_users: optional(z.boolean()).meta({
      description: 'A refusal for want of time also names users who are free, candidates or not',
    }),
    plan_token: optional(z.string().max(LIMITS.planToken)).meta({
      description:
        'Commits what a preview showed, or refuses with what has changed since. It knows the candidates; named again, they must be the same',
    }),
  })
  .meta({
    id: 'AutoDispatchDraft',
    examples: [
      { candidate_user_ids: ['0199c0de-0000-7000-8000-000000000002', '0199c0de-0000-7000-8000-000000000003'] },
    ],
  });
export type AutoDispatchDraft = z.infer<typeof autoDispatchDraft>;

export const resourceSnapshotSchema = z
  .object({
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
  })
  .meta({ id: 'ResourceSnapshot' });
export type ResourceSnapshot = z.infer<typeof resourceSnapshotSchema>;

const EXCLUSIONS = ['unknown_user', 'inactive', 'schedule_conflict', 'unavailable'] as const;
/** A candidate who could not be chosen, and why. */
export const excludedSchema = z
  .object({
    user_id: z.string(),
    code: z.enum(EXCLUSIONS),
    detail: z.string(),
    conflicts: z
      .array(
        z.object({ task_id: idSchema, name: z.string(), planned_start_at: z.string(), planned_end_at: z.string() }),
      )
      .meta({ description: `The tasks in the way, the latest ${LIMITS.conflictsPerCandidate} of them` }),
  })
  .meta({ id: 'ExcludedCandidate' });
export type Excluded = z.infer<typeof excludedSchema>;

export const autoDispatchView = z
  .object({
    task: taskView,
    selected_user_id: idSchema,
    dispatch_mode: z.literal('AUTO'),
    scores: z.array(scoreSchema),
    resource_snapshot: resourceSnapshotSchema,
    excluded: z.array(excludedSchema).meta({ description: 'Every candidate who could not be chosen, and why' }),
    margin: z.number().nullable().meta({
      description: 'Points between the chosen one and the next who is free; null where there is none',
    }),
    flips: z.array(flipSchema).meta({ description: `Of the next ${LIMITS.flips} candidates who are free` }),
    decision_id: idSchema.meta({ description: 'Of a preview: one that is kept nowhere' }),
    plan_token: z.string().optional().meta({ description: 'Of a preview only: what commits it' }),
  })
  .meta({ id: 'AutoDispatch' });
export type AutoDispatchView = z.infer<typeof autoDispatchView>;

interface Ports {
  readonly tasks: Pick<Tasks, 'get'>;
  readonly calendars: Calendars;
  readonly assets: Pick<Assets, 'tally'>;
  readonly strategies: Pick<Strategies, 'chosen'>;
  readonly guard: Guard<TaskChanged | DecisionMade | ShadowCompared>;
  readonly retry: Retry;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** What was seen of the candidates and the assets, and the ranking made from it. */
interface Survey {
  readonly userIds: readonly string[];
  readonly surveyed: readonly Surveyed[];
  readonly facts: TaskFacts;
  readonly tally: Tally;
  readonly strategy: Strategy;
  readonly ranked: readonly Ranked[];
  readonly excluded: readonly Excluded[];
}

/** One request, as far as it is the same in every attempt. */
interface Job {
  readonly call: Call;
  readonly note: string | undefined;
  readonly plan: Plan | undefined;
  /** A preview, or the commit of one: what is answered is what a strong look saw, and nobody is passed over. */
  readonly isExact: boolean;
  /** Candidates whom an attempt chose and did not get, with what the commit said. */
  readonly lost: Map<string, 'taken' | 'stale_read'>;
}

/**
 * Dispatches a task to the best candidate who is free (contract section 7).
 *
 * Ranking reads cost half a read unit each because they may lag by a moment: the guard reads the chosen one again,
 * strongly, before it commits. A refusal for want of a candidate is only given after a strongly consistent look;
 * so is a preview, and the commit of one.
 */
export const makeAutoDispatchTask =
  (ports: Ports) =>
  async (given: Call, taskId: string, draft: AutoDispatchDraft): Promise<AutoDispatchView> => {
    const { candidate_user_ids = [], note, validate_only = false, plan_token, suggest_users = false } = draft;
    const call = { ...given, validateOnly: validate_only };
    const plan = plan_token === undefined ? undefined : openPlan(call, taskId, plan_token);
    const named = plan === undefined ? candidate_user_ids : candidatesOf(plan, candidate_user_ids);
    const isExact = plan !== undefined || validate_only;
    const job: Job = { call, note, plan, isExact, lost: new Map() };
    return ports.retry(async () => {
      // 1. The task, who may be chosen and by which strategy, in one round trip.
      const [whole, userIds, chosen] = await Promise.all([
        ports.tasks.get(call.tenantId, taskId),
        candidateIds(ports.calendars, call.tenantId, named),
        ports.strategies.chosen(call.tenantId),
      ]);
      requireMatch(call, whole.task);
      if (plan === undefined) requireDispatchable(whole.task);
      // 2. Candidates and assets, in one round trip; the ranking; the best who is free, through the guard.
      if (!isExact) {
        const quick = await look(ports, whole.task, userIds, chosen, 'eventual');
        const answer = await dispatchToFirstFree(ports, job, whole, quick, chosen);
        if (answer !== undefined) return answer;
      }
      // 3. Strongly: for a plan, for a preview, or when a quick look found nobody.
      const sure = await look(ports, whole.task, userIds, chosen, 'strong');
      if (plan !== undefined) {
        // What has changed since comes first: it says more than the rule that it breaks.
        requireFresh(plan, whole.task, { ...sure, strategyVersion: sure.strategy.version });
        requireDispatchable(whole.task);
      }
      // The windows are read after the calendars. Only where these are unmoved do the two belong together: else a fresh
      // plan could meet windows that came since, and dispatch to another one than it showed.
      if (isExact) await requireUnmoved(ports.calendars, call.tenantId, named, sure);
      const answer = await dispatchToFirstFree(ports, job, whole, sure, chosen);
      if (answer !== undefined) return answer;
      // 4. Nobody, one by one. Only if nothing moved meanwhile was there a moment at which nobody was free.
      await requireUnmoved(ports.calendars, call.tenantId, named, sure);
      throw await nobodyIsFree(ports, whole.task, sure, suggest_users);
    });
  };

const dispatchToFirstFree = async (
  ports: Ports,
  job: Job,
  whole: WholeTask,
  survey: Survey,
  chosen: ChosenStrategies,
): Promise<AutoDispatchView | undefined> => {
  const calendars = new Map(survey.surveyed.map(({ calendar }) => [calendar.user_id, calendar]));
  const becameBusy: Excluded[] = [];
  for (const { candidate } of survey.ranked) {
    const calendar = calendars.get(candidate.user_id);
    if (candidate.overlaps > 0 || calendar === undefined) continue;
    const { changes, holding, answer } = decide(ports, job, whole, survey, chosen, candidate.user_id, becameBusy);
    try {
      await ports.guard(job.call, { changes, bookings: { take: { calendar, holding } }, answer });
      return answer;
    } catch (error) {
      const isTaken = isRefusal(error, 'schedule_conflict') || isRefusal(error, 'unavailable');
      if (isTaken) job.lost.set(candidate.user_id, 'taken');
      else if (isRefusal(error, 'stale_read')) job.lost.set(candidate.user_id, 'stale_read');
      if (!isTaken) throw error;
      if (job.isExact)
        throw new DomainError('stale_read', 'A candidate became busy during the look.', {}, { cause: error });
      becameBusy.push(becameBusyAs(candidate.user_id, error));
    }
  }
  return undefined;
};

/** The task as dispatched to a candidate, the record of the decision, and the answer that shows both. */
const decide = (
  ports: Ports,
  { call, note, lost }: Job,
  { task, later }: WholeTask,
  survey: Survey,
  chosen: ChosenStrategies,
  userId: string,
  passedOver: readonly Excluded[],
) => {
  const { ranked, strategy, facts } = survey;
  const becameBusy = passedOver.map(({ user_id }) => user_id);
  const at = ports.clock();
  const scores = ranked.map(({ score }) => score);
  const snapshot = snapshotOf(strategy, task, survey.tally);
  const decision: Decision = {
    id: ports.newId(),
    tenant_id: call.tenantId,
    task_id: task.id,
    made_at: at,
    actor_id: call.actorId,
    engine_version: ENGINE,
    strategy,
    task: facts,
    candidates: ranked.map(({ candidate }) => candidate),
    selected_user_id: userId,
    became_busy: becameBusy,
    ranking: rankingOf(ranked),
    shadow: shadowOf(chosen, facts, ranked, becameBusy, userId),
  };
  const change = changeTask(
    task,
    { actorId: call.actorId, at, entryId: ports.newId() },
    {
      action: 'dispatched',
      patch: {
        state: 'DISPATCHED',
        dispatch_mode: 'AUTO',
        assigned_to: userId,
        dispatched_by: call.actorId,
      },
      note,
      detail: {
        assigned_to: userId,
        dispatch_mode: 'AUTO',
        decision_id: decision.id,
        planned_start_at: task.planned_start_at,
        planned_end_at: task.planned_end_at,
        resource_snapshot: snapshot,
        // Bounded, however many candidates there were: the decision keeps all of them.
        scores: scores.slice(0, LIMITS.scoresKept),
        scores_left_out: Math.max(0, scores.length - LIMITS.scoresKept),
        passed_over: lostOnTheWay(lost, ranked, userId).slice(0, LIMITS.scoresKept),
      },
    },
  );
  const free = freeOf(ranked, becameBusy);
  const plan_token =
    call.validateOnly === true ? sealPlan(call, task, { ...survey, strategyVersion: strategy.version }) : undefined;
  const answer: AutoDispatchView = {
    task: viewOf({ task: change.after, later }),
    selected_user_id: userId,
    dispatch_mode: 'AUTO',
    scores,
    resource_snapshot: snapshot,
    excluded: [...survey.excluded, ...passedOver],
    margin: marginOf(free),
    flips: [
      ...flipsOf(
        strategy,
        facts,
        free.map(({ candidate }) => candidate),
        LIMITS.flips,
      ),
    ],
    decision_id: decision.id,
    ...(plan_token === undefined ? {} : { plan_token }),
  };
  const changes: (TaskChanged | DecisionMade | ShadowCompared)[] = [
    { kind: 'task_changed', ...change },
    { kind: 'decision_made', decision },
  ];
  if (decision.shadow !== null && chosen.shadow !== null) {
    changes.push({
      kind: 'shadow_compared',
      comparison: {
        tenant_id: call.tenantId,
        strategy_id: chosen.shadow.id,
        task_id: task.id,
        decision_id: decision.id,
        selected_user_id: userId,
        shadow_user_id: decision.shadow.selected_user_id,
        made_at: at,
      },
    });
  }
  return { changes, holding: holdingOf(change.after, 'DISPATCHED'), answer };
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
  chosen: ChosenStrategies,
  consistency: Consistency,
): Promise<Survey> => {
  const [found, tally] = await Promise.all([
    calendars.survey(task.tenant_id, userIds, windowOf(task), consistency),
    assets.tally(task.tenant_id, task.area_code),
  ]);
  // A rival may have dispatched this very task since it was read: its window is in nobody's way, and the commit finds out.
  const surveyed = found.map(({ calendar, overlapping }) => ({
    calendar,
    overlapping: overlapping.filter((held) => idOf(held) !== task.id),
  }));
  const excluded = exclusions(userIds, surveyed);
  const candidates = surveyed.filter(({ calendar }) => calendar.is_active);
  const strategy = chosen.active === null ? STRATEGY_V2_0 : ruleOf(chosen.active);
  const facts: TaskFacts = {
    priority: task.priority,
    risk_level: task.risk_level,
    is_scheduled: windowOf(task) !== undefined,
    available_assets: tally.available,
  };
  return {
    userIds,
    surveyed,
    facts,
    tally,
    strategy,
    ranked: rank(strategy, facts, candidates.map(factsOf(task))),
    excluded,
  };
};

const factsOf =
  (task: Task) =>
  ({ calendar, overlapping }: Surveyed): CandidateFacts => ({
    user_id: calendar.user_id,
    active_assignments: calendar.active_count,
    is_member: calendar.memberships.some(({ org_unit_id }) => org_unit_id === task.org_unit_id),
    overlaps: overlapping.length,
  });

/** Why each candidate who could not be chosen could not. */
const exclusions = (userIds: readonly string[], surveyed: readonly Surveyed[]): readonly Excluded[] => {
  const known = new Map(surveyed.map((one) => [one.calendar.user_id, one]));
  return userIds.flatMap((user_id): readonly Excluded[] => {
    const found = known.get(user_id);
    if (found === undefined)
      return [{ user_id, code: 'unknown_user', detail: 'The tenant has no such user.', conflicts: [] }];
    if (!found.calendar.is_active)
      return [{ user_id, code: 'inactive', detail: 'The user is not active.', conflicts: [] }];
    if (found.overlapping.length === 0) return [];
    return [busy(user_id, obstaclesIn(found.overlapping))];
  });
};

/** An exclusion for want of time, which lists a bounded number of windows: there may be a thousand candidates. */
const busy = (user_id: string, { conflicts, absences }: ReturnType<typeof obstaclesIn>): Excluded => {
  if (conflicts.length === 0) {
    const times = absences.map(({ start_at, end_at }) => `${start_at} to ${end_at}`);
    return { user_id, code: 'unavailable', detail: `The user is absent: ${few(times, 0)}.`, conflicts: [] };
  }
  const detail = `The user holds ${conflicts.length} overlapping assignment${conflicts.length === 1 ? '' : 's'}.`;
  return { user_id, code: 'schedule_conflict', detail, conflicts: conflicts.slice(0, LIMITS.conflictsPerCandidate) };
};

/** One who ranked as free, and whose time the guard found taken. */
const becameBusyAs = (userId: string, refusal: DomainError<'schedule_conflict' | 'unavailable'>): Excluded => {
  const { conflicts = [], absences = [] }: Partial<ReturnType<typeof obstaclesIn>> = refusal.details;
  return busy(userId, { conflicts, absences });
};

const snapshotOf = ({ version, weights }: Strategy, task: Task, tally: Tally): ResourceSnapshot => ({
  scope_area_code: task.area_code,
  total_assets: tally.total,
  available_assets: tally.available,
  score_strategy: { version, schedule_enabled: windowOf(task) !== undefined, weights },
});

const freeOf = (ranked: readonly Ranked[], becameBusy: readonly string[]): readonly Ranked[] =>
  ranked.filter(({ candidate }) => candidate.overlaps === 0 && !becameBusy.includes(candidate.user_id));

/** In thousandths, as scores are counted: their difference has no noise then. */
const marginOf = ([first, second]: readonly Ranked[]): number | null =>
  first === undefined || second === undefined
    ? null
    : Math.round((first.score.total_score - second.score.total_score) * 1_000) / 1_000;

/** What the strategy in shadow would have decided from the same facts. */
const shadowOf = (
  { shadow }: ChosenStrategies,
  facts: TaskFacts,
  ranked: readonly Ranked[],
  becameBusy: readonly string[],
  selected: string,
): Decision['shadow'] => {
  if (shadow === null) return null;
  const strategy = ruleOf(shadow);
  const other = rank(
    strategy,
    facts,
    ranked.map(({ candidate }) => candidate),
  );
  const choice = firstFree(freeOf(other, becameBusy));
  return choice === undefined ? null : { strategy, selected_user_id: choice, agrees: choice === selected };
};

/**
 * Those who were chosen and became busy. A stale read alone does not say so: the task may have moved, or something else
 * about the candidate; then only an overlap that is there now does.
 */
const lostOnTheWay = (lost: Job['lost'], ranked: readonly Ranked[], chosen: string) =>
  ranked
    .map(({ candidate }) => candidate)
    .filter(({ user_id, overlaps }) => lost.get(user_id) === 'taken' || (lost.has(user_id) && overlaps > 0))
    .filter(({ user_id }) => user_id !== chosen)
    .map(({ user_id }) => ({ user_id, reason: 'became_busy' }));

/**
 * The refusal carries what the answer would have: why nobody could be chosen, and when the best one is free; on demand
 * also who else is.
 */
const nobodyIsFree = async (
  { calendars }: Ports,
  task: Task,
  { ranked, surveyed, excluded }: Survey,
  suggestUsers: boolean,
): Promise<DomainError> => {
  const counts: Record<string, number> = {};
  for (const { code } of excluded) counts[code] = (counts[code] ?? 0) + 1;
  if (ranked.length === 0) {
    const message = 'None of the candidates is an active user of the tenant.';
    return new DomainError('no_candidates', message, { excluded, counts });
  }
  const scores: readonly Score[] = ranked.slice(0, LIMITS.scoresKept).map(({ score }) => score);
  const best = surveyed.find(({ calendar }) => calendar.user_id === ranked[0]?.candidate.user_id)?.calendar;
  const window = windowOf(task);
  const suggestions =
    best === undefined || window === undefined
      ? {}
      : {
          suggestions: {
            user_id: best.user_id,
            ...(await suggestionsFor(calendars, { calendar: best, window, taskId: task.id, suggestUsers })),
          },
        };
  return new DomainError(
    'no_conflict_free_candidate',
    `None of the ${ranked.length} candidates is free: each has an overlapping assignment or absence in the planned window.`,
    { excluded, counts, scores, ...suggestions },
  );
};

/**
 * Refuses with `stale_read` when a candidate came, went or changed since the survey began. The calendars are read after
 * the roster: as they are unmoved, they were at the moment of the roster what the survey saw.
 */
const requireUnmoved = async (
  calendars: Calendars,
  tenantId: string,
  named: readonly string[],
  { surveyed }: Survey,
): Promise<void> => {
  const userIds = await candidateIds(calendars, tenantId, named);
  const now = await calendars.survey(tenantId, userIds, undefined, 'strong');
  const versions = new Map(surveyed.map(({ calendar }) => [calendar.user_id, calendar.version]));
  const isUnmoved =
    now.length === surveyed.length &&
    now.every(({ calendar: { user_id, version } }) => versions.get(user_id) === version);
  if (!isUnmoved) throw new DomainError('stale_read', 'A candidate changed during the look at them.', {});
};
