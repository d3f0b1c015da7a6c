import type { Asset } from '../assets/asset.ts';
import type { PersonViolation } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { lackOf } from '../qualifications/grants.ts';
import { instantSchema, type Instant } from '../time/instant.ts';
import { isWorking, nearestTo } from '../working-hours/hours.ts';
import { BREACHES, type Affected, type Breach } from './affected.ts';
import { isAbsence, type Calendar, type Calendars, type TaskHolding } from './calendar.ts';
import { isFitFor } from './equipment.ts';
import { assetResource, userResource, type Resource } from './resource.ts';
import type { Window } from './window.ts';

/** What the rules speak of in a task. */
export type Demand = Pick<TaskHolding, 'window' | 'required_qualifications'>;

/**
 * The rules that a task breaks with a person, whatever else that one holds, in the order of a refusal. A task without a window
 * demands what it demands at the moment `at`; hours ask nothing of it.
 */
export const ownViolations = (
  { working_hours, qualifications }: Pick<Calendar, 'working_hours' | 'qualifications'>,
  { window, required_qualifications = [] }: Demand,
  at: Instant,
): readonly PersonViolation[] => {
  const lack = lackOf(qualifications, required_qualifications, window ?? at);
  return [
    ...(lack === undefined ? [] : [{ rule: 'not_qualified' as const, ...lack }]),
    ...(window === undefined || working_hours === null || isWorking(working_hours, window)
      ? []
      : [{ rule: 'outside_working_hours' as const, nearest: nearestTo(working_hours, window).map(shown) }]),
  ];
};

const shown = ({ start, end }: Window) => ({ start_at: start, end_at: end });

/** The rules that a held task breaks with its holder. */
export const breachedBy = (person: Calendar, demand: Demand, at: Instant): readonly Breach[] => {
  const broken = new Set<string>(ownViolations(person, demand, at).map(({ rule }) => rule));
  return BREACHES.filter((rule) => (rule === 'inactive_user' ? !person.is_active : broken.has(rule)));
};

const END_OF_TIME = instantSchema.parse('9999-12-31T23:59:59.999Z');

/** The held tasks of a person that break a rule after a change of the calendar, and did not before it. */
export const affectedBy = (
  calendars: Pick<Calendars, 'held' | 'open'>,
  before: Calendar,
  after: Calendar,
  at: Instant,
): Promise<Affected> =>
  affectedAmong(calendars, before.tenant_id, userResource(before.user_id), at, (holding) => {
    const already = breachedBy(before, holding, at);
    return breachedBy(after, holding, at).find((one) => !already.includes(one));
  });

type Equipment = Parameters<typeof isFitFor>[0] & { readonly asset: Pick<Asset, 'id' | 'tenant_id'> };

/** The held tasks that an asset could serve before a change, and cannot after it. */
export const affectedByAsset = (
  calendars: Pick<Calendars, 'held' | 'open'>,
  before: Equipment,
  after: Equipment,
  at: Instant,
): Promise<Affected> =>
  affectedAmong(calendars, before.asset.tenant_id, assetResource(before.asset.id), at, ({ window }) =>
    isFitFor(before, window) && !isFitFor(after, window) ? 'asset_unavailable' : undefined,
  );

const affectedAmong = async (
  calendars: Pick<Calendars, 'held' | 'open'>,
  tenantId: string,
  resource: Resource,
  at: Instant,
  ruleOf: (holding: TaskHolding) => Breach | undefined,
): Promise<Affected> => {
  const future = { start: at, end: END_OF_TIME };
  const [windows, open] = await Promise.all([
    calendars.held(tenantId, resource, future, LIMITS.affectedSearched),
    calendars.open(tenantId, resource, LIMITS.affectedSearched),
  ]);
  const affected = [...windows, ...open].flatMap((holding) => {
    if (isAbsence(holding)) return [];
    const rule = ruleOf(holding);
    if (rule === undefined) return [];
    const planned = holding.planned ?? holding.window;
    return [
      {
        task_id: holding.task_id,
        name: holding.name,
        planned_start_at: planned?.start ?? null,
        planned_end_at: planned?.end ?? null,
        rule,
      },
    ];
  });
  return {
    affected: affected.slice(0, LIMITS.affectedListed),
    affected_more:
      affected.length > LIMITS.affectedListed ||
      [windows, open].some(({ length }) => length === LIMITS.affectedSearched),
  };
};
