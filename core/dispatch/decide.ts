import type { Call } from '../call.ts';
import type { Bookings } from '../calendar/bookings.ts';
import type { Calendar } from '../calendar/calendar.ts';
import { LIMITS } from '../limits.ts';
import type { ShadowCompared } from '../scoring/changes.ts';
import { flipsOf } from '../scoring/flips.ts';
import { rank, type Ranked } from '../scoring/score.ts';
import { ruleOf } from '../scoring/strategies.ts';
import { changedTask } from '../tasks/change.ts';
import type { TaskChanged } from '../tasks/changes.ts';
import { scheduleOf, windowOf, type Task, type WholeTask } from '../tasks/task.ts';
import type { Instant } from '../time/instant.ts';
import type { AutoDispatchView, ResourceSnapshot } from './answer.ts';
import type { DecisionMade } from './changes.ts';
import { ENGINE, firstFree, rankingOf, type Decision } from './decision.ts';
import { detailOf, type Equipment } from './equipment.ts';
import { sealPlan } from './plan-token.ts';
import { freeIn, type Survey } from './survey.ts';

/** What an automatic dispatch commits: the task with the decision, and what the strategy in shadow would have done. */
export type AutoDispatchChange = TaskChanged | DecisionMade | ShadowCompared;

/** Who decides when, and under which ids decision and history entry are kept. */
interface Occasion {
  readonly call: Call;
  readonly note: string | undefined;
  readonly at: Instant;
  readonly decisionId: string;
  readonly entryId: string;
}

/**
 * The task as dispatched to a candidate, the record of the decision, and the answer that shows both.
 *
 * `calendar` is the chosen one's; `triedBefore` are candidates whom an attempt chose and did not get.
 */
export const decide = (
  { call, note, at, decisionId, entryId }: Occasion,
  whole: WholeTask,
  survey: Survey,
  calendar: Calendar,
  equipment: Equipment,
  triedBefore: readonly string[],
): {
  readonly changes: readonly AutoDispatchChange[];
  readonly bookings: Bookings;
  readonly answer: AutoDispatchView;
} => {
  const { task } = whole;
  const { user_id } = calendar;
  const { ranked, strategy, facts, chosen } = survey;
  const scores = ranked.map(({ score }) => score);
  const snapshot = snapshotOf(survey, task);
  const decision: Decision = {
    id: decisionId,
    tenant_id: call.tenantId,
    task_id: task.id,
    made_at: at,
    actor_id: call.actorId,
    engine_version: ENGINE,
    strategy,
    task: facts,
    candidates: ranked.map(({ candidate }) => candidate),
    selected_user_id: user_id,
    became_busy: survey.becameBusy.map((busy) => busy.user_id),
    ranking: rankingOf(ranked),
    shadow: shadowOf(survey, user_id),
    equipment: { asset_ids: equipment.asset_ids, passed_over: equipment.passed_over },
  };
  const changed = changedTask(
    whole,
    { actorId: call.actorId, at, entryId },
    {
      action: 'dispatched',
      patch: {
        ...{ state: 'DISPATCHED', dispatch_mode: 'AUTO', assigned_to: user_id, dispatched_by: call.actorId },
        asset_ids: equipment.asset_ids,
      },
      note,
      detail: {
        assigned_to: user_id,
        dispatch_mode: 'AUTO',
        decision_id: decisionId,
        schedule: scheduleOf(task),
        ...detailOf(equipment),
        resource_snapshot: snapshot,
        // Bounded, however many candidates there were: the decision keeps all of them.
        scores: scores.slice(0, LIMITS.scoresKept),
        scores_left_out: Math.max(0, scores.length - LIMITS.scoresKept),
        passed_over: passedOver(survey, triedBefore, user_id).slice(0, LIMITS.scoresKept),
      },
    },
    [{ calendar }, ...equipment.readings],
  );
  const free = freeIn(survey);
  const rivals = free.map(({ candidate }) => candidate);
  const plan_token = call.validateOnly === true ? sealPlan(call, task, survey, equipment) : undefined;
  const answer: AutoDispatchView = {
    task: changed.answer,
    selected_user_id: user_id,
    dispatch_mode: 'AUTO',
    scores,
    resource_snapshot: snapshot,
    assets_passed_over: equipment.passed_over,
    excluded: [...survey.excluded, ...survey.becameBusy],
    margin: marginOf(free),
    flips: [...flipsOf(strategy, facts, rivals, LIMITS.flips)],
    decision_id: decisionId,
    ...(plan_token === undefined ? {} : { plan_token }),
  };
  const changes: AutoDispatchChange[] = [...changed.changes, { kind: 'decision_made', decision }];
  if (decision.shadow !== null && chosen.shadow !== null) {
    changes.push({
      kind: 'shadow_compared',
      comparison: {
        tenant_id: call.tenantId,
        strategy_id: chosen.shadow.id,
        task_id: task.id,
        decision_id: decisionId,
        selected_user_id: user_id,
        shadow_user_id: decision.shadow.selected_user_id,
        made_at: at,
      },
    });
  }
  return { changes, bookings: changed.bookings, answer };
};

const snapshotOf = ({ strategy, tally }: Survey, task: Task): ResourceSnapshot => ({
  scope_area_code: task.area_code,
  total_assets: tally.total,
  available_assets: tally.available,
  score_strategy: {
    version: strategy.version,
    schedule_enabled: windowOf(task) !== undefined,
    weights: strategy.weights,
  },
});

/** In thousandths, as scores are counted: their difference has no noise then. */
const marginOf = ([first, second]: readonly Ranked[]): number | null =>
  first === undefined || second === undefined
    ? null
    : Math.round((first.score.total_score - second.score.total_score) * 1_000) / 1_000;

/** What the strategy in shadow would have decided from the same facts. */
const shadowOf = ({ chosen, facts, ranked, becameBusy }: Survey, selected: string): Decision['shadow'] => {
  if (chosen.shadow === null) return null;
  const strategy = ruleOf(chosen.shadow);
  const candidates = ranked.map(({ candidate }) => candidate);
  const choice = firstFree(freeIn({ ranked: rank(strategy, facts, candidates), becameBusy }));
  return choice === undefined ? null : { strategy, selected_user_id: choice, agrees: choice === selected };
};

/**
 * Those who were chosen and became busy. That an attempt for one of them failed does not say so alone: the task may have
 * moved, or something else about the candidate; then only an overlap that is there now does.
 */
const passedOver = ({ ranked, becameBusy }: Survey, triedBefore: readonly string[], chosen: string) => {
  const busy = new Set(becameBusy.map(({ user_id }) => user_id));
  return ranked
    .map(({ candidate }) => candidate)
    .filter(({ user_id, overlaps }) => busy.has(user_id) || (triedBefore.includes(user_id) && overlaps > 0))
    .filter(({ user_id }) => user_id !== chosen)
    .map(({ user_id }) => ({ user_id, reason: 'became_busy' }));
};
