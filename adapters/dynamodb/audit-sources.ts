import * as z from 'zod';
import type { TenantSnapshot } from '../../core/audit/snapshot.ts';
import type { Sources } from '../../core/audit/repair.ts';
import { isAbsence, type Holding } from '../../core/calendar/calendar.ts';
import { calendarKey, openAssignmentKey, tallyKey, WINDOWS_BEGIN } from './keys.ts';
import { END } from './pages.ts';
import { holdingFrom } from './resources/calendars.ts';
import type { TableReader } from './table-reader.ts';

const tallySchema = z.object({
  total: z.number().int(),
  available: z.number().int(),
  version: z.number().int().default(0),
});

/** What the repair of counts and tallies counts. `snapshot` has to be one that misses no asset. */
export const makeAuditSources = ({
  reader,
  snapshot,
}: {
  readonly reader: TableReader;
  readonly snapshot: (tenantId: string) => Promise<TenantSnapshot>;
}): Sources => {
  const held = async (partition: string, prefix: string): Promise<readonly Holding[]> =>
    (await reader.range({ partition, from: prefix, to: `${prefix}${END}` })).map(holdingFrom);
  return {
    heldCount: async (tenantId, resource) => {
      const { PK: partition } = calendarKey(tenantId, resource);
      const [windows, open] = await Promise.all([
        held(partition, WINDOWS_BEGIN),
        held(partition, openAssignmentKey(tenantId, resource, '').SK),
      ]);
      return windows.filter((holding) => !isAbsence(holding)).length + open.length;
    },
    tally: async (tenantId, areaCode) => {
      const item = await reader.get(tallyKey(tenantId, areaCode));
      const { total, available, version } = item === undefined ? NOTHING : tallySchema.parse(item);
      return { area_code: areaCode, total, available, version };
    },
    assets: async (tenantId) => (await snapshot(tenantId)).assets,
  };
};

const NOTHING = { total: 0, available: 0, version: 0 } as const;
