/**
 * Run by `overhead.ts`: times handlers whose table answers at once, from a tape of what the real one said. Its standard
 * output are log lines, as in Lambda; the figures go to the parent.
 */
import type { Context } from 'aws-lambda';
import { client } from '../adapters/runtime/composition.ts';
import { serve } from '../adapters/runtime/serve.ts';
import { createTask, getTask } from '../functions/tasks/contract.ts';
import { DEPLOYED } from '../functions/contracts.ts';
import type { LambdaHandler } from '../local/gateway.ts';
import { lambdaContext } from '../local/integration.ts';
import { proxyEvent } from '../local/proxy-event.ts';
import { makeRouteTable } from '../local/routing.ts';
import { directCaller } from '../test/faults/direct-call.ts';
import { tenantOver } from '../test/integration/harness.ts';
import { created, createTasks, requireStatus, TASKS } from './requests.ts';
import { hour } from './seed.ts';
import { interleaved, median } from './statistics.ts';

const isQuick = process.argv.includes('--quick');
const ROUNDS = isQuick ? 5 : 15;
const WARM_UP = isQuick ? 2 : 5;
/** Requests of one round. */
const BATCH = isQuick ? 50 : 100;

interface Wire {
  readonly response: { readonly statusCode: number; readonly headers: Record<string, string>; body: unknown };
}
type Handle = (request: { readonly headers: Readonly<Record<string, string>> }, options?: unknown) => Promise<Wire>;
const wire = client.config.requestHandler as unknown as { handle: Handle };
const real: Handle = wire.handle.bind(wire);

const bytesOf = async (body: unknown): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
};

type Tape = ReadonlyMap<string, readonly Wire['response'][]>;

/** What the table answers to one request, by operation. */
const record = async (work: () => Promise<unknown>): Promise<Tape> => {
  const tape = new Map<string, Wire['response'][]>();
  wire.handle = async (request, options) => {
    const { response } = await real(request, options);
    const kept = { ...response, body: await bytesOf(response.body) };
    const operation = request.headers['x-amz-target'] ?? '';
    tape.set(operation, [...(tape.get(operation) ?? []), kept]);
    return { response: { ...kept } };
  };
  await work();
  wire.handle = real;
  return tape;
};

const play = (tape: Tape): void => {
  const turns = new Map<string, number>();
  wire.handle = async ({ headers }) => {
    const operation = headers['x-amz-target'] ?? '';
    const answers = tape.get(operation) ?? [];
    const turn = turns.get(operation) ?? 0;
    turns.set(operation, turn + 1);
    const response = answers[turn % answers.length];
    if (response === undefined) throw new Error(`The tape has no ${operation}.`);
    return { response: { ...response } };
  };
};

const routes = makeRouteTable(DEPLOYED);
const authorizer = (tenantId: string) => ({
  sub: 'bench',
  tenant_id: tenantId,
  permissions: '["*"]',
  cursor_key: 'none',
  principalId: 'bench',
});
const eventOf = (tenantId: string, method: string, path: string, body: unknown) => {
  const match = routes.match(method, path);
  if (match === undefined) throw new Error(`There is no ${method} ${path}.`);
  const rawHeaders = ['Host', 'api.example', 'Content-Type', 'application/json', 'Authorization', 'Bearer none'];
  const received = { requestId: 'bench', receivedAt: new Date(), method, path, query: '', rawHeaders };
  const text = body === undefined ? '' : JSON.stringify(body);
  const event = proxyEvent({ ...received, body: text, sourceIp: '127.0.0.1', port: 80 }, match, authorizer(tenantId));
  return { event, operation: match.contract.operation, file: match.contract.handler };
};

const context = lambdaContext('bench', Date.now() + 3_600_000);
const load = async (file: string): Promise<LambdaHandler> =>
  ((await import(new URL(`../functions/${file}.ts`, import.meta.url).href)) as { handler: LambdaHandler }).handler;

/** Real answers, to record them. */
const tenant = await tenantOver(directCaller);
const { call } = tenant;
const type = await created(call, '/api/task-center/types', { code: 'A', name: 'Inspection' });
const org = await created(call, '/api/identity/org-units', { code: 'A', name: 'North' });
const template = await created(call, '/api/task-center/templates', {
  task_type_id: type,
  template_key: 'A',
  name: 'Roof',
});
const user = await tenant.user();
const draft = {
  task_type_id: type,
  template_id: template,
  org_unit_id: org,
  name: 'Inspect the north roof',
  area_code: 'NORTH',
  checklist: ['Batteries charged', 'Weather checked'],
  context_data: { customer: 'Example', contact: { name: 'Gate', phone: '1' }, points: [1, 2, 3, 4] },
  planned_start_at: hour(1),
  planned_end_at: hour(2),
};
const task = requireStatus(await call('POST', TASKS, draft), 201).body as { readonly id: string };
await createTasks(
  call,
  Array.from({ length: 50 }, () => ({})),
);

/** Microseconds of a core that this process has used: other processes do not count, however busy they are. */
const cpuMicros = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** Those in which the SDK was at work, from a call of `send` to its answer. */
let sdkMicros = 0;
const observeSdk = (): void => {
  const send = client.send.bind(client) as (command: unknown) => Promise<unknown>;
  let underWay = 0;
  let since = 0;
  const observed = async (command: unknown): Promise<unknown> => {
    if (underWay === 0) since = cpuMicros();
    underWay += 1;
    try {
      return await send(command);
    } finally {
      underWay -= 1;
      if (underWay === 0) sdkMicros += cpuMicros() - since;
    }
  };
  Object.assign(client, { send: observed });
};
observeSdk();

interface Subject {
  readonly name: string;
  readonly run: () => Promise<unknown>;
  readonly before?: () => void;
}

const whole = async (name: string, method: string, path: string, body?: unknown): Promise<Subject> => {
  const { event, file } = eventOf(tenant.id, method, path, body);
  const handler = await load(file);
  const run = async (): Promise<void> => {
    const { statusCode, body } = await handler(event, context);
    if (statusCode >= 300) throw new Error(`${name} was answered with ${statusCode}: ${body}`);
  };
  const tape = await record(run);
  return { name, run, before: () => play(tape) };
};

const creation = eventOf(tenant.id, 'POST', TASKS, draft).event;
const reading = eventOf(tenant.id, 'GET', `${TASKS}/${task.id}`, undefined).event;
const served = {
  create: serve(createTask, () => Promise.resolve(task)),
  get: serve(getTask, () => Promise.resolve(task)),
};
const subjects: readonly Subject[] = [
  {
    name: 'a bare handler: parses the body of a create, answers a task',
    run: async () => {
      JSON.parse(creation.body ?? '');
      return { statusCode: 201, headers: {}, body: JSON.stringify(task) };
    },
  },
  { name: 'pipeline alone: create a task, no use case', run: () => served.create(creation, context as Context) },
  { name: 'pipeline alone: get a task, no use case', run: () => served.get(reading, context as Context) },
  await whole('create a task', 'POST', TASKS, draft),
  await whole('get a task', 'GET', `${TASKS}/${task.id}`),
  await whole('list 50 tasks', 'GET', TASKS),
  await whole('dispatch', 'POST', `${TASKS}/${task.id}/dispatch`, { assigned_to: user }),
  await whole('health, no table', 'GET', '/healthz'),
];

const sdk = new Map<string, number[]>();
const times = await interleaved(
  Object.fromEntries(
    subjects.map(({ name, run, before }) => [
      name,
      async () => {
        before?.();
        sdkMicros = 0;
        const started = cpuMicros();
        for (let turn = 0; turn < BATCH; turn += 1) await run();
        const micros = (cpuMicros() - started) / BATCH;
        sdk.set(name, [...(sdk.get(name) ?? []), sdkMicros / BATCH]);
        return micros;
      },
    ]),
  ),
  ROUNDS,
  WARM_UP,
);
process.send?.(
  subjects.map(({ name }) => ({
    name,
    micros: median(times[name] ?? []),
    sdkMicros: median((sdk.get(name) ?? []).slice(WARM_UP)),
  })),
);
process.disconnect();
