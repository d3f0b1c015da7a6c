import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  AlarmStatusWidget,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Operation } from 'aws-cdk-lib/aws-dynamodb';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { METRICS } from '../adapters/runtime/metrics.ts';
import type { ServiceApi } from './api.ts';
import type { Events } from './events.ts';
import type { Stage } from './stages.ts';
import type { ServiceTable } from './table.ts';

const PERIOD = Duration.minutes(5);
const WIDTH = 12;
/** What the functions call; a metric of an operation counts the indexes in. */
const OPERATIONS = [
  Operation.GET_ITEM,
  Operation.BATCH_GET_ITEM,
  Operation.QUERY,
  Operation.PUT_ITEM,
  Operation.TRANSACT_WRITE_ITEMS,
];

interface Watched {
  readonly stage: Stage;
  readonly api: ServiceApi;
  readonly table: ServiceTable;
  readonly events: Events;
}

/** When to call somebody. `docs/operations.md` has a section for each: what it means, what to do. */
interface Threshold {
  readonly id: string;
  readonly description: string;
  readonly metric: IMetric;
  /** Called for when the metric is over it … */
  readonly over: number;
  /** … in so many of the last `periods` periods. */
  readonly times: number;
  readonly periods: number;
}

/** The alarms of a stage, the topic that they call, and the dashboard. */
export class Watch extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, watched: Watched) {
    super(scope, id);
    const { stage } = watched;
    this.topic = new Topic(this, 'Topic', { displayName: `Alarms of ${stage.prefix}`, enforceSSL: true });
    if (stage.alarmEmail !== undefined) this.topic.addSubscription(new EmailSubscription(stage.alarmEmail));

    const metrics = metricsOf(watched);
    const alarms = thresholds(metrics).map(({ id: name, description, metric, over, times, periods }) => {
      const alarm = new Alarm(this, name, {
        alarmName: `${stage.prefix}-${name}`,
        alarmDescription: `${description} See docs/operations.md.`,
        metric,
        threshold: over,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        datapointsToAlarm: times,
        evaluationPeriods: periods,
        // No traffic is no fault.
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(new SnsAction(this.topic));
      alarm.addOkAction(new SnsAction(this.topic));
      return alarm;
    });
    this.makeDashboard(stage, metrics, alarms);
  }

  private makeDashboard(stage: Stage, metrics: Metrics, alarms: readonly Alarm[]): void {
    const graph = (title: string, left: readonly IMetric[], right: readonly IMetric[] = []): GraphWidget =>
      new GraphWidget({ title, left: [...left], right: [...right], width: WIDTH });
    const dashboard = new Dashboard(this, 'Dashboard', { dashboardName: stage.prefix });
    dashboard.addWidgets(new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 2 * WIDTH }));
    dashboard.addWidgets(
      graph('Requests', [metrics.requests], [metrics.clientErrors, metrics.serverErrors]),
      graph('Latency', [metrics.medianLatency, metrics.tailLatency]),
    );
    dashboard.addWidgets(
      graph('Dispatches and refusals', [metrics.dispatches, metrics.scheduleConflicts]),
      graph('Batches', [metrics.batches, metrics.tasksInBatches]),
    );
    dashboard.addWidgets(
      graph('Contention', [metrics.transactionConflicts, metrics.commitRetries]),
      graph('Throttles', [metrics.tableThrottles, metrics.functionThrottles]),
    );
    dashboard.addWidgets(
      graph('Capacity of the table', [metrics.readUnits, metrics.writeUnits]),
      graph('Events', [metrics.iteratorAge], [metrics.deadLetters]),
    );
  }
}

type Metrics = Readonly<Record<MetricName, IMetric>>;
type MetricName =
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
  | 'batches'
  | 'tasksInBatches'
  | 'readUnits'
  | 'writeUnits'
  | 'iteratorAge'
  | 'deadLetters';

const metricsOf = ({ stage, api, table, events }: Watched): Metrics => {
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
    batches: business(METRICS.batchSize, Stats.SAMPLE_COUNT).with({ label: 'Batches' }),
    tasksInBatches: business(METRICS.batchSize).with({ label: 'Tasks in batches' }),
    readUnits: table.table.metricConsumedReadCapacityUnits({ ...sum, label: 'Read units' }),
    writeUnits: table.table.metricConsumedWriteCapacityUnits({ ...sum, label: 'Write units' }),
    iteratorAge: events.publisher.metric('IteratorAge', { period: PERIOD, statistic: Stats.MAXIMUM }),
    deadLetters: events.deadLetters.metricApproximateNumberOfMessagesVisible({
      period: PERIOD,
      statistic: Stats.MAXIMUM,
      label: 'Dead letters',
    }),
  };
};

const thresholds = (metrics: Metrics): readonly Threshold[] => [
  {
    id: 'ServerErrors',
    description: 'The API answers with 5xx.',
    metric: metrics.serverErrors,
    over: 5,
    times: 1,
    periods: 1,
  },
  {
    id: 'Latency',
    description: 'One request in a hundred takes longer than 3 s.',
    metric: metrics.tailLatency,
    over: 3_000,
    times: 3,
    periods: 3,
  },
  {
    id: 'FunctionThrottles',
    description: 'Functions are refused for lack of concurrency in the account.',
    metric: metrics.functionThrottles,
    over: 0,
    times: 2,
    periods: 3,
  },
  {
    id: 'TableThrottles',
    description: 'The table refuses requests for lack of throughput.',
    metric: metrics.tableThrottles,
    over: 0,
    times: 2,
    periods: 3,
  },
  {
    id: 'TransactionConflicts',
    description: 'Many transactions meet on the same items.',
    metric: metrics.transactionConflicts,
    over: 500,
    times: 3,
    periods: 3,
  },
  {
    id: 'CommitRetries',
    description: 'Requests need many attempts to commit.',
    metric: metrics.commitRetries,
    over: 500,
    times: 3,
    periods: 3,
  },
  {
    id: 'IteratorAge',
    description: 'Events are published more than a minute after their change.',
    metric: metrics.iteratorAge,
    over: 60_000,
    times: 2,
    periods: 2,
  },
  {
    id: 'DeadLetters',
    description: 'An event could not be published.',
    metric: metrics.deadLetters,
    over: 0,
    times: 1,
    periods: 1,
  },
];
