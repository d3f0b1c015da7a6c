import { CfnOutput, Stack, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { RouteContract } from '../adapters/http/contract.ts';
import { ServiceApi } from './api.ts';
import type { Bundle } from './bundle.ts';
import { Events } from './events.ts';
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
      tags: { service: 'task-center', stage: stage.name },
    });
    const table = new ServiceTable(this, 'Table', stage);
    const secrets = new Secrets(this, 'Secrets', stage);
    const workshop = { stage, bundle, table };
    const api = new ServiceApi(this, 'Api', { ...workshop, contracts, secrets });
    const events = new Events(this, 'Events', workshop);
    const watch = new Watch(this, 'Watch', { stage, api, table, events });

    const output = (name: string, value: string): void => {
      new CfnOutput(this, name, { value });
    };
    output('ApiUrl', api.url);
    output('TableName', table.table.tableName);
    output('EventBusName', events.bus.eventBusName);
    output('DeadLetterQueueUrl', events.deadLetters.queueUrl);
    output('AlarmTopicArn', watch.topic.topicArn);
    if (secrets.bootstrap !== undefined) output('BootstrapSecretArn', secrets.bootstrap.secretArn);
    if (secrets.signing !== undefined) output('SigningSecretArn', secrets.signing.secretArn);

    if (stage.samLocal) {
      Validations.of(this).addWarning(
        'ForSamLocal',
        `This template of stage ${stage.name} is for "sam local". "cdk deploy --strict" refuses to deploy it.`,
      );
    } else if (stage.identity === 'oidc' && isExample(stage.oidcIssuer)) {
      Validations.of(this).addWarning(
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
