import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { LOCAL_TABLE } from '../../local/table.ts';
import { runScript } from '../local/processes.ts';

/** Outside the run's own database, which the other tests use. */
export const OWN_DATABASE = { DYNAMODB_ENDPOINT: '', TABLE_NAME: LOCAL_TABLE, LOCAL_SECRETS: '', LOG_LEVEL: 'SILENT' };

export interface Gateway {
  readonly process: ChildProcess;
  readonly url: string;
  readonly endpoint: string;
  readonly closed: Promise<unknown>;
}

/** The local gateway as a process of its own, with its database over a folder. */
export const startGateway = async (folder: string): Promise<Gateway> => {
  const child = runScript('local/main.ts', ['--port', '0', '--data', folder], OWN_DATABASE);
  const closed = once(child, 'close');
  const readiness = /ready at (http:\S+) \(data: DynamoDB at (http:[^\s,)]+)/;
  let said = '';
  const ready = new Promise<void>((resolve) => {
    for (const output of [child.stdout, child.stderr]) {
      output?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (readiness.test(said)) resolve();
      });
    }
  });
  await Promise.race([closed, ready]);
  const [, url, endpoint] = readiness.exec(said) ?? [];
  if (url === undefined || endpoint === undefined) throw new Error(`It did not start: ${said}`);
  return { process: child, url, endpoint, closed };
};
