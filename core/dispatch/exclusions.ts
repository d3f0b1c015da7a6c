import * as z from 'zod';
import { obstaclesIn, type Surveyed } from '../calendar/calendar.ts';
import { few } from '../calendar/guard.ts';
import type { DomainError } from '../errors.ts';
import { idSchema } from '../fields.ts';
import { LIMITS } from '../limits.ts';

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

/** Why each candidate who could not be chosen could not. */
export const exclusionsOf = (userIds: readonly string[], surveyed: readonly Surveyed[]): readonly Excluded[] => {
  const byId = new Map(surveyed.map((one) => [one.calendar.user_id, one]));
  return userIds.flatMap((user_id): readonly Excluded[] => {
    const one = byId.get(user_id);
    if (one === undefined)
      return [{ user_id, code: 'unknown_user', detail: 'The tenant has no such user.', conflicts: [] }];
    if (!one.calendar.is_active)
      return [{ user_id, code: 'inactive', detail: 'The user is not active.', conflicts: [] }];
    if (one.overlapping.length === 0) return [];
    return [busy(user_id, obstaclesIn(one.overlapping))];
  });
};

/** One who ranked as free, and whose time the guard found taken. */
export const becameBusyAs = (
  userId: string,
  refusal: DomainError<'schedule_conflict'> | DomainError<'unavailable'>,
): Excluded => {
  const { conflicts = [], absences = [] }: Partial<ReturnType<typeof obstaclesIn>> = refusal.details;
  return busy(userId, { conflicts, absences });
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
