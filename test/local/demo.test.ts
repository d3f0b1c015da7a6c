import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { ENV } from '../../adapters/runtime/environment.ts';
import { startLocalServer, type LocalServer } from '../../local/server.ts';
import { runScript } from './processes.ts';

let server: LocalServer;
const proxies: Server[] = [];

beforeAll(async () => {
  process.env[ENV.logLevel] = 'SILENT';
  process.env[ENV.dynamodbEndpoint] = inject('environment')[ENV.dynamodbEndpoint];
  server = await startLocalServer({ host: '127.0.0.1', port: 0, inMemory: false });
});
afterAll(() => server.stop());
afterEach(() => {
  for (const proxy of proxies.splice(0)) proxy.close().closeAllConnections();
});

const NOTHING_SET = { APP_BASE_URL: '', SMOKE_TOKEN: '', BOOTSTRAP_KEY: '' };

const play = async (words: readonly string[], environment: NodeJS.ProcessEnv = {}) => {
  const child = runScript('local/demo.ts', words, { ...NOTHING_SET, ...environment });
  const said = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...said };
};

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Stands before the real server and changes what it answers. */
const tampering = async (
  change: (path: string, answer: Answer, headers: IncomingHttpHeaders) => Answer,
): Promise<string> => {
  const proxy = createServer((request, response) => {
    const pass = async (): Promise<void> => {
      const body = await bodyOf(request);
      const real = await fetch(`${server.url}${request.url ?? ''}`, {
        method: request.method ?? 'GET',
        headers: Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
          typeof value === 'string' && !['host', 'connection', 'content-length'].includes(name) ? [[name, value]] : [],
        ),
        ...(body === '' ? {} : { body }),
      });
      const answer = change(request.url ?? '', { status: real.status, body: await real.text() }, request.headers);
      const headers = [...real.headers].filter(([name]) => !['content-length', 'connection'].includes(name));
      response.writeHead(answer.status, Object.fromEntries(headers)).end(answer.body);
    };
    pass().catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  proxies.push(proxy.listen(0, '127.0.0.1'));
  await once(proxy, 'listening');
  const address = proxy.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : ''}`;
};

const post = async (path: string, body: object): Promise<Record<string, string>> => {
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(`${server.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(response.ok).toBe(true);
  return (await response.json()) as Record<string, string>;
};

/** A tenant made as a user would, with a token for it. */
const newToken = async (): Promise<string> => {
  const { id = '' } = await post('/api/identity/tenants', { name: 'Smoke' });
  const login = { tenant_id: id, username: 'admin', password: 'secret-1' };
  await post('/api/identity/bootstrap-admin', login);
  return (await post('/api/identity/dev-login', login))['access_token'] ?? '';
};

const list = async (path: string, token: string): Promise<readonly Record<string, unknown>[]> => {
  const response = await fetch(`${server.url}${path}`, { headers: { Authorization: `Bearer ${token}` } });
  return (await response.json()) as Record<string, unknown>[];
};

const expectWholeLifecycle = (stdout: string): void => {
  expect(stdout).toContain('ACCEPTED to ARCHIVED');
  expect(stdout).toContain('Anna would get West section, 11:00–12:00');
  expect(stdout).toContain('excluded: Ben, schedule_conflict: The user holds 1 overlapping assignment.');
  expect(stdout).toContain('in the way: South section, 09:30–12:00');
  expect(stdout).toContain('the same token again: 409 plan_stale');
  expect(stdout).toContain('Ben would win with org_match at 8 instead of 24');
  expect(stdout).toMatch(/Reproduced to the bit: Anna\n +With the flip: Ben/);
  expect(stdout).toMatch(/409 schedule_conflict.*\n(.*in the way.*\n){2} +free: 12:00–13:00\n/);
  expect(stdout).toContain('Evening flight: 14:00–15:00 became 12:00–13:00');
  expect(stdout).toContain('Heavy lifter is held 08:00–10:30');
  expect(stdout).toContain('409 asset_conflict');
  expect(stdout).toContain('one by one: 6 of 16 priority points');
  expect(stdout).toContain('Long survey is left out: it competes with First roof and Second roof');
  expect(stdout).toContain("First roof and Second roof are nobody's again");
};

describe('npm run demo', () => {
  it('starts a server of its own and walks the main job', async () => {
    const { code, stdout, stderr } = await play([], { DYNAMODB_ENDPOINT: '' });

    expect(stderr).toBe('');
    expect(stdout).toContain('They overlap by 90 minutes');
    expect(stdout).toContain('409 schedule_conflict');
    expect(stdout).toMatch(/Ben +16 +32 +0 +8 +7\.2 +4\.5 +0 +67\.7/);
    expect(stdout).toMatch(/Anna +16 +24 +24 +8 +7\.2 +4\.5 +-35 +48\.7/);
    expect(stdout).toContain('Every answer was the expected one (13 steps');
    expect(stdout).not.toContain('\u001B');
    expect(code).toBe(0);
  });

  it('fails at the first answer that is not the expected one, saying what came', async () => {
    const APP_BASE_URL = await tampering((path, answer) =>
      path.endsWith('/dispatch') && answer.status === 409 ? { ...answer, status: 200 } : answer,
    );
    const { code, stdout, stderr } = await play([], { APP_BASE_URL });

    expect(code).toBe(1);
    expect(stderr).toMatch(/The refusal of dispatchTask\n +expected +409 schedule_conflict\n +came +200/);
    expect(stdout).not.toContain('auto-dispatch');
  });

  it('sees a wrong field in a right-looking answer', async () => {
    const APP_BASE_URL = await tampering((path, answer) =>
      path.endsWith('/auto-dispatch')
        ? { ...answer, body: answer.body.replaceAll('"workload":24', '"workload":32') }
        : answer,
    );
    const { code, stderr } = await play([], { APP_BASE_URL });

    expect(code).toBe(1);
    expect(stderr).toContain('The parts of the scores');
  });

  it('says that nothing answers', async () => {
    const { code, stderr } = await play([], { APP_BASE_URL: 'http://127.0.0.1:1' });

    expect(code).toBe(1);
    expect(stderr).toMatch(/GET http:\/\/127\.0\.0\.1:1\/healthz\n +expected +an answer/);
  });

  it('refuses an address that is none', async () => {
    const { code, stderr } = await play([], { APP_BASE_URL: 'localhost' });

    expect(code).toBe(1);
    expect(stderr.trim()).toBe('APP_BASE_URL is not an address: "localhost".');
  });
});

describe('npm run smoke', () => {
  it('needs an address', async () => {
    const { code, stderr } = await play(['--smoke']);

    expect(code).toBe(1);
    expect(stderr).toContain('APP_BASE_URL');
  });

  it('works in the tenant of a given token, twice, the whole lifecycle too, and leaves nothing that is active', async () => {
    const SMOKE_TOKEN = await newToken();
    const first = await play(['--smoke'], { APP_BASE_URL: server.url, SMOKE_TOKEN });
    const second = await play(['--smoke', '--full'], { APP_BASE_URL: server.url, SMOKE_TOKEN });

    expect([first.stderr, first.code, second.stderr, second.code]).toEqual(['', 0, '', 0]);
    expectWholeLifecycle(second.stdout);
    const tasks = await list('/api/task-center/tasks', SMOKE_TOKEN);
    const states = tasks.map(({ state }) => state);
    expect(states.filter((state) => state !== 'CANCELED')).toEqual(['ARCHIVED']);
    expect(states.length).toBeGreaterThan(10);
    const users = await list('/api/identity/users', SMOKE_TOKEN);
    expect(users.filter(({ is_active }) => is_active).map(({ username }) => username)).toEqual(['admin']);
    const assets = await list('/api/assets', SMOKE_TOKEN);
    expect(assets).toHaveLength(3);
    expect(assets.filter(({ availability_status }) => availability_status !== 'UNAVAILABLE')).toEqual([]);
  });

  it('makes a tenant where it has no token, and puts things away after a failure too', async () => {
    const withKey: string[] = [];
    const APP_BASE_URL = await tampering((path, answer, headers) => {
      if (headers['x-bootstrap-key'] === 'the-key') withKey.push(path);
      return path.endsWith('/auto-dispatch') ? { ...answer, status: 500 } : answer;
    });
    const { code, stdout, stderr } = await play(['--smoke'], { APP_BASE_URL, BOOTSTRAP_KEY: 'the-key' });

    expect(code).toBe(1);
    expect(withKey).toEqual(['/api/identity/tenants', '/api/identity/bootstrap-admin']);
    expect(stderr).toContain('The answer to autoDispatchTask');
    expect(stdout.match(/200 POST \S+\/transition/g)).toHaveLength(2);
    expect(stdout.match(/200 PATCH \S+\/users\//g)).toHaveLength(3);
  });
});
