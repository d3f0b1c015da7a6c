import type { Context, SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calendars } from '../../adapters/runtime/resources/calendars.ts';
import { idOf } from '../../core/calendar/calendar.ts';
import { userResource } from '../../core/calendar/resource.ts';
import { handler } from '../../functions/plans/solve.ts';
import { instant, makeTasks, startApi, type Answer, type Call, type TestApi, type TestTenant } from './harness.ts';
import { madePlan } from './planned.ts';

const PLANS = '/api/task-center/plans';
const TASKS = '/api/task-center/tasks';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const at = (hour: number): string => `2026-05-04T${String(hour).padStart(2, '0')}:00:00Z`;
const from = (start: number, end: number, more: object = {}): object => ({
  planned_start_at: at(start),
  planned_end_at: at(end),
  ...more,
});

/** What the queue hands to the planner when the plan was asked for. */
const messageOf = (tenant: TestTenant, plan_id: string): SQSEvent => {
  const detail = {
    ...{ id: plan_id, name: 'task_center.plan.requested', tenant_id: tenant.id, actor_id: 'ada' },
    ...{ occurred_at: '2026-05-01T08:00:00.000Z', data: { plan_id, plan_name: null } },
  };
  return { Records: [{ body: JSON.stringify({ detail }) }] } as unknown as SQSEvent;
};
const context = { getRemainingTimeInMillis: () => 900_000 } as Context;
const solve = (tenant: TestTenant, plan_id: string): Promise<void> => handler(messageOf(tenant, plan_id), context);

const ask = async (call: Call, draft: object): Promise<Answer> => {
  const answer = await call('POST', PLANS, draft);
  if (answer.status !== 202) throw new Error(JSON.stringify(answer.body));
  return answer;
};

const planned = ({ id, call }: TestTenant, draft: object): Promise<Body> => madePlan(id, call, draft);
type Body = Answer['body'];

const idsOf = (tasks: readonly { readonly id: string }[]): readonly string[] => tasks.map(({ id }) => id);
const taskOf = async ({ call }: TestTenant, id: string): Promise<Body> => (await call('GET', `${TASKS}/${id}`)).body;
const commit = (tenant: TestTenant, plan: Body, body: object = {}): Promise<Answer> =>
  tenant.call('POST', `${PLANS}/${plan.id}:commit`, body);
const revert = (tenant: TestTenant, plan: Body): Promise<Answer> => tenant.call('POST', `${PLANS}/${plan.id}:revert`);
const held = async ({ id }: TestTenant, userId: string): Promise<readonly string[]> => {
  const range = { start: instant(at(0)), end: instant(at(23)) };
  return (await calendars.held(id, userResource(userId), range, 100)).map(idOf).toSorted();
};

describe('a plan', () => {
  it('is asked for, made in the background, and read', async () => {
    const tenant = await api.tenant();
    const [ada, ben] = [await tenant.user(), await tenant.user()];
    const tasks = await makeTasks(tenant.call, [from(8, 10), from(9, 11, { priority: 9 }), from(9, 10), from(12, 13)]);
    const asked = await ask(tenant.call, { tasks: { task_ids: idsOf(tasks) }, name: 'Monday' });
    expect(asked.body).toMatchObject({ state: 'QUEUED', name: 'Monday', version: 1, assignments: [] });
    expect(asked.headers.get('Location')).toBe(`plans/${asked.body.id}`);
    expect(asked.headers.get('Retry-After')).toBe('1');
    const { pathname } = new URL(asked.headers.get('Location') ?? '', `${api.url}${PLANS}`);
    expect((await tenant.call('GET', pathname)).body.state).toBe('QUEUED');

    await solve(tenant, asked.body.id as string);

    const made = await tenant.call('GET', pathname);
    expect(made.body).toMatchObject({
      state: 'READY',
      outcome: {
        totals: { placed: 3, unplaced: 1, priority_placed: 19, priority_total: 24, moves: 0 },
        bound: { priority_placed: 19 },
        gap: { priority: 0 },
        baseline: { placed: 3 },
        solver: { effort: 'normal' },
        is_canceled: false,
      },
    });
    expect(new Set((made.body.assignments as Body[]).map(({ user_id }) => user_id as string))).toEqual(
      new Set([ada, ben]),
    );
    expect(made.body.unplaced).toMatchObject([{ reason: 'displaced' }]);
    const again = await tenant.call('GET', pathname, undefined, { 'If-None-Match': made.headers.get('ETag') ?? '' });
    expect(again.status).toBe(304);
    const dispatched = await tenant.call('GET', `${TASKS}?state=DISPATCHED`);
    expect(dispatched.body).toEqual([]);
  });

  it('finds the tasks of a range that can be planned, and says of the others why not', async () => {
    const tenant = await api.tenant();
    const ada = await tenant.user();
    const [free, outside, unapproved, taken, unscheduled] = await makeTasks(tenant.call, [
      from(8, 10, { area_code: 'NORTH' }),
      from(20, 22, { area_code: 'NORTH' }),
      from(8, 10, { area_code: 'NORTH', requires_approval: true }),
      from(11, 12, { area_code: 'NORTH' }),
      {},
    ]);
    await tenant.call('POST', `${TASKS}/${taken?.id}/dispatch`, { assigned_to: ada });
    const range = { planned_from: at(6), planned_to: at(18), area_code: 'NORTH' };
    const plan = await planned(tenant, { tasks: range });
    expect(plan.assignments).toMatchObject([{ task_id: free?.id, user_id: ada, was: null }]);
    expect(plan.left_out).toEqual([]);
    const open = await planned(tenant, { tasks: range, may_reassign: true, pinned_task_ids: [taken?.id] });
    expect(open.assignments).toHaveLength(2);
    expect(open.outcome.totals.moves).toBe(0);

    const ids = [free, outside, unapproved, taken, unscheduled].map((task) => task?.id ?? '');
    const named = await planned(tenant, { tasks: { task_ids: [...ids, 'nobody'] } });
    expect(named.left_out).toHaveLength(4);
    expect(named.left_out).toEqual(
      expect.arrayContaining([
        { task_id: 'nobody', reason: 'unknown_task' },
        { task_id: unapproved?.id, reason: 'approval_required' },
        { task_id: taken?.id, reason: 'held' },
        { task_id: unscheduled?.id, reason: 'unscheduled' },
      ]),
    );
  });

  it('knows absences, working hours and what is held', async () => {
    const tenant = await api.tenant();
    const [ada, ben, cem] = [await tenant.user(), await tenant.user(), await tenant.user()];
    const [task, other] = await makeTasks(tenant.call, [from(8, 10), from(9, 11)]);
    const users = '/api/task-center/users';
    await tenant.call('POST', `${users}/${ada}/absences`, { start_at: at(7), end_at: at(9) });
    await tenant.call('PUT', `${users}/${ben}/working-hours`, {
      time_zone: 'Europe/Berlin',
      weekly: [{ days: ['tue'], start: '08:00', end: '16:00' }],
    });
    await tenant.call('POST', `${TASKS}/${other?.id}/dispatch`, { assigned_to: cem });
    const plan = await planned(tenant, { tasks: { task_ids: [task?.id] } });
    expect(plan.unplaced).toMatchObject([
      {
        task_id: task?.id,
        reason: 'no_eligible_user',
        detail: { rules: { unavailable: 1, outside_working_hours: 1, schedule_conflict: 1 } },
      },
    ]);
    expect(plan.unplaced[0].detail.one_rule).toHaveLength(3);
  });

  it('is refused for what does not exist', async () => {
    const tenant = await api.tenant();
    const refused = await tenant.call('POST', PLANS, { tasks: { task_ids: ['x'] }, strategy_id: 'none' });
    expect([refused.status, refused.body.code]).toEqual([404, 'strategy_not_found']);
    expect((await tenant.call('GET', `${PLANS}/none`)).body.code).toBe('plan_not_found');
    const many = Array.from({ length: 2_001 }, (_, index) => `task-${index}`);
    expect((await tenant.call('POST', PLANS, { tasks: { task_ids: many } })).status).toBe(422);
  });

  it('knows its verbs, however the colon is written, and no others', async () => {
    const tenant = await api.tenant();
    const { body } = await ask(tenant.call, { tasks: { task_ids: ['none'] } });
    const path = `${PLANS}/${body.id}`;
    expect((await tenant.call('POST', `${path}:destroy`)).body.code).toBe('route_not_found');
    expect((await tenant.call('POST', `${path}%3Acommit`)).body.code).toBe('plan_state');
    expect((await tenant.call('POST', `${path}%3Acancel`)).body.state).toBe('CANCELED');
    const reader = await tenant.as(['mission.read']);
    expect((await reader('POST', `${path}:revert`)).status).toBe(403);
  });

  it('is canceled while it waits, and is not made then', async () => {
    const tenant = await api.tenant();
    const [task] = await makeTasks(tenant.call, [from(8, 10)]);
    const { body } = await ask(tenant.call, { tasks: { task_ids: [task?.id] } });
    const canceled = await tenant.call('POST', `${PLANS}/${body.id}:cancel`);
    expect(canceled.body).toMatchObject({ state: 'CANCELED', version: 2 });
    await solve(tenant, body.id as string);
    expect((await tenant.call('POST', `${PLANS}/${body.id}:cancel`)).body).toMatchObject({ version: 2 });
    expect((await commit(tenant, body)).body).toMatchObject({ code: 'plan_state', state: 'CANCELED' });
    const [listed] = (await tenant.call('GET', `${PLANS}?state=CANCELED`)).body as Body[];
    expect(listed.id).toBe(body.id);
    expect((await tenant.call('GET', `${PLANS}?state=READY`)).body).toEqual([]);
  });

  it('is made once, however often the message comes', async () => {
    const tenant = await api.tenant();
    await tenant.user();
    const [task] = await makeTasks(tenant.call, [from(8, 10)]);
    const { body } = await ask(tenant.call, { tasks: { task_ids: [task?.id] }, effort: 'quick' });
    await Promise.all([1, 2].map(() => solve(tenant, body.id as string)));
    const made = await tenant.call('GET', `${PLANS}/${body.id}`);
    expect(made.body.state).toBe('READY');
    await solve(tenant, body.id as string);
    expect((await tenant.call('GET', `${PLANS}/${body.id}`)).body).toEqual(made.body);
  });
});

describe('the commit of a plan', () => {
  it('dispatches what the plan says, names the plan, and does nothing twice', async () => {
    const tenant = await api.tenant();
    const [ada, ben] = [await tenant.user(), await tenant.user()];
    const tasks = await makeTasks(tenant.call, [from(8, 10), from(9, 11), from(12, 13)]);
    const plan = await planned(tenant, { tasks: { task_ids: idsOf(tasks) } });
    const looked = await commit(tenant, plan, { validate_only: true });
    expect(looked.body).toMatchObject({ plan: { state: 'READY' }, left_out: [] });
    expect(looked.body.committed).toHaveLength(2);
    expect((await tenant.call('GET', `${TASKS}?state=DISPATCHED`)).body).toEqual([]);

    const done = await commit(tenant, plan);
    expect(done.body).toMatchObject({
      plan: { state: 'COMMITTED', committed_tasks: 3 },
      already_committed: [],
      left_out: [],
    });
    for (const { task_id, user_id } of plan.assignments) {
      expect(await taskOf(tenant, task_id)).toMatchObject({
        ...{ state: 'DISPATCHED', assigned_to: user_id, dispatch_mode: 'AUTO', version: 2 },
      });
      const history = (await tenant.call('GET', `${TASKS}/${task_id}/history`)).body as Body[];
      expect(history.at(-1)).toMatchObject({ action: 'dispatched', detail: { plan_id: plan.id } });
      const [decision] = (await tenant.call('GET', `${TASKS}/${task_id}/decisions`)).body as Body[];
      expect(decision).toMatchObject({ plan_id: plan.id, selected_user_id: user_id });
      const replayed = await tenant.call('POST', `${TASKS}/${task_id}/decisions/${decision.id}:replay`);
      expect(replayed.body).toMatchObject({ same_selection: true, reproduced: true });
    }
    expect([...(await held(tenant, ada)), ...(await held(tenant, ben))].toSorted()).toEqual(idsOf(tasks).toSorted());

    const again = await commit(tenant, plan);
    expect(again.body).toMatchObject({ committed: [], left_out: [], plan: { version: done.body.plan.version } });
    expect(again.body.already_committed).toHaveLength(3);
    for (const { task_id } of plan.assignments) expect((await taskOf(tenant, task_id)).version).toBe(2);
  });

  it('swaps what two people hold, in one transaction, and takes it back', async () => {
    const tenant = await api.tenant();
    const [north, south] = await Promise.all(
      ['N', 'S'].map(
        async (code) => (await tenant.call('POST', '/api/identity/org-units', { code, name: code })).body.id,
      ),
    );
    const [ada, ben] = [await tenant.user(), await tenant.user()];
    await tenant.call('POST', `/api/identity/users/${ada}/org-units/${north}`);
    await tenant.call('POST', `/api/identity/users/${ben}/org-units/${south}`);
    const [a, b] = await makeTasks(tenant.call, [
      from(8, 10, { org_unit_id: south }),
      from(9, 11, { org_unit_id: north }),
    ]);
    await tenant.call('POST', `${TASKS}/${a?.id}/dispatch`, { assigned_to: ada });
    await tenant.call('POST', `${TASKS}/${b?.id}/dispatch`, { assigned_to: ben });
    const plan = await planned(tenant, { tasks: { task_ids: [a?.id, b?.id] }, may_reassign: true });
    expect(plan.outcome.totals.moves).toBe(2);
    const done = await commit(tenant, plan);
    expect(done.body).toMatchObject({ committed: [{ transactions: 1 }], left_out: [], plan: { state: 'COMMITTED' } });
    expect([await held(tenant, ada), await held(tenant, ben)]).toEqual([[b?.id], [a?.id]]);

    const back = await revert(tenant, plan);
    expect(back.body).toMatchObject({
      ...{ reverted: [{ transactions: 1 }], left_out: [], plan: { state: 'REVERTED', committed_tasks: 0 } },
    });
    expect([await held(tenant, ada), await held(tenant, ben)]).toEqual([[a?.id], [b?.id]]);
    expect((await commit(tenant, plan)).body).toMatchObject({ code: 'plan_state', state: 'REVERTED' });
    const again = await revert(tenant, plan);
    expect(again.body).toMatchObject({ reverted: [], left_out: [], plan: { version: back.body.plan.version } });
    expect(again.body.already_reverted).toHaveLength(2);
  });

  it('leaves out what has moved since, says what, and does the rest', async () => {
    const tenant = await api.tenant();
    const [ada, ben, cem] = [await tenant.user(), await tenant.user(), await tenant.user()];
    const tasks = await makeTasks(tenant.call, [from(8, 10), from(8, 10), from(8, 10)]);
    const [rival] = await makeTasks(tenant.call, [from(14, 15)]);
    const plan = await planned(tenant, { tasks: { task_ids: idsOf(tasks) } });
    const of = (user: string): string =>
      (plan.assignments as Body[]).find(({ user_id }) => user_id === user).task_id as string;
    await tenant.call('POST', `${TASKS}/${rival?.id}/dispatch`, { assigned_to: ada });
    await tenant.call('PATCH', `${TASKS}/${of(ben)}`, { priority: 9 });
    const done = await commit(tenant, plan);
    expect(done.body).toMatchObject({ plan: { state: 'PARTLY_COMMITTED', committed_tasks: 1 } });
    expect(done.body.committed).toMatchObject([{ task_ids: [of(cem)], user_ids: [cem] }]);
    expect(done.body.left_out).toHaveLength(2);
    expect(done.body.left_out).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          task_ids: [of(ada)],
          code: 'plan_stale',
          differences: [
            expect.objectContaining({
              ...{ subject: 'calendar', user_id: ada, taken: [expect.objectContaining({ task_id: rival?.id })] },
            }),
          ],
        }),
        expect.objectContaining({
          task_ids: [of(ben)],
          differences: [{ subject: 'task', task_id: of(ben), before: 1, now: 2 }],
        }),
      ]),
    );
    expect(await taskOf(tenant, of(ada))).toMatchObject({ state: 'DRAFT' });
  });

  it('does a part of the tasks, and later the others', async () => {
    const tenant = await api.tenant();
    await tenant.user();
    const tasks = await makeTasks(tenant.call, [from(8, 9), from(9, 10), from(10, 11)]);
    const [first = '', ...others] = idsOf(tasks);
    const plan = await planned(tenant, { tasks: { task_ids: idsOf(tasks) } });
    const part = await commit(tenant, plan, { task_ids: [first] });
    expect(part.body).toMatchObject({ plan: { state: 'PARTLY_COMMITTED' }, committed: [{ task_ids: [first] }] });
    const rest = await commit(tenant, plan);
    expect(rest.body).toMatchObject({ plan: { state: 'COMMITTED' }, already_committed: [first], left_out: [] });
    expect((rest.body.committed[0].task_ids as string[]).toSorted()).toEqual(others.toSorted());
  });

  it('does once what two requests want at the same moment', async () => {
    const tenant = await api.tenant();
    const [ada, ben] = [await tenant.user(), await tenant.user()];
    const tasks = await makeTasks(tenant.call, [from(8, 10), from(8, 10), from(11, 12), from(11, 12)]);
    const plan = await planned(tenant, { tasks: { task_ids: idsOf(tasks) } });
    const both = await Promise.all([commit(tenant, plan), commit(tenant, plan)]);
    for (const { status, body } of both) expect([status, body.left_out]).toEqual([200, []]);
    for (const id of idsOf(tasks)) expect(await taskOf(tenant, id)).toMatchObject({ state: 'DISPATCHED', version: 2 });
    expect([...(await held(tenant, ada)), ...(await held(tenant, ben))].toSorted()).toEqual(idsOf(tasks).toSorted());
    expect((await tenant.call('GET', `${PLANS}/${plan.id}`)).body).toMatchObject({ state: 'COMMITTED' });
  });

  it('goes on, in several transactions where one cannot hold a component', async () => {
    const tenant = await api.tenant();
    await tenant.user();
    const minute = (index: number): string => new Date(Date.parse(at(6)) + index * 600_000).toISOString();
    const drafts = Array.from({ length: 30 }, (_, index) => ({
      planned_start_at: minute(index),
      planned_end_at: minute(index + 1),
    }));
    const tasks = await makeTasks(tenant.call, drafts);
    const plan = await planned(tenant, { tasks: { task_ids: idsOf(tasks) } });
    const done = await commit(tenant, plan);
    expect(done.body).toMatchObject({
      ...{ plan: { state: 'COMMITTED', committed_tasks: 30 }, committed: [{ transactions: 2 }], left_out: [] },
    });
    const back = await revert(tenant, plan);
    expect(back.body).toMatchObject({ plan: { state: 'REVERTED', committed_tasks: 0 }, left_out: [] });
  });
});

describe('equipment and buffers', () => {
  it('are planned, taken, and given back with the tasks', async () => {
    const tenant = await api.tenant();
    const [ada, ben] = [await tenant.user(), await tenant.user()];
    const asset = async (code: string): Promise<string> => {
      const { body } = await tenant.call('POST', '/api/assets', {
        ...{ asset_type: 'UAV', asset_code: code, name: code },
      });
      await tenant.call('POST', `/api/assets/${body.id}/availability`, { availability_status: 'AVAILABLE' });
      return body.id as string;
    };
    const uavs = [await asset('UAV-1'), await asset('UAV-2')];
    const needs = { required_assets: [{ asset_type: 'UAV', quantity: 1 }], buffer_after_minutes: 60 };
    const tasks = await makeTasks(tenant.call, [
      from(8, 9, needs),
      from(8, 9, needs),
      from(9, 10, needs),
      from(11, 12, needs),
    ]);
    const plan = await planned(tenant, { tasks: { task_ids: idsOf(tasks) } });
    // The buffers of the first two reach over the third, for people and drones alike.
    expect(plan.outcome.totals.placed).toBe(3);
    const left = plan.unplaced[0].task_id as string;
    for (const { asset_ids } of plan.assignments) expect(asset_ids).toHaveLength(1);
    const done = await commit(tenant, plan);
    expect(done.body).toMatchObject({ left_out: [], plan: { state: 'COMMITTED', committed_tasks: 3 } });
    for (const { task_id, user_id, asset_ids } of plan.assignments as Body[]) {
      expect(await taskOf(tenant, task_id)).toMatchObject({ assigned_to: user_id, asset_ids });
    }
    const refused = await tenant.call('POST', `${TASKS}/${left}/dispatch`, {
      ...{ assigned_to: await tenant.user(), asset_ids: [uavs[0]] },
    });
    expect(refused.body).toMatchObject({ code: 'asset_conflict' });

    const back = await revert(tenant, plan);
    expect(back.body).toMatchObject({ left_out: [], plan: { state: 'REVERTED', committed_tasks: 0 } });
    expect([...(await held(tenant, ada)), ...(await held(tenant, ben))]).toEqual([]);
    const taken = await tenant.call('POST', `${TASKS}/${left}/dispatch`, { assigned_to: ada, asset_ids: [uavs[0]] });
    expect(taken.status).toBe(200);
  });

  it('that somebody took since leave out what needs them', async () => {
    const tenant = await api.tenant();
    await tenant.user();
    const rival = await tenant.user();
    const { body: uav } = await tenant.call('POST', '/api/assets', {
      ...{ asset_type: 'UAV', asset_code: 'ONE', name: 'One' },
    });
    await tenant.call('POST', `/api/assets/${uav.id}/availability`, { availability_status: 'AVAILABLE' });
    const needs = { required_assets: [{ asset_type: 'UAV', quantity: 1 }] };
    const [task, other] = await makeTasks(tenant.call, [from(8, 9, needs), from(15, 16, needs)]);
    const plan = await planned(tenant, { tasks: { task_ids: [task?.id] } });
    expect(plan.assignments).toMatchObject([{ asset_ids: [uav.id] }]);
    await tenant.call('POST', `${TASKS}/${other?.id}/dispatch`, { assigned_to: rival });
    const done = await commit(tenant, plan);
    const differences: Body[] = done.body.left_out[0].differences;
    expect(differences.find(({ subject }) => subject === 'asset')).toMatchObject({ asset_id: uav.id });
    expect(done.body).toMatchObject({ committed: [], plan: { state: 'READY' } });
  });
});

describe('the revert of a plan', () => {
  it('leaves what somebody has touched since', async () => {
    const tenant = await api.tenant();
    const [ada, ben] = [await tenant.user(), await tenant.user()];
    const tasks = await makeTasks(tenant.call, [from(8, 10), from(8, 10)]);
    const plan = await planned(tenant, { tasks: { task_ids: idsOf(tasks) } });
    expect((await revert(tenant, plan)).body).toMatchObject({ code: 'plan_state', state: 'READY' });
    await commit(tenant, plan);
    const [touched, other] = plan.assignments as Body[];
    await tenant.call('POST', `${TASKS}/${touched.task_id}/transition`, { target_state: 'IN_PROGRESS' });
    await tenant.call('POST', `${TASKS}/${other.task_id}/comments`, { content: 'No change of its content' });
    const back = await revert(tenant, plan);
    expect(back.body).toMatchObject({
      plan: { state: 'REVERTED', committed_tasks: 1 },
      reverted: [{ task_ids: [other.task_id] }],
      left_out: [
        {
          task_ids: [touched.task_id],
          code: 'plan_stale',
          differences: [{ subject: 'task', task_id: touched.task_id, before: 2, now: 3 }],
        },
      ],
    });
    expect(await taskOf(tenant, touched.task_id)).toMatchObject({ state: 'IN_PROGRESS' });
    expect(await taskOf(tenant, other.task_id)).toMatchObject({ state: 'DRAFT', assigned_to: null });
    expect([...(await held(tenant, ada)), ...(await held(tenant, ben))]).toEqual([touched.task_id]);
  });
});
