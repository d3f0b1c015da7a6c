import { isAbsence, type TaskHolding } from '../calendar/calendar.ts';
import { isFitFor } from '../calendar/equipment.ts';
import { breachedBy } from '../calendar/own-rules.ts';
import type { Resource } from '../calendar/resource.ts';
import type { Instant } from '../time/instant.ts';
import type { TenantSnapshot } from './snapshot.ts';

/**
 * How many held tasks break a rule about their holder or their equipment as these are now. This is no damage: the ground
 * moved under them, or somebody set the rule aside.
 */
export const standingViolations = ({ holdings, calendars, assets }: TenantSnapshot, at: Instant): number => {
  const people = new Map(calendars.flatMap((one) => ('user_id' in one ? [[one.user_id, one] as const] : [])));
  const operating = new Map(
    calendars.flatMap((one) => ('asset_id' in one ? [[one.asset_id, one.working_hours] as const] : [])),
  );
  const equipment = new Map(assets.map((asset) => [asset.id, asset]));
  const isBroken = ({ kind, id }: Resource, holding: TaskHolding): boolean => {
    if (kind === 'user') {
      const person = people.get(id);
      return person !== undefined && breachedBy(person, holding, at).length > 0;
    }
    const asset = equipment.get(id);
    const calendar = { working_hours: operating.get(id) ?? null };
    return asset !== undefined && !isFitFor({ asset, calendar }, holding.window);
  };
  const broken = holdings.flatMap((held) => (!isAbsence(held) && isBroken(held.resource, held) ? [held.task_id] : []));
  return new Set(broken).size;
};
