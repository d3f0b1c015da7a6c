import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { windowKey } from '../../adapters/dynamodb/keys.ts';
import { metered, type Cost } from '../../adapters/dynamodb/meter.ts';
import { client, clock, environment, newId, retry, turns } from '../../adapters/runtime/composition.ts';
import { assets } from '../../adapters/runtime/resources/assets.ts';
import { calendarOf, calendars, guard as absenceGuard } from '../../adapters/runtime/resources/calendars.ts';
import { guard } from '../../adapters/runtime/resources/decisions.ts';
import { qualifications } from '../../adapters/runtime/resources/qualifications.ts';
import { directory } from '../../adapters/runtime/resources/identity.ts';
import { strategies } from '../../adapters/runtime/resources/strategies.ts';
import { commit, references, tasks } from '../../adapters/runtime/resources/tasks.ts';
import { makeSeal } from '../../adapters/http/cursor.ts';
import { makeAddAbsence, makeRemoveAbsence } from '../../core/calendar/absences.ts';
import type { Call } from '../../core/call.ts';
import { makeAmendTask } from '../../core/tasks/amend.ts';
import { makeAutoDispatchTask } from '../../core/dispatch/auto-dispatch.ts';
import { makeCreateBatch, makeCreateTask } from '../../core/tasks/create.ts';
import { makeDispatchTask } from '../../core/dispatch/dispatch.ts';
import { makeGetTask, makeListHistory, makeListTasks } from '../../core/tasks/read.ts';
import type { Suggest } from '../../core/calendar/suggest.ts';
import { LIMITS } from '../../core/limits.ts';
import { composeTask } from '../../core/tasks/compose.ts';
import type { TaskFilters } from '../../core/tasks/filters.ts';
import type { State } from '../../core/tasks/lifecycle.ts';
import { taskDraft } from '../../core/tasks/task.ts';
import { taskCodec } from '../../adapters/dynamodb/resources/tasks.ts';
import { makeReassign, makeReschedule, makeUnassign } from '../../core/dispatch/replan.ts';
import { makeTransitionTask } from '../../core/tasks/transition.ts';
import { instantAt, type Instant } from '../../core/time/instant.ts';
import { makeTasks, startApi, type TestApi, type TestTenant } from './harness.ts';
import { inStep, pace } from './in-step.ts';
import { IS_LONG } from './random.ts';
import { userResource } from '../../core/calendar/resource.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

// Suggestions are read after a refusal, for whoever was refused: they are no part of the guard.
const suggest: Suggest = (_wish, booking) => booking();
const ports = {
  tasks,
  calendars,
  calendarOf,
  assets,
  strategies,
  suggest,
  guard,
  references,
  turns,
  commit,
  retry,
  clock,
  newId,
};
const createTask = makeCreateTask(ports);
const createBatch = makeCreateBatch(ports);
const dispatch = makeDispatchTask(ports);
const autoDispatch = makeAutoDispatchTask(ports);
const transition = makeTransitionTask(ports);
const reschedule = makeReschedule(ports);
const reassign = makeReassign(ports);
const unassign = makeUnassign(ports);
const amend = makeAmendTask({ ...ports, directory, qualifications });
const absencePorts = { ...ports, guard: absenceGuard };
const addAbsence = makeAddAbsence(absencePorts);
const removeAbsence = makeRemoveAbsence(absencePorts);
const getTask = makeGetTask(ports);
const listTasks = makeListTasks(ports);
const listHistory = makeListHistory(ports);

const callOf = ({ id }: Pick<TestTenant, 'id'>): Call => ({ tenantId: id, actorId: 'test', permissions: ['*'] });

pace(client);
/** What work asked of the table, in step. A refusal is an outcome like any other. */
const costOf = (work: () => Promise<unknown>): Promise<Cost> =>
  inStep(() =>
    metered(async (cost) => {
      await work().catch(() => undefined);
      return cost;
    }),
  );

/** Half-hour windows, one an hour. */
const hour = (number: number, minutes = 0): Instant => {
  const at = instantAt(Date.UTC(2026, 0, 1, number, minutes));
  if (at === undefined) throw new Error(`No hour ${number}`);
  return at;
};

const BATCH_WRITES = 25;

/** Writes items past the service, which would take a request for each. */
const putAll = async (items: readonly Record<string, unknown>[]): Promise<void> => {
  const batches = Array.from({ length: Math.ceil(items.length / BATCH_WRITES) }, (_, at) =>
    items.slice(at * BATCH_WRITES, (at + 1) * BATCH_WRITES).map((Item) => ({ PutRequest: { Item } })),
  );
  const work = async (): Promise<void> => {
    for (let batch = batches.pop(); batch !== undefined; batch = batches.pop())
      await client.send(new BatchWriteCommand({ RequestItems: { [environment.TABLE_NAME]: batch } }));
  };
  await Promise.all(Array.from({ length: 4 }, work));
};

const fill = (tenantId: string, userId: string, size: number): Promise<void> =>
  putAll(
    Array.from({ length: size }, (_, at) => {
      const task_id = newId();
      const window = { start: hour(at), end: hour(at, 30) };
      return {
        ...windowKey(tenantId, userResource(userId), window.start, task_id),
        ...{ task_id, name: 'Held', state: 'DISPATCHED', window },
      };
    }),
  );

const SIZES = [10, IS_LONG ? 20_000 : 2_000] as const;
/** Where the wanted window lies, from the middle of the calendar, and how many held ones it overlaps. */
const WANTED = [
  { name: 'between two held windows', from: [0, 30], to: [1, 0], overlaps: 0 },
  { name: 'over one', from: [0, 0], to: [1, 0], overlaps: 1 },
  { name: 'inside one', from: [0, 5], to: [0, 10], overlaps: 1 },
  { name: 'into the end of one', from: [0, 15], to: [1, 0], overlaps: 1 },
  { name: 'into the end of one and over two more', from: [0, 15], to: [3, 0], overlaps: 3 },
  { name: 'over four', from: [0, 0], to: [4, 0], overlaps: 4 },
] as const;

describe('a dispatch', () => {
  it(`costs the same on a calendar of ${SIZES[0]} windows and on one of ${SIZES[1]}`, async () => {
    const tenant = await api.tenant();
    const call = callOf(tenant);
    const measured = SIZES.map(async (size) => {
      const userId = await tenant.user();
      await fill(tenant.id, userId, size);
      const middle = size / 2;
      const wanted = await makeTasks(
        tenant.call,
        WANTED.map(({ from, to }) => ({
          planned_start_at: hour(middle + from[0], from[1]),
          planned_end_at: hour(middle + to[0], to[1]),
        })),
      );
      const costs = [];
      // The free one comes last: it changes the calendar.
      for (const [at, { name, overlaps }] of [...WANTED.entries()].reverse()) {
        const taskId = wanted[at]?.id ?? '';
        const { itemsRead, readUnits, calls, roundTrips } = await costOf(() =>
          dispatch(call, taskId, { assigned_to: userId, note: undefined }),
        );
        // One of the items read is the task.
        expect(itemsRead - 1, name).toBeLessThanOrEqual(overlaps + 1);
        if (overlaps === 0)
          expect({ roundTrips, windowsRead: itemsRead - 1 }).toEqual({ roundTrips: 3, windowsRead: 1 });
        costs.push({ name, itemsRead, readUnits, calls, roundTrips });
      }
      expect((await getTask(callOf(tenant), wanted[0]?.id ?? '')).state).toBe('DISPATCHED');
      return costs;
    });
    const [small, large] = await Promise.all(measured);
    expect(large).toEqual(small);
  });

  it('writes the same, too, and so does giving the window back', async () => {
    const tenant = await api.tenant();
    const call = callOf(tenant);
    const userId = await tenant.user();
    const drafts = Array.from({ length: 40 }, (_, at) => ({
      planned_start_at: hour(at),
      planned_end_at: hour(at + 1),
    }));
    const made = await makeTasks(tenant.call, drafts);
    const taken = [];
    const given = [];
    for (const { id } of made)
      taken.push((await costOf(() => dispatch(call, id, { assigned_to: userId, note: undefined }))).writeUnits);
    for (const { id } of made)
      given.push((await costOf(() => transition(call, id, { target_state: 'CANCELED', note: undefined }))).writeUnits);
    // The first ones fill what a calendar remembers of its last takings.
    expect(new Set(taken.slice(LIMITS.recentTakings)).size).toBe(1);
    expect(new Set(given).size).toBe(1);
  });
});

describe('sequential round trips', () => {
  const setUp = async (drafts: readonly object[]) => {
    const tenant = await api.tenant();
    const type = await tenant.call('POST', '/api/task-center/types', { code: 'A', name: 'A' });
    const unit = await tenant.call('POST', '/api/identity/org-units', { code: 'A', name: 'A' });
    const template = await tenant.call('POST', '/api/task-center/templates', {
      task_type_id: type.body.id,
      template_key: 'A',
      name: 'A',
    });
    const draft = {
      task_type_id: type.body.id as string,
      name: 'Task',
      template_id: template.body.id as string,
      org_unit_id: unit.body.id as string,
    };
    const made = await makeTasks(tenant.call, drafts);
    return { tenant, call: callOf(tenant), draft, taskIds: made.map(({ id }) => id) };
  };
  const tripsOf = async (work: () => Promise<unknown>): Promise<number> => (await costOf(work)).roundTrips;

  it('of creating one task and of creating 99: 2', async () => {
    const { call, draft } = await setUp([{}]);
    expect(await tripsOf(() => createTask(call, draft as never))).toBe(2);
    expect(await tripsOf(() => createBatch(call, { tasks: Array.from({ length: 99 }, () => draft) }))).toBe(2);
  });

  it('of a dispatch: 3, and of moving the task on: 2', async () => {
    const window = { planned_start_at: hour(0), planned_end_at: hour(1) };
    const { tenant, call, taskIds } = await setUp([window]);
    const assigned_to = await tenant.user();
    const [taskId = ''] = taskIds;
    expect(await tripsOf(() => dispatch(call, taskId, { assigned_to, note: undefined }))).toBe(3);
    for (const target_state of ['IN_PROGRESS', 'ACCEPTED'] as const)
      expect(await tripsOf(() => transition(call, taskId, { target_state, note: undefined }))).toBe(2);
  });

  it('of an auto-dispatch: 4, with at most a read unit for each candidate and a handful', async () => {
    const window = { planned_start_at: hour(0), planned_end_at: hour(1) };
    const { tenant, call, taskIds } = await setUp([window, window, window, window]);
    const userIds = await Promise.all(Array.from({ length: 60 }, () => tenant.user()));
    const draft = { candidate_user_ids: userIds, note: undefined };
    for (const [at, taskId] of taskIds.entries()) {
      const cost = await costOf(() => autoDispatch(call, taskId, at === 0 ? { note: undefined } : draft));
      expect(cost.roundTrips).toBe(4);
      expect(cost.readUnits).toBeLessThanOrEqual(userIds.length + 6);
      expect(cost.retries).toBe(0);
    }
  });

  it('of a dispatch with two named assets: 3, with chosen ones at most 5, of an auto-dispatch with them at most 6', async () => {
    const window = { planned_start_at: hour(0), planned_end_at: hour(1) };
    const needs = { ...window, required_assets: [{ asset_type: 'UAV' }] };
    const { tenant, call, taskIds } = await setUp([window, needs, needs]);
    const asset_ids = await Promise.all(
      [1, 2, 3, 4].map(async (number) => {
        const drone = { asset_type: 'UAV', asset_code: `UAV-${number}`, name: 'Drone' };
        return (await tenant.call('POST', '/api/assets', drone)).body.id as string;
      }),
    );
    const [named = '', chosen = '', auto = ''] = taskIds;
    const to = async () => ({ assigned_to: await tenant.user(), note: undefined });
    const two = { ...(await to()), asset_ids: asset_ids.slice(0, 2) };
    expect(await tripsOf(() => dispatch(call, named, two))).toBe(3);
    const one = await to();
    expect(await tripsOf(() => dispatch(call, chosen, one))).toBeLessThanOrEqual(5);
    const userIds = await Promise.all(Array.from({ length: 20 }, () => tenant.user()));
    const draft = { candidate_user_ids: userIds, note: undefined };
    const cost = await costOf(() => autoDispatch(call, auto, draft));
    expect(cost.roundTrips).toBeLessThanOrEqual(6);
    // Each of the four assets is read, and its calendar and windows.
    expect(cost.readUnits).toBeLessThanOrEqual(userIds.length + 6 + 4 * 4);
  });

  it('of a preview: 5, of its commit: 6, with at most three read units for each candidate and a handful', async () => {
    const window = { planned_start_at: hour(0), planned_end_at: hour(1) };
    const { tenant, call: plain, taskIds } = await setUp([window]);
    const userIds = await Promise.all(Array.from({ length: 20 }, () => tenant.user()));
    const call = { ...plain, seal: makeSeal('key', tenant.id) };
    const [taskId = ''] = taskIds;
    const draft = { candidate_user_ids: userIds, note: undefined };
    let plan_token: string | undefined;
    const preview = await costOf(async () => {
      ({ plan_token } = await autoDispatch(call, taskId, { ...draft, validate_only: true }));
    });
    const commit = await costOf(() => autoDispatch(call, taskId, { plan_token, note: undefined }));
    expect([preview.roundTrips, commit.roundTrips]).toEqual([5, 6]);
    expect(preview.writeUnits).toBe(0);
    for (const { readUnits } of [preview, commit]) expect(readUnits).toBeLessThanOrEqual(3 * userIds.length + 5);
  });

  it('of an auto-dispatch that nobody is free for: 6, with at most four read units for each candidate', async () => {
    const window = { planned_start_at: hour(0), planned_end_at: hour(1) };
    const { tenant, call, taskIds } = await setUp([window, window, window]);
    const userIds = [await tenant.user(), await tenant.user()];
    const [wanted = '', ...others] = taskIds;
    for (const [at, taskId] of others.entries())
      await dispatch(call, taskId, { assigned_to: userIds[at] ?? '', note: undefined });
    const cost = await costOf(() => autoDispatch(call, wanted, { candidate_user_ids: userIds, note: undefined }));
    expect(cost.roundTrips).toBe(6);
    expect(cost.readUnits).toBeLessThanOrEqual(4 * userIds.length + 5);
  });

  it('of a change of plan: 4 for a held window, 3 for another assignee, 2 to take it back or to amend', async () => {
    const window = { planned_start_at: hour(0), planned_end_at: hour(1) };
    const { tenant, call, taskIds } = await setUp([window]);
    const [taskId = ''] = taskIds;
    const [first, second] = [await tenant.user(), await tenant.user()];
    const later = { planned_start_at: hour(2), planned_end_at: hour(3), note: undefined };
    expect(await tripsOf(() => reschedule(call, taskId, later))).toBe(2);
    expect(await tripsOf(() => amend(call, taskId, { priority: 7, note: undefined }))).toBe(2);
    await dispatch(call, taskId, { assigned_to: first, note: undefined });
    expect(await tripsOf(() => reschedule(call, taskId, { ...later, planned_end_at: hour(4) }))).toBe(4);
    expect(await tripsOf(() => reassign(call, taskId, { assigned_to: second, note: undefined }))).toBe(3);
    expect(await tripsOf(() => unassign(call, taskId, { note: undefined }))).toBe(2);
    const absence = { start_at: hour(5), end_at: hour(6), reason: undefined };
    let added: string | undefined;
    const adding = await costOf(async () => ({ id: added } = await addAbsence(call, userResource(first), absence)));
    expect(adding.roundTrips).toBe(3);
    expect(await tripsOf(() => removeAbsence(call, userResource(first), added ?? ''))).toBe(2);
  });

  it('of reading a task and its history: 1; of a page of tasks, by whatever filters: 2', async () => {
    const { tenant, call, taskIds } = await setUp([{ area_code: 'A1' }, { area_code: 'A1' }]);
    const [taskId = ''] = taskIds;
    const user = await tenant.user();
    await dispatch(call, taskId, { assigned_to: user, note: undefined });
    expect(await tripsOf(() => getTask(callOf(tenant), taskId))).toBe(1);
    expect(await tripsOf(() => listHistory(callOf(tenant), taskId, { limit: 50 }))).toBe(1);
    const filters: readonly TaskFilters[] = [
      {},
      { state: ['DRAFT'] },
      { area_code: 'A1', state: ['DRAFT'] },
      { state: ['DRAFT', 'APPROVED', 'DISPATCHED'] },
      { assigned_to: user, state: ['DISPATCHED'] },
      { unassigned: true },
    ];
    for (const some of filters) expect(await tripsOf(() => listTasks(callOf(tenant), some, { limit: 50 }))).toBe(2);
  });
});

describe('a page of 50 tasks', () => {
  const [USER, TYPE] = [newId(), newId()];
  /** In turn: every list is longer than its page. */
  const OPEN: readonly State[] = ['DRAFT', 'APPROVAL_PENDING', 'APPROVED', 'REJECTED', 'DISPATCHED', 'IN_PROGRESS'];
  const filters: readonly (readonly [string, TaskFilters])[] = [
    ['no filter', {}],
    ['a state', { state: ['DRAFT'] }],
    ['two states', { state: ['DRAFT', 'APPROVED'] }],
    ['five states', { state: OPEN.slice(0, 5) }],
    ['all open states', { state: [...OPEN] }],
    ['the backlog', { unassigned: true }],
    ['an assignee', { assigned_to: USER }],
    ['an assignee and states', { assigned_to: USER, state: ['DISPATCHED', 'IN_PROGRESS'] }],
    ['a type', { task_type_id: TYPE }],
    ['an area', { area_code: 'NORTH' }],
    ['type and area', { task_type_id: TYPE, area_code: 'NORTH' }],
    ['order of start', { sort: 'planned_start_at' }],
    ['a range', { planned_from: hour(1), planned_to: hour(900) }],
  ];
  let tenantId: string;
  beforeAll(async () => {
    ({ id: tenantId } = await api.tenant());
    const tasksOfAll = Array.from({ length: 720 }, (_, at) => {
      const state = OPEN[at % OPEN.length] ?? 'DRAFT';
      const assigned_to = state === 'DISPATCHED' || state === 'IN_PROGRESS' ? USER : null;
      const draft = {
        ...{ task_type_id: TYPE, name: 'North section', area_code: 'NORTH' },
        ...{ planned_start_at: hour(at), planned_end_at: hour(at, 30) },
      };
      const task = composeTask(
        taskDraft.parse(draft),
        {},
        {
          ...{ id: newId(), tenantId, actorId: 'test', at: hour(0), newId },
        },
      );
      return taskCodec.toItem({ ...task, state, assigned_to });
    });
    await putAll(tasksOfAll);
  });

  it.each(filters)('by %s is full, for two round trips and at most 30 read units', async (_, some) => {
    const cost = await costOf(async () => {
      expect((await listTasks(callOf({ id: tenantId }), some, { limit: 50 })).items).toHaveLength(50);
    });
    expect(cost.roundTrips).toBe(2);
    expect(cost.readUnits).toBeGreaterThan(20);
    expect(cost.readUnits).toBeLessThanOrEqual(30);
  });
});
