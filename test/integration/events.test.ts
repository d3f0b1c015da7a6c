import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { DynamoDBRecord } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { subjectOf } from '../../core/events/envelope.ts';
import type { DomainEvent } from '../../core/events/event.ts';
import { STRATEGY_V2_0 } from '../../core/scoring/strategy.ts';
import { PERMISSIONS } from '../../core/identity/permission.ts';
import type { HistoryEntry } from '../../core/tasks/history.ts';
import { openEventsFolder, type EventsFolder } from '../../local/events-folder.ts';
import { openTableStream, type TableStream } from '../../local/events-stream.ts';
import { startPublisher } from '../../local/events.ts';
import { runScript } from '../local/processes.ts';
import { startApi, type Answer, type Call, type TestApi } from './harness.ts';
import { IS_LONG, makeRandom, SEED } from './random.ts';

const ENDPOINT = process.env['DYNAMODB_ENDPOINT'] ?? '';
// Before anything reads the environment: a table of its own, whose stream holds nothing but what this file writes.
const TABLE = vi.hoisted(() => {
  process.env['EVENT_BUS_NAME'] = 'bus';
  return (process.env['TABLE_NAME'] = `task-center-events-${process.pid}`);
});
const NO_TRAIL = { record: () => Promise.resolve() };
const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'task-center-events-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

const openStream = async (pageSize?: number): Promise<TableStream> => {
  const stream = await openTableStream({ endpoint: ENDPOINT, tableName: TABLE, pageSize });
  cleanUps.push(() => stream.close());
  return stream;
};

/** What was committed: of every task its history, of everything else the names of its events, by its id, in order. */
const committed = { tasks: new Map<string, Call>(), others: new Map<string, readonly string[]>() };

const linesOf = async (folder: string): Promise<readonly DomainEvent[]> => {
  const text = await readFile(join(folder, 'events.jsonl'), 'utf8').catch(() => '');
  // The last piece is what a killed run left of a line, or nothing.
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as DomainEvent);
};

const historyOf = async (call: Call, taskId: string): Promise<readonly HistoryEntry[]> => {
  const { body, headers } = await call('GET', `/api/task-center/tasks/${taskId}/history?limit=200`);
  if (headers.has('Link')) throw new Error('A history of more than one page');
  return body as HistoryEntry[];
};

const nameOf = ({ action, detail }: HistoryEntry): string =>
  `task_center.task.${action === 'dispatched' && detail['dispatch_mode'] === 'AUTO' ? 'auto_dispatched' : action}`;

/** Every committed change has its event, nothing else has one, and each task's events come in the order of its versions. */
const expectEveryChange = async (events: readonly DomainEvent[]): Promise<void> => {
  const first = new Map<string, DomainEvent>();
  for (const event of events) {
    const seen = first.get(event.id);
    if (seen === undefined) first.set(event.id, event);
    else expect(event).toEqual(seen);
  }
  const distinct = [...first.values()];
  const others = distinct.filter((event) => !('task_id' in event));
  const bySubject = new Map<string, string[]>();
  for (const event of others)
    bySubject.set(subjectOf(event), [...(bySubject.get(subjectOf(event)) ?? []), event.name.slice(12)]);
  expect(bySubject).toEqual(committed.others);
  let expected = others.length;
  for (const [taskId, call] of committed.tasks) {
    const history = await historyOf(call, taskId);
    expected += history.length;
    const told = distinct
      .flatMap((event) => ('task_id' in event && event.task_id === taskId ? [event] : []))
      .map(({ id, name, version, actor_id, occurred_at, data: { from_state, to_state } }) => ({
        ...{ id, name, version, actor_id, occurred_at, from_state, to_state },
      }));
    expect(told).toEqual(
      history.map((entry) => ({
        ...{ id: entry.id, version: entry.version, actor_id: entry.actor_id },
        name: nameOf(entry),
        occurred_at: entry.created_at,
        from_state: entry.from_state,
        to_state: entry.to_state,
      })),
    );
  }
  expect(distinct).toHaveLength(expected);
};

/** The same of the audit trail, which the killed processes wrote: each change of each task once, in order. */
const expectWholeTrail = async (): Promise<void> => {
  for (const [taskId, call] of committed.tasks) {
    const { body, headers } = await call('GET', `/api/audit?subject=task/${taskId}&limit=200`);
    expect(headers.has('Link')).toBe(false);
    const told = (body as { action: string }[]).map(({ action }) => action).toReversed();
    expect(told).toEqual((await historyOf(call, taskId)).map(({ action }) => action));
  }
};

/** Random changes of a new tenant's tasks, legal and not, several at once. Answers how many were refused. */
const changeAtRandom = async (seed: number, count: number): Promise<number> => {
  const random = makeRandom(seed);
  const { call, user } = await api.tenant();
  const users = [await user(), await user()] as const;
  const made = async (path: string, body: object): Promise<string> => {
    const answer = await call('POST', `/api/task-center${path}`, body);
    expect(answer.status).toBe(201);
    return answer.body.id as string;
  };
  const typeId = await made('/types', { code: 'A', name: 'A' });
  const templateId = await made('/templates', { task_type_id: typeId, template_key: 'a', name: 'A' });
  const cloneId = await made(`/templates/${templateId}:clone`, { template_key: 'b', name: 'B' });
  const done = async (method: string, path: string, body?: object): Promise<void> => {
    expect((await call(method, `/api/task-center${path}`, body)).status).toBeLessThan(300);
  };
  await done('PATCH', `/templates/${templateId}`, { default_priority: 9 });
  await done('PATCH', `/templates/${templateId}`, { is_active: false });
  await done('PATCH', `/types/${typeId}`, { name: 'B' });
  const absence = { start_at: '2026-04-01T08:00:00Z', end_at: '2026-04-02T08:00:00Z', reason: 'Training' };
  const absenceId = await made(`/users/${users[0]}/absences`, absence);
  expect((await call('POST', `/api/task-center/users/${users[0]}/absences`, absence)).status).toBe(409);
  await done('DELETE', `/users/${users[0]}/absences/${absenceId}`);
  const keptId = await made(`/users/${users[0]}/absences`, absence);
  const strategyId = await made('/strategies', { ...STRATEGY_V2_0, version: 'v3' });
  for (const step of ['shadow', 'activate', 'activate']) await done('POST', `/strategies/${strategyId}/${step}`);
  await done('POST', '/strategies/v2-0/activate');
  await done('POST', `/strategies/${strategyId}/shadow`);
  await done('POST', `/strategies/${strategyId}/shadow`, { enabled: false });
  await done('POST', `/strategies/${strategyId}/retire`);
  expect((await call('POST', `/api/task-center/strategies/${strategyId}/retire`)).status).toBe(409);
  const identity = async (method: string, path: string, body?: object): Promise<Answer> => {
    const answer = await call(method, path, body);
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
    return answer;
  };
  const asset = await identity('POST', '/api/assets', { asset_type: 'UAV', asset_code: 'U', name: 'Drone' });
  const assetPath = `/api/assets/${asset.body.id}`;
  await identity('POST', `${assetPath}/availability`, { availability_status: 'IN_USE' });
  await identity('POST', `${assetPath}/availability`, { availability_status: 'IN_USE' });
  await identity('PATCH', assetPath, { name: 'Drone 2' });
  const role = await identity('POST', '/api/identity/roles', { name: 'Chief' });
  const rolePath = `/api/identity/roles/${role.body.id}`;
  await identity('POST', `${rolePath}/permissions/${PERMISSIONS[3].id}`);
  await identity('POST', `/api/identity/users/${users[0]}/roles/${role.body.id}`);
  await identity('DELETE', `/api/identity/users/${users[0]}/roles/${role.body.id}`);
  await identity('DELETE', rolePath);
  const unit = await identity('POST', '/api/identity/org-units', { code: 'N', name: 'North' });
  await identity('PATCH', `/api/identity/org-units/${unit.body.id}`, { name: 'South' });
  await identity('POST', `/api/identity/users/${users[1]}/org-units/${unit.body.id}`);
  const license = await identity('POST', '/api/identity/qualifications', { code: 'Q', name: 'Rope access' });
  await identity('PUT', `/api/identity/users/${users[1]}/qualifications/${license.body.id}`, {});
  await identity('PATCH', `/api/identity/qualifications/${license.body.id}`, { is_active: false });
  const others: readonly (readonly [string, readonly string[]])[] = [
    [users[0], ['user.created', 'user.changed', 'user.changed']],
    [users[1], ['user.created', 'user.memberships_changed', 'user.qualifications_changed']],
    [asset.body.id as string, ['asset.created', 'asset.changed', 'asset.changed']],
    [role.body.id as string, ['role.created', 'role.changed', 'role.deleted']],
    [unit.body.id as string, ['org_unit.created', 'org_unit.changed']],
    [license.body.id as string, ['qualification.created', 'qualification.changed']],
    [typeId, ['task_type.created', 'task_type.changed']],
    [templateId, ['template.created', 'template.revised', 'template.revised']],
    [cloneId, ['template.cloned']],
    [absenceId, ['absence.created', 'absence.deleted']],
    [keptId, ['absence.created']],
    [
      strategyId,
      ['created', 'shadow_started', 'activated', 'shadow_started', 'shadow_stopped', 'retired'].map(
        (name) => `strategy.${name}`,
      ),
    ],
    // The built-in one is nobody's own: its events of all tenants share a subject.
    ['v2-0', [...(committed.others.get('v2-0') ?? []), 'strategy.activated']],
  ];
  for (const [subject, names] of others) committed.others.set(subject, names);
  await done('PATCH', `/types/${typeId}`, { is_active: true });
  await done('PATCH', `/types/${typeId}`, { name: 'C' });
  committed.others.set(typeId, ['task_type.created', 'task_type.changed', 'task_type.changed']);
  expect((await call('POST', '/api/task-center/types', { code: 'A', name: 'Again' })).status).toBe(409);

  const drafts = Array.from({ length: 12 }, (_, n) => ({
    task_type_id: typeId,
    name: `Task ${n}`,
    requires_approval: n % 3 === 0,
    // Few hours and few users: many dispatches conflict.
    ...(n % 4 === 0 ? {} : { planned_start_at: `2026-03-01T0${n % 4}:00:00Z`, planned_end_at: '2026-03-01T08:00:00Z' }),
  }));
  const single = await made('/tasks', drafts[0] ?? {});
  const batch = await call('POST', '/api/task-center/tasks:batch-create', { tasks: drafts.slice(1) });
  expect(batch.status).toBe(201);
  const bad = [...drafts.slice(0, 3), { ...drafts[0], task_type_id: 'unknown' }];
  expect((await call('POST', '/api/task-center/tasks:batch-create', { tasks: bad })).status).toBe(404);
  const ids = [single, ...(batch.body.tasks as { id: string }[]).map(({ id }) => id)];
  for (const id of ids) committed.tasks.set(id, call);

  const states = ['DRAFT', 'IN_PROGRESS', 'ACCEPTED', 'ARCHIVED', 'CANCELED', 'APPROVED'] as const;
  const change = (taskId: string) => {
    const path = `/api/task-center/tasks/${taskId}`;
    return random.pick<() => ReturnType<Call>>([
      () => call('POST', `${path}/submit-approval`),
      () => call('POST', `${path}/approve`, { decision: random.pick(['APPROVE', 'REJECT']) }),
      () => call('POST', `${path}/dispatch`, { assigned_to: random.pick(users) }),
      () => call('POST', `${path}/auto-dispatch`),
      () => call('POST', `${path}/transition`, { target_state: random.pick(states) }),
      () => call('PATCH', `${path}/risk-checklist`, { risk_level: 1 + random.below(5), checklist: ['rope'] }),
      () => call('POST', `${path}/attachments`, { name: 'Plan', url: 'https://example.com/plan' }),
      () => call('POST', `${path}/comments`, { content: 'On site' }),
      () => call('POST', `${path}/comments`, { content: '' }),
    ])();
  };
  let refused = 0;
  const worker = async (): Promise<void> => {
    for (let n = 0; n < count; n += 1) {
      const { status } = await change(ids[random.below(ids.length)] ?? '');
      expect([200, 409, 422]).toContain(status);
      if (status !== 200) refused += 1;
    }
  };
  await Promise.all([worker(), worker(), worker()]);
  return refused;
};

interface Publisher {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
}
const startProcess = async (folder: string): Promise<Publisher> => {
  // Seven records at a time, so that there is something to interrupt.
  const child = runScript('test/integration/event-publisher.ts', [folder, '7'], {});
  cleanUps.push(() => child.kill('SIGKILL'));
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const ready = new Promise<void>((resolve) => child.stdout?.once('data', () => resolve()));
  await Promise.race([
    ready,
    ended.then(() => {
      throw new Error(`The publisher did not start: ${said}`);
    }),
  ]);
  return { child, ended };
};

describe('a publisher that is killed', () => {
  it('and started again loses no event, keeps the order per task, and tells nothing of what was refused', async () => {
    const folder = await newFolder();
    const random = makeRandom(SEED);
    const changes = changeAtRandom(SEED, 60);
    let done = false;
    void changes.finally(() => (done = true)).catch(() => undefined);

    let kills = 0;
    while (kills < (IS_LONG ? 4 : 1)) {
      const { child, ended } = await startProcess(folder);
      const seen = (await linesOf(folder)).length;
      const target = seen + 1 + random.below(25);
      // Killed when it has written so much; the last kill may come when there is nothing left to write.
      await expect
        .poll(async () => done || (await linesOf(folder)).length >= target, { timeout: 120_000, interval: 10 })
        .toBe(true);
      child.kill('SIGKILL');
      await ended;
      kills += 1;
    }
    expect(await changes).toBeGreaterThan(10);

    // An orderly stop publishes what is left.
    const { child, ended } = await startProcess(folder);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    await expectEveryChange(await linesOf(folder));
    await expectWholeTrail();
  });

  /** Where a publisher may be when it dies: before, inside and after each of its effects. */
  type Death = 'before' | 'inside' | 'after';
  const DEATHS: readonly Death[] = ['before', 'inside', 'after'];

  /** A folder whose user stops for ever at the given effect: that is what being killed there looks like to the next one. */
  const frozenAt = (folder: EventsFolder, directory: string, effect: number, death: Death) => {
    let effects = 0;
    let reach: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => (reach = resolve));
    const never = (): Promise<never> => {
      reach();
      return new Promise<never>(() => undefined);
    };
    const wrap =
      <A extends readonly unknown[], R>(work: (...args: A) => Promise<R>, half: (...args: A) => Promise<void>) =>
      async (...args: A): Promise<R> => {
        effects += 1;
        if (effects !== effect) return work(...args);
        if (death === 'inside') await half(...args);
        if (death === 'after') await work(...args);
        return never();
      };
    const halfOf = (text: string): string => text.slice(0, Math.floor((text.length * 2) / 3));
    const frozen: EventsFolder = {
      ...folder,
      bus: {
        publish: wrap(folder.bus.publish, (events) =>
          appendFile(
            join(directory, 'events.jsonl'),
            halfOf(events.map((event) => `${JSON.stringify(event)}\n`).join('')),
          ),
        ),
      },
      save: wrap(folder.save, (checkpoint) =>
        writeFile(join(directory, 'events.checkpoint.json.new'), halfOf(JSON.stringify(checkpoint))),
      ),
    };
    return { frozen, reached, count: () => effects };
  };

  it('at any of its effects, or in the middle of one, loses none', async () => {
    await changeAtRandom(SEED + 1, 10);
    const pageSize = 75;

    // How many effects a run has that nobody kills.
    const whole = await newFolder();
    const counted = frozenAt(await openEventsFolder(whole), whole, 0, 'before');
    await (
      await startPublisher({ stream: await openStream(pageSize), folder: counted.frozen, trail: NO_TRAIL, log: QUIET })
    ).stop();
    const effects = counted.count();
    expect(effects).toBeGreaterThan(5);
    await expectEveryChange(await linesOf(whole));

    let repeated = 0;
    for (let effect = 1; effect <= effects; effect += 1) {
      for (const death of DEATHS) {
        const directory = await newFolder();
        const { frozen, reached } = frozenAt(await openEventsFolder(directory), directory, effect, death);
        await startPublisher({ stream: await openStream(pageSize), folder: frozen, trail: NO_TRAIL, log: QUIET });
        await reached;

        const next = {
          stream: await openStream(pageSize),
          folder: await openEventsFolder(directory),
          trail: NO_TRAIL,
          log: QUIET,
        };
        await (await startPublisher(next)).stop();
        const events = await linesOf(directory);
        // The truth does not change any more: the file of the run that nobody killed is the measure.
        const distinct = [...new Map(events.map((event) => [event.id, event])).values()];
        expect(distinct).toEqual(await linesOf(whole));
        repeated += events.length - distinct.length;
      }
    }
    // It did die between an effect and its checkpoint.
    expect(repeated).toBeGreaterThan(0);
  });
});

describe('the handler that Lambda runs', () => {
  it('understands what the engine streams', async () => {
    await changeAtRandom(SEED + 2, 10);
    const taken: DomainEvent[] = [];
    const bus = mockClient(EventBridgeClient);
    bus.on(PutEventsCommand).callsFake(({ Entries: entries = [] }: { Entries?: { Detail?: string }[] }) => {
      taken.push(...entries.map(({ Detail = '' }) => JSON.parse(Detail) as DomainEvent));
      return { FailedEntryCount: 0, Entries: entries.map((_, n) => ({ EventId: String(n) })) };
    });
    cleanUps.push(() => bus.restore());
    const { handler } = await import('../../functions/events/publish.ts');

    const stream = await openStream(100);
    for (const { id } of await stream.shards()) {
      let after: string | undefined;
      for (;;) {
        const { records } = await stream.page(id, after);
        if (records.length === 0) break;
        // Through JSON, as Lambda passes them on.
        const passed = JSON.parse(JSON.stringify(records)) as DynamoDBRecord[];
        expect(await handler({ Records: passed })).toEqual({ batchItemFailures: [] });
        after = records.at(-1)?.dynamodb?.SequenceNumber;
      }
    }
    await expectEveryChange(taken);
  });
});
