import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { inRole } from '../../local/roles.ts';
import { directCaller } from '../faults/direct-call.ts';
import { startApi, type Answer, type TestApi } from './harness.ts';

// The functions read it when they are loaded.
vi.hoisted(() => {
  Object.assign(process.env, { LOG_LEVEL: 'DEBUG', LOG_FORMAT: 'json' });
});

/** Everything that people wrote or must keep to themselves carries a mark that no line may show. */
const MARK = 'zebra';
const secret = (kind: string): string => `${MARK}-${kind}-${randomUUID()}`;

/** What a line of a request may say. Whoever adds a field decides here that it holds nothing of anybody. */
const lineSchema = z.strictObject({
  level: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']),
  message: z.string(),
  timestamp: z.iso.datetime(),
  service: z.literal('task-center'),
  stage: z.string(),
  xray_trace_id: z.string().optional(),
  request_id: z.string(),
  operation: z.string(),
  method: z.string(),
  path: z.string(),
  status: z.number(),
  code: z.string().optional(),
  tenant_id: z.string().optional(),
  user_id: z.string().optional(),
  replayed: z.literal(true).optional(),
  duration_ms: z.number(),
  calls: z.number().optional(),
  round_trips: z.number().optional(),
  table_ms: z.number().optional(),
  read_units: z.number().optional(),
  write_units: z.number().optional(),
  retries: z.number().optional(),
  cold_start: z.literal(true).optional(),
  error: z.object({ name: z.string(), message: z.string(), stack: z.string() }).optional(),
});

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

/** Keeps what the process writes instead of showing it, until the end of the test. */
const overheard = (): readonly string[] => {
  const written: string[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      written.push(String(chunk));
      return true;
    });
  }
  return written;
};

it('the log shows who did what and what it cost, and nothing that a person wrote or must keep', async () => {
  const written = overheard();
  const unseen: string[] = [];
  const hidden = (kind: string): string => {
    const value = secret(kind);
    unseen.push(value);
    return value;
  };
  const answers: Answer[] = [];
  const keep = async (answer: Promise<Answer>): Promise<Answer> => {
    answers.push(await answer);
    return answer;
  };

  // Who gets in, and who does not.
  const tenant = await keep(api.anonymous('POST', '/api/identity/tenants', { name: hidden('tenant') }));
  const tenant_id = tenant.body.id as string;
  const admin = { tenant_id, username: hidden('user'), password: hidden('password') };
  await keep(api.anonymous('POST', '/api/identity/bootstrap-admin', admin, { 'X-Bootstrap-Key': hidden('key') }));
  const login = await keep(api.anonymous('POST', '/api/identity/dev-login', admin));
  const token = login.body.access_token as string;
  unseen.push(token);
  const wrong = { ...admin, password: hidden('wrong') };
  await keep(api.anonymous('POST', '/api/identity/dev-login', wrong));
  const anyone = { Authorization: `Bearer ${hidden('token')}` };
  await keep(api.anonymous('GET', '/api/identity/users', undefined, anyone));

  // What a tenant does, and what it is refused.
  const headers = { Authorization: `Bearer ${token}`, 'Idempotency-Key': hidden('once') };
  const send = (method: string, path: string, body?: unknown): Promise<Answer> =>
    keep(api.anonymous(method, `/api${path}`, body, headers));
  const type = await send('POST', '/task-center/types', { code: hidden('code'), name: hidden('type') });
  const draft = {
    task_type_id: type.body.id as string,
    name: hidden('task'),
    description: hidden('description'),
    area_code: hidden('area'),
    context_data: { customer: hidden('customer') },
    checklist: [hidden('check')],
  };
  delete (headers as Partial<typeof headers>)['Idempotency-Key'];
  const task = await send('POST', '/task-center/tasks', draft);
  const path = `/task-center/tasks/${task.body.id as string}`;
  await send('POST', `${path}/comments`, { content: hidden('comment') });
  await send('POST', `${path}/attachments`, { name: hidden('file'), url: `https://files.example/${hidden('url')}` });
  await send('GET', `/task-center/tasks?area_code=${hidden('query')}&limit=1`);
  await send('GET', `/task-center/tasks?cursor=${hidden('cursor')}`);
  await send('POST', '/identity/users', { username: hidden('user'), password: MARK });
  await send('POST', '/identity/users', `{"password": "${hidden('broken')}"`);
  await send('POST', '/task-center/tasks', { ...draft, [hidden('field')]: hidden('value') });
  await send('POST', '/task-center/tasks', { ...draft, task_type_id: hidden('reference') });

  // Whoever has the address of a calendar feed reads it: no line shows it, whatever was asked of it.
  const users = await send('GET', '/identity/users');
  const feed = await send('POST', `/task-center/users/${users.body[0].id as string}/calendar-feeds`);
  const { pathname } = new URL(feed.body.url as string);
  unseen.push(pathname.split('/').at(-1) ?? '');
  await keep(api.anonymous('GET', pathname));
  await keep(api.anonymous('GET', `${pathname}x`));

  // A bug: its error is logged, with its stack.
  const broken = directCaller(token);
  const body = { username: hidden('user'), password: hidden('password') };
  await keep(inRole({ name: 'createUser', allowed: [] }, () => broken('POST', '/api/identity/users', body)));

  const text = written.join('');
  vi.restoreAllMocks();
  expect(answers.map(({ status }) => status)).toEqual([
    201, 201, 200, 401, 401, 201, 201, 200, 200, 200, 400, 422, 400, 422, 404, 200, 201, 200, 404, 500,
  ]);
  expect(unseen.filter((value) => text.includes(value))).toEqual([]);
  expect(text.toLowerCase()).not.toMatch(/zebra|bearer|scrypt|127\.0\.0\.1/);

  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => lineSchema.parse(JSON.parse(line)));
  // Who has no valid token is answered by the gateway itself: the line is the authorizer's.
  expect(lines.map(({ status }) => status)).toEqual(answers.map(({ status }) => status));
  expect(lines[4]).toMatchObject({ operation: 'authorize', code: 'unauthenticated' });
  const created = lines.find(({ operation }) => operation === 'createTask');
  expect(created).toMatchObject({ tenant_id, status: 201, calls: 2, write_units: expect.any(Number) });
  expect(lines.at(-1)).toMatchObject({ level: 'ERROR', error: { name: 'AccessDeniedException' } });
});
