import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  AuthorizationType,
  AwsIntegration,
  EndpointType,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RestApi,
  SecurityPolicy,
  type CorsOptions,
  type Method,
  type MethodDeploymentOptions,
} from 'aws-cdk-lib/aws-apigateway';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { ARecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { ApiGateway } from 'aws-cdk-lib/aws-route53-targets';
import { Construct } from 'constructs';
import { gatewayPaths, type RouteContract } from '../adapters/http/contract.ts';
import { CORS } from '../adapters/http/cors.ts';
import { bootstrapAdmin, createTenant, devLogin } from '../functions/identity/contract.ts';
import { Authorizer } from './authorizer.ts';
import { Firewall } from './firewall.ts';
import { allow, RouteFunction, type Workshop } from './functions.ts';
import { addGatewayResponses } from './gateway-responses.ts';
import type { Secrets } from './secrets.ts';
import type { Stage } from './stages.ts';

/** Guessing passwords or the bootstrap key must be slow, whoever guesses. */
const GUESSABLE = { throttlingRateLimit: 5, throttlingBurstLimit: 10 };
const GUESSABLE_ROUTES: readonly RouteContract[] = [devLogin, createTenant, bootstrapAdmin];

/** Neither the caller's address nor the user: the function's own log names the user, by id. */
const ACCESS_LOG = {
  request_id: '$context.requestId',
  extended_request_id: '$context.extendedRequestId',
  trace_id: '$context.xrayTraceId',
  time: '$context.requestTime',
  method: '$context.httpMethod',
  route: '$context.resourcePath',
  status: '$context.status',
  latency_ms: '$context.responseLatency',
  integration_latency_ms: '$context.integrationLatency',
  integration_status: '$context.integrationStatus',
  response_bytes: '$context.responseLength',
  protocol: '$context.protocol',
  tenant_id: '$context.authorizer.tenant_id',
  authorizer_status: '$context.authorizer.status',
  authorizer_latency_ms: '$context.authorizer.latency',
  gateway_answer: '$context.error.responseType',
  waf_status: '$context.waf.status',
} as const;

/** The REST API: every route of the contracts with a function of its own, and one authorizer. */
export class ServiceApi extends Construct {
  readonly api: RestApi;
  readonly functions: readonly RouteFunction[];
  /** Where callers reach it. */
  readonly url: string;

  constructor(
    scope: Construct,
    id: string,
    {
      contracts,
      secrets,
      ...workshop
    }: Workshop & { readonly contracts: readonly RouteContract[]; readonly secrets: Secrets },
  ) {
    super(scope, id);
    const { stage } = workshop;
    this.api = this.makeApi(stage, contracts);
    addGatewayResponses(this.api, { isReadableByPages: stage.corsOrigins.length > 0 });
    this.acknowledgeRules(stage);

    const { authorizer } = new Authorizer(this, 'Authorizer', { ...workshop, secrets });
    const invoked = new PolicyDocument();
    const invoker = this.makeInvoker(stage, invoked);
    this.functions = contracts.map((contract) => {
      const route = new RouteFunction(this, { ...workshop, secrets, contract });
      invoked.addStatements(allow(['lambda:InvokeFunction'], [route.function.functionArn]));
      const integration = invocation(route.function, invoker);
      const isOpen = contract.access === 'public' || contract.access === 'bootstrap';
      for (const path of gatewayPaths(contract)) {
        const method = this.api.root
          .resourceForPath(path)
          .addMethod(
            contract.method,
            integration,
            isOpen
              ? { authorizationType: AuthorizationType.NONE }
              : { authorizer, authorizationType: AuthorizationType.CUSTOM },
          );
        acknowledgeMethod(method, contract);
      }
      return route;
    });
    this.acknowledgePreflights();
    if (stage.waf) new Firewall(this, 'Firewall', { stage, apiStage: this.api.deploymentStage });
    this.url = this.addDomain(stage) ?? this.api.url;
  }

  /**
   * The role with which API Gateway invokes the functions of the routes. A permission for each method would be a
   * resource for each, and CloudFormation allows 500 in a stack.
   *
   * Its trust names no source: API Gateway does not say for which API it assumes the role of an integration, so a
   * condition on `aws:SourceAccount` or `aws:SourceArn` would refuse every request. Whoever puts the role before another
   * API needs `iam:PassRole` on it, in this account.
   */
  private makeInvoker(stage: Stage, invoked: PolicyDocument): Role {
    return new Role(this, 'Invoker', {
      description: `Invokes the functions of the routes of ${stage.prefix}`,
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
      inlinePolicies: { invoke: invoked },
    });
  }

  private makeApi(stage: Stage, routes: readonly RouteContract[]): RestApi {
    const logs = { retention: stage.logRetention, removalPolicy: stage.removalPolicy };
    const accessLog = new LogGroup(this, 'AccessLog', logs);
    const api = new RestApi(this, 'Api', {
      restApiName: stage.prefix,
      description: 'Plans field work and puts the right person on it, without ever booking anyone twice',
      endpointTypes: [EndpointType.REGIONAL],
      disableExecuteApiEndpoint: stage.domainName !== undefined,
      // API Gateway logs through one role of the account and region. Each stage sets its own and leaves it behind, so
      // that deleting one stage does not silence the other.
      cloudWatchRole: true,
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      deployOptions: {
        stageName: stage.name,
        tracingEnabled: true,
        metricsEnabled: true,
        loggingLevel: MethodLoggingLevel.ERROR,
        dataTraceEnabled: false,
        throttlingRateLimit: stage.throttle.rate,
        throttlingBurstLimit: stage.throttle.burst,
        methodOptions: methodOptions(stage, routes),
        accessLogDestination: new LogGroupLogDestination(accessLog),
        accessLogFormat: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
      ...(stage.corsOrigins.length === 0 ? {} : { defaultCorsPreflightOptions: preflight(stage) }),
    });
    // Made here, before API Gateway would make it: its logs would be kept for ever.
    const executionLog = new LogGroup(this, 'ExecutionLog', {
      ...logs,
      logGroupName: `API-Gateway-Execution-Logs_${api.restApiId}/${stage.name}`,
    });
    api.deploymentStage.node.addDependency(executionLog);
    return api;
  }

  /** A name of its own for the API, when the stage has one; its address record, when the zone is known. */
  private addDomain({ domainName, certificateArn, hostedZoneId, hostedZoneName }: Stage): string | undefined {
    if (domainName === undefined || certificateArn === undefined) return undefined;
    this.api.addDomainName('Domain', {
      domainName,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      endpointType: EndpointType.REGIONAL,
      securityPolicy: SecurityPolicy.TLS_1_2,
    });
    if (hostedZoneId !== undefined && hostedZoneName !== undefined) {
      const zone = HostedZone.fromHostedZoneAttributes(this, 'Zone', { hostedZoneId, zoneName: hostedZoneName });
      new ARecord(this, 'Address', {
        zone,
        recordName: `${domainName}.`,
        target: RecordTarget.fromAlias(new ApiGateway(this.api)),
      });
    }
    return `https://${domainName}/`;
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
      'AwsSolutions-COG4',
      'The authorizer verifies tokens of any OpenID Connect issuer, Cognito among them, and of the built-in identity.',
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

  private acknowledgePreflights(): void {
    for (const method of this.api.methods.filter(({ httpMethod }) => httpMethod === 'OPTIONS')) {
      Validations.of(method).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason: 'Browsers send no token with a preflight request. A mock answers it.',
      });
    }
  }
}

/** As CDK's own `LambdaIntegration`, but with a role instead of permissions. */
const invocation = (handler: LambdaFunction, credentialsRole: Role): AwsIntegration =>
  new AwsIntegration({
    service: 'lambda',
    path: `2015-03-31/functions/${handler.functionArn}/invocations`,
    proxy: true,
    options: { credentialsRole },
  });

const acknowledgeMethod = (method: Method, { access }: RouteContract): void => {
  if (access !== 'public' && access !== 'bootstrap') return;
  Validations.of(method).acknowledge({
    id: 'AwsSolutions-APIG4',
    reason:
      access === 'bootstrap'
        ? 'The first tenant and its admin are made before any token is; the function demands the bootstrap key.'
        : 'The contract makes this route public: whoever monitors it, or logs in, has no token.',
  });
};

/** API Gateway writes the path of a method's settings with `~1` for each slash; CDK does so itself. */
const methodOptions = (stage: Stage, routes: readonly RouteContract[]): Record<string, MethodDeploymentOptions> => {
  const settings = { throttlingRateLimit: stage.throttle.rate, throttlingBurstLimit: stage.throttle.burst };
  return Object.fromEntries(
    routes
      .filter((contract) => GUESSABLE_ROUTES.includes(contract))
      .map(({ method, path }) => [
        `${path}/${method}`,
        {
          ...settings,
          ...GUESSABLE,
          metricsEnabled: true,
          loggingLevel: MethodLoggingLevel.ERROR,
          dataTraceEnabled: false,
        },
      ]),
  );
};

const preflight = ({ corsOrigins }: Stage): CorsOptions => ({
  allowOrigins: [...corsOrigins],
  allowMethods: [...CORS.methods],
  allowHeaders: [...CORS.requestHeaders],
  exposeHeaders: [...CORS.responseHeaders],
  maxAge: Duration.hours(1),
});
