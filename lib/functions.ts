import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, CfnFunction, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { leadingKeys } from '../adapters/dynamodb/keys.ts';
import { grantsOf, indexesOf, type RouteContract } from '../adapters/http/contract.ts';
import { ENV } from '../adapters/runtime/environment.ts';
import { getBoardFile, getBoardSettings, openBoard } from '../functions/board/contract.ts';
import { changeOwnPassword } from '../functions/directory/contract.ts';
import { bootstrapAdmin, changeUser, createUser, devLogin } from '../functions/identity/contract.ts';
import { HANDLER, NOT_DEPLOYED, type Bundle } from './bundle.ts';
import type { Secrets } from './secrets.ts';
import type { Stage } from './stages.ts';
import type { ServiceTable } from './table.ts';

/** What every function needs of its stage. */
export interface ServiceProps {
  readonly stage: Stage;
  readonly bundle: Bundle;
  readonly table: ServiceTable;
}

/**
 * Lambda gives CPU by memory: 1,769 MB are one core. A request is a few milliseconds of JSON, signatures and TLS around
 * waiting for the table, so more than half a core only costs; but with less, the first request after a cold start waits
 * for its TLS handshake. A process holds about 110 MB.
 */
const MEMORY_MB = 1_024;
/** A password is hashed on purpose with a third of a second of a whole core (`adapters/security/passwords.ts`). */
const HASHING_MEMORY_MB = 1_769;
const HASHING: readonly RouteContract[] = [devLogin, bootstrapAdmin, createUser, changeUser, changeOwnPassword];

/** These say how one signs in, and let the page ask the issuer. */
const BOARD: readonly RouteContract[] = [openBoard, getBoardFile, getBoardSettings];

/** API Gateway gives up after 29 s. What runs longer is paid for and answers nobody. */
const TIMEOUT = Duration.seconds(28);

/** `sam local` sets a variable only where the template declares it. Empty, they count as absent. */
const FOR_SAM = { [ENV.dynamodbEndpoint]: '', [ENV.localSecrets]: '', [ENV.logFormat]: '' };

/** `sam local` runs containers of the architecture that the template names: that of this machine needs no emulation. */
const architectureOf = ({ samLocal }: Stage): Architecture =>
  samLocal && process.arch === 'x64' ? Architecture.X86_64 : Architecture.ARM_64;

export const allow = (actions: readonly string[], resources: readonly string[]): PolicyStatement =>
  new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [...resources] });

export const allowReading = (secret: Secret): PolicyStatement =>
  allow(['secretsmanager:GetSecretValue'], [secret.secretArn]);

export interface ServiceFunctionProps extends ServiceProps {
  /** Follows the stage's prefix in the name of the function. What the API invokes begins with `api-`: decision 25. */
  readonly name: string;
  readonly description: string;
  /** File below `functions/`, without its extension. */
  readonly handler: string;
  readonly statements: readonly PolicyStatement[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly memorySize?: number;
  readonly timeout?: Duration;
}

/**
 * One log group for all functions of a stage: one place to search, and a resource less for every route, of which
 * CloudFormation allows 500 in a stack.
 */
export const functionLogsOf = (scope: Construct, { logRetention, removalPolicy }: Stage): LogGroup => {
  const stack = Stack.of(scope);
  const known = stack.node.tryFindChild('FunctionLogs');
  return known instanceof LogGroup
    ? known
    : new LogGroup(stack, 'FunctionLogs', { retention: logRetention, removalPolicy });
};

/** A Lambda function of the service, with a role of its own. It may do what `statements` say, and log. */
export class ServiceFunction extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    const { stage, bundle, table, name, description, handler, statements } = props;
    const logGroup = functionLogsOf(this, stage);
    // The policies are part of the role: with one resource less a function, and there before the function is.
    const role = new Role(this, 'Role', {
      description: `What ${handler} of ${stage.prefix} may do`,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        work: new PolicyDocument({
          statements: [
            ...statements,
            allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]),
            allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], ['*']),
          ],
        }),
      },
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray has no resources to name: PutTraceSegments and PutTelemetryRecords take "*" only.',
    });
    this.function = new LambdaFunction(this, 'Function', {
      functionName: `${stage.prefix}-${name}`,
      description,
      runtime: Runtime.NODEJS_24_X,
      architecture: architectureOf(stage),
      code: Code.fromAsset(bundle.folderOf(handler), { exclude: NOT_DEPLOYED }),
      handler: HANDLER.name,
      memorySize: props.memorySize ?? MEMORY_MB,
      timeout: props.timeout ?? TIMEOUT,
      role,
      logGroup,
      environment: {
        [ENV.tableName]: table.table.tableName,
        [ENV.stage]: stage.name,
        [ENV.logLevel]: stage.logLevel,
        [ENV.identityMode]: stage.identity,
        ...props.environment,
        ...(stage.samLocal ? FOR_SAM : {}),
      },
    });
    // The construct's own `tracing` would add a policy of its own to the role.
    const resource = this.function.node.defaultChild;
    if (resource instanceof CfnFunction) resource.tracingConfig = { mode: 'Active' };
  }
}

const arnAction = (action: string): string => `dynamodb:${action}`;

/** What a route may do to the table, by its contract: a list reads the partitions of its own kind only. */
const tableStatements = (contract: RouteContract, table: ServiceTable): readonly PolicyStatement[] => {
  const actions = grantsOf(contract);
  const indexes = indexesOf(contract);
  const onTable = allow(actions.map(arnAction), [table.table.tableArn]);
  if (contract.list !== undefined)
    onTable.addCondition('ForAllValues:StringLike', { 'dynamodb:LeadingKeys': [leadingKeys(contract.list)] });
  return [
    ...(actions.length === 0 ? [] : [onTable]),
    ...(indexes.length === 0
      ? []
      : [
          allow(
            [arnAction('Query')],
            indexes.map((name) => table.indexArn(name)),
          ),
        ]),
  ];
};

const signInOf = ({ identity, oidcIssuer, oidcAudience, oidcClientId }: Stage): Record<string, string> =>
  identity === 'builtin'
    ? {}
    : {
        ...(oidcIssuer === undefined ? {} : { [ENV.oidcIssuer]: oidcIssuer }),
        ...(oidcAudience === undefined ? {} : { [ENV.oidcAudience]: oidcAudience }),
        ...(oidcClientId === undefined ? {} : { [ENV.oidcClientId]: oidcClientId }),
      };

/** The function of one route: what it may do and what it is told follow from the contract. */
export class RouteFunction extends ServiceFunction {
  constructor(
    scope: Construct,
    { contract, secrets, ...props }: ServiceProps & { readonly contract: RouteContract; readonly secrets: Secrets },
  ) {
    const { stage, table } = props;
    const readable: readonly (readonly [string, Secret])[] = [
      ...(contract === devLogin && secrets.signing !== undefined
        ? ([[ENV.signingSecretId, secrets.signing]] as const)
        : []),
      ...(contract.access === 'bootstrap' && secrets.bootstrap !== undefined
        ? ([[ENV.bootstrapSecretId, secrets.bootstrap]] as const)
        : []),
    ];
    const isHashing = HASHING.includes(contract);
    super(scope, contract.operation, {
      ...props,
      name: `api-${contract.operation}`,
      description: `${contract.method} ${contract.path} (${stage.name}): ${contract.summary}`,
      handler: contract.handler,
      statements: [...tableStatements(contract, table), ...readable.map(([, secret]) => allowReading(secret))],
      environment: {
        ...Object.fromEntries(readable.map(([name, secret]) => [name, secret.secretArn])),
        [ENV.tenantShare]: String(stage.tenantShare),
        ...(stage.publicUrl === undefined ? {} : { [ENV.publicUrl]: stage.publicUrl }),
        ...(contract.list === 'audit_entry' ? { [ENV.auditDays]: String(stage.auditDays) } : {}),
        ...(isHashing ? { [ENV.passwordMinLength]: String(stage.passwordMinLength) } : {}),
        ...(BOARD.includes(contract) ? signInOf(stage) : {}),
        ...(stage.corsOrigins.length === 0 ? {} : { [ENV.corsOrigins]: stage.corsOrigins.join(',') }),
      },
      ...(isHashing ? { memorySize: HASHING_MEMORY_MB } : {}),
    });
  }
}
