/**
 * Puts the tables of `bench/results.json` into `docs/performance.md`, and what they cost into `docs/cost.md`:
 *
 *   npm run bench && npm run bench:documents
 */
import { readFile, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import { costTables } from './cost.ts';
import { tableText, verdictOf, type Table } from './report.ts';

const cell = z.union([z.string(), z.number()]);
const part = z.object({
  machine: z.object({ node: z.string(), cores: z.number(), load: z.number() }),
  tables: z.array(z.object({ title: z.string(), columns: z.array(z.string()), rows: z.array(z.array(cell)) })),
  targets: z.array(z.object({ name: z.string(), measured: z.number(), limit: z.number() })),
});
type Part = z.infer<typeof part>;

const read = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), 'utf8');
const results = z.record(z.string(), part).parse(JSON.parse(await read('results.json')));

/** Of a long table its first rows, and how many there are. */
const ROWS_SHOWN = 12;
const shortened = (table: Table): Table =>
  !table.title.startsWith('Bytes of') || table.rows.length <= ROWS_SHOWN
    ? table
    : { ...table, title: `${table.title}: the ${ROWS_SHOWN} largest`, rows: table.rows.slice(0, ROWS_SHOWN) };

const textOf = (name: string, { machine, tables, targets }: Part): string => {
  const { node, cores, load } = machine;
  const said = `\`npm run bench -- --only ${name}\`, Node ${node}, ${cores} cores, load average ${load} at the end.`;
  return [said, ...tables.map(shortened).map(tableText), ...(targets.length === 0 ? [] : [verdictOf(targets)])].join(
    '\n\n',
  );
};

/** Replaces what stands between the two marks of a place. */
const fill = async (path: string, texts: Readonly<Record<string, string>>): Promise<void> => {
  let document = await read(path);
  for (const [name, text] of Object.entries(texts)) {
    const place = new RegExp(`(?<=<!-- begin ${name} -->\\n).*?(?=<!-- end ${name} -->)`, 's');
    if (!place.test(document)) throw new Error(`${path} has no place for "${name}".`);
    document = document.replace(place, () => `\n${text}\n\n`);
  }
  await writeFile(new URL(path, import.meta.url), document);
};

await fill(
  '../docs/performance.md',
  Object.fromEntries(Object.entries(results).map(([name, found]) => [name, textOf(name, found)])),
);

const operations = results['operations']?.tables[0];
const measured = new Map(
  (operations?.rows ?? []).map(([name, roundTrips, , , reads, , writes]) => [
    String(name),
    { roundTrips: Number(roundTrips), reads: Number(reads), writes: Number(writes) },
  ]),
);
await fill('../docs/cost.md', { cost: costTables(measured).map(tableText).join('\n\n') });
