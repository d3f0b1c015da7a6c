import { Duration, Validations } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import {
  EventSourceMapping,
  FilterCriteria,
  FilterRule,
  StartingPosition,
  type Function as LambdaFunction,
} from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { SORT_KEYS, TRAIL_PARTITIONS, type SortKeys } from '../adapters/dynamodb/keys.ts';
import { KEY } from '../adapters/dynamodb/table.ts';
import { ENV } from '../adapters/runtime/environment.ts';
import { SUBJECTS, type Audited } from '../core/trail/subjects.ts';
import { allow, ServiceFunction, type ServiceProps } from './functions.ts';

export const PUBLISHER_HANDLER = 'events/publish';

/**
 * Long enough to outlast a passing fault of the bus, short enough that a record which nobody can publish does not hold up
 * its shard for hours. The stream keeps a record for a day, so a dead letter can still be read.
 */
const RETRIES = 20;
const OLDEST_RECORD = Duration.hours(6);
/** Every item that has events has entries in the trail, too. Writes of others wake nobody. */
const TOLD: readonly (keyof typeof SORT_KEYS)[] = [...(Object.keys(SUBJECTS) as Audited[]), 'removal'];
const TOLD_ONLY = TOLD.map((item): SortKeys => SORT_KEYS[item]).flatMap((keys): (string | object)[] =>
  'is' in keys ? FilterRule.or(keys.is) : FilterRule.beginsWith(keys.begins),
);
/** What Lambda demands of the role of a function that it feeds from a stream. */
const STREAM_READING = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map(
  (action) => `dynamodb:${action}`,
);
const TIMEOUT = Duration.seconds(60);

/**
 * The events: the table's stream, the function that publishes what it says, and the bus that takes it.
 *
 * Per shard one batch at a time (parallelization factor 1), so events stay in order. Of a batch that fails, what was
 * published is not sent again; the rest is halved until a record that cannot be published is alone, and that one goes to
 * the dead letters, where its place in the stream is kept.
 */
export class Events extends Construct {
  readonly bus: EventBus;
  readonly publisher: LambdaFunction;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: ServiceProps) {
    super(scope, id);
    const { stage, table } = props;
    this.bus = new EventBus(this, 'Bus', {
      eventBusName: stage.prefix,
      description: `Domain events of ${stage.prefix}`,
    });
    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: stage.removalPolicy,
    });
    Validations.of(this.deadLetters).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'This is the dead-letter queue.',
    });
    const writingTheTrail = allow(['dynamodb:PutItem'], [table.table.tableArn]);
    writingTheTrail.addCondition('ForAllValues:StringLike', { 'dynamodb:LeadingKeys': [TRAIL_PARTITIONS] });
    const { function: publisher } = new ServiceFunction(this, 'Publish', {
      ...props,
      name: 'events-publisher',
      description: `Publishes the changes of the table of ${stage.prefix} as events`,
      handler: PUBLISHER_HANDLER,
      timeout: TIMEOUT,
      environment: { [ENV.eventBusName]: this.bus.eventBusName, [ENV.auditDays]: String(stage.auditDays) },
      statements: [
        allow(['events:PutEvents'], [this.bus.eventBusArn]),
        writingTheTrail,
        allow(STREAM_READING, [table.streamArn]),
        allow(['sqs:SendMessage'], [this.deadLetters.queueArn]),
      ],
    });
    this.publisher = publisher;
    new EventSourceMapping(this, 'Stream', {
      target: this.publisher,
      eventSourceArn: table.streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      parallelizationFactor: 1,
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      retryAttempts: RETRIES,
      maxRecordAge: OLDEST_RECORD,
      // CDK's own destination would add a second policy to the role, with more than sending.
      onFailure: { bind: () => ({ destination: this.deadLetters.queueArn }) },
      filters: [
        FilterCriteria.filter({
          eventName: FilterRule.or('INSERT', 'MODIFY'),
          dynamodb: { Keys: { [KEY.sort]: { S: TOLD_ONLY } } },
        }),
      ],
    });
  }
}
