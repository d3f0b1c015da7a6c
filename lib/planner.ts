import { Duration, Validations } from 'aws-cdk-lib';
import { Rule, type EventBus } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { PLAN_PARTITIONS } from '../adapters/dynamodb/keys.ts';
import { EVENT_SOURCE } from '../core/events/envelope.ts';
import { LIMITS } from '../core/limits.ts';
import { allow, ServiceFunction, type ServiceProps } from './functions.ts';

export const PLANNER_HANDLER = 'plans/solve';

/** The longest that Lambda lets a function run. */
const TIMEOUT = Duration.minutes(LIMITS.planMinutes);
/** As AWS advises: a message that is worked on must not be given out again. */
const VISIBILITY = Duration.minutes(6 * LIMITS.planMinutes);
/** The largest plan takes 800 MB and one core, and its progress a little of another: 1,769 MB are one. */
const MEMORY_MB = 3_008;
/** Plans at the same time: they take the capacity of the table, and the concurrency of the account, from nobody else. */
const AT_ONCE = 5;
const ATTEMPTS = 3;

const READING = ['GetItem', 'BatchGetItem', 'Query'].map((action) => `dynamodb:${action}`);
const WRITING = ['PutItem', 'UpdateItem'].map((action) => `dynamodb:${action}`);
const RECEIVING = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'].map((action) => `sqs:${action}`);

/**
 * The planner: each request for a plan goes from the bus into a queue, and from there to a function of its own. What
 * cannot be done is tried again, and in the end lies in the dead letters.
 */
export class Planner extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { bus, ...props }: ServiceProps & { readonly bus: EventBus }) {
    super(scope, id);
    const { stage, table } = props;
    const settings = {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: stage.removalPolicy,
    };
    this.deadLetters = new Queue(this, 'DeadLetters', settings);
    Validations.of(this.deadLetters).acknowledge({ id: 'AwsSolutions-SQS3', reason: 'This is the dead-letter queue.' });
    this.queue = new Queue(this, 'Queue', {
      ...settings,
      visibilityTimeout: VISIBILITY,
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: ATTEMPTS },
    });
    new Rule(this, 'Requests', {
      description: `Plans that ${stage.prefix} is asked for`,
      eventBus: bus,
      eventPattern: { source: [EVENT_SOURCE], detailType: [`${EVENT_SOURCE}.plan.requested`] },
      targets: [new SqsQueue(this.queue, { deadLetterQueue: this.deadLetters })],
    });
    const writingPlans = allow(WRITING, [table.table.tableArn]);
    writingPlans.addCondition('ForAllValues:StringLike', { 'dynamodb:LeadingKeys': [...PLAN_PARTITIONS] });
    const { function: planner } = new ServiceFunction(this, 'Solve', {
      ...props,
      name: 'planner',
      description: `Makes the plans that ${stage.prefix} is asked for`,
      handler: PLANNER_HANDLER,
      timeout: TIMEOUT,
      memorySize: MEMORY_MB,
      statements: [allow(READING, [table.table.tableArn]), writingPlans, allow(RECEIVING, [this.queue.queueArn])],
    });
    new EventSourceMapping(this, 'Source', {
      target: planner,
      eventSourceArn: this.queue.queueArn,
      batchSize: 1,
      maxConcurrency: AT_ONCE,
    });
  }
}
