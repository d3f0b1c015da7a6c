import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { allows, PLACE, type Asked } from './policy.ts';
import { ofType, referred, removeFolders, synthesize, templateOf, type Template } from './templates.ts';

const both = synthesize({ stage: 'all', alarmEmail: 'ops@example.com' });
afterAll(removeFolders);
const ACCOUNT = PLACE['AWS::AccountId'];
const STAGES = ['task-center-dev', 'task-center-prod'] as const;

const alarmSchema = z.object({
  AlarmName: z.string(),
  ActionsEnabled: z.literal(true).optional(),
  AlarmActions: z.array(z.unknown()).min(1),
  OKActions: z.array(z.unknown()).min(1),
});
const topicPolicySchema = z.object({ Topics: z.array(z.unknown()), PolicyDocument: z.unknown() });
const topicSchema = z.object({ KmsMasterKeyId: z.unknown().optional() });

const alarmsOf = (template: Template) =>
  [...ofType(template, 'AWS::CloudWatch::Alarm').values()].map(({ Properties }) => alarmSchema.parse(Properties));

/** CloudWatch, as it publishes for an alarm of this account: over TLS, saying for whom. */
const publication = (alarmName: string, action: string, resource: string): Asked => ({
  principal: { kind: 'Service', name: 'cloudwatch.amazonaws.com' },
  action,
  resource,
  context: {
    'aws:SourceAccount': ACCOUNT,
    'aws:SourceArn': `arn:aws:cloudwatch:${PLACE['AWS::Region']}:${ACCOUNT}:alarm:${alarmName}`,
    'aws:SecureTransport': 'true',
  },
});

const policyOf = (template: Template, topic: string): unknown =>
  [...ofType(template, 'AWS::SNS::TopicPolicy').values()]
    .map(({ Properties }) => topicPolicySchema.parse(Properties))
    .find(({ Topics }) => Topics.map(referred).includes(topic))?.PolicyDocument;

/** Whether whoever is asked lets the publication through: the topic, and the key if it is encrypted with one. */
const reaches = (template: Template, topic: string, asked: (action: string, resource: string) => Asked): boolean => {
  const policy = policyOf(template, topic);
  if (policy === undefined || !allows(policy, asked('sns:Publish', `<${topic}>`))) return false;
  const { KmsMasterKeyId: keyId } = topicSchema.parse(template.Resources[topic]?.Properties);
  if (keyId === undefined) return true;
  const key = template.Resources[referred(keyId)]?.Properties['KeyPolicy'];
  return ['kms:Decrypt', 'kms:GenerateDataKey'].every((action) => allows(key, asked(action, '*')));
};

/** The alarms that somebody would wait for in vain. */
const silent = (template: Template, change: (asked: Asked) => Asked = (asked) => asked): readonly string[] =>
  alarmsOf(template).flatMap(({ AlarmName, AlarmActions, OKActions }) =>
    [...AlarmActions, ...OKActions].every((target) =>
      reaches(template, referred(target), (action, resource) => change(publication(AlarmName, action, resource))),
    )
      ? []
      : [AlarmName],
  );

const within = (asked: Asked, context: Readonly<Record<string, string>>): Asked => ({
  ...asked,
  context: { ...asked.context, ...context },
});

/** A template in which the properties of each resource of a type are others. */
const planted = (template: Template, type: string, change: (properties: object) => object): Template => ({
  ...template,
  Resources: Object.fromEntries(
    Object.entries(template.Resources).map(([id, one]) => [
      id,
      one.Type === type ? { ...one, Properties: { ...change(one.Properties) } } : one,
    ]),
  ),
});

const statementsSchema = z.looseObject({
  PolicyDocument: z.looseObject({ Statement: z.array(z.looseObject({ Effect: z.string() })) }),
});

describe.each(STAGES)('every alarm of %s', (stack) => {
  const template = templateOf(both, stack);
  const all = alarmsOf(template).map(({ AlarmName }) => AlarmName);

  it('can notify its topic', () => {
    expect(all.length).toBeGreaterThan(0);
    expect(silent(template)).toEqual([]);
  });

  it.each([
    ['without TLS', { 'aws:SecureTransport': 'false' }],
    ['for another account', { 'aws:SourceAccount': '999999999999' }],
    [
      'for an alarm of another stage',
      { 'aws:SourceArn': `arn:aws:cloudwatch:eu-central-1:${ACCOUNT}:alarm:task-center-else-A` },
    ],
  ])('is kept from notifying it %s', (_, context) => {
    expect(silent(template, (asked) => within(asked, context))).toEqual(all);
  });

  it('belongs to CloudWatch: no other service may publish', () => {
    const other = (asked: Asked): Asked => ({
      ...asked,
      principal: { kind: 'Service', name: 'events.amazonaws.com' },
    });
    expect(silent(template, other)).toEqual(all);
  });

  it('would be found silent without the grant', () => {
    const spoiled = planted(template, 'AWS::SNS::TopicPolicy', (properties) => {
      const { PolicyDocument, ...rest } = statementsSchema.parse(properties);
      const denials = PolicyDocument.Statement.filter(({ Effect }) => Effect === 'Deny');
      return { ...rest, PolicyDocument: { ...PolicyDocument, Statement: denials } };
    });
    expect(silent(spoiled)).toEqual(all);
  });

  it('would be found silent with a topic whose key does not serve CloudWatch', () => {
    const key = { Type: 'AWS::KMS::Key', Properties: {}, Metadata: {} };
    const statement = (Principal: unknown) => ({ Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' });
    const withKey = (Principal: unknown): Template => {
      const encrypted = planted(template, 'AWS::SNS::Topic', (properties) => ({
        ...properties,
        KmsMasterKeyId: { 'Fn::GetAtt': ['TopicKey', 'Arn'] },
      }));
      const KeyPolicy = { Statement: [statement(Principal)] };
      return { ...encrypted, Resources: { ...encrypted.Resources, TopicKey: { ...key, Properties: { KeyPolicy } } } };
    };
    expect(silent(withKey({ AWS: 'arn:aws:iam::111111111111:root' }))).toEqual(all);
    expect(silent(withKey({ Service: 'cloudwatch.amazonaws.com' }))).toEqual([]);
  });

  it('has a row in the table of docs/operations.md, which has no other, and a section', () => {
    const text = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8');
    const rows = [...text.matchAll(/^\| \[(\w+)\]\(#(\w+)\) \| [^|]+ \| [^|]+ \|$/gm)];
    const names = all.map((name) => name.slice(stack.length + 1));
    expect(rows.map(([, name]) => name)).toEqual(names);
    expect(rows.map(([, , anchor]) => anchor)).toEqual(names.map((name) => name.toLowerCase()));
    for (const name of names) expect(text).toContain(`\n## ${name}\n`);
  });
});

describe('the evaluator', () => {
  const asked = publication('task-center-dev-Latency', 'sns:Publish', 'topic');
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'cloudwatch.amazonaws.com' },
    Action: 'sns:Publish',
    Resource: 'topic',
  };
  const answer = (...changes: readonly object[]): boolean =>
    allows({ Statement: changes.map((change) => ({ ...statement, ...change })) }, asked);

  it.each([
    ['what is granted', [{}], true],
    ['nothing without a statement', [], false],
    ['actions by pattern, whatever their case', [{ Action: ['SNS:Pub*'] }], true],
    ['another action', [{ Action: 'sns:Subscribe' }], false],
    ['another resource', [{ Resource: 'other' }], false],
    ['a principal of another kind', [{ Principal: { AWS: 'cloudwatch.amazonaws.com' } }], false],
    ['everybody', [{ Principal: '*' }], true],
    ['what another statement denies', [{}, { Effect: 'Deny', Principal: '*' }], false],
    [
      'what is denied without TLS only',
      [{}, { Effect: 'Deny', Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
      true,
    ],
    ['a key that the request has not', [{ Condition: { StringEquals: { 'aws:SourceOrgID': 'o-1' } } }], false],
    [
      'one of several conditions that fails',
      [
        {
          Condition: {
            StringEquals: { 'aws:SourceAccount': ACCOUNT },
            Bool: { 'aws:SecureTransport': 'false' },
          },
        },
      ],
      false,
    ],
    ['an ARN by pattern', [{ Condition: { ArnLike: { 'aws:SourceArn': 'arn:*:cloudwatch:*:*:alarm:task-*' } } }], true],
    [
      'a pattern that stands for one part only',
      [{ Condition: { ArnLike: { 'aws:SourceArn': 'arn:*:alarm:x:y:z' } } }],
      false,
    ],
  ])('answers %s', (_, changes, expected) => {
    expect(answer(...changes)).toBe(expected);
  });

  it('throws at what it does not know', () => {
    expect(() => answer({ Condition: { NumericLessThan: { a: '1' } } })).toThrow('NumericLessThan');
    expect(() => answer({ NotAction: 'sns:Publish' })).toThrow('NotAction');
  });
});
