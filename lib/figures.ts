import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, Stats, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { Operation } from 'aws-cdk-lib/aws-dynamodb';
import { METRICS } from '../adapters/runtime/metrics.ts';
import type { ServiceApi } from './api.ts';
import type { Events } from './events.ts';
import type { Planner } from './planner.ts';
import type { Stage } from './stages.ts';
import type { ServiceTable } from './table.ts';

const PERIOD = Duration.minutes(5);
/** What the functions call; a metric of an operation counts the indexes in. */
const OPERATIONS = [
  Operation.GET_ITEM,
  Operation.BATCH_GET_ITEM,
  Operation.QUERY,
  Operation.PUT_ITEM,
  Operation.TRANSACT_WRITE_ITEMS,
];

/** List prices of a million request units on demand: US dollars, us-east-1 (docs/cost.md has the source). */
const PRICES = { readUnits: 0.125, writeUnits: 0.625 } as const;

export interface Watched {
  readonly stage: Stage;
  readonly api: ServiceApi;
  readonly table: ServiceTable;
  readonly events: Events;
  readonly planner: Planner;
}

type FigureName =
  | 'requests'
  | 'clientErrors'
  | 'serverErrors'
  | 'medianLatency'
  | 'tailLatency'
  | 'functionThrottles'
  | 'tableThrottles'
  | 'transactionConflicts'
  | 'commitRetries'
  | 'dispatches'
  | 'scheduleConflicts'
  | 'tasksCreated'
  | 'costOfThousandTasks'
  | 'batches'
  | 'tasksInBatches'
  | 'readUnits'
  | 'writeUnits'
  | 'iteratorAge'
  | 'deadLetters'
  | 'plannerQueue'
  | 'plannerAge'
  | 'plannerDeadLetters';

export type Figures = Readonly<Record<FigureName, IMetric>>;

/** What is measured of a stage: alarms and dashboard look at the same figures. */
export const figuresOf = ({ stage, api, table, events, planner }: Watched): Figures => {
  const sum = { period: PERIOD, statistic: Stats.SUM };
  const { deploymentStage } = api.api;
  const business = (metricName: string, statistic: string = Stats.SUM): Metric =>
    new Metric({
      namespace: METRICS.namespace,
      metricName,
      dimensionsMap: { [METRICS.dimension]: stage.name },
      period: PERIOD,
      statistic,
    });
  const latency = (statistic: string, label: string): Metric =>
    deploymentStage.metricLatency({ period: PERIOD, statistic, label });
  const readUnits = table.table.metricConsumedReadCapacityUnits({ ...sum, label: 'Read units' });
  const writeUnits = table.table.metricConsumedWriteCapacityUnits({ ...sum, label: 'Write units' });
  const tasksCreated = business(METRICS.tasksCreated).with({ label: 'Tasks created' });
  return {
    requests: deploymentStage.metricCount({ ...sum, label: 'Requests' }),
    clientErrors: deploymentStage.metricClientError({ ...sum, label: '4xx' }),
    serverErrors: deploymentStage.metricServerError({ ...sum, label: '5xx' }),
    medianLatency: latency(Stats.p(50), 'p50'),
    tailLatency: latency(Stats.p(99), 'p99'),
    // Without a dimension: of all functions of the account and region, because they share its concurrency. An alarm
    // may look at ten metrics, and there is a function for every route.
    functionThrottles: new Metric({ namespace: 'AWS/Lambda', metricName: 'Throttles', ...sum, label: 'Functions' }),
    // A metric is missing where its operation was never throttled.
    tableThrottles: new MathExpression({
      expression: OPERATIONS.map((operation) => `FILL(${operation.toLowerCase()}, 0)`).join(' + '),
      usingMetrics: Object.fromEntries(
        OPERATIONS.map((operation) => [
          operation.toLowerCase(),
          table.table.metric('ThrottledRequests', {
            ...sum,
            dimensionsMap: { TableName: table.table.tableName, Operation: operation },
          }),
        ]),
      ),
      period: PERIOD,
      label: 'Table',
    }),
    transactionConflicts: table.table.metric('TransactionConflict', { ...sum, label: 'Transaction conflicts' }),
    commitRetries: business(METRICS.commitRetries),
    dispatches: business(METRICS.dispatches),
    scheduleConflicts: business(METRICS.scheduleConflicts),
    tasksCreated,
    costOfThousandTasks: new MathExpression({
      // Without a task in the period there is nothing to divide by, and no point in the graph.
      expression: `IF(tasks > 0, (reads * ${PRICES.readUnits} + writes * ${PRICES.writeUnits}) / (1000 * tasks))`,
      usingMetrics: { reads: readUnits, writes: writeUnits, tasks: tasksCreated },
      period: PERIOD,
      label: 'USD for a thousand tasks',
    }),
    batches: business(METRICS.batchSize, Stats.SAMPLE_COUNT).with({ label: 'Batches' }),
    tasksInBatches: business(METRICS.batchSize).with({ label: 'Tasks in batches' }),
    readUnits,
    writeUnits,
    iteratorAge: events.publisher.metric('IteratorAge', { period: PERIOD, statistic: Stats.MAXIMUM }),
    deadLetters: events.deadLetters.metricApproximateNumberOfMessagesVisible({
      period: PERIOD,
      statistic: Stats.MAXIMUM,
      label: 'Dead letters',
    }),
    plannerQueue: planner.queue.metricApproximateNumberOfMessagesVisible({
      period: PERIOD,
      statistic: Stats.MAXIMUM,
      label: 'Plans that wait',
    }),
    plannerAge: planner.queue.metricApproximateAgeOfOldestMessage({
      period: PERIOD,
      statistic: Stats.MAXIMUM,
      label: 'Age of the oldest request, s',
    }),
    plannerDeadLetters: planner.deadLetters.metricApproximateNumberOfMessagesVisible({
      period: PERIOD,
      statistic: Stats.MAXIMUM,
      label: 'Dead letters of the planner',
    }),
  };
};
