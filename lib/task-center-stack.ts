import { CfnOutput, Stack, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { RouteContract } from '../adapters/http/contract.ts';
import { ServiceApi } from './api.ts';
import type { Bundle } from './bundle.ts';
import { Events } from './events.ts';
import { Planner } from './planner.ts';
import { Secrets } from './secrets.ts';
import type { Stage } from './stages.ts';
import { ServiceTable } from './table.ts';
import { Watch } from './watch.ts';

export interface TaskCenterStackProps {
  readonly stage: Stage;
  readonly bundle: Bundle;
  readonly contracts: readonly RouteContract[];
}

/** One stage of the service, complete. Names are left to CloudFormation, or begin with the stage's prefix. */
export class TaskCenterStack extends Stack {
  constructor(scope: Construct, { stage, bundle, contracts }: TaskCenterStackProps) {
    super(scope, stage.prefix, {
      description: `Task Center, stage ${stage.name}`,
      terminationProtection: stage.isProtected,
      // Half of the bytes: CloudFormation takes a million.
      suppressTemplateIndentation: true,
      tags: { service: 'task-center', stage: stage.name },
    });
    const table = new ServiceTable(this, 'Table', stage);
    const secrets = new Secrets(this, 'Secrets', stage);
    const api = new ServiceApi(this, 'Api', { stage, bundle, table, secrets, contracts });
    const events = new Events(this, 'Events', { stage, bundle, table });
    const planner = new Planner(this, 'Planner', { stage, bundle, table, bus: events.bus });
    const watch = new Watch(this, 'Watch', { stage, api, table, events, planner });

    this.addOutputs({
      ApiUrl: api.url,
      TableName: table.table.tableName,
      EventBusName: events.bus.eventBusName,
      DeadLetterQueueUrl: events.deadLetters.queueUrl,
      PlannerDeadLetterQueueUrl: planner.deadLetters.queueUrl,
      AlarmTopicArn: watch.topic.topicArn,
      BootstrapSecretArn: secrets.bootstrap?.secretArn,
      SigningSecretArn: secrets.signing?.secretArn,
    });
    this.addWarnings(stage);
  }

  private addOutputs(outputs: Readonly<Record<string, string | undefined>>): void {
    for (const [name, value] of Object.entries(outputs)) {
      if (value !== undefined) new CfnOutput(this, name, { value });
    }
  }

  /** `cdk deploy --strict` refuses to deploy what is warned of. */
  private addWarnings(stage: Stage): void {
    const warnings = Validations.of(this);
    if (stage.samLocal) {
      warnings.addWarning(
        'ForSamLocal',
        `This template of stage ${stage.name} is for "sam local". "cdk deploy --strict" refuses to deploy it.`,
      );
    } else if (stage.identity === 'oidc' && isExample(stage.oidcIssuer)) {
      warnings.addWarning(
        'ExampleIssuer',
        `Stage ${stage.name} takes tokens of ${stage.oidcIssuer}, an example that exists nowhere: nobody can log in. ` +
          'Set oidcIssuer and oidcAudience (cdk.json, or -c), or choose -c identity=builtin. ' +
          '"cdk deploy --strict" refuses to deploy this.',
      );
    }
  }
}

/** RFC 2606 keeps example.com for documents. */
const isExample = (issuer: string | undefined): issuer is string =>
  issuer !== undefined && /(^|\.)example\.(com|net|org)$/.test(new URL(issuer).hostname);
