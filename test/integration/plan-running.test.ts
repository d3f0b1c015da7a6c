import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calendars } from '../../adapters/runtime/resources/calendars.ts';
import { guard } from '../../adapters/runtime/resources/plans.ts';
import { makeCommitPlan } from '../../core/plans/commit.ts';
import { makeSolvePlan } from '../../core/plans/solve.ts';
import type { Planner } from '../../core/plans/solved.ts';
import { makeTasks, startApi, type Answer, type TestApi, type TestTenant } from './harness.ts';
import { madePlan, portsOfPlanning, solveHere } from './planned.ts';

const PLANS = '/api/task-center/plans';
const TASKS = '/api/task-center/tasks';
const EIGHT = { planned_start_at: '2026-05-04T08:00:00Z', planned_end_at: '2026-05-04T09:00:00Z' };

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const NEVER = new AbortController().signal;

/** A plan that is asked for, of one task for one person. */
const askedFor = async (): Promise<{ tenant: TestTenant; id: string; read: () => Promise<Answer['body']> }> => {
  const tenant = await api.tenant();
  await tenant.user();
  const tasks = await makeTasks(tenant.call, [EIGHT]);
  const { body } = await tenant.call('POST', PLANS, {
    tasks: { task_ids: tasks.map(({ id }) => id) },
    effort: 'quick',
  });
  const id = body.id as string;
  return { tenant, id, read: async () => (await tenant.call('GET', `${PLANS}/${id}`)).body };
};

/** The planner of these tests, with something in between. */
const solving = (between: (watch: Parameters<Planner>[2]) => Promise<unknown>) =>
  makeSolvePlan({
    ...portsOfPlanning,
    // The beats follow each other: nothing here waits for a clock.
    sleep: () => new Promise((resolve) => void setImmediate(resolve)),
    planner: async (snapshot, effort, watch) => {
      await between(watch);
      return portsOfPlanning.planner(snapshot, effort, watch);
    },
  });

const PROGRESS = { phase: 'search' as const, best: { priority_placed: 5, score: 1 }, bound: { priority_placed: 5 } };

describe('while a plan is made', () => {
  it('its progress can be read', async () => {
    const { tenant, id, read } = await askedFor();
    const solve = solving(async ({ onProgress }) => {
      onProgress(PROGRESS);
      await expect.poll(read).toMatchObject({ state: 'SOLVING', progress: PROGRESS });
    });
    await solve(tenant.id, id, NEVER);
    expect(await read()).toMatchObject({ state: 'READY', progress: null });
  });

  it('a cancel stops it, and the best until then is kept, marked', async () => {
    const { tenant, id, read } = await askedFor();
    const solve = solving(async ({ signal }) => {
      const stopped = once(signal, 'abort');
      const canceled = await tenant.call('POST', `${PLANS}/${id}:cancel`);
      expect(canceled.body.state).toBe('SOLVING');
      await stopped;
    });
    await solve(tenant.id, id, NEVER);
    const made = await read();
    expect(made).toMatchObject({ state: 'READY', outcome: { is_canceled: true } });
    expect((await tenant.call('POST', `${PLANS}/${id}:commit`)).body.plan.state).toBe('COMMITTED');
  });

  it('who comes second takes over, and the first leaves it alone', async () => {
    const { tenant, id, read } = await askedFor();
    const first = solving(async ({ signal }) => {
      const stopped = once(signal, 'abort');
      await solveHere(tenant.id, id, NEVER);
      await stopped;
    });
    await first(tenant.id, id, NEVER);
    const made = await read();
    expect(made).toMatchObject({ state: 'READY', outcome: { is_canceled: false } });
    // Asked for, taken, taken over, made.
    expect(made.version).toBe(4);
  });

  it('a fault of the planner makes it FAILED, with a reason', async () => {
    const { tenant, id, read } = await askedFor();
    const faults: unknown[] = [];
    const solve = makeSolvePlan({
      ...portsOfPlanning,
      planner: () => Promise.reject(new Error('out of memory')),
      onFault: (_planId, error) => faults.push(error),
    });
    await solve(tenant.id, id, NEVER);
    expect(await read()).toMatchObject({ state: 'FAILED', failure: expect.stringContaining('log') as string });
    expect(faults).toEqual([new Error('out of memory')]);
    expect((await tenant.call('POST', `${PLANS}/${id}:commit`)).body).toMatchObject({ code: 'plan_state' });
  });

  it('a strategy that is retired meanwhile makes it FAILED', async () => {
    const tenant = await api.tenant();
    const { body: builtIn } = await tenant.call('GET', '/api/task-center/strategies');
    const { weights, caps } = builtIn[0];
    const { body: strategy } = await tenant.call('POST', '/api/task-center/strategies', {
      version: 'own',
      weights,
      caps,
    });
    const asked = await tenant.call('POST', PLANS, { tasks: { task_ids: ['none'] }, strategy_id: strategy.id });
    await tenant.call('POST', `/api/task-center/strategies/${strategy.id}/retire`);
    await solveHere(tenant.id, asked.body.id as string, NEVER);
    const { body } = await tenant.call('GET', `${PLANS}/${asked.body.id}`);
    expect(body).toMatchObject({ state: 'FAILED', failure: expect.stringContaining('retired') as string });
  });
});

describe('a commit that dies in the middle', () => {
  it('is gone on with, and nothing is done twice', async () => {
    const tenant = await api.tenant();
    await Promise.all([tenant.user(), tenant.user(), tenant.user()]);
    const tasks = await makeTasks(tenant.call, [EIGHT, EIGHT, EIGHT]);
    const task_ids = tasks.map(({ id }) => id);
    const plan = await madePlan(tenant.id, tenant.call, { tasks: { task_ids } });
    let left = 1;
    const killed = makeCommitPlan({
      ...portsOfPlanning,
      calendars,
      guard: async (...asked) => {
        left -= 1;
        if (left < 0) throw new Error('killed');
        await guard(...asked);
      },
    });
    const call = { tenantId: tenant.id, actorId: 'ada', permissions: [] };
    await expect(killed(call, plan.id as string, {})).rejects.toThrow('killed');
    const versions = async (): Promise<readonly number[]> => {
      const found = await Promise.all(task_ids.map((id) => tenant.call('GET', `${TASKS}/${id}`)));
      return found.map(({ body }) => body.version as number).toSorted();
    };
    expect(await versions()).toEqual([1, 1, 2]);
    const again = await tenant.call('POST', `${PLANS}/${plan.id}:commit`);
    expect(again.body).toMatchObject({ plan: { state: 'COMMITTED', committed_tasks: 3 }, left_out: [] });
    expect(again.body.already_committed).toHaveLength(1);
    expect(await versions()).toEqual([2, 2, 2]);
  });

  it('and rivals that dispatch meanwhile: what is free is committed, what is not is explained', async () => {
    const tenant = await api.tenant();
    const users = await Promise.all(Array.from({ length: 6 }, () => tenant.user()));
    const tasks = await makeTasks(
      tenant.call,
      Array.from({ length: 6 }, () => EIGHT),
    );
    const rivals = await makeTasks(
      tenant.call,
      Array.from({ length: 3 }, () => EIGHT),
    );
    const plan = await madePlan(tenant.id, tenant.call, { tasks: { task_ids: tasks.map(({ id }) => id) } });
    const [committed, ...dispatched] = await Promise.all([
      tenant.call('POST', `${PLANS}/${plan.id}:commit`),
      ...rivals.map(({ id }, index) => tenant.call('POST', `${TASKS}/${id}/dispatch`, { assigned_to: users[index] })),
    ]);
    const won = dispatched.filter(({ status }) => status === 200).length;
    const done = committed.body.committed as unknown[];
    const left_out = committed.body.left_out as { code: string; differences: unknown[] }[];
    expect(done.length + left_out.length).toBe(6);
    // Nobody has both, and nobody who could have had one has none.
    const windows = await Promise.all(
      users.map((id) =>
        calendars.survey(tenant.id, [id], undefined, 'strong').then(([one]) => one?.calendar.active_count),
      ),
    );
    expect(windows).toEqual(users.map(() => 1));
    expect(left_out).toHaveLength(won);
    for (const { code, differences } of left_out) {
      expect(['plan_stale', 'schedule_conflict']).toContain(code);
      if (code === 'plan_stale') expect(differences).toHaveLength(1);
    }
  });
});
