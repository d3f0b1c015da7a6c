import * as z from 'zod';

/** The business metrics: CDK's alarms and dashboard take namespace, dimension and names from here. */
export const METRICS = {
  namespace: 'TaskCenter',
  dimension: 'stage',
  dispatches: 'Dispatches',
  scheduleConflicts: 'ScheduleConflicts',
  commitRetries: 'CommitRetries',
  batchSize: 'BatchSize',
  tasksCreated: 'TasksCreated',
} as const;

/** What is known of a request when it has been answered. */
export interface Measured {
  readonly operation: string;
  readonly status: number;
  readonly code?: string;
  readonly replayed?: true;
  /** Only checked: nothing was done. */
  readonly isPreview?: boolean;
  /** Attempts beyond the first. */
  readonly retries: number;
  /** What the use case returned. */
  readonly result: unknown;
}

const DISPATCHING: readonly string[] = ['dispatchTask', 'autoDispatchTask'];
const CONFLICTS: readonly (string | undefined)[] = ['schedule_conflict', 'no_conflict_free_candidate'];
const batch = z.object({ total: z.number() });

/** The metrics of a request, by their names; most requests have none. */
export const metricsOf = ({
  operation,
  status,
  code,
  replayed,
  isPreview = false,
  retries,
  result,
}: Measured): Record<string, number> => {
  const isDone = status < 300 && replayed === undefined && !isPreview;
  const { data: created } = operation === 'batchCreateTasks' && isDone ? batch.safeParse(result) : {};
  return {
    ...(isDone && DISPATCHING.includes(operation) ? { [METRICS.dispatches]: 1 } : {}),
    ...(CONFLICTS.includes(code) && !isPreview ? { [METRICS.scheduleConflicts]: 1 } : {}),
    ...(retries > 0 ? { [METRICS.commitRetries]: retries } : {}),
    ...(created === undefined ? {} : { [METRICS.batchSize]: created.total, [METRICS.tasksCreated]: created.total }),
    ...(isDone && operation === 'createTask' ? { [METRICS.tasksCreated]: 1 } : {}),
  };
};

/**
 * A line of CloudWatch's embedded metric format, which turns it into metrics without a call of the function:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 * `timestamp` in milliseconds since the epoch.
 */
export const metricLine = (metrics: Readonly<Record<string, number>>, stage: string, timestamp: number): string =>
  JSON.stringify({
    _aws: {
      Timestamp: timestamp,
      CloudWatchMetrics: [
        {
          Namespace: METRICS.namespace,
          Dimensions: [[METRICS.dimension]],
          Metrics: Object.keys(metrics).map((Name) => ({ Name, Unit: 'Count' })),
        },
      ],
    },
    [METRICS.dimension]: stage,
    ...metrics,
  });
