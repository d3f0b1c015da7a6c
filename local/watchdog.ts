/**
 * Runs one command and never lets it outlive whoever started this process: the command is ended when standard input
 * closes, which the operating system does for a dead parent too, however it died. Takes an errand as JSON.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';

export interface Errand {
  readonly command: string;
  readonly args: readonly string[];
  readonly directory?: string;
  /** Passes on what the command writes to standard output too, as part of standard error. */
  readonly tellsAll?: true;
  /** A folder that is made for the command, for its temporary files, and removed once it has ended. */
  readonly scratch?: string;
  /** Run once the command has ended: removes what its end may leave. */
  readonly afterwards?: { readonly command: string; readonly args: readonly string[] };
}

const GRACE_MS = 4_000;

const errand = JSON.parse(process.argv[2] ?? '') as Errand;
const { scratch } = errand;
if (scratch !== undefined) mkdirSync(scratch, { recursive: true });
const child = spawn(errand.command, [...errand.args], {
  ...(errand.directory === undefined ? {} : { cwd: errand.directory }),
  stdio: ['ignore', errand.tellsAll === true ? process.stderr.fd : 'ignore', 'inherit'],
});

const end = (): void => {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
};

child.once('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(127);
});
child.once('exit', (code) => {
  if (errand.afterwards !== undefined) {
    spawnSync(errand.afterwards.command, [...errand.afterwards.args], { stdio: 'ignore', timeout: GRACE_MS });
  }
  if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
  process.exit(code ?? 1);
});
process.stdin.once('close', end).resume();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
