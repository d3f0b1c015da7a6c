import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { databaseProcesses, processesWith, runScript } from './processes.ts';
import { cleanUps, EVERY, expectSentence, newFolder, serve, start } from './starting.ts';

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
});
