import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  type Alarm,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { Figures } from './figures.ts';
import { functionLogsOf } from './functions.ts';
import type { Stage } from './stages.ts';

const WIDTH = 12;

const graph = (title: string, left: readonly IMetric[], right: readonly IMetric[] = []): GraphWidget =>
  new GraphWidget({ title, left: [...left], right: [...right], width: WIDTH });

/** The dashboard of a stage, in the order in which an operator asks. Each row of two is a line. */
export const addDashboard = (
  scope: Construct,
  { stage, figures, alarms }: { readonly stage: Stage; readonly figures: Figures; readonly alarms: readonly Alarm[] },
): void => {
  const logGroupNames = [functionLogsOf(scope, stage).logGroupName];
  const answers = (title: string, queryLines: readonly string[], view: LogQueryVisualizationType): LogQueryWidget =>
    new LogQueryWidget({ title, logGroupNames, queryLines: [...queryLines], view, width: WIDTH });
  const rows = [
    [
      graph('Traffic', [figures.requests], [figures.clientErrors, figures.serverErrors]),
      graph('Latency', [figures.medianLatency, figures.tailLatency]),
    ],
    [
      answers(
        'Refusals by code',
        ['filter status >= 400', 'stats count() as answers by status, code', 'sort answers desc'],
        LogQueryVisualizationType.TABLE,
      ),
      answers(
        'The busiest tenants',
        [
          'filter ispresent(tenant_id)',
          'stats count() as requests, sum(duration_ms) as worked_ms, sum(read_units) as reads, sum(write_units) as writes by tenant_id',
          'sort worked_ms desc',
          'limit 10',
        ],
        LogQueryVisualizationType.TABLE,
      ),
    ],
    [
      graph('Dispatches and conflicts', [figures.dispatches, figures.scheduleConflicts]),
      graph('Retries', [figures.transactionConflicts, figures.commitRetries]),
    ],
    [
      graph('Age of the stream', [figures.iteratorAge], [figures.deadLetters]),
      graph('Throttles', [figures.tableThrottles, figures.functionThrottles]),
    ],
    [
      graph('What the table costs', [figures.costOfThousandTasks], [figures.tasksCreated]),
      graph('Capacity of the table', [figures.readUnits, figures.writeUnits]),
    ],
    [
      graph('Batches', [figures.batches, figures.tasksInBatches]),
      graph('Planner queue', [figures.plannerQueue, figures.plannerDeadLetters], [figures.plannerAge]),
    ],
  ];
  const dashboard = new Dashboard(scope, 'Dashboard', { dashboardName: stage.prefix });
  dashboard.addWidgets(new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 2 * WIDTH }));
  for (const row of rows) dashboard.addWidgets(...row);
};
