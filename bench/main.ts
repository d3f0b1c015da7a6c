/**
 * Measures what the service costs, prints tables, and keeps them in `bench/results.json`. Everything is a count, or a
 * ratio of times within one run. Ends with exit code 1 when a target is missed.
 *
 *   npm run bench                    all parts
 *   npm run bench -- --only load     one part; the others stay in the file as they were
 *   npm run bench -- --quick         small sizes, for trying out; keeps nothing
 *   npm run bench -- --only planning --smptsp PATH    with the public instances of that folder too
 */
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { measureBeside } from './beside.ts';
import { measureBoard } from './board.ts';
import { measureBodies } from './bodies.ts';
import { measureBundles } from './bundles.ts';
import { measureCandidates } from './candidates.ts';
import { measureGrowth } from './growth.ts';
import { measureLoad } from './load.ts';
import { measureOperations } from './operations.ts';
import { measureOverhead } from './overhead.ts';
import { measurePlanning } from './planning.ts';
import { isMissed, rounded, tableText, verdictOf, type Findings } from './report.ts';
import { openService, type Service } from './service.ts';

const RESULTS = new URL('results.json', import.meta.url);

type Part = (service: Service, isQuick: boolean) => Promise<Findings>;
type FreePart = (service: undefined, isQuick: boolean) => Promise<Findings>;

const { values } = parseArgs({
  options: { only: { type: 'string' }, quick: { type: 'boolean', default: false }, smptsp: { type: 'string' } },
});
const { only, quick: isQuick, smptsp } = values;

/** What needs the machine for itself comes first, before the table fills. */
const FREE: Readonly<Record<string, FreePart>> = {
  board: measureBoard,
  bodies: measureBodies,
  bundles: measureBundles,
  load: measureLoad,
  planning: (_, isQuick) => measurePlanning(isQuick, smptsp),
};
const SERVED: Readonly<Record<string, Part>> = {
  operations: measureOperations,
  overhead: measureOverhead,
  candidates: measureCandidates,
  growth: measureGrowth,
  beside: measureBeside,
};
const NAMES = [...Object.keys(FREE), ...Object.keys(SERVED)];

/** Runs parts one after the other; each result is told when it is there. */
const measure = async (onFindings: (name: string, findings: Findings) => void): Promise<void> => {
  const isWanted = (name: string): boolean => only === undefined || only === name;
  const timed = async (name: string, work: Promise<Findings>): Promise<void> => {
    const started = performance.now();
    onFindings(name, await work);
    console.log(`\n${name}: ${Math.round((performance.now() - started) / 1_000)} s\n`);
  };
  for (const [name, part] of Object.entries(FREE)) if (isWanted(name)) await timed(name, part(undefined, isQuick));
  if (!Object.keys(SERVED).some(isWanted)) return;
  const service = await openService();
  try {
    for (const [name, part] of Object.entries(SERVED)) if (isWanted(name)) await timed(name, part(service, isQuick));
  } finally {
    await service.stop();
  }
};

const keep = async (parts: Readonly<Record<string, Findings & { readonly machine: unknown }>>): Promise<void> => {
  const before = await readFile(RESULTS, 'utf8').then(
    (text) => JSON.parse(text) as Record<string, unknown>,
    () => ({}),
  );
  await writeFile(RESULTS, `${JSON.stringify({ ...before, ...parts }, undefined, 1)}\n`);
};

const run = async (): Promise<number> => {
  if (only !== undefined && !NAMES.includes(only)) {
    console.error(`There is no part "${only}": it is one of ${NAMES.join(', ')}.`);
    return 2;
  }
  const parts: Record<string, Findings & { readonly machine: unknown }> = {};
  await measure((name, findings) => {
    console.log(`\n${findings.tables.map(tableText).join('\n\n')}\n\n${verdictOf(findings.targets)}`);
    const machine = { node: process.version, cores: cpus().length, load: rounded(loadavg()[0] ?? 0) };
    parts[name] = { machine, ...findings };
  });
  if (!isQuick) await keep(parts);
  const targets = Object.values(parts).flatMap((part) => part.targets);
  console.log(`\n${verdictOf(targets)}`);
  return targets.some(isMissed) ? 1 : 0;
};

process.exitCode = await run();
