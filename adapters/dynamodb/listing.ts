import * as z from 'zod';
import { LIMITS } from '../../core/limits.ts';
import type { Page, PageRequest } from '../../core/page.ts';
import type { Codec, Reads } from './codec.ts';
import type { Key } from './keys.ts';
import { firstOf } from './pages.ts';
import { sizeOf } from './size.ts';
import { KEY } from './table.ts';
import type { Condition, ListPart, TableReader } from './table-reader.ts';
import type { Item } from './transaction.ts';

/** A part of a list, and the key that the item at a position has or would have in it. */
export interface Source extends ListPart {
  readonly keyAt: (position: string) => Item;
}

export interface Listing<T> {
  /** Each is in the order of the list. An item that is in two of them, because it moves between them, counts once. */
  readonly sources: readonly Source[];
  readonly descending: boolean;
  /** Where an item stands in the order of the list; no two stand at the same place. */
  readonly positionOf: (item: Item) => string;
  /** The items behind what was read, in its order; those that are not in the list any more are left out. */
  readonly load: (read: readonly Item[]) => Promise<readonly { readonly item: Item; readonly record: T }[]>;
}

const nextSchema = z.object({ at: z.string(), stride: z.number().int() });

/** A page that finds too little lets the next one look at more, up to what one request reads (1 MB). */
const STRIDE = { first: 1, factor: 4, longest: 256 } as const;
const strideAfter = (stride: number, isShort: boolean): number =>
  isShort ? Math.min(stride * STRIDE.factor, STRIDE.longest) : Math.max(stride / STRIDE.factor, STRIDE.first);

/**
 * One page of a list: one query of each source, side by side, and whatever `load` reads.
 *
 * The work is bounded, so a page may be short, and even empty, though another follows: of what the filters leave out, of
 * tasks that moved meanwhile, of sources that hold more than their share, and at 1 MB of items, which have to fit into
 * what Lambda sends. Each page goes on behind the last position that it looked at, so no position is told twice.
 */
export const listPage = async <T>(
  reader: Pick<TableReader, 'listPage'>,
  { sources, descending, positionOf, load }: Listing<T>,
  { limit, after }: PageRequest,
): Promise<Page<T>> => {
  const { at, stride } = after === undefined ? { stride: STRIDE.first } : nextSchema.parse(JSON.parse(after));
  const comesFirst = (a: string, b: string): boolean => (descending ? a > b : a < b);
  const inOrder = (positions: readonly string[]): readonly string[] =>
    positions.toSorted((a, b) => (comesFirst(a, b) ? -1 : 1));

  const reads = await Promise.all(
    sources.map((part) =>
      reader.listPage({
        part,
        descending,
        limit: shareOf(sources, limit) * stride,
        start: at === undefined ? undefined : part.keyAt(at),
      }),
    ),
  );
  // Behind the end of a source that was not read to its own end, something of it may come before what others hold.
  const [horizon] = inOrder(reads.flatMap(({ last }) => (last === undefined ? [] : positionOf(last))));
  const found = new Map(reads.flatMap(({ items }) => items.map((item) => [positionOf(item), item] as const)));
  const known = inOrder([...found.keys()]).filter(
    (position) => horizon === undefined || !comesFirst(horizon, position),
  );

  const asked = known.slice(0, limit);
  const whole = await load(asked.map((position) => found.get(position)).filter((item) => item !== undefined));
  const sent = firstOf(whole, ({ item }) => sizeOf(item));
  const records = sent.map(({ record }) => record);
  const lastSent = sent.at(-1);
  const seen = known.length > limit ? asked.at(-1) : horizon;
  const end = sent.length < whole.length && lastSent !== undefined ? positionOf(lastSent.item) : seen;
  if (end === undefined) return { items: records };
  return { items: records, next: JSON.stringify({ at: end, stride: strideAfter(stride, asked.length < limit) }) };
};

/**
 * How many items to look at in each source. One that holds nothing but the list is asked for one more than the page,
 * which tells whether another page follows. Filtered ones, and several, share what keeps a page of 50 tasks within 30
 * read units: the tasks take 25 of them.
 */
const shareOf = (sources: readonly Source[], limit: number): number => {
  const [only] = sources;
  if (sources.length === 1 && only?.where.length === 0) return limit + 1;
  const pages = sources.length <= 5 ? 2 : 1.5;
  return Math.ceil((pages * (Math.max(limit, LIMITS.pageDefault) + 1)) / sources.length);
};

/** Conditions that fields have the values asked for; those not asked for are left out. */
export const whereFields = (
  fields: Readonly<Record<string, string | boolean | undefined>>,
): readonly (readonly Condition[])[] =>
  Object.entries(fields).flatMap(([attribute, value]) =>
    value === undefined ? [] : [[{ attribute, among: [value] }]],
  );

/**
 * A list of whole items of the table, newest first: the ranges of one partition whose keys begin with the prefixes and
 * end in ids.
 */
export const tableListing = <T>({
  partition,
  prefixes,
  where = [],
  recordOf,
}: {
  readonly partition: string;
  readonly prefixes: readonly string[];
  readonly where?: ListPart['where'];
  readonly recordOf: (item: Item) => T;
}): Listing<T> => ({
  sources: prefixes.map((prefix) => ({
    partition: { attribute: KEY.partition, value: partition },
    sort: { attribute: KEY.sort, begins: prefix },
    where,
    keyAt: (id) => ({ [KEY.partition]: partition, [KEY.sort]: `${prefix}${id}` }),
  })),
  descending: true,
  positionOf: (item) => {
    const key = textSchema.parse(item[KEY.sort]);
    return key.slice(key.lastIndexOf('#') + 1);
  },
  load: (read) => Promise.resolve(read.map((item) => ({ item, record: recordOf(item) }))),
});
const textSchema = z.string();

/** A page of a directory kind. `first` is the key that it has for an empty id. */
export const directoryPage = <T>(
  { reader }: Reads,
  codec: Codec<T>,
  first: Key,
  filters: Readonly<Record<string, string | boolean | undefined>>,
  page: PageRequest,
): Promise<Page<T>> => {
  const listing = { partition: first.PK, prefixes: [first.SK], where: whereFields(filters), recordOf: codec.fromItem };
  return listPage(reader, tableListing(listing), page);
};
