import * as z from 'zod';
import type { Assets } from '../assets/asset.ts';
import type { Call } from '../call.ts';
import type { Calendars, Consistency } from '../calendar/calendar.ts';
import type { Guard } from '../calendar/guard.ts';
import { DomainError, isRefusal } from '../errors.ts';
import { distinctListOf, freeText, optional, referenceSchema } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import type { Retry } from '../retry.ts';
import type { Strategies } from '../scoring/strategies.ts';
import { requireDispatchable, requireMatch } from '../tasks/rules.ts';
import type { WholeTask } from '../tasks/task.ts';
import type { Tasks } from '../tasks/tasks.ts';
import type { Clock } from '../time/instant.ts';
import type { Turns } from '../turns.ts';
import type { AutoDispatchView } from './answer.ts';
import { decide, type AutoDispatchChange } from './decide.ts';
import { assetIdsInput, equip, readNamed, withEquipment, type Equipment } from './equipment.ts';
import { becameBusyAs } from './exclusions.ts';
import { nobodyIsFree } from './nobody-free.ts';
import { assetsOf, candidatesOf, openPlan, requireFresh } from './plan-token.ts';
import { candidateIds, freeIn, requireUnmoved, surveyAgain, surveyCandidates, type Survey } from './survey.ts';

export const autoDispatchDraft = z
  .strictObject({
    candidate_user_ids: optional(distinctListOf(referenceSchema, LIMITS.candidates)).meta({
      description: 'Doubles count once; unknown and inactive users are left out. None: all active users',
    }),
    asset_ids: assetIdsInput,
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

interface Ports {
  readonly tasks: Pick<Tasks, 'get'>;
  readonly calendars: Calendars;
  readonly assets: Pick<Assets, 'tally' | 'findMany' | 'ofTypes'>;
  readonly strategies: Pick<Strategies, 'chosen'>;
  readonly guard: Guard<AutoDispatchChange>;
  readonly turns: Turns;
  readonly retry: Retry;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** What a decision is made from. */
interface Look {
  readonly whole: WholeTask;
  readonly survey: Survey;
  readonly equipment: Equipment;
}

/** What is the same in every attempt of a request, and what an attempt leaves to the next. */
interface Attempts {
  readonly call: Call;
  readonly note: string | undefined;
  /** A preview, or the commit of one: what is answered is what a strong look saw, and nobody is passed over. */
  readonly isExact: boolean;
  /** Candidates whom an attempt chose and did not get. */
  readonly tried: Set<string>;
  /** Set by a commit that a rival for the same candidate beat: what it was decided from, and for whom. */
  beaten: (Look & { readonly userId: string }) | undefined;
}

/**
 * Dispatches a task to the best candidate who is free (contract section 7).
 *
 * Ranking reads cost half a read unit each because they may lag by a moment: the guard reads the chosen one again,
 * strongly, before it commits. A refusal for want of a candidate is only given after a strongly consistent look;
 * so is a preview, and the commit of one.
 *
 * Requests at the same moment agree on who is best, and only one of them gets that one. So those of one tenant take
 * turns within a process, and one that a rival elsewhere was faster than goes on from what it has read.
 */
export const makeAutoDispatchTask =
  (ports: Ports) =>
  async (given: Call, taskId: string, draft: AutoDispatchDraft): Promise<AutoDispatchView> => {
    const {
      candidate_user_ids = [],
      asset_ids,
      note,
      validate_only = false,
      plan_token,
      suggest_users = false,
    } = draft;
    const call = { ...given, validateOnly: validate_only };
    const plan = plan_token === undefined ? undefined : openPlan(call, taskId, plan_token);
    const named = plan === undefined ? candidate_user_ids : candidatesOf(plan, candidate_user_ids);
    const assetIds = plan === undefined ? asset_ids : assetsOf(plan, asset_ids);
    const isExact = plan !== undefined || validate_only;
    const attempts: Attempts = { call, note, isExact, tried: new Set(), beaten: undefined };
    const dispatch = () =>
      ports.retry(async () => {
        // 1. Where a rival was faster, and nothing but the chosen one's calendar moved: on from there.
        const later = await dispatchAfterRival(ports, attempts);
        if (later !== undefined) return later;
        // 2. The task, who may be chosen, by which strategy and with which equipment, in one round trip.
        const [whole, userIds, chosen, brought] = await Promise.all([
          ports.tasks.get(call.tenantId, taskId),
          candidateIds(ports.calendars, call.tenantId, named),
          ports.strategies.chosen(call.tenantId),
          readNamed(ports, call.tenantId, assetIds),
        ]);
        requireMatch(call, whole.task);
        if (plan === undefined) requireDispatchable(whole.task);
        // 3. Candidates and equipment; the ranking; the best who is free, through the guard.
        const look = async (consistency: Consistency): Promise<Look> => {
          const [survey, found] = await Promise.all([
            surveyCandidates(ports, whole.task, userIds, chosen, consistency),
            equip(ports, whole.task, brought, consistency),
          ]);
          // What a plan showed is chosen still: a rival who was faster makes it stale, and is no refusal.
          return { whole, survey, equipment: { ...found, isChosen: found.isChosen || plan !== undefined } };
        };
        if (!isExact) {
          const answer = await dispatchToFirstFree(ports, attempts, await look('eventual'));
          if (answer !== undefined) return answer;
        }
        // 4. Strongly: for a plan, for a preview, or when a quick look found nobody.
        const strong = await look('strong');
        const sure = strong.survey;
        if (plan !== undefined) {
          // What has changed since comes first: it says more than the rule that it breaks.
          requireFresh(plan, whole.task, sure, strong.equipment);
          requireDispatchable(whole.task);
        }
        // The windows are read after the calendars. Only where these are unmoved do the two belong together: else a fresh
        // plan could meet windows that came since, and dispatch to another one than it showed.
        if (isExact) await requireUnmoved(ports.calendars, call.tenantId, named, sure);
        const answer = await dispatchToFirstFree(ports, attempts, strong);
        if (answer !== undefined) return answer;
        // 5. Nobody, one by one. Only if nothing moved meanwhile was there a moment at which nobody was free.
        await requireUnmoved(ports.calendars, call.tenantId, named, sure);
        throw await nobodyIsFree(ports.calendars, whole.task, sure, strong.equipment, suggest_users);
      });
    return ports.turns(call.tenantId, dispatch);
  };

/**
 * Decides anew after a commit that came too late for its candidate: that one is read again, and ranked against the others
 * as they were read. The task had not moved at that moment, and the commit checks it again. Undefined when nobody is
 * free any more.
 */
const dispatchAfterRival = async (ports: Ports, attempts: Attempts): Promise<AutoDispatchView | undefined> => {
  const { beaten } = attempts;
  if (beaten === undefined) return undefined;
  attempts.beaten = undefined;
  const { whole, survey, equipment, userId } = beaten;
  const again = await surveyAgain(ports, whole.task, survey, userId);
  return dispatchToFirstFree(ports, attempts, { whole, survey: again, equipment });
};

/** Tries the free ones, best first. Undefined when there are none, or all of them became busy. */
const dispatchToFirstFree = async (
  { guard, clock, newId }: Ports,
  attempts: Attempts,
  { whole, survey, equipment }: Look,
): Promise<AutoDispatchView | undefined> => {
  const { call, note, isExact, tried } = attempts;
  const calendars = new Map(survey.surveyed.map(({ calendar }) => [calendar.user_id, calendar]));
  let current = survey;
  for (const { candidate } of freeIn(survey)) {
    const { user_id: userId } = candidate;
    const calendar = calendars.get(userId);
    if (calendar === undefined) continue;
    const occasion = { call, note, at: clock(), decisionId: newId(), entryId: newId() };
    const decided = decide(occasion, whole, current, calendar, equipment, [...tried]);
    try {
      await withEquipment(equipment, () => guard(call, { ...decided, lacking: equipment.lacking }));
      return decided.answer;
    } catch (error) {
      // Of an unscheduled task a grant may end between the look and this moment.
      const isTaken =
        isRefusal(error, 'schedule_conflict') || isRefusal(error, 'unavailable') || isRefusal(error, 'not_qualified');
      const isStale = isRefusal(error, 'stale_read');
      if (isTaken || (isStale && error.details.moved !== 'asset')) tried.add(userId);
      if (isStale && error.details.moved === 'calendar' && !isExact)
        attempts.beaten = { whole, survey: current, equipment, userId };
      if (!isTaken) throw error;
      if (isExact) {
        const message = 'A candidate became busy during the look.';
        throw new DomainError('stale_read', message, { moved: 'candidates' }, { cause: error });
      }
      current = { ...current, becameBusy: [...current.becameBusy, ...becameBusyAs(userId, error.details.violations)] };
    }
  }
  return undefined;
};
