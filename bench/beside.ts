import { setTimeout as delay } from 'node:timers/promises';
import type { TestTenant } from '../test/integration/harness.ts';
import { rounded, type Findings } from './report.ts';
import { createTasks, requireStatus, TASKS } from './requests.ts';
import type { Service } from './service.ts';
import { median, quantile } from './statistics.ts';

const FULL = { tasks: 2_000, people: 500, seconds: 20 };
const QUICK = { tasks: 198, people: 50, seconds: 5 };
const DAY = Date.UTC(2026, 2, 2, 6);
const QUARTER = 900_000;

/** What other requests wait while a large day is planned in the same process, in a thread. */
export const measureBeside = async (service: Service, isQuick: boolean): Promise<Findings> => {
  const { tasks, people, seconds } = isQuick ? QUICK : FULL;
  const tenant = await service.tenant();
  const users: string[] = [];
  for (let at = 0; at < people; at += 1) users.push(await tenant.user());
  const task_ids = await fill(tenant, tasks);
  const [taskId = ''] = task_ids;
  const [assigned_to = ''] = users;
  // Loaded before anything is measured: in AWS it is a function of its own.
  const { solvePlan } = await import('../adapters/runtime/planner.ts');

  const waits = async (isOver: () => boolean): Promise<readonly number[]> => {
    const measured: number[] = [];
    while (!isOver()) {
      const started = performance.now();
      requireStatus(await tenant.call('GET', `${TASKS}/${taskId}`), 200);
      measured.push(performance.now() - started);
      const dispatch = { assigned_to, validate_only: true };
      const again = performance.now();
      requireStatus(await tenant.call('POST', `${TASKS}/${taskId}/dispatch`, dispatch), 200);
      measured.push(performance.now() - again);
      await delay(5);
    }
    return measured;
  };
  const restUntil = (milliseconds: number) => {
    const end = performance.now() + milliseconds;
    return () => performance.now() > end;
  };
  await waits(restUntil(2_000));
  const resting = await waits(restUntil(seconds * 1_000));
  const asked = await tenant.call('POST', '/api/task-center/plans', { tasks: { task_ids } });
  requireStatus(asked, 202);
  let isOver = false;
  const started = performance.now();
  const solving = solvePlan(tenant.id, asked.body.id as string, new AbortController().signal).finally(() => {
    isOver = true;
  });
  const beside = await waits(() => isOver);
  await solving;
  const solved = (performance.now() - started) / 1_000;
  const { body: plan } = await tenant.call('GET', `/api/task-center/plans/${asked.body.id}`);
  const committing = performance.now();
  const committed = await tenant.call('POST', `/api/task-center/plans/${asked.body.id}:commit`, {});
  requireStatus(committed, 200);
  const commitSeconds = (performance.now() - committing) / 1_000;

  const row = (name: string, values: readonly number[]) => [
    ...[name, values.length],
    ...[median(values), quantile(values, 0.99), Math.max(...values)].map(rounded),
  ];
  const ratio = quantile(beside, 0.99) / quantile(resting, 0.99);
  const { totals, gap, solver } = plan.outcome;
  return {
    tables: [
      {
        title: `Requests beside a plan of ${tasks} tasks for ${people} people, in milliseconds`,
        columns: ['while', 'requests', 'median', 'p99', 'longest'],
        rows: [row('nothing else', resting), row('the plan is made', beside)],
      },
      {
        title: 'The plan',
        columns: [
          'placed',
          'gap of priority',
          'gap of score',
          'solved s',
          'in all s',
          'components committed',
          'commit s',
        ],
        rows: [
          [
            ...[totals.placed as number, rounded(gap.priority as number), rounded(gap.score as number)],
            ...[rounded((solver.elapsed_ms as number) / 1_000), rounded(solved)],
            ...[(committed.body.committed as unknown[]).length, rounded(commitSeconds)],
          ],
        ],
      },
    ],
    targets: [
      {
        name: 'p99 of other requests while a plan is made, against the resting one',
        measured: rounded(ratio),
        limit: 2,
      },
    ],
  };
};

/** Tasks of one to three hours over a day. */
const fill = async ({ call }: TestTenant, count: number): Promise<readonly string[]> => {
  const drafts = Array.from({ length: count }, (_, at) => {
    const start = DAY + (at % 40) * QUARTER;
    return {
      ...{ name: `Task ${at}`, priority: 1 + (at % 10) },
      planned_start_at: new Date(start).toISOString(),
      planned_end_at: new Date(start + (4 + (at % 9)) * QUARTER).toISOString(),
    };
  });
  return createTasks(call, drafts);
};
