import type { Asset, VersionedTally } from '../assets/asset.ts';
import type { TallyCorrected } from '../assets/changes.ts';
import type { Call } from '../call.ts';
import type { Calendars, ResourceCalendar } from '../calendar/calendar.ts';
import { changeOf, type AssetCalendarChanged, type CalendarChanged } from '../calendar/changes.ts';
import { resourceName, type Resource } from '../calendar/resource.ts';
import { isRefusal } from '../errors.ts';
import type { Commit } from '../commit.ts';
import type { Retry } from '../retry.ts';
import { talliesOf } from './tallies.ts';

/** Strongly consistent reads of what the derived values are derived from. */
export interface Sources {
  /** How many assignments a resource holds, scheduled or not. */
  readonly heldCount: (tenantId: string, resource: Resource) => Promise<number>;
  readonly tally: (tenantId: string, areaCode: string | null) => Promise<VersionedTally>;
  /** Every asset of the tenant. */
  readonly assets: (tenantId: string) => Promise<readonly Asset[]>;
}

/** What became of one derived value. */
export interface Repair {
  /** A path-like name, as in a finding. */
  readonly subject: string;
  readonly outcome: 'repaired' | 'right' | 'kept_changing';
  /** What was written instead of what; only of `repaired`. */
  readonly detail?: string;
}

interface Ports {
  readonly sources: Sources;
  readonly calendars: Pick<Calendars, 'find' | 'surveyAssets'>;
  readonly commit: Commit<CalendarChanged | AssetCalendarChanged | TallyCorrected>;
  readonly retry: Retry;
}

/**
 * Repairs what is derived: counts and tallies, never a window.
 *
 * No update that comes in between is lost: the version is read first, then what is counted, and the count is written at
 * that version only. Every booking moves the version of the calendar, and every asset that counts moves its tallies'.
 */
export const makeRepair = (ports: Ports) => ({
  /** Makes a calendar's active count the number of assignments that its user, or its asset, holds. */
  activeCount: (call: Call, resource: Resource): Promise<Repair> => {
    const subject = resourceName(resource);
    return unlessItKeepsChanging(subject, ports.retry, async () => {
      const calendar = await calendarOf(ports.calendars, call.tenantId, resource);
      const held = await ports.sources.heldCount(call.tenantId, resource);
      if (calendar === undefined || calendar.active_count === held) return { subject, outcome: 'right' };
      await ports.commit(call, [changeOf(calendar, { active_count: held })], undefined);
      return { subject, outcome: 'repaired', detail: `active count from ${calendar.active_count} to ${held}` };
    });
  },

  /** Makes the tally of an area, or of the whole tenant (null), the number of its assets. */
  tally: (call: Call, areaCode: string | null): Promise<Repair> => {
    const subject = areaCode === null ? 'tenant' : `area/${areaCode}`;
    return unlessItKeepsChanging(subject, ports.retry, async () => {
      const before = await ports.sources.tally(call.tenantId, areaCode);
      const due = talliesOf(await ports.sources.assets(call.tenantId)).get(areaCode) ?? NOTHING;
      if (before.total === due.total && before.available === due.available) return { subject, outcome: 'right' };
      const after = { total: due.total, available: due.available };
      await ports.commit(call, [{ kind: 'tally_corrected', tenantId: call.tenantId, before, after }], undefined);
      const detail = `from ${before.total} assets, ${before.available} available, to ${after.total}, ${after.available} available`;
      return { subject, outcome: 'repaired', detail };
    });
  },
});
const calendarOf = async (
  calendars: Ports['calendars'],
  tenantId: string,
  { kind, id }: Resource,
): Promise<ResourceCalendar | undefined> => {
  if (kind === 'user') return calendars.find(tenantId, id);
  const [surveyed] = await calendars.surveyAssets(tenantId, [id], undefined, 'strong');
  return surveyed?.calendar;
};

export type Repairs = ReturnType<typeof makeRepair>;

const NOTHING = { total: 0, available: 0 } as const;

const unlessItKeepsChanging = (subject: string, retry: Retry, attempt: () => Promise<Repair>): Promise<Repair> =>
  retry(attempt).catch((error: unknown) => {
    if (isRefusal(error, 'busy')) return { subject, outcome: 'kept_changing' };
    throw error;
  });
