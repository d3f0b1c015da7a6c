import { once } from 'node:events';
import { runScript } from '../local/processes.ts';

export interface GatewayProcess {
  readonly url: string;
  /** The lines that it has written so far. */
  readonly lines: () => readonly string[];
  readonly stop: () => Promise<void>;
}

/** A gateway in a process of its own, on the database and the table of the test run: what another Lambda would be. */
export const startGatewayProcess = async (settings: NodeJS.ProcessEnv = {}): Promise<GatewayProcess> => {
  // The environment of this process names database and table.
  const child = runScript('local/main.ts', ['--port', '0'], settings);
  const closed = once(child, 'close');
  const said: string[] = [];
  const url = new Promise<string>((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      said.push(chunk.toString());
      const address = /ready at (http:\S+)/.exec(said.join(''))?.[1];
      if (address !== undefined) resolve(address);
    });
  });
  child.stderr?.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const died = closed.then((): never => {
    throw new Error(`The gateway did not start: ${said.join('')}`);
  });
  return {
    url: await Promise.race([url, died]),
    lines: () => said.join('').split('\n'),
    stop: async () => {
      child.kill('SIGTERM');
      await closed;
    },
  };
};
