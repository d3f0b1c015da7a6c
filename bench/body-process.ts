/**
 * Run by `bodies.ts`, and by the test that bounds the same: takes bodies in as the functions do, from the event to the
 * write, with a table that swallows everything. Its arguments are pairs: where a body stands, and the file it is in. It
 * tells what each took, in the same order.
 */
import { readFile } from 'node:fs/promises';
import { joined } from '../adapters/dynamodb/actions.ts';
import { makeCommit } from '../adapters/dynamodb/commit.ts';
import { batchWrites } from '../adapters/dynamodb/resources/batches.ts';
import { taskWrites } from '../adapters/dynamodb/resources/tasks.ts';
import type { RouteContract } from '../adapters/http/contract.ts';
import { makePipeline, type Handler } from '../adapters/http/pipeline.ts';
import { makeCreateBatch, makeCreateTask } from '../core/tasks/create.ts';
import { autoDispatchTask } from '../functions/dispatch/contract.ts';
import { batchCreateTasks, createTask } from '../functions/tasks/contract.ts';
import { authorizedAs, CONTEXT, eventOf } from '../test/unit/adapters/http/events.ts';
import { makeTenantShare } from '../core/tenant-share.ts';
import { clockAt } from '../test/unit/fakes.ts';
import { taskType } from '../test/unit/records.ts';
import { isPlace, type Place } from './body-shapes.ts';

const clock = clockAt();
const commit = makeCommit(
  { tableName: 'none', transact: () => Promise.resolve(), clock, newId: () => 'edit' },
  joined(taskWrites, batchWrites),
);
const references = {
  read: () =>
    Promise.resolve({
      taskTypes: new Map([['type', taskType({ id: 'type' })]]),
      templates: new Map(),
      orgUnits: new Map(),
      qualifications: [],
    }),
};
let ids = 0;
const ports = { references, commit, clock, newId: () => `id-${(ids += 1)}` };

const serve = makePipeline({
  observe: () => undefined,
  receipts: { find: () => Promise.resolve(undefined) },
  measured: (work) => work(),
  stopwatch: () => performance.now(),
  bootstrapKey: () => Promise.resolve(undefined),
  share: makeTenantShare(1),
});
const create = makeCreateTask(ports);
const createBatch = makeCreateBatch(ports);
const creation = serve(createTask, ({ call, body }) => create(call, body));
const batch = serve(batchCreateTasks, ({ call, body }) => createBatch(call, body));
const dispatch = serve(autoDispatchTask, () => Promise.reject(new Error('Only what comes in is measured.')));

const handlerOf = (place: Place): Handler => {
  if (place.endsWith('of a batch')) return batch;
  return place === 'candidates of a dispatch' ? dispatch : creation;
};

const asked = {
  params: { task_id: 'task-1' },
  headers: { 'Idempotency-Key': 'k' },
  authorizer: authorizedAs('*'),
  httpMethod: 'POST' satisfies RouteContract['method'],
};
const { gc } = globalThis;
if (gc === undefined) throw new Error('Start it with --expose-gc.');

const MIB = 1024 * 1024;
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};
/**
 * The most memory that this process has ever had, in MiB. Linux counts what its parent had at the fork into `maxRSS`, and
 * that parent may be a test runner of any size: there the kernel's mark of this program's own memory is read.
 */
const peakMib = async (): Promise<number> => {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS / 1_024;
  const mark = /^VmHWM:\s+(\d+) kB$/mu.exec(await readFile('/proc/self/status', 'utf8'));
  if (mark === null) throw new Error('/proc/self/status names no VmHWM.');
  return Number(mark[1]) / 1_024;
};

// What a function has been through before, so that it is a body that is measured and not a cold start.
const small = JSON.stringify({ task_type_id: 'type', name: 'N', context_data: { a: [1, 2.5, 'x'] }, checklist: ['x'] });
for (let round = 0; round < 300; round += 1) {
  await creation(eventOf({ ...asked, body: small }), CONTEXT);
  await batch(eventOf({ ...asked, body: `{"tasks":[${small}]}` }), CONTEXT);
}

for (let at = 2; at < process.argv.length; at += 2) {
  const [place = '', file = ''] = process.argv.slice(at, at + 2);
  if (!isPlace(place)) throw new Error(`There is no place "${place}".`);
  const event = eventOf({ ...asked, body: await readFile(file, 'utf8') });
  gc();
  const resting = process.memoryUsage.rss() / MIB;
  const began = cpuMs();
  const { statusCode } = await handlerOf(place)(event, CONTEXT);
  const cpu = cpuMs() - began;
  process.send?.({ status: statusCode, cpu_ms: cpu, memory_mib: (await peakMib()) - resting });
}
