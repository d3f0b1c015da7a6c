import type { Assets, Tally } from '../assets/asset.ts';
import { idOf, type Calendars, type Consistency, type HeldWindow, type Surveyed } from '../calendar/calendar.ts';
import { ownViolations } from '../calendar/own-rules.ts';
import { DomainError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { isEligible, rank, type CandidateFacts, type Ranked, type TaskFacts } from '../scoring/score.ts';
import { activeRule } from '../scoring/rule.ts';
import type { ChosenStrategies } from '../scoring/strategies.ts';
import type { Strategy } from '../scoring/strategy.ts';
import { personDemandOf } from '../tasks/rules.ts';
import { heldWindowOf, type Task } from '../tasks/task.ts';
import type { Clock, Instant } from '../time/instant.ts';
import { exclusionsOf, type Excluded } from './exclusions.ts';

/** What was read of the candidates and the assets, and the ranking made from it. */
export interface Survey {
  /** All candidates, those included whom nobody knows. */
  readonly userIds: readonly string[];
  readonly surveyed: readonly Surveyed[];
  readonly tally: Tally;
  readonly chosen: ChosenStrategies;
  readonly strategy: Strategy;
  readonly facts: TaskFacts;
  /** When the look began: the present, for a task without a window. */
  readonly at: Instant;
  /** Best first, those included who have no time. */
  readonly ranked: readonly Ranked[];
  readonly excluded: readonly Excluded[];
  /** Candidates who ranked as free, and whose time the guard found taken. */
  readonly becameBusy: readonly Excluded[];
}

interface Ports {
  readonly calendars: Pick<Calendars, 'survey' | 'overlapping' | 'activeUserIds'>;
  readonly assets: Pick<Assets, 'tally'>;
  readonly clock: Clock;
}

/** Ids without doubles; all active users when none are named. Refuses with `too_many_candidates` when those are too many. */
export const candidateIds = async (
  calendars: Pick<Calendars, 'activeUserIds'>,
  tenantId: string,
  named: readonly string[],
  limit: number = LIMITS.candidates,
): Promise<readonly string[]> => {
  if (named.length > 0) return [...new Set(named)];
  const ids = await calendars.activeUserIds(tenantId, limit + 1);
  if (ids.length <= limit) return ids;
  const message = `The tenant has more than ${limit} active users: name the candidates in candidate_user_ids.`;
  throw new DomainError('too_many_candidates', message, { limit });
};

/** Reads calendars and windows of all candidates and the assets, in one round trip, and ranks. */
export const surveyCandidates = async (
  { calendars, assets, clock }: Ports,
  task: Task,
  userIds: readonly string[],
  chosen: ChosenStrategies,
  consistency: Consistency,
): Promise<Survey> => {
  const at = clock();
  const [found, tally] = await Promise.all([
    calendars.survey(task.tenant_id, userIds, heldWindowOf(task), consistency),
    assets.tally(task.tenant_id, task.area_code),
  ]);
  const surveyed = found.map(({ calendar, overlapping }) => ({ calendar, overlapping: othersThan(task, overlapping) }));
  return ranking(task, { userIds, surveyed, tally, chosen, at, becameBusy: [] });
};

/**
 * Reads one candidate anew, strongly, calendar and windows, and in the same request the calendars of those who were
 * exactly as good: the rivals who were faster go through these, one after another. Everybody else stays as read.
 */
export const surveyAgain = async (
  { calendars }: Pick<Ports, 'calendars'>,
  task: Task,
  survey: Survey,
  userId: string,
): Promise<Survey> => {
  const asked = equalsOf(survey, userId).slice(0, LIMITS.equalsReadAgain);
  const found = await calendars.survey(task.tenant_id, asked, undefined, 'strong');
  const anew = new Map(found.map(({ calendar }) => [calendar.user_id, calendar]));
  const calendar = anew.get(userId);
  const window = heldWindowOf(task);
  const held = calendar === undefined || window === undefined ? [] : await calendars.overlapping(calendar, window);
  const surveyed = survey.surveyed.map((one) => ({
    calendar: anew.get(one.calendar.user_id) ?? one.calendar,
    overlapping: one.calendar.user_id === userId ? othersThan(task, held) : one.overlapping,
  }));
  return ranking(task, { ...survey, surveyed });
};

/** A candidate and all others who may be chosen and score the same, in the order of the ranking. */
const equalsOf = (survey: Survey, userId: string): readonly string[] => {
  const free = freeIn(survey);
  const total = free.find(({ candidate }) => candidate.user_id === userId)?.score.total_score;
  return free.filter(({ score }) => score.total_score === total).map(({ candidate }) => candidate.user_id);
};

/** Those who may be chosen, best first. */
export const freeIn = ({ ranked, becameBusy }: Pick<Survey, 'ranked' | 'becameBusy'>): readonly Ranked[] => {
  const busy = new Set(becameBusy.map(({ user_id }) => user_id));
  return ranked.filter(({ candidate }) => isEligible(candidate) && !busy.has(candidate.user_id));
};

/**
 * Refuses with `stale_read` when a candidate came, went or changed since the survey began. The calendars are read after
 * the roster: as they are unmoved, they were at the moment of the roster what the survey saw.
 */
export const requireUnmoved = async (
  calendars: Pick<Calendars, 'survey' | 'activeUserIds'>,
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
  if (isUnmoved) return;
  throw new DomainError('stale_read', 'A candidate changed during the look at them.', { moved: 'candidates' });
};

/** A rival may have dispatched this very task since it was read: its window is in nobody's way, and the commit finds out. */
const othersThan = (task: Task, held: readonly HeldWindow[]): readonly HeldWindow[] =>
  held.filter((window) => idOf(window) !== task.id);

const ranking = (
  task: Task,
  read: Pick<Survey, 'userIds' | 'surveyed' | 'tally' | 'chosen' | 'at' | 'becameBusy'>,
): Survey => {
  const strategy = activeRule(read.chosen);
  const facts: TaskFacts = {
    priority: task.priority,
    risk_level: task.risk_level,
    is_scheduled: heldWindowOf(task) !== undefined,
    available_assets: read.tally.available,
  };
  const candidates = read.surveyed.filter(({ calendar }) => calendar.is_active).map(factsOf(task, read.at));
  const ranked = rank(strategy, facts, candidates);
  return {
    ...read,
    strategy,
    facts,
    ranked,
    excluded: exclusionsOf(read.userIds, read.surveyed, personDemandOf(task), read.at),
  };
};

const factsOf =
  (task: Task, at: Instant) =>
  ({ calendar, overlapping }: Surveyed): CandidateFacts => {
    const blocked_by = ownViolations(calendar, personDemandOf(task), at).map(({ rule }) => rule);
    return {
      user_id: calendar.user_id,
      active_assignments: calendar.active_count,
      is_member: calendar.memberships.some(({ org_unit_id }) => org_unit_id === task.org_unit_id),
      overlaps: overlapping.length,
      ...(blocked_by.length === 0 ? {} : { blocked_by }),
    };
  };
