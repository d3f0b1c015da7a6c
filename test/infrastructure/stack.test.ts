import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import * as keys from '../../adapters/dynamodb/keys.ts';
import type { Key } from '../../adapters/dynamodb/keys.ts';
import { toldBy } from '../../adapters/dynamodb/stream.ts';
import { KEY, LIST_INDEXES } from '../../adapters/dynamodb/table.ts';
import { grantsOf, indexesOf, type RouteContract } from '../../adapters/http/contract.ts';
import { PROBLEM_CONTENT_TYPE, problemSchema } from '../../adapters/http/problems.ts';
import { ENV, readEnvironment } from '../../adapters/runtime/environment.ts';
import { metricsOf } from '../../adapters/runtime/metrics.ts';
import { LIMITS } from '../../core/limits.ts';
import { DEPLOYED } from '../../functions/contracts.ts';
import { gatewayProblems, gatewayRoutes } from '../../local/routing.ts';
import { tableDefinition } from '../../local/table.ts';
import {
  authorizerOf,
  definitionOf,
  functionOf,
  functionProperties,
  methodsOf,
  OIDC_CONTRACTS,
  permissionsOf,
  permissionsOfRole,
} from './service.ts';
import {
  EVERYTHING,
  functionIn,
  listOf,
  ofType,
  referred,
  removeFolders,
  synthesize,
  templateOf,
  textOf,
  theOne,
  type Template,
} from './templates.ts';

const both = synthesize({ stage: 'all' });
const dev = templateOf(both, 'task-center-dev');
const prod = templateOf(both, 'task-center-prod');
const rich = templateOf(synthesize({ stage: 'dev', ...EVERYTHING }), 'task-center-dev');
afterAll(removeFolders);

const STAGES: readonly (readonly [string, Template, readonly RouteContract[]])[] = [
  ['dev', dev, OIDC_CONTRACTS],
  ['prod', prod, OIDC_CONTRACTS],
  ['dev with everything', rich, DEPLOYED],
];

const only = (template: Template, type: string): string => {
  const ids = [...ofType(template, type).keys()];
  expect(ids).toHaveLength(1);
  return ids[0] ?? '';
};
const functionIds = (template: Template): readonly string[] => [...ofType(template, 'AWS::Lambda::Function').keys()];
const authorizerFunction = (template: Template): string => functionIn(template, authorizerOf(template).authorizerUri);
const nameOf = (template: Template, id: string): string =>
  z.looseObject({ FunctionName: z.string() }).parse(functionProperties(template, id)).FunctionName;
/** The one resource of a type in a construct of the stack. */
const partOf = (template: Template, construct: string, type: string): readonly [string, Record<string, unknown>] => {
  const [part, ...others] = [...ofType(template, type)].filter(([id]) => id.startsWith(construct));
  if (part === undefined || others.length > 0) throw new Error(`${construct} has ${others.length} more of ${type}.`);
  return [part[0], part[1].Properties];
};
const MAPPING = 'AWS::Lambda::EventSourceMapping';
const fedFunction = (template: Template, construct: string): string =>
  referred(partOf(template, construct, MAPPING)[1]['FunctionName']);
const publisherFunction = (template: Template): string => fedFunction(template, 'EventsStream');
const plannerFunction = (template: Template): string => fedFunction(template, 'PlannerSource');
const queueIn = (template: Template, construct: string): string => partOf(template, construct, 'AWS::SQS::Queue')[0];

describe.each(STAGES)('the routes of %s', (_, template, contracts) => {
  it('are those of the contracts and of the local gateway', () => {
    expect(
      methodsOf(template)
        .map(({ route }) => route)
        .toSorted(),
    ).toEqual(gatewayRoutes(contracts).toSorted());
  });

  it('are paths that API Gateway deploys', () => {
    expect(gatewayProblems(contracts)).toEqual([]);
    const paths = Object.keys(definitionOf(template).paths).filter((path) => path !== '/');
    const parts = paths.flatMap((path) => path.slice(1).split('/'));
    expect(parts.filter((part) => !/^[\w.:,-]+$|^\{[\w.-]+\+?\}$/.test(part))).toEqual([]);
  });

  it('each call a function of their own, whose name says which', () => {
    const methods = methodsOf(template);
    expect(methods.filter(({ integration }) => integration !== 'aws_proxy by POST')).toEqual([]);
    expect(new Set(methods.map((method) => method.function)).size).toBe(contracts.length);
    for (const contract of contracts) {
      const id = functionOf(template, contract);
      expect(nameOf(template, id)).toMatch(new RegExp(`^task-center-(dev|prod)-api-${contract.operation}$`));
      expect(functionProperties(template, id)).toHaveProperty(
        'Description',
        expect.stringContaining(`${contract.method} ${contract.path} (`),
      );
    }
  });

  it('are invoked by a role that may invoke what the API calls, and nothing else', () => {
    const called = new Set([...methodsOf(template).map((method) => method.function), authorizerFunction(template)]);
    const { authorizerCredentials } = authorizerOf(template);
    const [invoker = '', ...others] = new Set([
      ...methodsOf(template).map((method) => method.invoker),
      referred(authorizerCredentials),
    ]);
    expect(others).toEqual([]);
    const [permission = '', ...more] = permissionsOfRole(template, invoker);
    expect(more).toEqual([]);
    const [, beginning] =
      /^lambda:InvokeFunction arn:<AWS::Partition>:lambda:<AWS::Region>:<AWS::AccountId>:function:([\w-]+)\*$/.exec(
        permission,
      ) ?? [];
    expect(beginning).toMatch(/^task-center-(dev|prod)-api-$/);
    const invocable = functionIds(template).filter((id) => nameOf(template, id).startsWith(beginning ?? ''));
    expect(new Set(invocable)).toEqual(called);
    expect(template.Resources[invoker]?.Properties['AssumeRolePolicyDocument']).toMatchObject({
      Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'apigateway.amazonaws.com' } }],
    });
    expect([...ofType(template, 'AWS::Lambda::Permission').keys()]).toEqual([]);
  });

  it('ask the one authorizer, unless the contract is public or takes the bootstrap key', () => {
    const { name } = authorizerOf(template);
    const open = new Set(
      gatewayRoutes(contracts.filter(({ access }) => access === 'public' || access === 'bootstrap')).map(String),
    );
    for (const { route, authorizers } of methodsOf(template)) {
      expect({ route, authorizers }).toEqual({ route, authorizers: open.has(route) ? [] : [name] });
    }
  });

  it('leave no route open that writes without a secret', () => {
    const open = methodsOf(template).filter(({ authorizers }) => authorizers.length === 0);
    const writing = open.filter(({ route }) => !/^(GET|HEAD) /.test(route));
    for (const method of writing) {
      const readsSecret = permissionsOf(template, method.function).some((permission) =>
        permission.startsWith('secretsmanager:GetSecretValue '),
      );
      expect({ route: method.route, readsSecret }).toEqual({ route: method.route, readsSecret: true });
    }
    if (contracts === OIDC_CONTRACTS) expect(writing).toEqual([]);
  });
});

it('lets the authorizer be cached for five minutes by the Authorization header', () => {
  expect(authorizerOf(dev)).toMatchObject({
    type: 'request',
    identitySource: 'method.request.header.Authorization',
    authorizerResultTtlInSeconds: 300,
  });
});

const policiesSchema = z.looseObject({
  Policies: z.tuple([
    z.looseObject({
      PolicyDocument: z.looseObject({
        Statement: z.array(z.looseObject({ Resource: z.unknown(), Condition: z.unknown().optional() })),
      }),
    }),
  ]),
});

describe.each(STAGES)('the permissions of %s', (_, template, contracts) => {
  const tableArn = `<${only(template, 'AWS::DynamoDB::Table')}.Arn>`;
  const logged = (id: string): readonly string[] => {
    const { LoggingConfig } = z
      .looseObject({ LoggingConfig: z.object({ LogGroup: z.unknown() }) })
      .parse(functionProperties(template, id));
    const group = `<${referred(LoggingConfig.LogGroup)}.Arn>`;
    return [
      `logs:CreateLogStream ${group}`,
      `logs:PutLogEvents ${group}`,
      'xray:PutTelemetryRecords *',
      'xray:PutTraceSegments *',
    ];
  };
  const secretNamed = (name: string): readonly string[] =>
    [...ofType(template, 'AWS::SecretsManager::Secret').keys()].filter((id) => id.startsWith(`Secrets${name}`));
  const reading = (name: string): readonly string[] =>
    secretNamed(name).map((id) => `secretsmanager:GetSecretValue <${id}>`);

  it.each(contracts)('of $operation are those of its contract', (contract) => {
    const id = functionOf(template, contract);
    const indexes = indexesOf(contract);
    expect(permissionsOf(template, id)).toEqual(
      [
        ...grantsOf(contract).map((action) => `dynamodb:${action} ${tableArn}`),
        ...indexes.map((name) => `dynamodb:Query ${tableArn}/index/${name}`),
        ...(contract.operation === 'devLogin' ? reading('Signing') : []),
        ...(contract.access === 'bootstrap' ? reading('Bootstrap') : []),
        ...logged(id),
      ].toSorted(),
    );
  });

  it('of a list are for the partitions of its kind only: the users themselves are in none', () => {
    // Violations are of tasks and calendars together: no list of one kind.
    const lists = contracts.filter(
      ({ paged, params, operation }) => paged === true && params === undefined && operation !== 'listViolations',
    );
    for (const contract of lists) {
      const role = referred(functionProperties(template, functionOf(template, contract)).Role);
      const [{ PolicyDocument }] = policiesSchema.parse(template.Resources[role]?.Properties).Policies;
      const conditions = PolicyDocument.Statement.filter(({ Resource }) => textOf(Resource) === tableArn).map(
        ({ Condition }) => Condition,
      );
      const leading = keys.leadingKeys(contract.list ?? 'user');
      expect(leading).not.toContain('USER');
      expect([contract.operation, contract.list !== undefined, conditions]).toEqual([
        contract.operation,
        true,
        [{ 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [leading] } }],
      ]);
    }
    expect(lists.length).toBeGreaterThan(6);
  });

  it('of the authorizer are to read its secrets, and of the table who may do what', () => {
    const id = authorizerFunction(template);
    expect(permissionsOf(template, id)).toEqual(
      [
        ...reading('Cursor'),
        ...reading('Signing'),
        ...(reading('Signing').length === 0
          ? []
          : ['BatchGetItem', 'GetItem'].map((action) => `dynamodb:${action} ${tableArn}`)),
        ...logged(id),
      ].toSorted(),
    );
  });

  it('of the publisher are to read the stream, write the trail, publish on the bus and give up', () => {
    const id = publisherFunction(template);
    const stream = tableArn.replace('.Arn', '.StreamArn');
    expect(permissionsOf(template, id)).toEqual(
      [
        ...['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map(
          (action) => `dynamodb:${action} ${stream}`,
        ),
        `dynamodb:PutItem ${tableArn}`,
        `events:PutEvents <${only(template, 'AWS::Events::EventBus')}.Arn>`,
        `sqs:SendMessage <${queueIn(template, 'EventsDeadLetters')}.Arn>`,
        ...logged(id),
      ].toSorted(),
    );
  });

  it('of the planner are to take requests, read what a plan is made from, and write plans', () => {
    const id = plannerFunction(template);
    const queue = `<${queueIn(template, 'PlannerQueue')}.Arn>`;
    expect(permissionsOf(template, id)).toEqual(
      [
        ...['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'].map(
          (action) => `dynamodb:${action} ${tableArn}`,
        ),
        ...['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'].map((action) => `sqs:${action} ${queue}`),
        ...logged(id),
      ].toSorted(),
    );
    const role = referred(functionProperties(template, id).Role);
    const [{ PolicyDocument }] = policiesSchema.parse(template.Resources[role]?.Properties).Policies;
    const writing = PolicyDocument.Statement.filter((one) => JSON.stringify(one).includes('PutItem'));
    expect(writing.map(({ Condition }) => Condition)).toEqual([
      { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['T#*#PLANS', 'T#*#PLAN#*'] } },
    ]);
  });

  it('name every action, and every resource but those of X-Ray and of the invoker, in every role', () => {
    const all = [...ofType(template, 'AWS::IAM::Role').keys()].flatMap((id) => permissionsOfRole(template, id));
    expect(all.length).toBeGreaterThan(contracts.length);
    const wild = all.filter((permission) => permission.includes('*') && !permission.startsWith('xray:'));
    expect(wild).toEqual([expect.stringMatching(/^lambda:InvokeFunction /)]);
    expect([...ofType(template, 'AWS::IAM::Policy').keys()]).toEqual([]);
    expect([...ofType(template, 'AWS::IAM::ManagedPolicy').keys()]).toEqual([]);
  });

  it('come from a role for each function, without managed policies', () => {
    const roles = functionIds(template).map((id) => referred(functionProperties(template, id).Role));
    expect(new Set(roles).size).toBe(roles.length);
    for (const role of roles) expect(template.Resources[role]?.Properties).not.toHaveProperty('ManagedPolicyArns');
  });
});

describe('the secrets', () => {
  it('are made at the deployment, and no text of them is in the template', () => {
    for (const template of [dev, prod, rich]) {
      for (const { Properties } of ofType(template, 'AWS::SecretsManager::Secret').values()) {
        expect(Properties).not.toHaveProperty('SecretString');
        expect(Properties).toMatchObject({
          GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
        });
      }
      expect(JSON.stringify(template)).not.toContain('{{resolve:');
    }
  });

  it('are one with OIDC, and three with the built-in identity', () => {
    expect(ofType(dev, 'AWS::SecretsManager::Secret').size).toBe(1);
    expect(ofType(rich, 'AWS::SecretsManager::Secret').size).toBe(3);
  });

  it('hold the signing keys in the form that the tokens are made with', () => {
    const [signing] = [...ofType(rich, 'AWS::SecretsManager::Secret')].filter(([id]) =>
      id.startsWith('SecretsSigning'),
    );
    expect(signing?.[1].Properties).toMatchObject({
      GenerateSecretString: { SecretStringTemplate: '{"current":"k1"}', GenerateStringKey: 'k1' },
    });
  });
});

describe.each(STAGES)('the environment of %s', (_, template, contracts) => {
  const variablesOf = (id: string): Readonly<Record<string, unknown>> =>
    functionProperties(template, id).Environment.Variables;

  it('is one that the functions accept', () => {
    for (const id of functionIds(template)) {
      const variables = Object.entries(variablesOf(id)).map(
        ([name, value]) => [name, typeof value === 'string' ? value : textOf(value)] as const,
      );
      expect(readEnvironment(Object.fromEntries(variables))).toMatchObject({
        LOG_FORMAT: 'json',
        IDENTITY_MODE: contracts === DEPLOYED ? 'builtin' : 'oidc',
      });
      expect(variables.map(([name]) => name).filter((name) => !Object.values<string>(ENV).includes(name))).toEqual([]);
    }
  });

  it('names each secret to those alone who may read it', () => {
    for (const id of functionIds(template)) {
      const named = [ENV.cursorSecretId, ENV.signingSecretId, ENV.bootstrapSecretId]
        .map((name) => variablesOf(id)[name])
        .filter((value) => value !== undefined)
        .map((value) => `secretsmanager:GetSecretValue ${textOf(value)}`);
      const readable = permissionsOf(template, id).filter((one) => one.startsWith('secretsmanager:'));
      expect(named.toSorted()).toEqual(readable);
    }
  });

  it('demands longer passwords of those who set one', () => {
    const demanding = contracts.filter(
      (contract) => ENV.passwordMinLength in variablesOf(functionOf(template, contract)),
    );
    const setting = ['bootstrapAdmin', 'changeOwnPassword', 'changeUser', 'createUser', 'devLogin'];
    expect(demanding.map(({ operation }) => operation).toSorted()).toEqual(
      setting.filter((operation) => contracts.some((contract) => contract.operation === operation)),
    );
  });
});

it('tells every function of a route where the service is reached, and the publisher how long the trail is kept', () => {
  const variablesOf = (id: string) => functionProperties(rich, id).Environment.Variables;
  for (const contract of DEPLOYED)
    expect(variablesOf(functionOf(rich, contract))[ENV.publicUrl]).toBe('https://planning.example.com');
  const { AUDIT_DAYS } = readEnvironment({
    [ENV.tableName]: 'tasks',
    [ENV.auditDays]: z.string().parse(variablesOf(publisherFunction(rich))[ENV.auditDays]),
  });
  expect(AUDIT_DAYS).toBe(30);
  const list = DEPLOYED.filter((contract) => contract.list === 'audit_entry');
  expect(list.map((contract) => variablesOf(functionOf(rich, contract))[ENV.auditDays])).toEqual(['30']);
});

it('bounds what one tenant may use of the time of every function of a route', () => {
  const shareOf = (more: object): number => readEnvironment({ [ENV.tableName]: 'tasks', ...more }).TENANT_SHARE;
  expect(shareOf({})).toBe(1);
  for (const contract of DEPLOYED) {
    const { [ENV.tenantShare]: share } = functionProperties(rich, functionOf(rich, contract)).Environment.Variables;
    expect(shareOf({ [ENV.tenantShare]: share })).toBe(0.8);
  }
});

it('tells the authorizer of an OIDC stage whom to trust', () => {
  expect(functionProperties(prod, authorizerFunction(prod)).Environment.Variables).toMatchObject({
    OIDC_ISSUER: 'https://login.task-center.test',
    OIDC_AUDIENCE: 'task-center',
  });
});

describe.each(STAGES)('the functions of %s', (_, template) => {
  it('run on Node 24 for arm64, are traced, and end before API Gateway does', () => {
    for (const id of functionIds(template)) {
      const properties = functionProperties(template, id);
      expect(properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        TracingConfig: { Mode: 'Active' },
      });
      const answersNobody = [publisherFunction(template), plannerFunction(template)];
      if (!answersNobody.includes(id)) expect(properties['Timeout']).toBeLessThan(29);
    }
  });

  it('log into one group of the stage, which does not keep lines for ever', () => {
    const groups = functionIds(template).map((id) =>
      referred(
        z.looseObject({ LoggingConfig: z.object({ LogGroup: z.unknown() }) }).parse(functionProperties(template, id))
          .LoggingConfig.LogGroup,
      ),
    );
    expect(new Set(groups).size).toBe(1);
    for (const { Properties } of ofType(template, 'AWS::Logs::LogGroup').values()) {
      expect(Properties).toHaveProperty('RetentionInDays', template === prod ? 180 : 7);
    }
  });

  it('have what "sam local" needs: the folder of the code, and in it the file of the handler', () => {
    for (const id of functionIds(template)) {
      const { Metadata } = template.Resources[id] ?? {};
      const { 'aws:asset:path': path } = z
        .looseObject({ 'aws:asset:path': z.string(), 'aws:asset:property': z.literal('Code') })
        .parse(Metadata);
      if (template !== rich) expect(existsSync(join(both.outdir, path, 'index.mjs'))).toBe(true);
    }
  });
});

it('declares what "sam local" sets where a context asks for it, for the architecture of this machine', () => {
  const forSam = templateOf(synthesize({ samLocal: 'true' }), 'task-center-dev');
  for (const id of functionIds(forSam)) {
    const { Environment, Architectures } = functionProperties(forSam, id);
    const { Variables } = Environment;
    expect(Architectures).toEqual([process.arch === 'x64' ? 'x86_64' : 'arm64']);
    expect(Variables).toMatchObject({ DYNAMODB_ENDPOINT: '', LOCAL_SECRETS: '', LOG_FORMAT: '' });
    const variables = Object.entries(Variables).map(([name, value]) => [name, textOf(value)]);
    expect(readEnvironment(Object.fromEntries(variables) as Record<string, string>)).not.toHaveProperty(
      'LOCAL_SECRETS',
    );
  }
  for (const id of functionIds(dev)) {
    expect(functionProperties(dev, id).Environment.Variables).not.toHaveProperty('LOCAL_SECRETS');
  }
});

describe('the table', () => {
  const table = (template: Template): Readonly<Record<string, unknown>> =>
    theOne(template, 'AWS::DynamoDB::Table', z.record(z.string(), z.unknown()));

  it('has the shape of the local one', () => {
    const local = tableDefinition('any');
    const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, StreamSpecification, BillingMode } = table(dev);
    expect({ KeySchema, BillingMode }).toEqual({ KeySchema: local.KeySchema, BillingMode: local.BillingMode });
    expect(new Set(listOf(AttributeDefinitions))).toEqual(new Set(local.AttributeDefinitions));
    expect(GlobalSecondaryIndexes).toEqual(local.GlobalSecondaryIndexes);
    expect(StreamSpecification).toEqual({ StreamViewType: local.StreamSpecification?.StreamViewType });
  });

  it.each([
    ['dev', dev, false, 'Delete'],
    ['prod', prod, true, 'Retain'],
  ] as const)('is recoverable in %s, and protected as the stage demands', (_, template, isProtected, policy) => {
    expect(table(template)).toMatchObject({
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: KEY.expiry, Enabled: true },
      SSESpecification: { SSEEnabled: true },
      DeletionProtectionEnabled: isProtected,
    });
    expect(template.Resources[only(template, 'AWS::DynamoDB::Table')]?.DeletionPolicy).toBe(policy);
  });

  it('has a throughput that a context bounds, with its indexes', () => {
    const bound = { MaxReadRequestUnits: 100, MaxWriteRequestUnits: 50 };
    const { OnDemandThroughput, GlobalSecondaryIndexes } = table(rich);
    expect(OnDemandThroughput).toEqual(bound);
    expect(listOf(GlobalSecondaryIndexes)).toHaveLength(LIST_INDEXES.length);
    for (const index of listOf(GlobalSecondaryIndexes)) expect(index).toMatchObject({ OnDemandThroughput: bound });
    expect(table(dev)).not.toHaveProperty('OnDemandThroughput');
  });

  it('is encrypted with a key of the customer where a context asks for it, rotated and used through DynamoDB only', () => {
    const key = only(rich, 'AWS::KMS::Key');
    expect(table(rich)).toMatchObject({
      SSESpecification: { SSEType: 'KMS', KMSMasterKeyId: { 'Fn::GetAtt': [key, 'Arn'] } },
    });
    const { EnableKeyRotation, KeyPolicy } = z
      .looseObject({ KeyPolicy: z.object({ Statement: z.array(z.looseObject({ Principal: z.unknown() })) }) })
      .parse(rich.Resources[key]?.Properties);
    expect(EnableKeyRotation).toBe(true);
    const open = KeyPolicy.Statement.filter(({ Principal }) => JSON.stringify(Principal) === '{"AWS":"*"}');
    expect(open).toHaveLength(1);
    expect(open[0]).toMatchObject({
      Condition: {
        StringEquals: { 'kms:CallerAccount': { Ref: 'AWS::AccountId' }, 'kms:ViaService': expect.anything() },
      },
    });
  });
});

describe('the API', () => {
  const stageOf = (template: Template) =>
    theOne(
      template,
      'AWS::ApiGateway::Stage',
      z.looseObject({
        StageName: z.string(),
        AccessLogSetting: z.object({ DestinationArn: z.unknown(), Format: z.string() }),
        MethodSettings: z.array(z.looseObject({ ResourcePath: z.string(), HttpMethod: z.string() })),
      }),
    );

  it('is regional', () => {
    expect(theOne(dev, 'AWS::ApiGateway::RestApi', z.looseObject({}))).toMatchObject({
      EndpointConfiguration: { Types: ['REGIONAL'] },
      DisableExecuteApiEndpoint: false,
    });
  });

  it.each([
    ['dev', dev, { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 }],
    ['prod', prod, { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1_000 }],
  ] as const)('is throttled, measured and traced in %s', (name, template, throttle) => {
    const stage = stageOf(template);
    expect(stage).toMatchObject({ StageName: name, TracingEnabled: true });
    expect(stage.MethodSettings.filter(({ ResourcePath }) => ResourcePath === '/*')).toEqual([
      expect.objectContaining({
        HttpMethod: '*',
        MetricsEnabled: true,
        LoggingLevel: 'ERROR',
        DataTraceEnabled: false,
        ...throttle,
      }),
    ]);
  });

  it('is slow for those who guess the bootstrap key, and bounds how many sign in', () => {
    const slow = stageOf(rich).MethodSettings.filter(({ ResourcePath }) => ResourcePath !== '/*');
    expect(slow).toHaveLength(3);
    const bounds = { tenants: [5, 10], 'bootstrap-admin': [5, 10], 'dev-login': [100, 200] };
    for (const [route, [rate, burst]] of Object.entries(bounds)) {
      expect(slow).toContainEqual(
        expect.objectContaining({
          ResourcePath: `/~1api~1identity~1${route}`,
          HttpMethod: 'POST',
          ThrottlingRateLimit: rate,
          ThrottlingBurstLimit: burst,
          DataTraceEnabled: false,
        }),
      );
    }
  });

  it('logs each access as JSON, and nothing that tells who called', () => {
    for (const template of [dev, prod, rich]) {
      const { Format, DestinationArn } = stageOf(template).AccessLogSetting;
      expect(JSON.parse(Format)).toMatchObject({
        request_id: '$context.requestId',
        route: '$context.resourcePath',
        status: '$context.status',
      });
      expect(Format).not.toMatch(/sourceIp|caller|userAgent|\.sub|\$context\.path/);
      const groups = [...ofType(template, 'AWS::Logs::LogGroup').keys()];
      expect(groups.filter((id) => JSON.stringify(DestinationArn).includes(`"${id}"`))).toHaveLength(1);
    }
  });

  it('logs its own errors into a group that is there before it, so that they are not kept for ever', () => {
    const [stage] = ofType(dev, 'AWS::ApiGateway::Stage').values();
    const [group] = [...ofType(dev, 'AWS::Logs::LogGroup')].filter(([, { Properties }]) =>
      JSON.stringify(Properties['LogGroupName'] ?? '').includes('API-Gateway-Execution-Logs_'),
    );
    expect(textOf(group?.[1].Properties['LogGroupName'])).toBe(
      `API-Gateway-Execution-Logs_<${only(dev, 'AWS::ApiGateway::RestApi')}>/dev`,
    );
    expect(listOf(stage?.DependsOn)).toContain(group?.[0]);
  });

  it('leaves the role of the account behind, so that deleting one stage does not silence the other', () => {
    for (const template of [dev, prod]) {
      const account = template.Resources[only(template, 'AWS::ApiGateway::Account')];
      expect(account?.DeletionPolicy).toBe('Retain');
      const role = referred(account?.Properties['CloudWatchRoleArn']);
      expect(template.Resources[role]?.DeletionPolicy).toBe('Retain');
    }
  });

  it('has a firewall where a context asks for one', () => {
    expect(ofType(dev, 'AWS::WAFv2::WebACL').size).toBe(0);
    const acl = only(rich, 'AWS::WAFv2::WebACL');
    const { Rules } = z
      .looseObject({ Rules: z.array(z.looseObject({ Statement: z.unknown() })) })
      .parse(rich.Resources[acl]?.Properties);
    expect(Rules.map(({ Statement }) => Statement)).toEqual([
      { RateBasedStatement: { AggregateKeyType: 'IP', Limit: 2_000 } },
      {
        RateBasedStatement: {
          AggregateKeyType: 'IP',
          Limit: 200,
          ScopeDownStatement: {
            ByteMatchStatement: {
              FieldToMatch: { UriPath: {} },
              PositionalConstraint: 'ENDS_WITH',
              SearchString: '/api/identity/dev-login',
              TextTransformations: [{ Priority: 0, Type: 'URL_DECODE' }],
            },
          },
        },
      },
      expect.objectContaining({
        ManagedRuleGroupStatement: {
          VendorName: 'AWS',
          Name: 'AWSManagedRulesCommonRuleSet',
          RuleActionOverrides: [{ Name: 'SizeRestrictions_BODY', ActionToUse: { Count: {} } }],
        },
      }),
    ]);
    const association = theOne(
      rich,
      'AWS::WAFv2::WebACLAssociation',
      z.object({ ResourceArn: z.unknown(), WebACLArn: z.unknown() }),
    );
    expect(referred(association.WebACLArn)).toBe(acl);
    expect(textOf(association.ResourceArn)).toContain(`<${only(rich, 'AWS::ApiGateway::Stage')}>`);
  });

  it('has a name of its own where a context gives one, and then no other', () => {
    expect(theOne(rich, 'AWS::ApiGateway::RestApi', z.looseObject({}))).toMatchObject({
      DisableExecuteApiEndpoint: true,
    });
    expect(theOne(rich, 'AWS::ApiGateway::DomainName', z.looseObject({}))).toMatchObject({
      DomainName: 'tasks.example.com',
      EndpointConfiguration: { Types: ['REGIONAL'] },
      SecurityPolicy: 'TLS_1_2',
    });
    expect(theOne(rich, 'AWS::Route53::RecordSet', z.looseObject({}))).toMatchObject({
      Name: 'tasks.example.com.',
      Type: 'A',
      HostedZoneId: 'Z1',
    });
    expect(rich.Outputs['ApiUrl']).toMatchObject({ Value: 'https://tasks.example.com/' });
  });

  it('hands JSON on as the bytes that came, and the largest body fits into an event so', () => {
    expect(definitionOf(dev)['x-amazon-apigateway-binary-media-types']).toContain('application/json');
    const asText = Math.ceil(LIMITS.bodyBytes / 3) * 4;
    expect(asText).toBeLessThan(6 * 1024 * 1024 - 512 * 1024);
  });

  it('answers preflights of the configured origins on every route, and of none without a configuration', () => {
    const preflights = (template: Template) =>
      Object.entries(definitionOf(template).paths).map(([path, { options }]) => [path, options] as const);
    expect(preflights(dev).filter(([, options]) => options !== undefined)).toEqual([]);
    for (const [path, options] of preflights(rich)) {
      expect(options, path).toMatchObject({
        security: [],
        responses: { 204: { headers: { 'Access-Control-Allow-Origin': {}, 'Access-Control-Allow-Methods': {} } } },
        'x-amazon-apigateway-integration': {
          type: 'mock',
          requestTemplates: { 'application/json': '{ "statusCode": 204 }' },
          responses: {
            default: {
              statusCode: '204',
              responseParameters: {
                'method.response.header.Access-Control-Allow-Origin': "'https://app.example.com'",
                'method.response.header.Access-Control-Allow-Methods': "'GET,POST,PUT,PATCH,DELETE'",
                'method.response.header.Access-Control-Allow-Headers':
                  "'Authorization,Content-Type,Idempotency-Key,If-Match,If-None-Match'",
                'method.response.header.Vary': "'Origin'",
              },
              responseTemplates: {
                'application/json': expect.stringContaining(
                  '#if($origin == "https://app.example.com" || $origin == "https://admin.example.com")',
                ),
              },
            },
          },
        },
      });
      const { responses, 'x-amazon-apigateway-integration': integration } = options ?? {};
      // API Gateway refuses a header of an integration that the method does not declare.
      const { 204: declared } = z.object({ 204: z.object({ headers: z.looseObject({}) }) }).parse(responses);
      const { default: sent } = z
        .object({ default: z.looseObject({ responseParameters: z.looseObject({}) }) })
        .parse(integration?.['responses']);
      expect(Object.keys(declared.headers).map((header) => `method.response.header.${header}`)).toEqual(
        Object.keys(sent.responseParameters),
      );
      expect(JSON.stringify(options)).not.toContain('Access-Control-Allow-Credentials');
    }
    expect(functionProperties(rich, authorizerFunction(rich)).Environment.Variables).not.toHaveProperty('CORS_ORIGINS');
    for (const contract of DEPLOYED) {
      expect(functionProperties(rich, functionOf(rich, contract)).Environment.Variables).toMatchObject({
        CORS_ORIGINS: 'https://app.example.com,https://admin.example.com',
      });
    }
  });
});

const ANSWERS = [
  ['UNAUTHORIZED', 401, 'unauthenticated', { 'WWW-Authenticate': "'Bearer'" }],
  ['ACCESS_DENIED', 403, 'forbidden', {}],
  ['WAF_FILTERED', 403, 'forbidden', {}],
  ['INVALID_API_KEY', 403, 'forbidden', {}],
  ['MISSING_AUTHENTICATION_TOKEN', 404, 'route_not_found', {}],
  ['INVALID_SIGNATURE', 404, 'route_not_found', {}],
  ['EXPIRED_TOKEN', 404, 'route_not_found', {}],
  ['RESOURCE_NOT_FOUND', 404, 'route_not_found', {}],
  ['DEFAULT_4XX', 404, 'route_not_found', {}],
  ['BAD_REQUEST_BODY', 400, 'bad_request', {}],
  ['BAD_REQUEST_PARAMETERS', 400, 'bad_request', {}],
  ['UNSUPPORTED_MEDIA_TYPE', 415, 'unsupported_media_type', {}],
  ['REQUEST_TOO_LARGE', 413, 'body_too_large', {}],
  ['THROTTLED', 429, 'throttled', { 'Retry-After': "'1'" }],
  ['QUOTA_EXCEEDED', 429, 'throttled', { 'Retry-After': "'1'" }],
  ['API_CONFIGURATION_ERROR', 500, 'internal_error', {}],
  ['AUTHORIZER_CONFIGURATION_ERROR', 500, 'internal_error', {}],
  ['AUTHORIZER_FAILURE', 500, 'internal_error', {}],
  ['INTEGRATION_FAILURE', 502, 'internal_error', {}],
  ['DEFAULT_5XX', 502, 'internal_error', {}],
  ['INTEGRATION_TIMEOUT', 504, 'gateway_timeout', {}],
] as const;

describe('the answers of API Gateway itself', () => {
  const answerSchema = z.strictObject({
    statusCode: z.string(),
    responseParameters: z.record(z.string(), z.string()),
    responseTemplates: z.record(z.string(), z.string()),
  });
  const answersOf = (template: Template) =>
    new Map(
      Object.entries(definitionOf(template)['x-amazon-apigateway-gateway-responses']).map(([type, answer]) => [
        type,
        answerSchema.parse(answer),
      ]),
    );

  it.each(ANSWERS)('to %s is a problem document with status %i and code %s', (type, status, code, headers) => {
    for (const template of [dev, prod, rich]) {
      const answer = answersOf(template).get(type);
      expect(answer?.statusCode).toBe(String(status));
      // Whatever the caller accepts: API Gateway chooses by it, and knows no other template.
      expect(Object.keys(answer?.responseTemplates ?? {})).toEqual([PROBLEM_CONTENT_TYPE, 'application/json']);
      for (const text of Object.values(answer?.responseTemplates ?? {})) {
        const problem = problemSchema.parse(JSON.parse(text));
        expect(problem).toMatchObject({ status, code, type: `urn:task-center:problem:${code}` });
        expect(problem.request_id).toBe('$context.requestId');
      }
      for (const [name, value] of Object.entries(headers)) {
        expect(answer?.responseParameters).toHaveProperty([`gatewayresponse.header.${name}`], value);
      }
    }
  });

  it('are part of the deployment, as the routes are: what changes the definition makes a new one', () => {
    expect(only(rich, 'AWS::ApiGateway::Deployment')).not.toBe(only(dev, 'AWS::ApiGateway::Deployment'));
  });

  it('are all known to this test', () => {
    expect([...answersOf(dev).keys()].toSorted()).toEqual(ANSWERS.map(([type]) => type).toSorted());
  });

  it('can be read by pages only where pages may call', () => {
    const readable = (template: Template): readonly string[] =>
      [...answersOf(template)]
        .filter(([, answer]) => 'gatewayresponse.header.Access-Control-Allow-Origin' in answer.responseParameters)
        .map(([type]) => type);
    expect(readable(dev)).toEqual([]);
    expect(readable(rich)).toHaveLength(ANSWERS.length);
  });
});

/** What EventBridge's patterns say here: a value, or how it begins. */
const patternSchema = z.strictObject({
  eventName: z.array(z.string()),
  dynamodb: z.strictObject({
    Keys: z.strictObject({
      [KEY.sort]: z.strictObject({ S: z.array(z.union([z.string(), z.strictObject({ prefix: z.string() })])) }),
    }),
  }),
});
const makersOfKeys = Object.entries(keys)
  .filter(([name, value]) => name.endsWith('Key') && typeof value === 'function')
  .map(([, make]) => make as (...parts: string[]) => Key);
/** The publisher wants an item's content as soon as its key is that of something that it tells. */
const isEventful = (sortKey: string): boolean => {
  try {
    toldBy({ eventName: 'INSERT', dynamodb: { Keys: { [KEY.sort]: { S: sortKey } } } });
    return false;
  } catch {
    return true;
  }
};

describe.each(STAGES)('the events of %s', (_, template) => {
  it('come from the stream, in order, retried within bounds, and are given up to the dead letters', () => {
    const [, mapping] = partOf(template, 'EventsStream', MAPPING);
    expect(mapping).toMatchObject({
      EventSourceArn: { 'Fn::GetAtt': [only(template, 'AWS::DynamoDB::Table'), 'StreamArn'] },
      StartingPosition: 'TRIM_HORIZON',
      ParallelizationFactor: 1,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: 20,
      MaximumRecordAgeInSeconds: 6 * 3_600,
      DestinationConfig: {
        OnFailure: { Destination: { 'Fn::GetAtt': [queueIn(template, 'EventsDeadLetters'), 'Arn'] } },
      },
    });
    expect(functionProperties(template, publisherFunction(template)).Environment.Variables).toMatchObject({
      EVENT_BUS_NAME: { Ref: only(template, 'AWS::Events::EventBus') },
    });
  });

  it('are sought in every record that may hold one', () => {
    const { FilterCriteria } = z
      .looseObject({ FilterCriteria: z.object({ Filters: z.tuple([z.object({ Pattern: z.string() })]) }) })
      .parse(partOf(template, 'EventsStream', MAPPING)[1]);
    const pattern = patternSchema.parse(JSON.parse(FilterCriteria.Filters[0].Pattern));
    expect(pattern.eventName).toEqual(['INSERT', 'MODIFY']);
    const rules = pattern.dynamodb.Keys[KEY.sort].S;
    const isSought = (sortKey: string): boolean =>
      rules.some((rule) => (typeof rule === 'string' ? rule === sortKey : sortKey.startsWith(rule.prefix)));
    const sortKeys = [
      ...makersOfKeys
        .map((make) => make('t', 'x', 'y', 'z').SK as string | undefined)
        .filter((key) => key !== undefined),
      ...Object.values(keys.SORT_KEYS).map((key) => ('is' in key ? key.is : `${key.begins}x`)),
    ];
    expect(sortKeys.filter(isSought).toSorted()).toEqual(sortKeys.filter(isEventful).toSorted());
    expect(sortKeys.filter(isEventful).length).toBeGreaterThan(2);
  });

  it('that nobody could publish are kept, encrypted and reached by TLS only', () => {
    const queues = [...ofType(template, 'AWS::SQS::Queue')];
    expect(queues).toHaveLength(3);
    for (const [id, { Properties }] of queues) {
      expect(Properties).toMatchObject({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 14 * 24 * 3_600 });
      const policies = [...ofType(template, 'AWS::SQS::QueuePolicy').values()].filter((policy) =>
        JSON.stringify(policy.Properties['Queues']).includes(`"${id}"`),
      );
      expect(JSON.stringify(policies)).toContain(
        '"Condition":{"Bool":{"aws:SecureTransport":"false"}},"Effect":"Deny"',
      );
    }
  });
});

describe.each(STAGES)('the planner of %s', (_, template) => {
  it('takes each request for a plan from a queue, a few at a time, and gives up after three attempts', () => {
    const [queue, properties] = partOf(template, 'PlannerQueue', 'AWS::SQS::Queue');
    const [deadLetters] = partOf(template, 'PlannerDeadLetters', 'AWS::SQS::Queue');
    const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
    const [, rule] = partOf(template, 'PlannerRequests', 'AWS::Events::Rule');
    expect(rule).toMatchObject({
      EventBusName: { Ref: only(template, 'AWS::Events::EventBus') },
      EventPattern: { source: ['task_center'], 'detail-type': ['task_center.plan.requested'] },
      Targets: [{ Arn: arnOf(queue), DeadLetterConfig: { Arn: arnOf(deadLetters) } }],
    });
    expect(properties).toMatchObject({
      RedrivePolicy: { deadLetterTargetArn: arnOf(deadLetters), maxReceiveCount: 3 },
    });
    const [, mapping] = partOf(template, 'PlannerSource', MAPPING);
    expect(mapping).toMatchObject({
      ...{ EventSourceArn: arnOf(queue), BatchSize: 1, ScalingConfig: { MaximumConcurrency: 5 } },
    });
    const { Timeout } = z
      .looseObject({ Timeout: z.number() })
      .parse(functionProperties(template, plannerFunction(template)));
    expect(Timeout).toBe(15 * 60);
    expect(properties['VisibilityTimeout']).toBe(6 * Timeout);
  });
});

const ALARMS = [
  ['ServerErrors', ['5XXError'], 5],
  ['Latency', ['Latency'], 3_000],
  ['FunctionThrottles', ['Throttles'], 0],
  ['TableThrottles', ['ThrottledRequests'], 0],
  ['TransactionConflicts', ['TransactionConflict'], 500],
  ['CommitRetries', ['CommitRetries'], 500],
  ['IteratorAge', ['IteratorAge'], 60_000],
  ['DeadLetters', ['ApproximateNumberOfMessagesVisible'], 0],
  ['PlannerAge', ['ApproximateAgeOfOldestMessage'], 1_800],
  ['PlannerDeadLetters', ['ApproximateNumberOfMessagesVisible'], 0],
] as const;

describe.each([
  ['dev', dev],
  ['prod', prod],
] as const)('the watch over %s', (stage, template) => {
  const alarmSchema = z.looseObject({
    AlarmName: z.string(),
    MetricName: z.string().optional(),
    Metrics: z.array(z.looseObject({ MetricStat: z.unknown().optional() })).optional(),
    Threshold: z.number(),
    AlarmActions: z.array(z.unknown()),
  });
  const alarms = new Map(
    [...ofType(template, 'AWS::CloudWatch::Alarm').values()].map(({ Properties }) => {
      const alarm = alarmSchema.parse(Properties);
      return [alarm.AlarmName, alarm] as const;
    }),
  );

  it.each(ALARMS)('has the alarm %s, which calls the topic', (name, metrics, threshold) => {
    const alarm = alarms.get(`task-center-${stage}-${name}`);
    expect(alarm).toMatchObject({
      Threshold: threshold,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
      AlarmActions: [{ Ref: only(template, 'AWS::SNS::Topic') }],
    });
    const text = JSON.stringify(alarm);
    for (const metric of metrics) expect(text).toContain(`"MetricName":"${metric}"`);
  });

  it('has no other alarm', () => {
    expect([...alarms.keys()].toSorted()).toEqual(ALARMS.map(([name]) => `task-center-${stage}-${name}`).toSorted());
  });

  it('looks at the metrics of this stage', () => {
    expect(alarms.get(`task-center-${stage}-CommitRetries`)).toMatchObject({
      Namespace: 'TaskCenter',
      Dimensions: [{ Name: 'stage', Value: stage }],
    });
    for (const name of ['ServerErrors', 'Latency']) {
      expect(JSON.stringify(alarms.get(`task-center-${stage}-${name}`))).toContain(
        `{"Name":"ApiName","Value":"task-center-${stage}"}`,
      );
    }
    expect(JSON.stringify(alarms.get(`task-center-${stage}-Latency`))).toContain('"Stat":"p99"');
  });

  it('counts the throttles of every operation that the service calls', () => {
    const called = new Set(DEPLOYED.flatMap(grantsOf));
    const text = JSON.stringify(alarms.get(`task-center-${stage}-TableThrottles`));
    for (const operation of called) {
      // Items are written in transactions only.
      const isWrite = operation === 'UpdateItem' || operation === 'DeleteItem' || operation === 'ConditionCheckItem';
      expect(text).toContain(`"Value":"${isWrite ? 'TransactWriteItems' : operation}"`);
    }
  });

  it('shows a dashboard with every alarm and every business metric', () => {
    const { DashboardName, DashboardBody } = theOne(
      template,
      'AWS::CloudWatch::Dashboard',
      z.object({ DashboardName: z.string(), DashboardBody: z.unknown() }),
    );
    expect(DashboardName).toBe(`task-center-${stage}`);
    const body = textOf(DashboardBody);
    for (const metric of ['Dispatches', 'ScheduleConflicts', 'CommitRetries', 'BatchSize', 'TasksCreated'])
      expect(body).toContain(metric);
    for (const id of ofType(template, 'AWS::CloudWatch::Alarm').keys()) expect(body).toContain(`<${id}.Arn>`);
  });
});

it('measures operations that exist', () => {
  const operations = DEPLOYED.map(({ operation }) => operation);
  const measured = operations.filter(
    (operation) => Object.keys(metricsOf({ operation, status: 200, retries: 0, result: { total: 3 } })).length > 0,
  );
  expect(measured.toSorted()).toEqual(['autoDispatchTask', 'batchCreateTasks', 'createTask', 'dispatchTask']);
});

it('sends alarms to the address that a context gives, over TLS only', () => {
  expect(theOne(rich, 'AWS::SNS::Subscription', z.looseObject({}))).toMatchObject({
    Protocol: 'email',
    Endpoint: 'ops@example.com',
  });
  expect(JSON.stringify(theOne(rich, 'AWS::SNS::TopicPolicy', z.looseObject({})))).toContain('aws:SecureTransport');
});

describe('two stages in one account', () => {
  const NAMES = /^(.*Name|Name)$/;
  /** Names that are unique within a resource of the stack only. */
  const INNER = new Set(['AttributeName', 'IndexName', 'MetricName', 'ParameterName', 'StageName', 'PolicyName']);
  const namesOf = (template: Template): readonly string[] =>
    Object.entries(template.Resources).flatMap(([, { Type, Properties }]) =>
      Object.entries(Properties)
        .filter(([name, value]) => NAMES.test(name) && !INNER.has(name) && typeof value === 'string')
        .map(([, value]) => `${Type} ${String(value)}`),
    );

  it('share no name', () => {
    const [inDev, inProd] = [namesOf(dev), namesOf(prod)];
    expect(inDev.length).toBeGreaterThan(9);
    expect(inDev.filter((name) => inProd.includes(name))).toEqual([]);
  });

  it('export nothing', () => {
    for (const template of [dev, prod]) {
      expect(Object.values(template.Outputs).filter((output) => output.Export !== undefined)).toEqual([]);
    }
  });
});

it('tells its outputs once, and each with a value', () => {
  const names = [
    ...['AlarmTopicArn', 'ApiUrl', 'DeadLetterQueueUrl', 'EventBusName', 'PlannerDeadLetterQueueUrl', 'TableName'],
  ];
  expect(Object.keys(dev.Outputs).toSorted()).toEqual(names);
  expect(Object.keys(rich.Outputs).toSorted()).toEqual([...names, 'BootstrapSecretArn', 'SigningSecretArn'].toSorted());
  for (const template of [dev, prod, rich]) {
    for (const { Value } of Object.values(template.Outputs)) expect(textOf(Value)).not.toBe('');
  }
});

it('protects the stack of prod from deletion, and keeps what holds data', () => {
  for (const type of [
    'AWS::DynamoDB::Table',
    'AWS::SecretsManager::Secret',
    'AWS::Logs::LogGroup',
    'AWS::SQS::Queue',
  ]) {
    for (const { DeletionPolicy } of ofType(prod, type).values()) expect(DeletionPolicy).toMatch(/^Retain/);
    for (const { DeletionPolicy } of ofType(dev, type).values()) expect(DeletionPolicy).toBe('Delete');
  }
});
