import { v7 as newUuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTasks, startApi, type Answer, type Call, type TestApi } from './harness.ts';

/** Who may not approve does not get around an approval. */

let api: TestApi;
let planner: Call;
let approver: Call;
let typeId: string;
beforeAll(async () => {
  api = await startApi();
  const tenant = await api.tenant();
  planner = await tenant.as(['mission.read', 'mission.write']);
  approver = await tenant.as(['mission.read', 'mission.write', 'mission.approve']);
  const type = await planner('POST', '/api/task-center/types', { code: 'A', name: 'A' });
  typeId = type.body.id as string;
});
afterAll(() => api.stop());

const TASKS = '/api/task-center/tasks';
const TEMPLATES = '/api/task-center/templates';
const DENIED = { status: 403, body: { code: 'permission_denied', permission: 'mission.approve' } };

const template = async (requires_approval: boolean): Promise<string> => {
  const draft = { task_type_id: typeId, template_key: newUuid(), name: 'T', requires_approval };
  return (await planner('POST', TEMPLATES, draft)).body.id as string;
};
const approved = async (): Promise<string> => {
  const [task] = await makeTasks(planner, [{ requires_approval: true, risk_level: 2 }]);
  const path = `${TASKS}/${task?.id}`;
  await planner('POST', `${path}/submit-approval`, {});
  expect((await approver('POST', `${path}/approve`, { decision: 'APPROVE' })).body.state).toBe('APPROVED');
  return path;
};

describe('the approval that a template demands', () => {
  it('is not left out by who may not approve', async () => {
    const draft = { task_type_id: typeId, name: 'N', template_id: await template(true), requires_approval: false };
    expect(await planner('POST', TASKS, draft)).toMatchObject(DENIED);
    expect(await approver('POST', TASKS, draft)).toMatchObject({ status: 201, body: { requires_approval: false } });
    const { requires_approval: _, ...plain } = draft;
    expect(await planner('POST', TASKS, plain)).toMatchObject({ status: 201, body: { requires_approval: true } });
  });

  it('is not left out in a batch, of which nothing is created', async () => {
    const template_id = await template(true);
    const draft = { task_type_id: typeId, name: 'N', template_id };
    const tasks = [draft, { ...draft, requires_approval: false }];
    const before = ((await planner('GET', `${TASKS}?limit=200`)).body as unknown[]).length;
    expect(await planner('POST', `${TASKS}:batch-create`, { tasks })).toMatchObject({
      ...DENIED,
      body: { ...DENIED.body, errors: [{ pointer: '/tasks/1/requires_approval', index: 1 }] },
    });
    expect((await planner('GET', `${TASKS}?limit=200`)).body).toHaveLength(before);
    expect((await approver('POST', `${TASKS}:batch-create`, { tasks })).status).toBe(201);
  });

  it('is not taken from the template by who may not approve', async () => {
    const path = `${TEMPLATES}/${await template(true)}`;
    expect(await planner('PATCH', path, { requires_approval: false })).toMatchObject(DENIED);
    expect((await planner('PATCH', path, { requires_approval: true, default_priority: 2 })).status).toBe(200);
    expect((await approver('PATCH', path, { requires_approval: false })).body.requires_approval).toBe(false);
  });
});

describe('the need for approval of a task', () => {
  it('is taken away by an approver only; anybody adds it', async () => {
    const [task] = await makeTasks(planner, [{}]);
    const path = `${TASKS}/${task?.id}`;
    expect((await planner('PATCH', path, { requires_approval: true })).body.requires_approval).toBe(true);
    expect(await planner('PATCH', path, { requires_approval: false })).toMatchObject(DENIED);
    expect((await planner('GET', path)).body).toMatchObject({ requires_approval: true, version: 2 });
    expect((await approver('PATCH', path, { requires_approval: false })).body.requires_approval).toBe(false);
  });
});

describe('the risk of an approved task', () => {
  const risk = (call: Call, path: string, risk_level: number): Promise<Answer> =>
    call('PATCH', `${path}/risk-checklist`, { risk_level });

  it('changed by who may not approve, withdraws the approval', async () => {
    const path = await approved();
    expect((await planner('PATCH', `${path}/risk-checklist`, { checklist: ['Rope'] })).body.state).toBe('APPROVED');
    expect((await risk(planner, path, 5)).body).toMatchObject({ state: 'DRAFT', risk_level: 5 });
    const history = (await planner('GET', `${path}/history`)).body as object[];
    expect(history.at(-1)).toMatchObject({
      action: 'risk_checklist_updated',
      from_state: 'APPROVED',
      to_state: 'DRAFT',
    });
    expect((await planner('POST', `${path}/dispatch`, { assigned_to: 'x' })).status).toBeGreaterThanOrEqual(400);
  });

  it('changed by who may approve, leaves it', async () => {
    const path = await approved();
    expect((await risk(approver, path, 5)).body).toMatchObject({ state: 'APPROVED', risk_level: 5 });
  });

  it('changed before the approval, withdraws nothing', async () => {
    const [task] = await makeTasks(planner, [{ requires_approval: true }]);
    const path = `${TASKS}/${task?.id}`;
    await planner('POST', `${path}/submit-approval`, {});
    expect((await risk(planner, path, 5)).body.state).toBe('APPROVAL_PENDING');
  });
});
