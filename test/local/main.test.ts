import type { ChildProcess } from 'node:child_process';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';
import { startDatabase } from '../../local/database.ts';
import { LOCAL_TABLE, tableDefinition } from '../../local/table.ts';
import { databaseProcesses, processesWith, runScript } from './processes.ts';

interface Run {
  readonly process: ChildProcess;
  said(): { readonly stdout: string; readonly stderr: string };
  readonly ended: Promise<number | null>;
}

const EVERY = { timeout: 120_000, interval: 100 };
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'task-center-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

const start = (words: readonly string[], environment: NodeJS.ProcessEnv = {}): Run => {
  const child = runScript('local/main.ts', words, { DYNAMODB_ENDPOINT: '', ...environment });
  cleanUps.push(() => child.kill('SIGKILL'));
  const said = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
  return { process: child, said: () => said, ended: once(child, 'close').then(([code]) => code as number | null) };
};

/** Starts and waits until it serves. */
const serve = async (words: readonly string[], environment: NodeJS.ProcessEnv = {}) => {
  const run = start(['--port', '0', ...words], environment);
  await Promise.race([run.ended, expect.poll(() => run.said().stdout, EVERY).toContain('Ctrl-C')]);
  const { stdout, stderr } = run.said();
  const [, url, endpoint] = /ready at (http:\S+) \(data: DynamoDB at (http:[^\s,)]+)/.exec(stdout) ?? [];
  if (url === undefined || endpoint === undefined) throw new Error(`It did not start: ${stdout}${stderr}`);
  return { ...run, url, endpoint };
};

const expectSentence = async ({ ended, said }: Run, sentence: RegExp): Promise<void> => {
  expect(await ended).toBe(1);
  expect(said().stderr).toMatch(sentence);
  expect(said().stderr.trim().split('\n')).toHaveLength(1);
};

describe('npm start, when it cannot', () => {
  it('says that the port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    cleanUps.push(() => taken.close());
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    await expectSentence(start(['--in-memory', '--port', port]), /^Port \d+ on 127\.0\.0\.1 is taken/);
  });

  it('says that there is no database to be had', async () => {
    const environment = { PATH: await newFolder(), JAVA_HOME: '' };
    await expectSentence(start(['--in-memory', '--port', '0'], environment), /^No database: install Java/);
  });

  it('refuses a bad option', async () => {
    await expectSentence(start(['--port', 'x']), /^error: option '--port <number>'/);
  });

  it('leaves a data folder of another version as it is, and says what to do', async () => {
    const folder = await newFolder();
    const environment = { ...process.env, DYNAMODB_ENDPOINT: '' };
    const database = await startDatabase({ inMemory: false, dataDirectory: folder, environment });
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const client = new DynamoDBClient({ endpoint: database.endpoint, region: 'us-east-1', credentials });
    // The first of the sixteen indexes that there once were, each of whole items.
    const definition = tableDefinition(LOCAL_TABLE);
    const attributes = ['PK', 'SK', 'L0', 'id'].map((name) => ({ AttributeName: name, AttributeType: 'S' as const }));
    const index = {
      IndexName: 'LIST0',
      KeySchema: [
        { AttributeName: 'L0', KeyType: 'HASH' as const },
        { AttributeName: 'id', KeyType: 'RANGE' as const },
      ],
      Projection: { ProjectionType: 'ALL' as const },
    };
    await client.send(
      new CreateTableCommand({ ...definition, AttributeDefinitions: attributes, GlobalSecondaryIndexes: [index] }),
    );
    const item = { PK: { S: 'T#t#TYPE#x' }, SK: { S: 'TYPE' }, L0: { S: 'T#t#task_types' }, id: { S: 'x' } };
    await client.send(new PutItemCommand({ TableName: LOCAL_TABLE, Item: item }));
    client.destroy();
    await database.stop();
    const contents = async () =>
      Promise.all(
        (await readdir(folder)).map(async (name) => [name, (await readFile(join(folder, name))).toString('base64')]),
      );
    const before = await contents();
    expect(before).not.toEqual([]);

    const run = start(['--data', folder, '--port', '0']);
    await expectSentence(run, /^The table \S+ was made by another version.*\(--data DIR\), delete/);
    expect(await contents()).toEqual(before);
  });

  it('stops the database when a later step fails', async () => {
    const folder = await newFolder();
    const run = start(['--data', folder, '--port', '0'], { TABLE_NAME: '?' });
    expect(await run.ended).toBe(1);
    expect(await processesWith('DynamoDBLocal.jar', folder)).toEqual([]);
    expect(await readdir(folder)).not.toContain('task-center.lock');
  });

  it('gives up on a signal while it starts', async () => {
    const folder = await newFolder();
    const run = start(['--data', folder, '--port', '0']);
    await expect.poll(() => readdir(folder), EVERY).toContain('task-center.lock');
    run.process.kill('SIGINT');
    expect(await run.ended).toBe(0);
    expect(await processesWith('DynamoDBLocal.jar', folder)).toEqual([]);
    expect(await readdir(folder)).not.toContain('task-center.lock');
  });
});

describe('npm start', () => {
  it('serves, leads to a first task, shares its database, and leaves nothing after a signal', async () => {
    const folder = await newFolder();
    const first = await serve(['--data', folder]);
    const { stdout: said } = first.said();
    const { stdout } = await promisify(execFile)('bash', ['-c', said.slice(said.indexOf('TENANT='))]);
    expect(stdout).toContain('"name":"First task"');
    const { status, headers } = await fetch(`${first.url}/healthz`);
    expect(status).toBe(200);

    const second = await serve([], { DYNAMODB_ENDPOINT: first.endpoint });
    const post = async (base: string, path: string, body: object, token = '') => {
      const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` };
      return (await fetch(`${base}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json() as Promise<
        Record<string, string>
      >;
    };
    const { id } = await post(first.url, '/api/identity/tenants', { name: 'One' });
    const login = { tenant_id: id, username: 'admin', password: 'secret' };
    await post(first.url, '/api/identity/bootstrap-admin', login);
    const { access_token: token } = await post(second.url, '/api/identity/dev-login', login);
    const type = await post(first.url, '/api/task-center/types', { code: 'A', name: 'A' }, token);
    expect(type).toMatchObject({ code: 'A', tenant_id: id });

    second.process.kill('SIGTERM');
    expect(await second.ended).toBe(0);
    // Whose the database is not, leaves it alone.
    expect(await databaseProcesses(first.endpoint)).toHaveLength(2);

    first.process.kill('SIGINT');
    first.process.kill('SIGINT');
    expect(await first.ended).toBe(0);
    expect(await databaseProcesses(first.endpoint)).toEqual([]);
    expect(await readdir(folder)).toEqual([
      'events.checkpoint.json',
      'events.jsonl',
      'log',
      'shared-local-instance.db',
    ]);
    await expect(fetch(first.url)).rejects.toThrow();

    const requestId = headers.get('x-request-id') ?? '';
    const logs = runScript('local/logs.ts', ['--request', requestId, '--data', folder], {});
    let found = '';
    logs.stdout?.on('data', (chunk: Buffer) => (found += chunk.toString()));
    expect(await once(logs, 'close')).toEqual([0, null]);
    expect(found).toMatch(/INFO 200 GET \/healthz\n/);
    expect(found).toContain(`  request_id: ${requestId}\n`);
  });

  it('ends when its database does, and says so', async () => {
    const { endpoint, said, ended } = await serve(['--in-memory']);
    for (const pid of await databaseProcesses(endpoint)) process.kill(pid, 'SIGKILL');
    expect(await ended).toBe(1);
    expect(said().stderr).toContain('The database ended');
  });
});
