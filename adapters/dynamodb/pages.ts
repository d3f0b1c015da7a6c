import * as z from 'zod';
import type { Page, PageRequest } from '../../core/page.ts';
import type { Codec, Reads } from './codec.ts';
import type { Key } from './keys.ts';
import { indexFor, LISTS, type ListName } from './listing.ts';
import { sizeOf } from './size.ts';
import type { TableReader } from './table-reader.ts';
import { KEY } from './table.ts';
import type { Item } from './transaction.ts';

/** Sorts after every text that begins with a prefix. */
export const END = '\uffff';
/** The next sort key after one is the one with the lowest character behind it. */
export const behind = ({ SK }: Key): string => `${SK}\u0000`;

const PAGE_BYTES = 1024 * 1024;

/** As many of the items as a page of 1 MB holds, and one at least. */
export const firstOf = <T>(whole: readonly T[], bytesOf: (one: T) => number): readonly T[] => {
  let bytes = 0;
  const end = whole.findIndex((one, at) => {
    bytes += bytesOf(one);
    return bytes > PAGE_BYTES && at > 0;
  });
  return end === -1 ? whole : whole.slice(0, end);
};

const positionSchema = z.object({ id: z.string(), [KEY.partition]: z.string(), [KEY.sort]: z.string() });
export const keySchema = z.object({ [KEY.partition]: z.string(), [KEY.sort]: z.string() });

/**
 * One page of a list, newest first. It reads one item more than the page, which tells whether another page follows. A
 * page of large items ends early, at about 1 MB: its answer has to fit into what Lambda sends.
 */
export const listPage = async <T extends { readonly id: string }>(
  { reader }: Reads,
  list: ListName,
  codec: Codec<T>,
  tenantId: string,
  filters: Readonly<Record<string, unknown>>,
  { limit, after }: PageRequest,
): Promise<Page<T>> => {
  const { index, partition } = indexFor(list, tenantId, filters);
  const read = await reader.indexPage({
    index: index.name,
    attribute: index.partition,
    partition,
    limit: limit + 1,
    after:
      after === undefined ? undefined : { [index.partition]: partition, ...positionSchema.parse(JSON.parse(after)) },
  });
  const asked = read.items.slice(0, limit);
  const whole = index.projection === 'ALL' ? asked : await wholeItems(reader, asked, list, filters);
  const sent = firstOf(whole, sizeOf);
  const isCut = sent.length < whole.length;
  const last = isCut ? sent.at(-1) : asked.at(-1);
  const records = sent.map(codec.fromItem);
  return (isCut || read.items.length > limit || read.last !== undefined) && last !== undefined
    ? { items: records, next: JSON.stringify(positionSchema.parse(last)) }
    : { items: records };
};

/** The items behind a page of keys, in its order, less those that an index lagging behind still lists. */
const wholeItems = async (
  reader: TableReader,
  page: readonly Item[],
  list: ListName,
  filters: Readonly<Record<string, unknown>>,
): Promise<readonly Item[]> => {
  const whole = await reader.getMany(
    page.map((item) => keySchema.parse(item)),
    'eventual',
  );
  const byId = new Map(whole.map((item) => [item['id'], item]));
  const fields: readonly string[] = LISTS[list];
  return page
    .map(({ id }) => byId.get(id))
    .filter((item) => item !== undefined)
    .filter((item) => fields.every((field) => filters[field] === undefined || item[field] === filters[field]));
};
