import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const processesThat = async (isMeant: (line: string) => boolean): Promise<readonly number[]> => {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,stat=,args='], { maxBuffer: 1 << 24 });
  return stdout
    .split('\n')
    .filter((line) => isMeant(line) && !/^\s*\d+\s+Z/.test(line))
    .map((line) => Number.parseInt(line, 10));
};

/** The ids of the processes whose command line contains every one of these texts. */
export const processesWith = (...texts: readonly string[]): Promise<readonly number[]> =>
  processesThat((line) => texts.every((text) => line.includes(text)));

/** What still runs of the database behind an endpoint: its watchdog and its engine. */
export const databaseProcesses = (endpoint: string): Promise<readonly number[]> =>
  processesThat((line) => new RegExp(`DynamoDBLocal[.]jar.*-port\\W+${new URL(endpoint).port}\\b`).test(line));

/** Runs a TypeScript file of the project in one process, without the second one that the tsx command makes. */
export const runScript = (file: string, words: readonly string[], environment: NodeJS.ProcessEnv): ChildProcess => {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const script = fileURLToPath(new URL(`../../${file}`, import.meta.url));
  return spawn(process.execPath, ['--import', loader, script, ...words], {
    env: { ...process.env, NODE_OPTIONS: '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
};
