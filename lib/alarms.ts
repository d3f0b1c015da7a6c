import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Figures } from './figures.ts';

/** When to call somebody. `docs/operations.md` has a row and a section for each: what it means, what to do first. */
export interface Threshold {
  readonly id: string;
  readonly description: string;
  readonly metric: IMetric;
  /** Called for when the metric is over it … */
  readonly over: number;
  /** … in so many of the last `periods` periods. */
  readonly times: number;
  readonly periods: number;
}

/** When a stage calls somebody. */
export const thresholds = (figures: Figures): readonly Threshold[] => [
  {
    id: 'ServerErrors',
    description: 'The API answers with 5xx.',
    metric: figures.serverErrors,
    over: 5,
    times: 1,
    periods: 1,
  },
  {
    id: 'Latency',
    description: 'One request in a hundred takes longer than 3 s.',
    metric: figures.tailLatency,
    over: 3_000,
    times: 3,
    periods: 3,
  },
  {
    id: 'FunctionThrottles',
    description: 'Functions are refused for lack of concurrency in the account.',
    metric: figures.functionThrottles,
    over: 0,
    times: 2,
    periods: 3,
  },
  {
    id: 'TableThrottles',
    description: 'The table refuses requests for lack of throughput.',
    metric: figures.tableThrottles,
    over: 0,
    times: 2,
    periods: 3,
  },
  {
    id: 'TransactionConflicts',
    description: 'Many transactions meet on the same items.',
    metric: figures.transactionConflicts,
    over: 500,
    times: 3,
    periods: 3,
  },
  {
    id: 'CommitRetries',
    description: 'Requests need many attempts to commit.',
    metric: figures.commitRetries,
    over: 500,
    times: 3,
    periods: 3,
  },
  {
    id: 'IteratorAge',
    description: 'Events are published more than a minute after their change.',
    metric: figures.iteratorAge,
    over: 60_000,
    times: 2,
    periods: 2,
  },
  {
    id: 'DeadLetters',
    description: 'An event could not be published.',
    metric: figures.deadLetters,
    over: 0,
    times: 1,
    periods: 1,
  },
  {
    id: 'PlannerAge',
    description: 'A plan has been waiting or in work for half an hour.',
    metric: figures.plannerAge,
    over: 1_800,
    times: 2,
    periods: 2,
  },
  {
    id: 'PlannerDeadLetters',
    description: 'A plan could not be made.',
    metric: figures.plannerDeadLetters,
    over: 0,
    times: 1,
    periods: 1,
  },
];
