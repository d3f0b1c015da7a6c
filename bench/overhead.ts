import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { rounded, type Findings } from './report.ts';
import type { Service } from './service.ts';

const LOADER = ['--import', 'tsx'];

const figures = z.array(z.object({ name: z.string(), micros: z.number(), sdkMicros: z.number() }));

/**
 * The pipeline in a process of its own: its log lines go nowhere, and its table answers from a tape. `service` only
 * lends its database, for the tape.
 */
export const measureOverhead = async (_service: Service, isQuick: boolean): Promise<Findings> => {
  const child = fork(fileURLToPath(new URL('overhead-process.ts', import.meta.url)), isQuick ? ['--quick'] : [], {
    execArgv: LOADER,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, LOG_LEVEL: 'INFO', LOG_FORMAT: 'json' },
  });
  const told = await new Promise<unknown>((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`The process that measures ended with ${code}.`)));
  });
  const measured = figures.parse(told);
  const bare = measured[0]?.micros ?? Number.NaN;
  const rows = measured.map(({ name, micros, sdkMicros }) => [
    name,
    rounded(micros),
    rounded(sdkMicros),
    rounded(micros - sdkMicros),
    rounded((micros - sdkMicros) / bare),
  ]);
  const columns = ['request', 'microseconds of CPU', 'of them the SDK', 'of them ours', 'ours, in bare handlers'];
  return { tables: [{ title: 'The pipeline, with a table that answers at once', columns, rows }], targets: [] };
};
