import { v7 as newUuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONTRACTS } from '../../functions/contracts.ts';
import { FIELD } from '../../core/identity/permission.ts';
import { contentsOf } from './contents.ts';
import { startApi, type Answer, type Call, type TestApi, type TestTenant } from './harness.ts';

const TASKS = '/api/task-center/tasks';
const CHECKLIST = ['Batteries', { item: 'Wind', limit: 8 }];

let api: TestApi;
let tenant: TestTenant;
let ada: string;
let bela: string;
let field: Call;
const typeIds = new Map<boolean, string>();
beforeAll(async () => {
  api = await startApi();
  tenant = await api.tenant();
  [ada, bela] = [await tenant.user(), await tenant.user()];
  field = await tenant.as([FIELD], ada);
  for (const field_may_accept of [true, false]) {
    const draft = { code: newUuid().slice(-12), name: 'Field', field_may_accept };
    const { body } = await tenant.call('POST', '/api/task-center/types', draft);
    expect(body.field_may_accept).toBe(field_may_accept);
    typeIds.set(field_may_accept, body.id as string);
  }
});
afterAll(() => api.stop());

const told = ({ status, body }: Answer): string => (status < 400 ? String(status) : `${status} ${String(body.code)}`);

/** A task that somebody carries out; nobody's where nobody is named. */
const held = async (userId: string | undefined, { accepts = false } = {}): Promise<string> => {
  const draft = { task_type_id: typeIds.get(accepts), name: 'Roof', checklist: CHECKLIST };
  const { body } = await tenant.call('POST', TASKS, draft);
  if (userId !== undefined)
    await tenant.call('POST', `${TASKS}/${body.id as string}/dispatch`, { assigned_to: userId });
  return body.id as string;
};

/** Each request that the permission is good for, on one task. */
const requests = (taskId: string): readonly (readonly [method: string, path: string, body?: object])[] => {
  const path = `${TASKS}/${taskId}`;
  return [
    ['GET', path],
    ['GET', `${path}/comments`],
    ['GET', `${path}/history`],
    ['POST', `${path}/transition`, { target_state: 'IN_PROGRESS' }],
    ['PATCH', `${path}/risk-checklist`, { checklist: [{ item: 'Batteries', done: true }, CHECKLIST[1]] }],
    ['POST', `${path}/comments`, { content: 'The gate is locked' }],
    ['POST', `${path}/attachments`, { name: 'Photo', url: 'https://files.example.com/1' }],
  ];
};

describe('with mission.field alone', () => {
  it('the routes are these, and no more', () => {
    const routes = CONTRACTS.filter(({ ownTasks }) => ownTasks).map(({ operation }) => operation);
    expect(routes.toSorted()).toEqual([
      'addAttachment',
      'addComment',
      'getTask',
      'listComments',
      'listHistory',
      'listTasks',
      'transitionTask',
      'updateRiskChecklist',
    ]);
  });

  it('an own task is read, started, ticked, commented on and attached to', async () => {
    const taskId = await held(ada);
    for (const [method, path, body] of requests(taskId))
      expect([path, told(await field(method, path, body))]).toEqual([path, '200']);
  });

  it("another's task, and nobody's, does not exist, whatever is asked of it and whichever version is named", async () => {
    for (const userId of [bela, undefined]) {
      const taskId = await held(userId);
      const before = await contentsOf(tenant.id);
      for (const [method, path, body] of requests(taskId)) {
        expect([path, told(await field(method, path, body))]).toEqual([path, '404 task_not_found']);
        const matched = await field(method, path, body, { 'If-Match': '"99"', 'If-None-Match': '"1"' });
        expect([path, told(matched)]).toEqual([path, '404 task_not_found']);
      }
      expect(await contentsOf(tenant.id)).toEqual(before);
    }
  });

  it('a task is gone with its assignment, and comes with it', async () => {
    const taskId = await held(ada);
    await tenant.call('POST', `${TASKS}/${taskId}/reassign`, { assigned_to: bela });
    expect(told(await field('GET', `${TASKS}/${taskId}`))).toBe('404 task_not_found');
    await tenant.call('POST', `${TASKS}/${taskId}/reassign`, { assigned_to: ada });
    expect(told(await field('GET', `${TASKS}/${taskId}`))).toBe('200');
  });

  it('lists hold own tasks only', async () => {
    const [mine, theirs, nobodys] = [await held(ada), await held(bela), await held(undefined)];
    const idsOf = async (query: string): Promise<readonly string[]> => {
      const { status, body } = await field('GET', `${TASKS}${query}`);
      expect(status).toBe(200);
      return (body as { id: string }[]).map(({ id }) => id);
    };
    for (const query of ['', `?assigned_to=${ada}`, '?state=DISPATCHED']) {
      const ids = await idsOf(`${query === '' ? '?' : `${query}&`}limit=200`);
      expect(ids).toContain(mine);
      expect(ids).not.toContain(theirs);
      expect(ids).not.toContain(nobodys);
    }
    for (const query of [`?assigned_to=${bela}`, '?unassigned=true', `?assigned_to=${bela}&sort=planned_start_at`])
      expect(await idsOf(query)).toEqual([]);
  });

  it('is finished only where the type lets the field accept, as it did when the task was made', async () => {
    const [may, mayNot] = [await held(ada, { accepts: true }), await held(ada)];
    await tenant.call('PATCH', `/api/task-center/types/${typeIds.get(true) ?? ''}`, { field_may_accept: false });
    const move = async (taskId: string, target_state: string): Promise<string> =>
      told(await field('POST', `${TASKS}/${taskId}/transition`, { target_state }));
    for (const taskId of [may, mayNot]) {
      expect(await move(taskId, 'CANCELED')).toBe('403 permission_denied');
      expect(await move(taskId, 'IN_PROGRESS')).toBe('200');
    }
    expect(await move(mayNot, 'ACCEPTED')).toBe('403 permission_denied');
    expect(await move(may, 'ACCEPTED')).toBe('200');
    expect(await move(may, 'ARCHIVED')).toBe('403 permission_denied');
    await tenant.call('PATCH', `/api/task-center/types/${typeIds.get(true) ?? ''}`, { field_may_accept: true });
  });

  it.each([
    ['the risk level', { risk_level: 1 }],
    ['the text of an entry', { checklist: ['Anything', CHECKLIST[1]] }],
    ['the number of entries', { checklist: [] }],
  ])('%s stays', async (_, body) => {
    const path = `${TASKS}/${await held(ada)}/risk-checklist`;
    const answer = await field('PATCH', path, body);
    expect(told(answer)).toBe('403 permission_denied');
    expect(answer.body.permission).toBe('mission.write');
  });
});

describe('with mission.field beside another permission', () => {
  it('mission.read reads everything, and writes own tasks only', async () => {
    const both = await tenant.as([FIELD, 'mission.read'], ada);
    const [mine, theirs] = [await held(ada), await held(bela)];
    for (const [method, path, body] of requests(mine)) expect(told(await both(method, path, body))).toBe('200');
    for (const [method, path, body] of requests(theirs))
      expect([path, told(await both(method, path, body))]).toEqual([
        path,
        method === 'GET' ? '200' : '403 permission_denied',
      ]);
  });

  it('mission.write writes everything', async () => {
    const both = await tenant.as([FIELD, 'mission.write'], ada);
    for (const [method, path, body] of requests(await held(bela)))
      expect([path, told(await both(method, path, body))]).toEqual([
        path,
        method === 'GET' ? '404 task_not_found' : '200',
      ]);
  });
});
