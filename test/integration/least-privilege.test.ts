import { v7 as newUuid } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { userKey } from '../../adapters/dynamodb/keys.ts';
import { client, reader } from '../../adapters/runtime/composition.ts';
import { CONTRACTS } from '../../functions/contracts.ts';
import { enforceRoles, inRole, roleOf } from '../../local/roles.ts';
import { madePlan } from './planned.ts';
import { makeWorld, OPERATIONS, type Prepared, type World } from '../faults/operations.ts';

/**
 * Grants against calls. Every integration test runs with the roles enforced (`local/roles.ts`), so a missing grant fails
 * there; here each operation is asked in ways that together take every way to the table, so that a grant which nothing
 * needs is found.
 */
let world: World;
beforeAll(async () => {
  enforceRoles(client);
  world = await makeWorld();
});

type Case = Prepared & { readonly status?: number };

const TASKS = '/api/task-center/tasks';
/** Filters that together take every index of tasks. */
const FILTERED = [
  '',
  'state=DRAFT',
  'assigned_to=nobody',
  'assigned_to=nobody&state=DRAFT',
  'task_type_id=none',
  'area_code=none',
  'sort=planned_start_at',
].map((query): Case => ({ path: `${TASKS}?${query}` }));

/** A user who holds the window that all tasks of the world want: the refusal suggests others. */
const busy = async (): Promise<string> => {
  const assigned_to = await world.tenant.user();
  const { status } = await world.tenant.call('POST', `${TASKS}/${await world.task()}/dispatch`, { assigned_to });
  expect(status).toBe(200);
  return assigned_to;
};

/** A task that somebody without another one holds. */
const held = async (window: object): Promise<{ readonly path: string; readonly holder: string }> => {
  const holder = await world.tenant.user();
  const draft = { task_type_id: world.typeId, name: 'Mast', ...window };
  const { body: task } = await world.tenant.call('POST', TASKS, draft);
  const path = `${TASKS}/${task.id as string}`;
  expect((await world.tenant.call('POST', `${path}/dispatch`, { assigned_to: holder })).status).toBe(200);
  return { path, holder };
};
const WINDOW = { planned_start_at: '2026-03-01T08:00:00Z', planned_end_at: '2026-03-01T10:00:00Z' };
const LATER = { planned_start_at: '2026-03-01T12:00:00Z', planned_end_at: '2026-03-01T14:00:00Z' };

/** What demands a qualification of its own. */
const demanding = async (): Promise<{ readonly required_qualifications: readonly string[] }> => {
  const code = newUuid();
  expect((await world.tenant.call('POST', '/api/identity/qualifications', { code, name: 'Rope' })).status).toBe(201);
  return { required_qualifications: [code] };
};

/** A plan that takes the only drone from a task that holds it, for a more urgent one. */
const contested = async (): Promise<string> => {
  const { id, call, user } = world.tenant;
  const asset_type = 'DOCK';
  const area_code = newUuid();
  const { body: dock } = await call('POST', '/api/assets', { asset_type, asset_code: newUuid(), name: 'Dock' });
  const availability = { availability_status: 'AVAILABLE', region_code: area_code };
  expect((await call('POST', `/api/assets/${dock.id}/availability`, availability)).status).toBe(200);
  const needs = { area_code, required_assets: [{ asset_type, quantity: 1 }] };
  const draft = { task_type_id: world.typeId, name: 'Roof', ...needs, ...WINDOW };
  const { body: urgent } = await call('POST', TASKS, { ...draft, priority: 9 });
  const { body: held } = await call('POST', TASKS, { ...draft, priority: 1 });
  const assigned_to = await user();
  expect((await call('POST', `${TASKS}/${held.id}/dispatch`, { assigned_to })).status).toBe(200);
  const plan = await madePlan(id, call, {
    ...{ tasks: { task_ids: [urgent.id, held.id] }, candidate_user_ids: [assigned_to], may_reassign: true },
  });
  expect(plan.outcome.totals).toMatchObject({ placed: 1, moves: 1 });
  return `/api/task-center/plans/${plan.id}`;
};

/** Ways to the table that the plain request of an operation does not take. */
const MORE: Readonly<Record<string, () => Promise<Case>>> = {
  changeUser: async () => {
    const { body: role } = await world.tenant.call('POST', '/api/identity/roles', { name: newUuid() });
    const path = `/api/identity/users/${await world.tenant.user()}`;
    expect((await world.tenant.call('POST', `${path}/roles/${role.id as string}`)).status).toBe(204);
    return { path, body: { is_active: false } };
  },
  dispatchTask: async () => ({
    path: `${TASKS}/${await world.task()}/dispatch`,
    body: { assigned_to: await busy(), suggest_users: true },
    status: 409,
  }),
  reassignTask: async () => ({
    path: `${(await held(WINDOW)).path}/reassign`,
    body: { assigned_to: await busy(), suggest_users: true },
    status: 409,
  }),
  rescheduleTask: async () => {
    const { path, holder } = await held(LATER);
    const other = `${TASKS}/${await world.task()}/dispatch`;
    expect((await world.tenant.call('POST', other, { assigned_to: holder })).status).toBe(200);
    return { path: `${path}/schedule`, body: { ...WINDOW, suggest_users: true }, status: 409 };
  },
  amendTask: async () => ({
    path: `${TASKS}/${await world.task()}`,
    body: { org_unit_id: world.orgUnitId, ...(await demanding()) },
  }),
  createTaskType: async () => ({
    path: '/api/task-center/types',
    body: { code: newUuid(), name: 'Mast', ...(await demanding()) },
  }),
  changeTaskType: async () => ({ path: `/api/task-center/types/${world.typeId}`, body: await demanding() }),
  createTemplate: async () => ({
    path: '/api/task-center/templates',
    body: { task_type_id: world.typeId, template_key: newUuid(), name: 'Mast', ...(await demanding()) },
  }),
  reviseTemplate: async () => ({
    path: `/api/task-center/templates/${world.templateId}`,
    body: await demanding(),
  }),
  commitPlan: async () => ({ path: `${await contested()}:commit`, body: {} }),
  revertPlan: async () => {
    const path = await contested();
    expect((await world.tenant.call('POST', `${path}:commit`)).status).toBe(200);
    return { path: `${path}:revert` };
  },
};

/** The other ways to ask for an operation. */
const othersOf = (operation: string) =>
  Object.entries(OPERATIONS).flatMap(([name, prepare]) => (name.startsWith(`${operation}, `) ? [prepare] : []));

describe('of what its role allows', () => {
  it.each(CONTRACTS.map((contract) => [contract.operation, contract] as const))(
    '%s needs everything, and nothing else',
    async (operation, contract) => {
      const prepare = OPERATIONS[operation];
      if (prepare === undefined) throw new Error(`Nobody knows how to ask for ${operation}.`);
      const cases: readonly Case[] = [
        await prepare(world),
        await prepare(world),
        ...(await Promise.all(othersOf(operation).map((other) => other(world)))),
        ...(contract.list === 'task' ? FILTERED : []),
        ...(MORE[operation] === undefined ? [] : [await MORE[operation]()]),
      ];
      const used = new Set<string>();
      const role = roleOf(contract, (permission) => used.add(permission));
      for (const [at, { path, body, call = world.tenant.call, status = contract.status }] of cases.entries()) {
        const headers = at === 1 ? { 'Idempotency-Key': newUuid() } : {};
        const answer = await inRole(role, () => call(contract.method, path, body, headers));
        expect(answer.status, `${path} ${JSON.stringify(answer.body)}`).toBe(status);
      }
      expect([...used].toSorted()).toEqual([...role.allowed].toSorted());
    },
  );
});

it('a call that its role does not allow is refused before it is sent', async () => {
  const contract = CONTRACTS.find(({ operation }) => operation === 'createTask');
  const prepared = await OPERATIONS['createTask']?.(world);
  if (contract === undefined || prepared === undefined) throw new Error('createTask is gone.');
  const allowed = roleOf(contract).allowed.filter((one) => one !== 'PutItem');
  const ask = () => world.tenant.call('POST', prepared.path, prepared.body);
  expect((await inRole({ name: 'createTask', allowed }, ask)).status).toBe(500);
  expect(await prepared.effects?.()).toBe(0);
});

it('a list reads no partitions but those of its kind', async () => {
  const user = await world.tenant.user();
  const asked: string[] = [];
  for (const contract of CONTRACTS.filter(({ list }) => list !== undefined)) {
    const { leading } = roleOf(contract);
    if (leading === undefined) throw new Error(`${contract.operation} is not limited.`);
    asked.push(...leading);
    const { PK } = userKey(world.tenant.id, user);
    const ask = () =>
      inRole({ name: contract.operation, allowed: ['Query', 'BatchGetItem'], leading }, () =>
        Promise.allSettled([
          reader.getMany([userKey(world.tenant.id, user)]),
          reader.range({ partition: PK, from: 'PROFILE', to: 'PROFILE' }),
        ]),
      );
    for (const { status } of await ask())
      expect([contract.operation, status]).toEqual([contract.operation, 'rejected']);
  }
  expect(asked).toHaveLength(10);
});
