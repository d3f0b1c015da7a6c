import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatabaseOptions, RunningDatabase } from '../../local/database.ts';
import { startDatabase } from '../../local/database.ts';
import { freePort } from '../../local/port.ts';
import { databaseProcesses, processesWith, runScript } from './processes.ts';

const { DYNAMODB_ENDPOINT: _outer, ...environment } = process.env;
const EVERY = { interval: 200 };

let directory: string;
const cleanUps: (() => unknown)[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'task-center-'));
  cleanUps.push(() => rm(directory, { recursive: true, force: true }));
});

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const start = async (options: Partial<DatabaseOptions> = {}): Promise<RunningDatabase> => {
  const database = await startDatabase({ inMemory: true, environment, ...options });
  cleanUps.push(() => database.stop());
  return database;
};

const tablesOf = async (endpoint: string, create?: string): Promise<readonly string[]> => {
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  try {
    if (create !== undefined) {
      await client.send(
        new CreateTableCommand({
          TableName: create,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'PK', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'PK', KeyType: 'HASH' }],
        }),
      );
    }
    return (await client.send(new ListTablesCommand())).TableNames ?? [];
  } finally {
    client.destroy();
  }
};

/** Another process with a database; answers with the first line that it prints. */
const startOwner = async (options: Omit<DatabaseOptions, 'environment'>) => {
  const owner = runScript('test/local/database-owner.ts', [JSON.stringify(options)], { DYNAMODB_ENDPOINT: '' });
  cleanUps.push(() => owner.kill('SIGKILL'));
  if (owner.stdout === null) throw new Error('no output');
  const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
  return { owner, line };
};

const command = async (folder: string, name: string, script: string): Promise<void> => {
  await writeFile(join(folder, name), `#!${process.execPath}\n${script}`);
  await chmod(join(folder, name), 0o755);
};

describe('a database in memory', () => {
  it('serves, and leaves no process when it is stopped', async () => {
    const { endpoint, kind, stop, exited } = await start();
    expect(kind).toBe('java');
    expect(await tablesOf(endpoint, 'seen')).toEqual(['seen']);
    expect(await databaseProcesses(endpoint)).toHaveLength(2);
    await stop();
    await stop();
    expect(await databaseProcesses(endpoint)).toEqual([]);
    expect(await exited).toContain('The database ended');
  });

  it('ends when its owner is killed without a chance to say so', async () => {
    const { owner, line: endpoint } = await startOwner({ inMemory: true });
    expect(await databaseProcesses(endpoint)).toHaveLength(2);
    owner.kill('SIGKILL');
    await expect.poll(() => databaseProcesses(endpoint), EVERY).toEqual([]);
  });

  it('ends when its watchdog is killed, and says that it ended', async () => {
    const { endpoint, exited } = await start();
    const [watchdog] = await processesWith('watchdog.ts', `"${new URL(endpoint).port}"`);
    if (watchdog === undefined) throw new Error('no watchdog');
    process.kill(watchdog, 'SIGKILL');
    expect(await exited).toContain('The database ended');
    expect(await databaseProcesses(endpoint)).toEqual([]);
  });

  it('refuses a given port that is taken, and leaves no process', async () => {
    const taken = createServer((_, response) => response.destroy()).listen(0);
    await once(taken, 'listening');
    cleanUps.push(() => taken.close());
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(start({ port })).rejects.toMatchObject({
      name: 'StartupError',
      message: expect.stringContaining('Failed to bind'),
    });
    expect(await databaseProcesses(`http://127.0.0.1:${port}`)).toEqual([]);
  });

  it('is given up while it starts', async () => {
    const port = await freePort();
    await expect(start({ port, signal: AbortSignal.timeout(300) })).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(await databaseProcesses(`http://127.0.0.1:${port}`)).toEqual([]);
  });
});

describe('a database on disk', () => {
  it('keeps the data, lets go of the folder, and takes over a lock with its own process id', async () => {
    const dataDirectory = join(directory, 'deep', 'data');
    const lock = join(dataDirectory, 'task-center.lock');
    const first = await start({ inMemory: false, dataDirectory });
    await tablesOf(first.endpoint, 'kept');
    await first.stop();
    expect(await readdir(dataDirectory)).toEqual(['shared-local-instance.db']);
    // Left by an earlier life in a container, where process ids come again.
    await writeFile(lock, `${process.pid}\n`);
    const second = await start({ inMemory: false, dataDirectory });
    expect(await tablesOf(second.endpoint)).toEqual(['kept']);
    expect(await readFile(lock, 'utf8')).toMatch(new RegExp(`^${process.pid}\n\\d+\n$`));
  });

  it('refuses a folder in use, from the same process and from another, and takes over from a dead one', async () => {
    const options = { inMemory: false, dataDirectory: directory };
    const { owner, line: endpoint } = await startOwner(options);
    expect(endpoint).toMatch(/^http:/);
    const refusal = {
      name: 'StartupError',
      message: expect.stringContaining(`${directory} is in use by process ${owner.pid}`),
    };
    await expect(start(options)).rejects.toMatchObject(refusal);
    expect((await startOwner(options)).line).toContain('is in use by process');

    owner.kill('SIGKILL');
    await once(owner, 'exit');
    const successor = await start(options);
    expect(await databaseProcesses(endpoint)).toEqual([]);
    await expect(start(options)).rejects.toMatchObject({
      message: expect.stringContaining(`in use by process ${process.pid}`),
    });
    expect(await tablesOf(successor.endpoint)).toEqual([]);
  });

  it('says in a sentence that a folder cannot be written', async () => {
    await writeFile(join(directory, 'file'), '');
    const refusal = { name: 'StartupError', message: expect.stringContaining('cannot be written (ENOTDIR)') };
    await expect(start({ inMemory: false, dataDirectory: join(directory, 'file', 'data') })).rejects.toMatchObject(
      refusal,
    );
  });
});

describe('where no Java is', () => {
  it('names the three ways', async () => {
    const refusal = {
      name: 'StartupError',
      message: expect.stringMatching(/^No database: install Java .*Docker.*DYNAMODB_ENDPOINT/),
    };
    await expect(start({ environment: { PATH: directory } })).rejects.toMatchObject(refusal);
  });

  it('does not take one that is too old or does not run', async () => {
    await command(directory, 'java', `console.error('openjdk version "1.8.0_392"');`);
    await expect(start({ environment: { PATH: directory } })).rejects.toMatchObject({ name: 'StartupError' });
    await command(directory, 'java', 'process.exit(1);');
    await expect(start({ environment: { PATH: directory } })).rejects.toMatchObject({ name: 'StartupError' });
  });

  it('passes on the last words of a database that ends at once', async () => {
    await command(
      directory,
      'java',
      `console.error(process.argv[2] === '-version' ? 'openjdk version "17.0.1"' : 'Something is rotten.\\n\\tat here'); process.exit(process.argv[2] === '-version' ? 0 : 1)`,
    );
    const refusal = {
      name: 'StartupError',
      message: 'The database (java) ended while it started: Something is rotten.',
    };
    await expect(start({ environment: { PATH: directory } })).rejects.toMatchObject(refusal);
  });

  it('runs the image with Docker, and removes the container', async () => {
    await command(
      directory,
      'docker',
      `const { appendFileSync } = require('node:fs');
       const words = process.argv.slice(2);
       appendFileSync(${JSON.stringify(join(directory, 'calls'))}, words.join(' ') + '\\n');
       if (words[0] === 'run') {
         const [host, port] = words[words.indexOf('--publish') + 1].split(':');
         require('node:http').createServer((_, response) => response.end('{}')).listen(port, host);
       }`,
    );
    const { kind, stop } = await start({ inMemory: false, dataDirectory: directory, environment: { PATH: directory } });
    expect(kind).toBe('docker');
    await stop();
    const calls = (await readFile(join(directory, 'calls'), 'utf8')).trim().split('\n');
    const name = /--name (\S+)/.exec(calls.join())?.[1];
    expect(calls).toEqual([
      'info',
      'image inspect amazon/dynamodb-local',
      expect.stringMatching(/^run --rm --name .* amazon\/dynamodb-local .*-dbPath \/data$/),
      `rm --force ${name}`,
    ]);
  });
});

describe('an external database', () => {
  it('is used as it is, and left alone', async () => {
    const server = createServer((_, response) => response.writeHead(400).end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanUps.push(() => server.close());
    const address = server.address();
    const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    const database = await start({ environment: { DYNAMODB_ENDPOINT: endpoint } });
    expect(database).toMatchObject({ endpoint, kind: 'external' });
    await database.stop();
    expect((await fetch(endpoint)).status).toBe(400);
  });

  it('must be an address', async () => {
    const refusal = { name: 'StartupError', message: expect.stringContaining('is not an address: "nonsense"') };
    await expect(start({ environment: { DYNAMODB_ENDPOINT: 'nonsense' } })).rejects.toMatchObject(refusal);
  });

  it('must answer', async () => {
    const refusal = { name: 'StartupError', message: expect.stringContaining('Nothing answers at') };
    // Nobody listens at the first port.
    await expect(start({ environment: { DYNAMODB_ENDPOINT: 'http://127.0.0.1:1' } })).rejects.toMatchObject(refusal);
  });
});
