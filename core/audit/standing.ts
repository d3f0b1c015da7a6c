import { breachedBy } from '../calendar/own-rules.ts';
import { isAbsence } from '../calendar/calendar.ts';
import type { Instant } from '../time/instant.ts';
import type { TenantSnapshot } from './snapshot.ts';

/**
 * How many held tasks break a rule about their holder as that one is now. This is no damage: the ground moved under them,
 * or somebody set the rule aside.
 */
export const standingViolations = ({ holdings, calendars }: TenantSnapshot, at: Instant): number => {
  const byUser = new Map(
    calendars.flatMap((calendar) => ('user_id' in calendar ? [[calendar.user_id, calendar] as const] : [])),
  );
  return holdings.filter((held) => {
    const calendar = held.resource.kind === 'user' ? byUser.get(held.resource.id) : undefined;
    return calendar !== undefined && !isAbsence(held) && breachedBy(calendar, held, at).length > 0;
  }).length;
};
