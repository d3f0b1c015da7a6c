import { PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { entrySchema, type Entry, type Trail, type TrailWriter } from '../../../core/trail/entry.ts';
import type { Audited } from '../../../core/trail/subjects.ts';
import { LIMITS } from '../../../core/limits.ts';
import { epochSeconds, instantSchema, type Instant } from '../../../core/time/instant.ts';
import type { KeyedItem } from '../actions.ts';
import { makeCodec, type Codec, type Owned, type Reads } from '../codec.ts';
import { removalKey, trailFrom, trailKey, trailPartition } from '../keys.ts';
import { KEY } from '../table.ts';

const DAY_S = 86_400;

const entryCodec: Codec<Entry> = /* @__PURE__ */ makeCodec({
  schema: entrySchema,
  key: ({ tenant_id, at, id }) => trailKey(tenant_id, at, id),
  documents: ['before', 'after'],
});

/** Writes entries where they are read. The key says all: an entry that comes again is written over itself. */
export const makeTrailWriter = ({
  client,
  tableName,
  days,
}: {
  readonly client: Pick<DynamoDBDocumentClient, 'send'>;
  readonly tableName: string;
  /** For how long entries are kept. */
  readonly days: number;
}): TrailWriter => ({
  record: async (entries) => {
    await Promise.all(
      entries.map((entry) => {
        const expiry = epochSeconds(entry.at) + days * DAY_S;
        const Item = { ...entryCodec.toItem(entry), [KEY.expiry]: expiry };
        return client.send(new PutCommand({ TableName: tableName, Item }));
      }),
    );
  },
});

/** Requests of one page, and what one of them looks at when some of it may be left out. */
const LOOKS = 16;
const LOOKED_AT = 400;

export const makeTrail = ({ reader }: Reads): Trail => ({
  list: async (tenantId, { from, to, isMeant, isAll }, { limit, after }) => {
    const found: Entry[] = [];
    let position = after ?? trailFrom(to);
    for (let look = 1; look <= LOOKS; look += 1) {
      const month = monthBehind(position);
      const read = await reader.rangePage({
        partition: trailPartition(tenantId, month),
        from: trailFrom(from),
        // Included: the entry of the position itself has been told.
        to: position,
        descending: true,
        limit: isAll ? limit + 2 : LOOKED_AT,
        consistency: 'eventual',
      });
      for (const entry of read.items.map(entryCodec.fromItem)) {
        const { SK: key } = trailKey(tenantId, entry.at, entry.id);
        if (key === position) continue;
        if (found.length === limit) return { items: found, next: position };
        if (isMeant(entry)) found.push(entry);
        position = key;
      }
      if (read.last !== undefined) continue;
      if (month <= from.slice(0, month.length)) return { items: found };
      position = trailFrom(beginOf(month));
    }
    return { items: found, next: position };
  },
});

const BEFORE_INSTANT = trailFrom(instantSchema.parse('2026-01-01T00:00:00.000Z')).indexOf('2026');

/** The month of what stands before a position: behind the first instant of a month that is the month before. */
const monthBehind = (position: string): string => {
  const [at = ''] = position.slice(BEFORE_INSTANT).split('#');
  const last = position === trailFrom(instantSchema.parse(at)) ? Date.parse(at) - 1 : Date.parse(at);
  return new Date(last).toISOString().slice(0, 'yyyy-mm'.length);
};
const beginOf = (month: string): Instant => instantSchema.parse(`${month}-01T00:00:00.000Z`);

/** What the commit of a removal leaves behind, so that the trail can say who removed what. */
export const removalNote = (
  item: Audited,
  record: Owned & Readonly<Record<string, unknown>>,
  at: Instant,
): KeyedItem => ({
  ...removalKey(record.tenant_id, record.id),
  ...{ tenant_id: record.tenant_id, item, record },
  ...{ [KEY.expiry]: epochSeconds(at) + LIMITS.removedAbsenceHours * 3_600 },
});
