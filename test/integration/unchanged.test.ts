import { v7 as newUuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STRATEGY_V2_0 } from '../../core/scoring/strategy.ts';
import { PERMISSIONS } from '../../core/identity/permission.ts';
import { CONTRACTS } from '../../functions/contracts.ts';
import { metered } from '../../adapters/dynamodb/meter.ts';
import { makeWorld } from '../faults/operations.ts';
import { isWrite, prepare, send, WAYS } from '../faults/sweep.ts';
import { contentsOf } from './contents.ts';
import { makeTasks, startApi, type Answer, type TestApi, type TestTenant } from './harness.ts';

/** A write whose content is there already changes nothing of what the table holds, receipts aside. */

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const TASKS = '/api/task-center/tasks';
const IDENTITY = '/api/identity';

interface Write {
  readonly path: string;
  readonly body?: object;
  /** The same content, said in another way. */
  readonly again?: object;
}

const created = async ({ call }: TestTenant, path: string, body: object): Promise<string> => {
  const answer = await call('POST', path, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body.id as string;
};
const code = (): string => newUuid().slice(-12);
const taskPath = async ({ call }: TestTenant, draft: object = {}): Promise<string> => {
  const [task] = await makeTasks(call, [draft]);
  return `${TASKS}/${task?.id}`;
};
const role = (tenant: TestTenant): Promise<string> => created(tenant, `${IDENTITY}/roles`, { name: code() });
const unit = (tenant: TestTenant): Promise<string> =>
  created(tenant, `${IDENTITY}/org-units`, { name: 'North', code: code() });
const type = (tenant: TestTenant): Promise<string> =>
  created(tenant, '/api/task-center/types', { name: 'Inspection', code: code() });
const asset = (tenant: TestTenant): Promise<string> =>
  created(tenant, '/api/assets', { asset_type: 'UAV', asset_code: code(), name: 'Drone' });
const qualification = (tenant: TestTenant): Promise<string> =>
  created(tenant, `${IDENTITY}/qualifications`, { name: 'Remote pilot', code: code() });
const strategy = (tenant: TestTenant): Promise<string> =>
  created(tenant, '/api/task-center/strategies', {
    version: code(),
    weights: { ...STRATEGY_V2_0.weights },
    caps: { ...STRATEGY_V2_0.caps },
  });

/** Every write that says what a thing is to be, and not that something happened. */
const WRITES: Readonly<Record<string, (tenant: TestTenant) => Promise<Write>>> = {
  amendTask: async (tenant) => ({
    path: await taskPath(tenant),
    body: { priority: 7, checklist: ['Rope', { at: 1 }], context_data: { wind: { max: 8.5 } }, description: null },
  }),
  rescheduleTask: async (tenant) => ({
    path: `${await taskPath(tenant)}/schedule`,
    body: { planned_start_at: '2026-05-01T08:00:00Z', planned_end_at: '2026-05-01T09:00:00Z' },
    again: { planned_start_at: '2026-05-01T10:00:00+02:00', planned_end_at: '2026-05-01T07:00:00-02:00' },
  }),
  updateRiskChecklist: async (tenant) => ({
    path: `${await taskPath(tenant)}/risk-checklist`,
    body: { risk_level: 5, checklist: ['Rope'] },
  }),
  reviseTemplate: async (tenant) => {
    const body = { task_type_id: await type(tenant), template_key: code(), name: 'Roof' };
    return {
      path: `/api/task-center/templates/${await created(tenant, '/api/task-center/templates', body)}`,
      body: { default_priority: 8, default_payload: { a: [1, { b: 2 }] }, is_active: false },
    };
  },
  changeTaskType: async (tenant) => ({
    path: `/api/task-center/types/${await type(tenant)}`,
    body: { name: 'Survey', description: 'From above', is_active: false },
  }),
  changeQualification: async (tenant) => ({
    path: `${IDENTITY}/qualifications/${await qualification(tenant)}`,
    body: { name: 'Rope access', description: null, is_active: false },
  }),
  grantQualification: async (tenant) => ({
    path: `${IDENTITY}/users/${await tenant.user()}/qualifications/${await qualification(tenant)}`,
    body: { valid_from: '2026-01-01T00:00:00Z', valid_until: '2030-01-01T00:00:00Z', reference: null },
    again: { valid_from: '2026-01-01T01:00:00+01:00', valid_until: '2030-01-01T00:00:00Z' },
  }),
  withdrawQualification: async (tenant) => ({
    path: `${IDENTITY}/users/${await tenant.user()}/qualifications/${await qualification(tenant)}`,
  }),
  changeAsset: async (tenant) => ({
    path: `/api/assets/${await asset(tenant)}`,
    body: { name: 'Drone 7', serial_number: null, detail: { hours: 12 } },
  }),
  setAvailability: async (tenant) => ({
    path: `/api/assets/${await asset(tenant)}/availability`,
    body: { availability_status: 'MAINTENANCE', region_code: 'NORTH' },
    again: { availability_status: 'MAINTENANCE' },
  }),
  changeUser: async (tenant) => ({ path: `${IDENTITY}/users/${await tenant.user()}`, body: { is_active: false } }),
  changeRole: async (tenant) => ({ path: `${IDENTITY}/roles/${await role(tenant)}`, body: { name: code() } }),
  changeOrgUnit: async (tenant) => ({
    path: `${IDENTITY}/org-units/${await unit(tenant)}`,
    body: { name: 'South', parent_id: await unit(tenant) },
  }),
  grantPermission: async (tenant) => ({
    path: `${IDENTITY}/roles/${await role(tenant)}/permissions/${PERMISSIONS[3].id}`,
  }),
  revokePermission: async (tenant) => ({
    path: `${IDENTITY}/roles/${await role(tenant)}/permissions/${PERMISSIONS[3].id}`,
  }),
  assignRole: async (tenant) => ({ path: `${IDENTITY}/users/${await tenant.user()}/roles/${await role(tenant)}` }),
  unassignRole: async (tenant) => ({ path: `${IDENTITY}/users/${await tenant.user()}/roles/${await role(tenant)}` }),
  setMembership: async (tenant) => ({
    path: `${IDENTITY}/users/${await tenant.user()}/org-units/${await unit(tenant)}`,
    body: { is_primary: true },
    again: {},
  }),
  removeMembership: async (tenant) => ({
    path: `${IDENTITY}/users/${await tenant.user()}/org-units/${await unit(tenant)}`,
  }),
  setWorkingHours: async (tenant) => ({
    path: `/api/task-center/users/${await tenant.user()}/working-hours`,
    body: { time_zone: 'Asia/Tokyo', weekly: [{ days: ['mon'], start: '22:00', end: '06:00' }], exceptions: [] },
    again: { time_zone: 'Asia/Tokyo', weekly: [{ days: ['mon'], start: '22:00', end: '06:00' }] },
  }),
  setOperatingHours: async (tenant) => ({
    path: `/api/assets/${await asset(tenant)}/working-hours`,
    body: { time_zone: 'Asia/Tokyo', weekly: [{ days: ['mon'], start: '22:00', end: '06:00' }], exceptions: [] },
    again: { time_zone: 'Asia/Tokyo', weekly: [{ days: ['mon'], start: '22:00', end: '06:00' }] },
  }),
  removeOperatingHours: async (tenant) => ({ path: `/api/assets/${await asset(tenant)}/working-hours` }),
  removeWorkingHours: async (tenant) => ({
    path: `/api/task-center/users/${await tenant.user()}/working-hours`,
  }),
  activateStrategy: async (tenant) => ({
    path: `/api/task-center/strategies/${await strategy(tenant)}/activate`,
    body: {},
  }),
  shadowStrategy: async (tenant) => ({
    path: `/api/task-center/strategies/${await strategy(tenant)}/shadow`,
    body: { enabled: true },
  }),
};

describe('a write whose content is there already', () => {
  it('is tried of every route that changes a thing', () => {
    const changing = CONTRACTS.filter(({ method }) => method === 'PATCH' || method === 'PUT').map(
      ({ operation }) => operation,
    );
    expect(Object.keys(WRITES)).toEqual(expect.arrayContaining(changing));
  });

  it.each(Object.entries(WRITES))('changes nothing: %s', async (operation, prepare) => {
    const tenant = await api.tenant();
    const { path, body, again = body } = await prepare(tenant);
    const method = CONTRACTS.find((one) => one.operation === operation)?.method ?? '';
    const isRemoval = method === 'DELETE';
    const before = await contentsOf(tenant.id);
    const first = await tenant.call(method, path, body);
    expect(first.status, JSON.stringify(first.body)).toBeLessThan(300);
    const between = await contentsOf(tenant.id);
    // What is removed was never there; all else was really written the first time.
    if (isRemoval) expect(between).toEqual(before);
    else expect(between).not.toEqual(before);
    const second = await tenant.call(method, path, again);
    expect([second.status, second.body]).toEqual([first.status, first.body]);
    expect(second.headers.get('ETag')).toBe(first.headers.get('ETag'));
    expect(await contentsOf(tenant.id)).toEqual(between);
  });

  it('is not done when it comes again later under its key', async () => {
    const tenant = await api.tenant();
    const path = `/api/assets/${await asset(tenant)}/availability`;
    const set = (availability_status: string, key: string): Promise<Answer> =>
      tenant.call('POST', path, { availability_status }, { 'Idempotency-Key': key });
    await set('AVAILABLE', 'first');
    await set('IN_USE', 'second');
    const replayed = await set('AVAILABLE', 'first');
    expect(replayed.headers.get('Idempotency-Replayed')).toBe('true');
    expect((await tenant.call('GET', path.replace('/availability', ''))).body.availability_status).toBe('IN_USE');
  });

  it('leaves an approval in force', async () => {
    const tenant = await api.tenant();
    const path = await taskPath(tenant, { requires_approval: true, priority: 4 });
    await tenant.call('POST', `${path}/submit-approval`, {});
    await tenant.call('POST', `${path}/approve`, { decision: 'APPROVE' });
    const planner = await tenant.as(['mission.write']);
    expect((await planner('PATCH', path, { priority: 4 })).body.state).toBe('APPROVED');
    expect((await planner('PATCH', `${path}/risk-checklist`, { risk_level: 3 })).body.state).toBe('APPROVED');
    expect((await planner('PATCH', path, { priority: 5 })).body.state).toBe('DRAFT');
  });
});

/** What is done as often as it is asked. All other writes say what a thing is to be, or are refused the second time. */
const DONE_EACH_TIME = [
  'createTenant',
  'createTask',
  'batchCreateTasks',
  'createFeed',
  'createPlan',
  'addComment',
  'addAttachment',
];

describe('a write that is sent again, without a key', () => {
  it('writes nothing, unless each time is another', async () => {
    const world = await makeWorld();
    const twice: string[] = [];
    for (const contract of WAYS.filter(isWrite)) {
      const prepared = await prepare(contract, world);
      const first = await send({ contract, world }, prepared);
      expect(first.status, `${contract.way}: ${JSON.stringify(first.body)}`).toBe(contract.status);
      const { status, written } = await metered(async (cost) => {
        const second = await send({ contract, world }, prepared);
        return { status: second.status, written: cost.writeUnits };
      });
      if (written === 0) expect([contract.status, 404, 409, 422], `${contract.way} again`).toContain(status);
      else twice.push(contract.way);
    }
    expect(new Set(twice)).toEqual(new Set(DONE_EACH_TIME));
  });
});

describe('a comment or an attachment', () => {
  it('leaves the tag, and the history complete and in order', async () => {
    const tenant = await api.tenant();
    const path = await taskPath(tenant);
    const tag = (await tenant.call('GET', path)).headers.get('ETag') ?? '';
    const colleague = await tenant.as(['mission.read', 'mission.write']);
    await colleague('POST', `${path}/comments`, { content: 'Wet' });
    const attached = await colleague('POST', `${path}/attachments`, { name: 'Plan', url: 'plans/1.pdf', note: 'v1' });
    expect(attached.headers.get('ETag')).toBe(tag);
    const edited = await tenant.call('PATCH', path, { priority: 9 }, { 'If-Match': tag });
    expect([edited.status, edited.body.version, edited.body.attachments.length]).toEqual([200, 2, 1]);
    expect((await tenant.call('PATCH', path, { priority: 1 }, { 'If-Match': tag })).status).toBe(412);
    const history = (await tenant.call('GET', `${path}/history`)).body as { version: number; action: string }[];
    expect(history.map(({ version, action }) => [version, action])).toEqual([
      [1, 'created'],
      [2, 'comment_added'],
      [3, 'attachment_added'],
      [4, 'amended'],
    ]);
    expect(history[2]).toMatchObject({ note: 'v1' });
  });
});
