import type { Context, SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { handler } from '../../functions/plans/solve.ts';
import { makeTasks, startApi, type Answer, type Call, type TestApi, type TestTenant } from './harness.ts';

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

/** A plan that is made. */
const planned = async (tenant: TestTenant, draft: object) => {
  const { body } = await ask(tenant.call, draft);
  await solve(tenant, body.id as string);
  return (await tenant.call('GET', `${PLANS}/${body.id}`)).body;
};

const task_ids = (tasks: readonly { readonly id: string }[]): readonly string[] => tasks.map(({ id }) => id);

describe('a plan', () => {
  it('is asked for, made in the background, and read', async () => {
    const tenant = await api.tenant();
    const [ada, ben] = [await tenant.user(), await tenant.user()];
    const tasks = await makeTasks(tenant.call, [from(8, 10), from(9, 11, { priority: 9 }), from(9, 10), from(12, 13)]);
    const asked = await ask(tenant.call, { tasks: { task_ids: task_ids(tasks) }, name: 'Monday' });
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
    expect(new Set(made.body.assignments.map(({ user_id }: { user_id: string }) => user_id))).toEqual(
      new Set([ada, ben]),
    );
    expect(made.body.unplaced).toMatchObject([{ reason: 'displaced' }]);
    const again = await tenant.call('GET', pathname, undefined, { 'If-None-Match': made.headers.get('ETag') ?? '' });
    expect(again.status).toBe(304);
    const dispatched = await tenant.call('GET', `${TASKS}?state=DISPATCHED`);
    expect(dispatched.body).toEqual([]);
  });
});
