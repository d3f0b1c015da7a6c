import { ArnFormat, Aws, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { ApiDefinition, EndpointType, SpecRestApi } from 'aws-cdk-lib/aws-apigateway';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { RouteContract } from '../adapters/http/contract.ts';
import { apiDefinition } from './api-definition.ts';
import { stageOptions } from './api-stage.ts';
import { makeAuthorizer } from './authorizer.ts';
import { addDomain } from './domain.ts';
import { Firewall } from './firewall.ts';
import { allow, RouteFunction, type ServiceProps } from './functions.ts';
import type { Secrets } from './secrets.ts';
import type { Stage } from './stages.ts';

export interface ServiceApiProps extends ServiceProps {
  readonly contracts: readonly RouteContract[];
  readonly secrets: Secrets;
}

/** The REST API: every route of the contracts with a function of its own, and one authorizer. */
export class ServiceApi extends Construct {
  readonly api: SpecRestApi;
  /** Where callers reach it. */
  readonly url: string;

  constructor(scope: Construct, id: string, { contracts, ...props }: ServiceApiProps) {
    super(scope, id);
    const { stage } = props;
    const authorizer = makeAuthorizer(this, props);
    const routes = contracts.map((contract) => ({
      contract,
      functionUri: invocationOf(new RouteFunction(this, { ...props, contract }).function),
    }));
    const definition = apiDefinition({
      name: stage.prefix,
      routes,
      authorizerUri: invocationOf(authorizer),
      invoker: this.makeInvoker(stage).roleArn,
      origins: stage.corsOrigins,
    });
    this.api = this.makeApi(stage, contracts, definition);
    this.acknowledgeRules(stage);
    if (stage.waf) new Firewall(this, 'Firewall', { stage, apiStage: this.api.deploymentStage });
    this.url = addDomain(this, this.api, stage) ?? this.api.url;
  }

  /**
   * The role with which API Gateway invokes the functions, which it knows by the beginning of their names: a list of all
   * would outgrow what a role's policy may hold, and permissions on each would be a resource each.
   *
   * Its trust names no source: API Gateway does not say for which API it assumes the role of an integration, so a
   * condition on `aws:SourceAccount` or `aws:SourceArn` would refuse every request. Whoever puts the role before another
   * API needs `iam:PassRole` on it, in this account.
   */
  private makeInvoker({ prefix }: Stage): Role {
    const functions = Stack.of(this).formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: `${prefix}-api-*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const role = new Role(this, 'Invoker', {
      description: `Invokes the functions of the API of ${prefix}`,
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
      inlinePolicies: {
        invoke: new PolicyDocument({ statements: [allow(['lambda:InvokeFunction'], [functions])] }),
      },
    });
    Validations.of(role).acknowledge({
      id:
        'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:lambda:<AWS::Region>:<AWS::AccountId>:function:' +
        `${prefix}-api-*]`,
      reason: 'The functions of this API, and nothing else, have names that begin so: decision 25.',
    });
    return role;
  }

  private makeApi(stage: Stage, contracts: readonly RouteContract[], definition: object): SpecRestApi {
    const logs = { retention: stage.logRetention, removalPolicy: stage.removalPolicy };
    const accessLog = new LogGroup(this, 'AccessLog', logs);
    const api = new SpecRestApi(this, 'Api', {
      restApiName: stage.prefix,
      description: 'Plans field work and puts the right person on it, without ever booking anyone twice',
      apiDefinition: ApiDefinition.fromInline(definition),
      endpointTypes: [EndpointType.REGIONAL],
      disableExecuteApiEndpoint: stage.domainName !== undefined,
      // API Gateway logs through one role of the account and region. Each stage sets its own and leaves it behind, so
      // that deleting one stage does not silence the other.
      cloudWatchRole: true,
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      deployOptions: stageOptions(stage, contracts, accessLog),
    });
    // The stack has an output of its own, which knows the domain.
    api.node.tryRemoveChild('Endpoint');
    // Made here, before API Gateway would make it: its logs would be kept for ever.
    const executionLog = new LogGroup(this, 'ExecutionLog', {
      ...logs,
      logGroupName: `API-Gateway-Execution-Logs_${api.restApiId}/${stage.name}`,
    });
    api.deploymentStage.node.addDependency(executionLog);
    return api;
  }

  private acknowledgeRules(stage: Stage): void {
    const acknowledge = (id: string, reason: string): void => {
      Validations.of(this.api).acknowledge({ id, reason });
    };
    acknowledge(
      'AwsSolutions-APIG2',
      'The pipeline of each function checks path, query, headers and body against the schemas of its contract, and ' +
        'names every problem. A validator of API Gateway would check less and answer in another form.',
    );
    acknowledge(
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
      'API Gateway writes its logs with one role of the account; AWS made this policy for that role.',
    );
    if (!stage.waf) {
      acknowledge(
        'AwsSolutions-APIG3',
        'A web ACL costs money while nobody calls: a stage gets one with -c waf=true. The throttles hold without it.',
      );
    }
  }
}

/** What API Gateway calls to invoke a function. */
const invocationOf = ({ functionArn }: LambdaFunction): string =>
  `arn:${Aws.PARTITION}:apigateway:${Aws.REGION}:lambda:path/2015-03-31/functions/${functionArn}/invocations`;
