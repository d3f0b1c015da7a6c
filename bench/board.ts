import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as z from 'zod';
import { buildBoard } from '../board/build.ts';
import { browserPath, NO_BROWSER } from '../test/browser/chromium.ts';
import { rounded, type Findings } from './report.ts';
import { median } from './statistics.ts';

/** Milliseconds of scripting within which an act stays in the flow of the hand. */
const LIMIT_MS = 50;
const LIMIT_KB = 100;

const figures = z.object({
  people: z.number(),
  windows: z.number(),
  drawn: z.number(),
  scrolls: z.array(z.number()),
  moves: z.array(z.object({ drag: z.number(), drop: z.number() })),
});

const compressedBytes = async (): Promise<number> => {
  const folder = await mkdtemp(join(tmpdir(), 'board-'));
  try {
    return buildBoard(folder).reduce((sum, { text }) => sum + gzipSync(text).length, 0);
  } finally {
    await rm(folder, { recursive: true });
  }
};

/** What the board asks of a browser: how much it loads, and what it computes where many people and windows are shown. */
export const measureBoard = async (_service: unknown, isQuick: boolean): Promise<Findings> => {
  if (browserPath === undefined) throw new Error(NO_BROWSER);
  const child = fork(fileURLToPath(new URL('board-process.ts', import.meta.url)), isQuick ? ['--quick'] : [], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const sent = await new Promise<unknown>((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`The process that measures ended with ${code}.`)));
  });
  const { people, windows, drawn, scrolls, moves } = figures.parse(sent);
  const acts = {
    'scrolling by nine rows': scrolls,
    'a drag from the backlog to a row': moves.map(({ drag }) => drag),
    'the drop, its answer, and the plan read again': moves.map(({ drop }) => drop),
  };
  const kilobytes = (await compressedBytes()) / 1_024;
  return {
    tables: [
      {
        title: `Scripting of a page of ${people} people and ${windows} windows, ${drawn} rows of them drawn: processor time of its trace`,
        columns: ['act', 'times', 'median ms', 'worst ms'],
        rows: Object.entries(acts).map(([act, times]) => [
          act,
          times.length,
          rounded(median(times)),
          rounded(Math.max(...times)),
        ]),
      },
      { title: 'What a browser loads', columns: ['what', 'KB, compressed'], rows: [['the board', rounded(kilobytes)]] },
    ],
    targets: [
      ...Object.entries(acts).map(([act, times]) => ({
        name: `scripting of ${act}, ms`,
        measured: median(times),
        limit: LIMIT_MS,
      })),
      { name: 'the board, compressed, KB', measured: kilobytes, limit: LIMIT_KB },
    ],
  };
};
