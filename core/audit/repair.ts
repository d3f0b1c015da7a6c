import type { Asset, VersionedTally } from '../assets/asset.ts';
import type { TallyCorrected } from '../assets/changes.ts';
import type { Call } from '../call.ts';
import type { Calendars } from '../calendar/calendar.ts';
import type { CalendarChanged } from '../calendar/changes.ts';
import { isRefusal } from '../errors.ts';
import type { Commit } from '../commit.ts';
import type { Retry } from '../retry.ts';
import { talliesOf } from './tallies.ts';

/** Strongly consistent reads of what the derived values are derived from. */
export interface Sources {
  /** How many assignments a user holds, scheduled or not. */
  readonly heldCount: (tenantId: string, userId: string) => Promise<number>;
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
  readonly calendars: Pick<Calendars, 'find'>;
  readonly commit: Commit<CalendarChanged | TallyCorrected>;
  readonly retry: Retry;
}

/**
 * Repairs what is derived: counts and tallies, never a window.
 *
 * No update that comes in between is lost: the version is read first, then what is counted, and the count is written at
 * that version only. Every booking moves the version of the calendar, and every asset that counts moves its tallies'.
 */
export const makeRepair = (ports: Ports) => ({
  /** Makes a calendar's active count the number of assignments that its user holds. */
  activeCount: (call: Call, userId: string): Promise<Repair> => {
    const subject = `user/${userId}`;
    return unlessItKeepsChanging(subject, ports.retry, async () => {
      const calendar = await ports.calendars.find(call.tenantId, userId);
      const held = await ports.sources.heldCount(call.tenantId, userId);
      if (calendar === undefined || calendar.active_count === held) return { subject, outcome: 'right' };
      const after = { ...calendar, active_count: held, version: calendar.version + 1 };
      await ports.commit(call, [{ kind: 'calendar_changed', before: calendar, after }], undefined);
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
export type Repairs = ReturnType<typeof makeRepair>;

const NOTHING = { total: 0, available: 0 } as const;

const unlessItKeepsChanging = (subject: string, retry: Retry, attempt: () => Promise<Repair>): Promise<Repair> =>
  retry(attempt).catch((error: unknown) => {
    if (isRefusal(error, 'busy')) return { subject, outcome: 'kept_changing' };
    throw error;
  });
