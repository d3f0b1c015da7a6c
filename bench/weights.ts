/**
 * What a write costs by the rules that AWS documents; DynamoDB Local reports about twice that.
 *
 * A write costs one unit for each KB begun, of the larger of the item before and after; a transactional one costs two.
 * An index costs, for each entry that appears, goes or changes, one unit for each KB begun of what it holds; an entry
 * whose key changes goes and appears. Numbers are counted as 21 bytes, their longest.
 * Sources: DynamoDB Developer Guide, "DynamoDB read and write operations" and "Using Global Secondary Indexes".
 */
import { sizeOf } from '../adapters/dynamodb/size.ts';
import { KEY, type ListIndex } from '../adapters/dynamodb/table.ts';

export type Item = Readonly<Record<string, unknown>>;

/** Write units of the items themselves, and of their index entries. */
export interface Units {
  readonly items: number;
  readonly indexes: number;
}

const kilobytes = (bytes: number): number => Math.ceil(bytes / 1_024);
/** Names and values, without the frame that `sizeOf` adds for a map. */
export const bytesOf = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + sizeOf(value), 0);
const unitsOf = (item: Item | undefined): number => (item === undefined ? 0 : kilobytes(bytesOf(item)));

/** An index as it is weighed: one of the table, or one that is imagined, of whole items. */
export type Weighed = Omit<ListIndex, 'holds'> & { readonly holds: ListIndex['holds'] | 'everything' };

/** What an index holds of an item; undefined when the item is not in it. */
const entryOf = (item: Item | undefined, { partition, sort, holds }: Weighed): Item | undefined => {
  if (item?.[partition] === undefined) return undefined;
  if (holds === 'everything') return item;
  const held = new Set([KEY.partition, KEY.sort, partition, sort, ...holds]);
  return Object.fromEntries(Object.entries(item).filter(([name]) => held.has(name)));
};

const indexUnits = (before: Item | undefined, after: Item | undefined, index: Weighed): number => {
  const [old, fresh] = [entryOf(before, index), entryOf(after, index)];
  const isMoved = [index.partition, index.sort].some((name) => old?.[name] !== fresh?.[name]);
  if (isMoved) return unitsOf(old) + unitsOf(fresh);
  return JSON.stringify(old) === JSON.stringify(fresh) ? 0 : Math.max(unitsOf(old), unitsOf(fresh));
};

/** The units of one transactional write that made `before` into `after`; undefined for no item. */
export const weightOf = (
  before: Item | undefined,
  after: Item | undefined,
  listIndexes: readonly Weighed[],
): Units => ({
  // What neither was nor is still takes the least write: a condition that is checked, a deletion of nothing.
  items: 2 * Math.max(unitsOf(before), unitsOf(after), 1),
  indexes: listIndexes.reduce((sum, index) => sum + indexUnits(before, after, index), 0),
});

/** What DynamoDB counts for each item and each index entry beside its content. */
const OVERHEAD_BYTES = 100;

/** Bytes that an item and its index entries take. */
export const storedBytes = (item: Item, listIndexes: readonly Weighed[]): number =>
  [item, ...listIndexes.map((index) => entryOf(item, index))]
    .filter((kept) => kept !== undefined)
    .reduce((sum, kept) => sum + bytesOf(kept) + OVERHEAD_BYTES, 0);
