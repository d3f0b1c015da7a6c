import { describe, expect, it } from 'vitest';
import { METRICS, metricLine, metricsOf } from '../../../../adapters/runtime/metrics.ts';

const request = { operation: 'getTask', status: 200, retries: 0, result: {} };

describe('the metrics of a request', () => {
  it.each([
    ['a dispatch', { operation: 'dispatchTask' }, { Dispatches: 1 }],
    ['an automatic dispatch', { operation: 'autoDispatchTask' }, { Dispatches: 1 }],
    ['a dispatch that was answered before', { operation: 'dispatchTask', replayed: true }, {}],
    ['a preview of a dispatch', { operation: 'dispatchTask', isPreview: true }, {}],
    [
      'a preview that is refused',
      { operation: 'autoDispatchTask', status: 409, code: 'no_conflict_free_candidate', isPreview: true },
      {},
    ],
    [
      'a refused dispatch',
      { operation: 'dispatchTask', status: 409, code: 'schedule_conflict' },
      { ScheduleConflicts: 1 },
    ],
    [
      'nobody free',
      { operation: 'autoDispatchTask', status: 409, code: 'no_conflict_free_candidate' },
      { ScheduleConflicts: 1 },
    ],
    ['another refusal', { operation: 'dispatchTask', status: 409, code: 'approval_required' }, {}],
    ['attempts beyond the first', { operation: 'approveTask', retries: 3 }, { CommitRetries: 3 }],
    ['a task', { operation: 'createTask', status: 201 }, { TasksCreated: 1 }],
    ['a task that was answered before', { operation: 'createTask', status: 201, replayed: true }, {}],
    [
      'a batch',
      { operation: 'batchCreateTasks', status: 201, result: { total: 99, tasks: [] } },
      { BatchSize: 99, TasksCreated: 99 },
    ],
    [
      'a refused batch',
      { operation: 'batchCreateTasks', status: 422, code: 'validation_failed', result: undefined },
      {},
    ],
    ['any other', {}, {}],
  ] as const)('%s', (_, told, metrics) => {
    expect(metricsOf({ ...request, ...told })).toEqual(metrics);
  });
});

it('writes a line that CloudWatch turns into metrics of the stage', () => {
  const line: unknown = JSON.parse(metricLine({ Dispatches: 1, CommitRetries: 2 }, 'prod', 1_700_000_000_000));
  expect(line).toEqual({
    _aws: {
      Timestamp: 1_700_000_000_000,
      CloudWatchMetrics: [
        {
          Namespace: METRICS.namespace,
          Dimensions: [['stage']],
          Metrics: [
            { Name: 'Dispatches', Unit: 'Count' },
            { Name: 'CommitRetries', Unit: 'Count' },
          ],
        },
      ],
    },
    stage: 'prod',
    Dispatches: 1,
    CommitRetries: 2,
  });
});
