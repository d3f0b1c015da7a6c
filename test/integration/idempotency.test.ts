import { createHash } from 'node:crypto';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { honoursIdempotencyKey, type RouteContract } from '../../adapters/http/contract.ts';
import { receiptKey } from '../../adapters/dynamodb/keys.ts';
import { KEY } from '../../adapters/dynamodb/table.ts';
import { client, environment } from '../../adapters/runtime/composition.ts';
import { CONTRACTS } from '../../functions/contracts.ts';
import { contentsOf, holdingsOf } from './contents.ts';
import { makeTasks, startApi, type Answer, type Call, type TestApi } from './harness.ts';
import { madePlan } from './planned.ts';
import { IS_LONG } from './random.ts';
import { bodyOf, makeWorld, pathOf, type World } from './world.ts';

let api: TestApi;
let world: World;
beforeAll(async () => {
  api = await startApi();
  world = await makeWorld(await api.tenant());
});
afterAll(() => api.stop());

const TASKS = '/api/task-center/tasks';
const TYPES = '/api/task-center/types';
const withKey = (key: string) => ({ 'Idempotency-Key': key });
const replayed = ({ headers }: Answer): string | null => headers.get('Idempotency-Replayed');
const seen = ({ status, body, headers }: Answer): string => JSON.stringify([status, headers.get('ETag'), body]);

/** What a route needs to succeed once, where a draft and the smallest body would not do. */
interface Preparation {
  readonly requiresApproval?: true;
  readonly before?: (taskId: string) => Promise<unknown>;
  readonly body?: () => Promise<object>;
  /** Others than those of the world. */
  readonly ids?: () => Promise<Readonly<Record<string, string>>>;
}
const dispatchTo = (taskId: string, userId: string): Promise<Answer> =>
  world.tenant.call('POST', `${TASKS}/${taskId}/dispatch`, { assigned_to: userId });

/** A plan that is made, of nothing that could be dispatched. */
const emptyPlan = async (): Promise<{ readonly plan_id: string }> => {
  const { id, call } = world.tenant;
  return { plan_id: (await madePlan(id, call, { tasks: { task_ids: ['none'] } })).id as string };
};

const PREPARED: Readonly<Record<string, Preparation>> = {
  submitForApproval: { requiresApproval: true },
  approveTask: {
    requiresApproval: true,
    before: (taskId) => world.tenant.call('POST', `${TASKS}/${taskId}/submit-approval`),
  },
  // The contract leaves the items to the use case, which names the bad ones.
  batchCreateTasks: {
    body: async () => ({ tasks: [{ task_type_id: world.ids['task_type_id'], name: 'One of a batch' }] }),
  },
  reassignTask: { before: async (taskId) => dispatchTo(taskId, await world.tenant.user()) },
  unassignTask: { before: async (taskId) => dispatchTo(taskId, await world.tenant.user()) },
  commitPlan: { ids: emptyPlan },
  revertPlan: {
    ids: async () => {
      const plan = await emptyPlan();
      await world.tenant.call('POST', `/api/task-center/plans/${plan.plan_id}:commit`);
      return plan;
    },
  },
  // What decides cannot run in shadow, nor be retired.
  shadowStrategy: { before: () => world.tenant.call('POST', '/api/task-center/strategies/v2-0/activate') },
  retireStrategy: { before: () => world.tenant.call('POST', '/api/task-center/strategies/v2-0/activate') },
  transitionTask: { body: async () => ({ target_state: 'CANCELED' }) },
};

const salted = (contract: RouteContract, ids: World['ids'], salt: string): object =>
  bodyOf(contract, { ids }, { salt }) as object;

describe('every POST that writes', () => {
  // One way of keeping answers serves all: a third of the routes will do where time is short.
  const routes = CONTRACTS.filter(honoursIdempotencyKey).filter((_, at) => IS_LONG || at % 3 === 0);

  it.each(routes.map((contract) => ({ contract, route: `${contract.method} ${contract.path}` })))(
    '$route happens once for its key',
    async ({ contract }) => {
      const { operation, path } = contract;
      const { requiresApproval = false, before, body: prepared, ids: others } = PREPARED[operation] ?? {};
      const { call } = world.tenant;
      const [task] = await makeTasks(call, [{ requires_approval: requiresApproval }]);
      const ids = { ...world.ids, task_id: task?.id ?? '', ...(await others?.()) };
      await before?.(ids.task_id);
      const salt = (task?.id ?? '').slice(-12);
      const body = (await prepared?.()) ?? salted(contract, ids, salt);
      const headers = withKey(`${operation}-${task?.id}`);
      const send = (given: unknown): Promise<Answer> => call('POST', pathOf(contract, ids), given, headers);

      const first = await send(body);
      expect(first.status).toBe(contract.status);
      expect(replayed(first)).toBeNull();
      const contents = await contentsOf(world.tenant.id);
      const again = await send(body);
      expect(seen(again)).toBe(seen(first));
      expect(replayed(again)).toBe('true');
      expect(again.headers.get('X-Request-Id')).not.toBe(first.headers.get('X-Request-Id'));

      const bodies = [salted(contract, ids, `${salt}, too`), bodyOf(contract, { ids }, { salt, whole: true })];
      const other = bodies.find((one) => JSON.stringify(one) !== JSON.stringify(body));
      const reused = [
        ...(other === undefined ? [] : [await send(other)]),
        await call('POST', TYPES, { code: salt, name: 'Another route' }, headers),
      ];
      for (const answer of reused) expect([answer.status, answer.body.code]).toEqual([422, 'idempotency_key_reused']);
      if (path.includes('{task_id}')) {
        const [elsewhere] = await makeTasks(call, [{}]);
        const answer = await call('POST', pathOf(contract, { ...ids, task_id: elsewhere?.id ?? '' }), body, headers);
        expect(answer.body.code).toBe('idempotency_key_reused');
        return;
      }
      expect(await contentsOf(world.tenant.id)).toEqual(contents);
    },
  );
});

describe('a key', () => {
  let call: Call;
  let draft: object;
  beforeAll(() => {
    ({ call } = world.tenant);
    draft = { task_type_id: world.ids['task_type_id'], name: 'Task' };
  });
  const count = async (name: string): Promise<number> =>
    (await contentsOf(world.tenant.id)).filter((item) => item['name'] === name).length;

  it('that a hundred requests share at one moment makes one task', async () => {
    const body = { ...draft, name: 'One of a hundred' };
    const answers = await Promise.all(Array.from({ length: 100 }, () => call('POST', TASKS, body, withKey('hundred'))));
    expect(new Set(answers.map(seen)).size).toBe(1);
    expect(answers[0]?.status).toBe(201);
    expect(answers.filter((answer) => replayed(answer) === null)).toHaveLength(1);
    expect(await count('One of a hundred')).toBe(1);
  });

  it('that twenty dispatches share at one moment makes one assignment', async () => {
    const userId = await world.tenant.user();
    const [task] = await makeTasks(call, [{}]);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        call('POST', `${TASKS}/${task?.id}/dispatch`, { assigned_to: userId }, withKey('twenty')),
      ),
    );
    expect(new Set(answers.map(seen)).size).toBe(1);
    expect(answers[0]?.status).toBe(200);
    expect(await holdingsOf(world.tenant.id, userId)).toMatchObject({ open: 1, active_count: 1 });
  });

  it('that different bodies fight for goes to one of them', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, at) => call('POST', TASKS, { ...draft, name: `Rival ${at}` }, withKey('rivals'))),
    );
    const statuses = answers.map(({ status }) => status).toSorted();
    expect(statuses).toEqual([201, ...Array.from({ length: 9 }, () => 422)]);
  });

  it('belongs to one user of one tenant', async () => {
    const tenants = [world, await makeWorld(await api.tenant())];
    const made: unknown[] = [];
    for (const { tenant, ids } of tenants) {
      for (const sub of ['anna', 'berta']) {
        const caller = await tenant.as(['*'], sub);
        const body = { task_type_id: ids['task_type_id'], name: 'Task' };
        const answer = await caller('POST', TASKS, body, withKey('mine'));
        expect([answer.status, replayed(answer)]).toEqual([201, null]);
        made.push(answer.body.id);
      }
    }
    expect(new Set(made).size).toBe(4);
  });

  it('does not keep a refusal', async () => {
    const userId = await world.tenant.user();
    const [task] = await makeTasks(call, [{}]);
    const path = `${TASKS}/${task?.id}/dispatch`;
    await call('PATCH', `/api/identity/users/${userId}`, { is_active: false });
    const refused = await call('POST', path, { assigned_to: userId }, withKey('patience'));
    expect(refused.body.code).toBe('inactive_user');
    const typo = await call('POST', path, { asigned_to: userId }, withKey('patience'));
    expect(typo.status).toBe(422);
    await call('PATCH', `/api/identity/users/${userId}`, { is_active: true });
    const answer = await call('POST', path, { assigned_to: userId }, withKey('patience'));
    expect([answer.status, replayed(answer)]).toEqual([200, null]);
  });

  it('replays the answer of its time, whatever came after, and before any other condition', async () => {
    const userId = await world.tenant.user();
    const [task] = await makeTasks(call, [{}]);
    const path = `${TASKS}/${task?.id}`;
    const headers = { ...withKey('memory'), 'If-Match': '"1"' };
    const first = await call('POST', `${path}/dispatch`, { assigned_to: userId }, headers);
    expect(first.status).toBe(200);
    await call('POST', `${path}/transition`, { target_state: 'CANCELED' });
    const again = await call('POST', `${path}/dispatch`, { assigned_to: userId }, headers);
    expect([seen(again), replayed(again)]).toEqual([seen(first), 'true']);
  });

  it('counts as unused after 24 hours, also while its record is still there', async () => {
    const caller = await world.tenant.as(['*'], 'carla');
    const body = { ...draft, name: 'Daily' };
    const first = await caller('POST', TASKS, body, withKey('daily'));
    const record = createHash('sha256')
      .update(JSON.stringify(['carla', 'daily']))
      .digest('base64url');
    const now = Math.floor(Date.now() / 1_000);
    const age = async (seconds: number): Promise<number> => {
      const { Attributes: old } = await client.send(
        new UpdateCommand({
          TableName: environment.TABLE_NAME,
          Key: receiptKey(world.tenant.id, record),
          UpdateExpression: 'SET #expiry = :expiry',
          ConditionExpression: 'attribute_exists(#expiry)',
          ExpressionAttributeNames: { '#expiry': KEY.expiry },
          ExpressionAttributeValues: { ':expiry': now + seconds },
          ReturnValues: 'UPDATED_OLD',
        }),
      );
      return Number(old?.[KEY.expiry]);
    };
    const expiry = await age(60);
    expect(Math.abs(expiry - now - 24 * 3_600)).toBeLessThan(300);
    expect(seen(await caller('POST', TASKS, body, withKey('daily')))).toBe(seen(first));

    await age(-1);
    const answers = await Promise.all(Array.from({ length: 10 }, () => caller('POST', TASKS, body, withKey('daily'))));
    expect(new Set(answers.map(seen)).size).toBe(1);
    expect(answers[0]?.body.id).not.toBe(first.body.id);
    expect(await count('Daily')).toBe(2);
    await age(-1);
    expect((await caller('POST', TASKS, { ...body, priority: 9 }, withKey('daily'))).status).toBe(201);
  });

  it('means nothing where nothing is written by a POST', async () => {
    const [task] = await makeTasks(call, [{}]);
    const path = `${TASKS}/${task?.id}`;
    for (const risk_level of [1, 2]) {
      const changed = await call('PATCH', `${path}/risk-checklist`, { risk_level }, withKey('twice'));
      expect([changed.status, changed.body.risk_level, replayed(changed)]).toEqual([200, risk_level, null]);
    }
    expect((await call('GET', path, undefined, withKey('twice'))).body).toMatchObject({ risk_level: 2 });
  });
});
