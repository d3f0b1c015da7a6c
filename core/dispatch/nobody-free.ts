import type { Calendars } from '../calendar/calendar.ts';
import { isWanting, NO_SLOT, suggestionsFor } from '../calendar/suggest.ts';
import { DomainError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { personDemandOf } from '../tasks/rules.ts';
import { heldWindowOf, windowOf, type Task } from '../tasks/task.ts';
import type { Equipment } from './equipment.ts';
import type { Survey } from './survey.ts';

/**
 * The refusal of an auto-dispatch that found nobody. It carries what the answer would have: why nobody could be chosen,
 * and when the best one is free, and the equipment; on demand also who else is.
 */
export const nobodyIsFree = async (
  calendars: Pick<Calendars, 'held' | 'survey' | 'activeUserIds'>,
  task: Task,
  { ranked, surveyed, excluded, at }: Survey,
  { lacking, readings }: Equipment,
  suggestUsers: boolean,
): Promise<DomainError> => {
  const counts: Record<string, number> = {};
  for (const { code } of excluded) counts[code] = (counts[code] ?? 0) + 1;
  if (ranked.length === 0) {
    const message = 'None of the candidates is an active user of the tenant.';
    return new DomainError('no_candidates', message, { excluded, counts });
  }
  const scores = ranked.slice(0, LIMITS.scoresKept).map(({ score }) => score);
  const best = surveyed.find(({ calendar }) => calendar.user_id === ranked[0]?.candidate.user_id)?.calendar;
  const [window, planned] = [heldWindowOf(task), windowOf(task)];
  const suggestions =
    best === undefined || window === undefined || planned === undefined
      ? {}
      : {
          suggestions: {
            user_id: best.user_id,
            ...(isWanting(lacking, readings)
              ? NO_SLOT
              : await suggestionsFor(calendars, {
                  calendar: best,
                  along: readings.map(({ calendar }) => calendar),
                  demand: { ...personDemandOf(task), window, planned },
                  at,
                  taskId: task.id,
                  suggestUsers,
                })),
          },
        };
  return new DomainError(
    'no_conflict_free_candidate',
    `None of the ${ranked.length} candidates is free: each has an overlapping assignment or absence in the planned window, is not qualified, or is outside working hours.`,
    { excluded, counts, scores, ...suggestions },
  );
};
