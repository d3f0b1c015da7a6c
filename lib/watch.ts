import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { thresholds } from './alarms.ts';
import { addDashboard } from './dashboard.ts';
import { figuresOf, type Watched } from './figures.ts';
import type { Stage } from './stages.ts';

/** The alarms of a stage, the topic that they call, and the dashboard. */
export class Watch extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, watched: Watched) {
    super(scope, id);
    const { stage } = watched;
    this.topic = this.makeTopic(stage);
    const figures = figuresOf(watched);
    const alarms = thresholds(figures).map(({ id: name, description, metric, over, times, periods }) => {
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
    addDashboard(this, { stage, figures, alarms });
  }

  /**
   * The topic has a policy of its own (TLS only), which takes the place of the one that SNS gives a topic: so it must say
   * that CloudWatch may publish, for the alarms of this stage only.
   */
  private makeTopic({ prefix, alarmEmail }: Stage): Topic {
    const topic = new Topic(this, 'Topic', { displayName: `Alarms of ${prefix}`, enforceSSL: true });
    const { account } = Stack.of(this);
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisStage',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: {
            'aws:SourceArn': Stack.of(this).formatArn({
              service: 'cloudwatch',
              resource: 'alarm',
              resourceName: `${prefix}-*`,
              arnFormat: ArnFormat.COLON_RESOURCE_NAME,
            }),
          },
        },
      }),
    );
    if (alarmEmail !== undefined) topic.addSubscription(new EmailSubscription(alarmEmail));
    return topic;
  }
}
