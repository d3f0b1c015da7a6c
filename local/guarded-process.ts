import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { systemCode } from './startup-error.ts';
import type { Errand } from './watchdog.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

export interface GuardedProcess {
  /** Of the watchdog, which leads the process group of the command. */
  readonly pid: number;
  /** The last line of standard error that is not part of a stack trace; empty when nothing was said. */
  lastWords(): string;
  /** True once `ended` is fulfilled. */
  hasEnded(): boolean;
  /** Fulfilled when the command has ended, for whatever reason, with its exit code; null when it was killed. */
  readonly ended: Promise<number | null>;
  /** Ends the command, by force after some seconds; fulfilled when nothing of it runs any more. */
  stop(): Promise<void>;
}

/** More than the watchdog's own grace: it gets the time to clean up after the command. */
const STOP_MS = 10_000;
const STACK_LINE = /^\s|^Caused by:|^$/;

const killGroup = (pid: number): void => {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (systemCode(error) !== 'ESRCH') throw error;
  }
};

/**
 * Starts a command that cannot outlive this process, not even its SIGKILL. It has a process group of its own, so that
 * Ctrl-C in a terminal reaches only us and the stop stays orderly.
 * `onLine` sees every line of its standard error (and of its standard output, if the errand tells all).
 */
export const startGuarded = (
  errand: Errand,
  environment: Variables,
  onLine?: (line: string) => void,
): GuardedProcess => {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const watchdog = fileURLToPath(new URL('watchdog.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', loader, watchdog, JSON.stringify(errand)], {
    env: { ...environment, NODE_OPTIONS: '' },
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`Could not start ${process.execPath}`);
  let words = '';
  let over = false;
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (!STACK_LINE.test(line)) words = line;
    onLine?.(line);
  });
  // The watchdog may be gone before its pipe is closed.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      over = true;
      resolve(code);
    });
    child.once('exit', () => {
      // The watchdog itself may have been killed: then what it watched is still in its group.
      killGroup(pid);
      if (errand.scratch !== undefined) rmSync(errand.scratch, { recursive: true, force: true });
    });
  });
  return {
    pid,
    lastWords: () => words,
    hasEnded: () => over,
    ended,
    stop: async () => {
      child.stdin.end();
      const patience = new AbortController();
      await Promise.race([ended, delay(STOP_MS, undefined, { signal: patience.signal }).catch(() => undefined)]);
      patience.abort();
      if (!over) killGroup(pid);
      await ended;
    },
  };
};
