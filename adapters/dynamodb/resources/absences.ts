import type { AbsenceChanges } from '../../../core/calendar/changes.ts';
import { absenceSchema, absentee, type Absence, type Calendars } from '../../../core/calendar/calendar.ts';
import { LIMITS } from '../../../core/limits.ts';
import { epochSeconds } from '../../../core/time/instant.ts';
import { action, exists, put, type Writes } from '../actions.ts';
import { makeCodec, type Codec, type Reads } from '../codec.ts';
import { ABSENCE_PREFIX, absenceKey, calendarKey } from '../keys.ts';
import { behind, END, keySchema } from '../pages.ts';
import { KEY } from '../table.ts';
import type { Item } from '../transaction.ts';

/** Absences are kept with their tenant, which their own fields do not name. */
export const absenceCodec = (tenantId: string): Codec<Absence> =>
  makeCodec({ schema: absenceSchema, key: (absence) => absenceKey(tenantId, absentee(absence), absence.id) });

/** An absence that was removed carries this until its expiry: it is there for its event only. */
export const REMOVAL = 'removal';
export const isRemoved = (item: Item): boolean => item[REMOVAL] !== undefined;

export const absenceReads = ({ reader }: Reads): Pick<Calendars, 'absences' | 'findAbsence' | 'findAbsences'> => ({
  absences: async (tenantId, resource, { limit, after }) => {
    const { PK: partition } = calendarKey(tenantId, resource);
    const kept: Item[] = [];
    let from = after === undefined ? ABSENCE_PREFIX : behind(absenceKey(tenantId, resource, after));
    for (;;) {
      const read = await reader.rangePage({ partition, from, to: `${ABSENCE_PREFIX}${END}`, limit: limit + 1 });
      kept.push(...read.items.filter((item) => !isRemoved(item)));
      if (read.last === undefined || kept.length > limit) break;
      from = behind(keySchema.parse(read.last));
    }
    const page = kept.slice(0, limit).map(absenceCodec(tenantId).fromItem);
    const last = page.at(-1);
    return kept.length > limit && last !== undefined ? { items: page, next: last.id } : { items: page };
  },
  findAbsence: async (tenantId, resource, id) => {
    const item = await reader.get(absenceKey(tenantId, resource, id));
    return item === undefined || isRemoved(item) ? undefined : absenceCodec(tenantId).fromItem(item);
  },
  findAbsences: async (tenantId, resource, ids) => {
    const items = await reader.getMany(ids.map((id) => absenceKey(tenantId, resource, id)));
    return items.filter((item) => !isRemoved(item)).map(absenceCodec(tenantId).fromItem);
  },
});

export const absenceWrites: Writes<AbsenceChanges> = {
  absence_added: ({ tenantId, absence }) =>
    put('absence', { ...absenceCodec(tenantId).toItem(absence), tenant_id: tenantId }),
  // It is marked, and goes with its expiry: who removed it could not be read off an item that is gone.
  absence_removed: ({ tenantId, absence, at }) =>
    action('absence', {
      Update: {
        Key: { ...absenceKey(tenantId, absentee(absence), absence.id) },
        UpdateExpression: 'SET #removal = :removal, #expiry = :expiry',
        ConditionExpression: `${exists} AND attribute_not_exists(#removal)`,
        ExpressionAttributeNames: { '#removal': REMOVAL, '#expiry': KEY.expiry },
        ExpressionAttributeValues: {
          ':removal': at,
          ':expiry': epochSeconds(at) + LIMITS.removedAbsenceHours * 3_600,
        },
      },
    }),
};
