import { fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { PLACES, shapeNames, shapeOf, type Place } from './body-shapes.ts';
import { rounded, type Findings } from './report.ts';

/** What a body of 4 MB may cost, whatever its shape: milliseconds of a core, and memory above the resting process. */
export const BOUNDS = { cpuMs: 300, memoryMib: 200 } as const;

const told = z.object({ status: z.number(), cpu_ms: z.number(), memory_mib: z.number() });
export interface Figure extends z.infer<typeof told> {
  readonly place: Place;
  readonly shape: string;
}

/**
 * Takes bodies in, one after the other, in one process of their own, which reads them from files: what it takes to make
 * them is not counted. Memory is the most above the resting process so far, so only that of the first body is its own.
 */
export const takeIn = async (
  bodies: readonly (readonly [place: Place, shape: string])[],
): Promise<readonly Figure[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'bodies-'));
  try {
    const files: string[] = [];
    for (const [index, [place, shape]] of bodies.entries()) {
      const file = join(folder, `${index}.json`);
      await writeFile(file, PLACES[place](shapeOf(shape)));
      files.push(place, file);
    }
    const figures = await measuredIn(files);
    return bodies.map(([place, shape], index) => ({ place, shape, ...told.parse(figures[index]) }));
  } finally {
    await rm(folder, { recursive: true });
  }
};

const measuredIn = (files: readonly string[]): Promise<readonly unknown[]> =>
  new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('body-process.ts', import.meta.url)), files, {
      execArgv: ['--expose-gc', '--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const figures: unknown[] = [];
    child.on('message', (one) => figures.push(one));
    child.once('exit', (code) => {
      if (code === 0) resolve(figures);
      else reject(new Error(`The process that measures ended with ${code}, after ${figures.length} bodies.`));
    });
  });

const SEED = 20_261_125;
const placeNames = Object.keys(PLACES).filter((place): place is Place => place in PLACES);

/** Each body in a fresh process: memory that was had once is not given back. */
export const measureBodies = async (_service: undefined, isQuick: boolean): Promise<Findings> => {
  const shapes = shapeNames(isQuick ? 2 : 20, SEED);
  const figures: Figure[] = [];
  for (const [index, shape] of shapes.entries()) {
    const places = isQuick ? placeNames.filter((_, at) => at === index % placeNames.length) : placeNames;
    for (const place of places) figures.push(...(await takeIn([[place, shape]])));
  }
  const worst = (of: (one: Figure) => number): number => Math.max(...figures.map(of));
  const rows = placeNames.map((place) => {
    const here = figures.filter((one) => one.place === place).sort((a, b) => b.cpu_ms - a.cpu_ms);
    const [dearest] = here;
    const memory = Math.max(0, ...here.map((one) => one.memory_mib));
    return [place, here.length, rounded(dearest?.cpu_ms ?? 0), dearest?.shape ?? '', rounded(memory)];
  });
  const columns = ['where it stands', 'shapes', 'most CPU, ms', 'of the shape', 'most memory, MiB'];
  return {
    tables: [{ title: 'Bodies of 4 MB, from the event to the write', columns, rows }],
    targets: [
      { name: 'CPU of a body of 4 MB, ms', measured: worst((one) => one.cpu_ms), limit: BOUNDS.cpuMs },
      { name: 'memory of a body of 4 MB, MiB', measured: worst((one) => one.memory_mib), limit: BOUNDS.memoryMib },
    ],
  };
};
