import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeClient } from '../../adapters/dynamodb/client.ts';
import { makeTableReader } from '../../adapters/dynamodb/table-reader.ts';
import { makeTenantSnapshots } from '../../adapters/dynamodb/tenant-snapshot.ts';
import { findBreaches } from '../../core/audit/invariants.ts';
import { LOCAL_TABLE } from '../../local/table.ts';
import { caller, makeTasks, type Answer, type Call } from '../integration/harness.ts';
import { makeRandom, SEED } from '../integration/random.ts';
import { startGateway, type Gateway } from './gateway.ts';

const KILLS = 10;
const PEOPLE = 6;
const PLANS = '/api/task-center/plans';

const random = makeRandom(SEED);
let folder: string;
let gateway: Gateway;
let tenantId: string;
let token: string;
const as = (): Call => caller(gateway.url, token);

const succeed = (answer: Answer): Answer['body'] => {
  if (answer.status >= 300) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body;
};

const setUp = async (): Promise<void> => {
  const anonymous = caller(gateway.url);
  tenantId = succeed(await anonymous('POST', '/api/identity/tenants', { name: 'Crash' })).id as string;
  const login = { tenant_id: tenantId, username: 'admin', password: 'secret' };
  succeed(await anonymous('POST', '/api/identity/bootstrap-admin', login));
  token = succeed(await anonymous('POST', '/api/identity/dev-login', login)).access_token as string;
  for (let index = 0; index < PEOPLE; index += 1)
    succeed(await as()('POST', '/api/identity/users', { username: `user-${index}`, password: 'secret' }));
};

/** A plan of a day of its own, made: of each person some tasks. */
const madePlan = async (day: number): Promise<{ readonly path: string; readonly taskIds: readonly string[] }> => {
  const at = (hour: number): string => new Date(Date.UTC(2026, 4, day, hour)).toISOString();
  const drafts = Array.from({ length: 3 * PEOPLE }, (_, index) => {
    const start = 8 + 2 * (index % 3);
    return { planned_start_at: at(start), planned_end_at: at(start + 2) };
  });
  const taskIds = (await makeTasks(as(), drafts)).map(({ id }) => id);
  const plan = succeed(await as()('POST', PLANS, { tasks: { task_ids: taskIds }, effort: 'quick' }));
  const path = `${PLANS}/${plan.id}`;
  await expect.poll(async () => succeed(await as()('GET', path)).state as string).toBe('READY');
  return { path, taskIds };
};

/** Sends a request, kills the gateway somewhere in the middle, starts it again, and sends it again. */
const killedDuring = async (path: string): Promise<Answer['body']> => {
  const lost = as()('POST', path).catch(() => undefined);
  await delay(random.below(150));
  gateway.process.kill('SIGKILL');
  await Promise.all([lost, gateway.closed]);
  gateway = await startGateway(folder);
  return succeed(await as()('POST', path));
};

/** The history of what was planned, by task; and nothing of the tenant is broken. */
const actionsOf = async (taskIds: readonly string[]): Promise<readonly (readonly string[])[]> => {
  const client = makeClient({ endpoint: gateway.endpoint });
  const ports = { client, tableName: LOCAL_TABLE };
  const reader = makeTableReader({ ...ports, sleep: delay, random: Math.random });
  const found = await makeTenantSnapshots({ ...ports, reader }).byScan(tenantId);
  client.destroy();
  expect(findBreaches(found)).toEqual([]);
  const inOrder = found.history.toSorted((a, b) => a.version - b.version);
  return taskIds.map((id) => inOrder.filter(({ task_id }) => task_id === id).map(({ action }) => action));
};

describe(`a plan whose gateway is killed (SEED=${SEED})`, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'task-center-plan-crash-'));
    gateway = await startGateway(folder);
    await setUp();
  });
  afterAll(async () => {
    gateway.process.kill('SIGTERM');
    await gateway.closed;
    await rm(folder, { recursive: true, force: true });
  });

  it.each(Array.from({ length: KILLS }, (_, index) => index + 1))(
    'while it is committed and while it is reverted is gone on with, and nothing is done twice (%i)',
    async (day) => {
      const { path, taskIds } = await madePlan(day);
      const committed = await killedDuring(`${path}:commit`);
      expect(committed).toMatchObject({ plan: { state: 'COMMITTED', committed_tasks: taskIds.length }, left_out: [] });
      expect(await actionsOf(taskIds)).toEqual(taskIds.map(() => ['dispatched']));
      const reverted = await killedDuring(`${path}:revert`);
      expect(reverted).toMatchObject({ plan: { state: 'REVERTED', committed_tasks: 0 }, left_out: [] });
      expect(await actionsOf(taskIds)).toEqual(taskIds.map(() => ['dispatched', 'unassigned']));
    },
  );
});
