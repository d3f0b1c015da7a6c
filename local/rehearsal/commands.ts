import { fileURLToPath } from 'node:url';
import { startGuarded, type Variables } from '../guarded-process.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const CDK = fileURLToPath(new URL('../../node_modules/aws-cdk/bin/cdk', import.meta.url));
const LAST_LINES = 25;

export interface Commands {
  /** Runs the pinned CDK command line, in the project or another folder. Throws, with its last lines, when it does not end with 0. */
  readonly cdk: (args: readonly string[], directory?: string) => Promise<void>;
  /** Runs a script of `local/`, such as `local/demo.ts`, with more variables. */
  readonly script: (args: readonly string[], variables: Variables) => Promise<void>;
}

/** Commands that end when `signal` says so, and never outlive this process. `onLine` sees what they say. */
export const makeCommands = (signal: AbortSignal, onLine: (line: string) => void): Commands => {
  const run = async (
    name: string,
    args: readonly string[],
    variables: Variables,
    directory = PROJECT,
  ): Promise<void> => {
    signal.throwIfAborted();
    const lines: string[] = [];
    const child = startGuarded(
      { command: process.execPath, args, directory, tellsAll: true },
      // With CI set, the CDK tells its story elsewhere.
      { ...process.env, CI: '', ...variables },
      (line) => {
        lines.push(line);
        onLine(line);
      },
    );
    const stop = (): void => void child.stop();
    signal.addEventListener('abort', stop, { once: true });
    const code = await child.ended;
    signal.removeEventListener('abort', stop);
    signal.throwIfAborted();
    if (code !== 0)
      throw new Error(`${name} ended with ${code ?? 'a signal'}:\n${lines.slice(-LAST_LINES).join('\n')}`);
  };
  return {
    cdk: (args, directory) => run(`cdk ${args[0] ?? ''}`, [CDK, ...args], {}, directory),
    script: (args, variables) => run(args.join(' '), ['--import', 'tsx', ...args], variables),
  };
};
