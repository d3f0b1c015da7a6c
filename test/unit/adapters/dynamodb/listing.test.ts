import { describe, expect, it } from 'vitest';
import { listPage, tableListing, type Listing, type Source } from '../../../../adapters/dynamodb/listing.ts';
import type { ListPage } from '../../../../adapters/dynamodb/table-reader.ts';
import type { Item } from '../../../../adapters/dynamodb/transaction.ts';
import type { Page } from '../../../../core/page.ts';

/** Partitions of ids in memory, newest first; `isIn` is the filter of them all. */
const makeScene = (
  partitions: Readonly<Record<string, readonly number[]>>,
  isIn: (id: number) => boolean = () => true,
) => {
  const asked: ListPage[] = [];
  const reader = {
    listPage: async (page: ListPage) => {
      asked.push(page);
      const { part, limit, start } = page;
      const below = start === undefined ? Infinity : Number(start['id']);
      const rest = (partitions[part.partition.value] ?? []).filter((id) => id < below).toSorted((a, b) => b - a);
      const looked = rest.slice(0, limit).map((id) => ({ id: nameOf(id) }));
      return {
        items: looked.filter(({ id }) => isIn(Number(id))),
        last: looked.length === limit ? looked.at(-1) : undefined,
      };
    },
  };
  const sources = Object.keys(partitions).map((value): Source => ({
    partition: { attribute: 'PK', value },
    where: [[{ attribute: 'fits', among: [true] }]],
    keyAt: (position) => ({ id: position }),
  }));
  return { asked, reader, sources };
};
const nameOf = (id: number): string => String(id).padStart(6, '0');

const listingOf = (sources: readonly Source[], bytes = 10): Listing<number> => ({
  sources,
  descending: true,
  positionOf: ({ id }) => String(id),
  load: (read) =>
    Promise.resolve(
      read.map((item): { item: Item; record: number } => ({
        item: { ...item, filling: 'x'.repeat(bytes) },
        record: Number(item['id']),
      })),
    ),
});

const range = (from: number, to: number): readonly number[] => Array.from({ length: to - from }, (_, at) => from + at);

/** All pages, each with what it was asked to look at. */
const pagesOf = async (
  { reader, asked }: Pick<ReturnType<typeof makeScene>, 'reader' | 'asked'>,
  listing: Listing<number>,
  limit: number,
): Promise<readonly { readonly items: readonly number[]; readonly looks: readonly number[] }[]> => {
  const pages = [];
  for (let after: string | undefined = '', at = 0; after !== undefined; at += 1) {
    asked.length = 0;
    const page: Page<number> = await listPage(reader, listing, { limit, ...(at === 0 ? {} : { after }) });
    pages.push({ items: page.items, looks: asked.map((one) => one.limit) });
    after = page.next;
  }
  return pages;
};

describe('a list of one partition', () => {
  it('looks at one more than the page, and has no page after the last', async () => {
    const scene = makeScene({ a: range(0, 100) });
    const sources = scene.sources.map((source) => ({ ...source, where: [] }));
    const pages = await pagesOf(scene, listingOf(sources), 50);
    expect(pages.map(({ items }) => items.length)).toEqual([50, 50]);
    expect(pages.map(({ looks }) => looks)).toEqual([[51], [51]]);
    expect(pages.flatMap(({ items }) => items)).toEqual(range(0, 100).toReversed());
  });

  it('looks at more after each page that finds too little, up to a bound, and at less again when it finds enough', async () => {
    const rare = makeScene({ a: range(0, 200_000) }, (id) => id === 0);
    const looks = (await pagesOf(rare, listingOf(rare.sources), 50)).flatMap((page) => page.looks);
    expect(looks.slice(0, 6)).toEqual([102, 408, 1_632, 6_528, 26_112, 26_112]);
    const some = makeScene({ a: range(0, 4_000) }, (id) => id % 20 === 0 || id < 2_000);
    const pages = await pagesOf(some, listingOf(some.sources), 50);
    expect(pages.at(-2)?.looks).toEqual([102]);
    expect(pages.flatMap(({ items }) => items)).toHaveLength(2_100);
  });

  it('sends at most 1 MB, and one item at the least', async () => {
    const scene = makeScene({ a: range(0, 5) });
    const pages = await pagesOf(scene, listingOf(scene.sources, 400_000), 3);
    expect(pages.map(({ items }) => items)).toEqual([[4, 3], [2, 1], [0]]);
    const huge = await pagesOf(scene, listingOf(scene.sources, 2_000_000), 3);
    expect(huge.map(({ items }) => items)).toEqual([[4], [3], [2], [1], [0]]);
  });
});

describe('a list of several partitions', () => {
  it('is in one order, without what one of them has not been read far enough to say', async () => {
    // The newest are all in a: of b and c the first page reads what is told much later.
    const scene = makeScene({ a: range(100, 300), b: range(50, 100), c: [0, 1] });
    const pages = await pagesOf(scene, listingOf(scene.sources), 50);
    expect(pages[0]?.looks).toEqual([34, 34, 34]);
    expect(pages[0]?.items).toEqual(range(266, 300).toReversed());
    expect(pages.flatMap(({ items }) => items)).toEqual([...range(50, 300), 0, 1].toSorted((a, b) => b - a));
  });

  it('tells an item once that is in two of them', async () => {
    const scene = makeScene({ a: [1, 2, 3], b: [3, 4] });
    expect((await pagesOf(scene, listingOf(scene.sources), 2)).flatMap(({ items }) => items)).toEqual([4, 3, 2, 1]);
  });

  it('is empty where there are none', async () => {
    expect(await pagesOf(makeScene({}), listingOf([]), 50)).toEqual([{ items: [], looks: [] }]);
  });
});

it('the ranges of a partition are in the order of the ids behind their prefixes', () => {
  const listing = tableListing({ partition: 'p', prefixes: ['ACTIVE#', 'INACTIVE#'], recordOf: (item) => item });
  expect(listing.positionOf({ PK: 'p', SK: 'INACTIVE#7' })).toBe('7');
  expect(listing.sources.map(({ keyAt }) => keyAt('7'))).toEqual([
    { PK: 'p', SK: 'ACTIVE#7' },
    { PK: 'p', SK: 'INACTIVE#7' },
  ]);
});
