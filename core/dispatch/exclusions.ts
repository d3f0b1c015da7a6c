import * as z from 'zod';
import type { Surveyed } from '../calendar/calendar.ts';
import { few, lackIn, violationsOf } from '../calendar/guard.ts';
import { ownViolations, type Demand } from '../calendar/own-rules.ts';
import type { PersonViolation, Violation } from '../errors.ts';
import { idSchema } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import type { Instant } from '../time/instant.ts';

const EXCLUSIONS = [
  'unknown_user',
  'inactive',
  'schedule_conflict',
  'unavailable',
  'not_qualified',
  'outside_working_hours',
] as const;

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

/** Why each candidate who could not be chosen could not: by the first rule that fails. */
export const exclusionsOf = (
  userIds: readonly string[],
  surveyed: readonly Surveyed[],
  demand: Demand,
  at: Instant,
): readonly Excluded[] => {
  const byId = new Map(surveyed.map((one) => [one.calendar.user_id, one]));
  return userIds.flatMap((user_id): readonly Excluded[] => {
    const one = byId.get(user_id);
    if (one === undefined)
      return [{ user_id, code: 'unknown_user', detail: 'The tenant has no such user.', conflicts: [] }];
    if (!one.calendar.is_active)
      return [{ user_id, code: 'inactive', detail: 'The user is not active.', conflicts: [] }];
    const [first] = violationsOf(one.overlapping, ownViolations(one.calendar, demand, at));
    return first === undefined ? [] : [excludedBy(user_id, first)];
  });
};

/** One who ranked as free, and whom the guard refused: by the first rule that fails. */
export const becameBusyAs = (userId: string, violations: readonly Violation[]): readonly Excluded[] =>
  violations
    .filter(isOfPerson)
    .slice(0, 1)
    .map((violation) => excludedBy(userId, violation));

const isOfPerson = (violation: Violation): violation is PersonViolation => !violation.rule.startsWith('asset_');

/** It lists a bounded number of windows: there may be a thousand candidates. */
const excludedBy = (user_id: string, violation: PersonViolation): Excluded => {
  switch (violation.rule) {
    case 'schedule_conflict': {
      const { length } = violation.conflicts;
      const detail = `The user holds ${length} overlapping assignment${length === 1 ? '' : 's'}.`;
      const conflicts = violation.conflicts.slice(0, LIMITS.conflictsPerCandidate);
      return { user_id, code: violation.rule, detail, conflicts };
    }
    case 'unavailable':
      return {
        user_id,
        code: violation.rule,
        detail: `The user is absent: ${timesOf(violation.absences)}.`,
        conflicts: [],
      };
    case 'not_qualified':
      return {
        user_id,
        code: violation.rule,
        detail: `The user is not qualified: ${lackIn(violation)}.`,
        conflicts: [],
      };
    case 'outside_working_hours': {
      const near = violation.nearest.length === 0 ? 'none within two weeks' : timesOf(violation.nearest);
      return { user_id, code: violation.rule, detail: `The nearest working hours are ${near}.`, conflicts: [] };
    }
  }
};

const timesOf = (times: readonly { readonly start_at: string; readonly end_at: string }[]): string =>
  few(
    times.map(({ start_at, end_at }) => `${start_at} to ${end_at}`),
    0,
  );
