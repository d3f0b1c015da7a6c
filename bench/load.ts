import { spawn, type ChildProcess } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import autocannon, { type Results, type Step } from 'autocannon';
import * as z from 'zod';
import { ENV } from '../adapters/runtime/environment.ts';
import { freePort } from '../local/port.ts';
import { rounded, type Findings, type Target } from './report.ts';
import { TASKS } from './requests.ts';
import { median, quantile } from './statistics.ts';

const ROOT = join(import.meta.dirname, '..');
const FULL = { clients: [1, 4, 16], seconds: 12 };
const QUICK = { clients: [1, 4], seconds: 3 };
const WARM_UP_SECONDS = 4;
const USERS = 16;
const READY_MS = 120_000;
const TIMEOUT_SECONDS = 20;

const json = async (url: string, token: string | undefined, body?: unknown): Promise<Record<string, unknown>> => {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
};

const waitUntilReady = async (url: string, server: ChildProcess): Promise<void> => {
  const deadline = performance.now() + READY_MS;
  while (performance.now() < deadline && server.exitCode === null) {
    const isReady = await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    await delay(100);
  }
  throw new Error('The local server did not become ready.');
};

interface Prepared {
  readonly token: string;
  readonly typeId: string;
  readonly users: readonly string[];
}

const prepare = async (url: string): Promise<Prepared> => {
  const idOf = async (path: string, body: unknown, token?: string): Promise<string> =>
    String((await json(`${url}${path}`, token, body))['id']);
  const tenant_id = await idOf('/api/identity/tenants', { name: 'Bench' });
  const login = { tenant_id, username: 'admin', password: 'bench-password' };
  await json(`${url}/api/identity/bootstrap-admin`, undefined, login);
  const token = String((await json(`${url}/api/identity/dev-login`, undefined, login))['access_token']);
  const typeId = await idOf('/api/task-center/types', { code: 'A', name: 'Inspection' }, token);
  const users: string[] = [];
  for (let at = 0; at < USERS; at += 1)
    users.push(await idOf('/api/identity/users', { username: `user-${at}`, password: 'bench-password' }, token));
  return { token, typeId, users };
};

interface Life {
  id: string;
  assignee: string;
}

/** The life of one task, one request after the other: what each client does, over and over. */
const lifeOf = ({ typeId, users }: Prepared): readonly Step<Life>[] => {
  let lives = 0;
  const window = (number: number) => {
    const at = (hours: number): string => new Date(Date.UTC(2026, 0, 1, hours)).toISOString();
    return { planned_start_at: at(number), planned_end_at: at(number + 1) };
  };
  const write = (verb: string, body: (life: Partial<Life>) => unknown): Step<Life> => ({
    method: 'POST',
    setupRequest: (request, life) =>
      life.id === undefined
        ? undefined
        : { ...request, path: `${TASKS}/${life.id}/${verb}`, body: JSON.stringify(body(life)) },
  });
  const read = (path: (id: string) => string): Step<Life> => ({
    method: 'GET',
    setupRequest: (request, { id }) => (id === undefined ? undefined : { ...request, path: `${TASKS}${path(id)}` }),
  });
  return [
    {
      method: 'POST',
      path: TASKS,
      setupRequest: (request, life) => {
        lives += 1;
        life.assignee = users[lives % users.length] ?? '';
        const task = { task_type_id: typeId, name: `Task ${lives}`, area_code: 'NORTH', ...window(lives) };
        return { ...request, body: JSON.stringify(task) };
      },
      onResponse: (status, body, context) => {
        if (status === 201) context.id = (JSON.parse(body) as Pick<Life, 'id'>).id;
      },
    },
    read((id) => `/${id}`),
    write('dispatch', ({ assignee }) => ({ assigned_to: assignee })),
    read((id) => `/${id}/history`),
    write('transition', () => ({ target_state: 'IN_PROGRESS' })),
    read(() => '?state=IN_PROGRESS&limit=20'),
    write('transition', () => ({ target_state: 'ACCEPTED' })),
    write('transition', () => ({ target_state: 'ARCHIVED' })),
  ];
};

const logLine = z.object({
  operation: z.string(),
  status: z.number(),
  duration_ms: z.number(),
  table_ms: z.number(),
  retries: z.number(),
});
type LogLine = z.infer<typeof logLine>;

/** The requests that the log tells of, from a byte on. */
const readLog = async (file: string, from: number): Promise<readonly LogLine[]> => {
  const lines: LogLine[] = [];
  for await (const line of createInterface({ input: createReadStream(file, { start: from }) })) {
    if (!line.startsWith('{')) continue;
    const { success, data } = logLine.safeParse(JSON.parse(line));
    if (success) lines.push(data);
  }
  return lines;
};

const byOperation = (lines: readonly LogLine[]) =>
  [...new Set(lines.map(({ operation }) => operation))].sort().map((operation) => {
    const own = lines.filter((line) => line.operation === operation);
    const durations = own.map(({ duration_ms }) => duration_ms);
    const inTable = own.reduce((sum, { table_ms }) => sum + table_ms, 0);
    const all = durations.reduce((sum, ms) => sum + ms, 0);
    const retries = own.reduce((sum, line) => sum + line.retries, 0);
    return [
      operation,
      own.length,
      rounded(median(durations)),
      rounded(quantile(durations, 0.99)),
      rounded(median(own.map(({ table_ms }) => table_ms))),
      `${rounded((100 * inTable) / all)} %`,
      retries,
    ] as const;
  });

const shareInTable = (lines: readonly LogLine[]): number => {
  const all = lines.reduce((sum, { duration_ms }) => sum + duration_ms, 0);
  return lines.reduce((sum, { table_ms }) => sum + table_ms, 0) / all;
};

/** Clients against the local server, which is a process of its own with a database of its own. */
export const measureLoad = async (_service: unknown, isQuick: boolean): Promise<Findings> => {
  const { clients, seconds } = isQuick ? QUICK : FULL;
  const folder = await mkdtemp(join(tmpdir(), 'task-center-load-'));
  const logFile = join(folder, 'log');
  const log = await open(logFile, 'w');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { [ENV.dynamodbEndpoint]: _database, [ENV.localSecrets]: _secrets, ...environment } = process.env;
  const server = spawn(process.execPath, ['--import', 'tsx', 'local/main.ts', '--in-memory', '--port', String(port)], {
    cwd: ROOT,
    stdio: ['ignore', log.fd, 'inherit'],
    env: { ...environment, [ENV.logLevel]: 'INFO', [ENV.logFormat]: 'json' },
  });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  try {
    await waitUntilReady(url, server);
    const prepared = await prepare(url);
    const attack = (connections: number, duration: number): Promise<Results> =>
      autocannon<Life>({
        url,
        connections,
        duration,
        timeout: TIMEOUT_SECONDS,
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${prepared.token}` },
        requests: steps,
      });
    const steps = lifeOf(prepared);
    await attack(Math.max(...clients), WARM_UP_SECONDS);

    const rows = [];
    const targets: Target[] = [];
    let lines: readonly LogLine[] = [];
    for (const connections of clients) {
      const from = (await log.stat()).size;
      const { latency, requests, errors, timeouts, non2xx } = await attack(connections, seconds);
      lines = await readLog(logFile, from);
      rows.push([
        connections,
        requests.total,
        rounded(requests.average),
        latency.p50,
        latency.p90,
        latency.p99,
        latency.max,
        errors + timeouts,
        non2xx,
        `${rounded(100 * shareInTable(lines))} %`,
      ]);
      targets.push({
        name: `load of ${connections} clients: errors`,
        measured: errors + timeouts + non2xx,
        limit: 0,
      });
    }
    const most = Math.max(...clients);
    return {
      tables: [
        {
          title: `Load: clients that each lead one task after another through its life, ${seconds} s each`,
          columns: [
            'clients',
            'requests',
            'a second',
            'p50 ms',
            'p90 ms',
            'p99 ms',
            'max ms',
            'errors',
            'not 2xx',
            'in the database',
          ],
          rows,
        },
        {
          title: `By operation, as the log tells of ${most} clients`,
          columns: [
            'operation',
            'requests',
            'p50 ms',
            'p99 ms',
            'p50 ms in the database',
            'in the database',
            'retries',
          ],
          rows: byOperation(lines),
        },
      ],
      targets,
    };
  } finally {
    server.kill('SIGTERM');
    await ended;
    await log.close();
    await rm(folder, { recursive: true, force: true });
  }
};
