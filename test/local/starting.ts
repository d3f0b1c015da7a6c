import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect } from 'vitest';
import { runScript } from './processes.ts';

interface Run {
  readonly process: ChildProcess;
  said(): { readonly stdout: string; readonly stderr: string };
  readonly ended: Promise<number | null>;
}

/** How long and how often to look at a process that starts. */
export const EVERY = { timeout: 120_000, interval: 100 };
/** What each test leaves behind. */
export const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

export const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'task-center-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

/** `npm start` with these words. */
export const start = (words: readonly string[], environment: NodeJS.ProcessEnv = {}): Run => {
  const child = runScript('local/main.ts', words, { DYNAMODB_ENDPOINT: '', ...environment });
  cleanUps.push(() => child.kill('SIGKILL'));
  const said = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
  return { process: child, said: () => said, ended: once(child, 'close').then(([code]) => code as number | null) };
};

/** Starts and waits until it serves. */
export const serve = async (words: readonly string[], environment: NodeJS.ProcessEnv = {}) => {
  const run = start(['--port', '0', ...words], environment);
  await Promise.race([run.ended, expect.poll(() => run.said().stdout, EVERY).toContain('Ctrl-C')]);
  const { stdout, stderr } = run.said();
  const [, url, endpoint] = /ready at (http:\S+) \(data: DynamoDB at (http:[^\s,)]+)/.exec(stdout) ?? [];
  if (url === undefined || endpoint === undefined) throw new Error(`It did not start: ${stdout}${stderr}`);
  return { ...run, url, endpoint };
};

/** It ends with 1, and says one sentence. */
export const expectSentence = async ({ ended, said }: Run, sentence: RegExp): Promise<void> => {
  expect(await ended).toBe(1);
  expect(said().stderr).toMatch(sentence);
  expect(said().stderr.trim().split('\n')).toHaveLength(1);
};
