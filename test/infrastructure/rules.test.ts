import { CfnResource, Stack, type App } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { afterAll, describe, expect, it } from 'vitest';
import { EVERYTHING, removeFolders, synthesize } from './templates.ts';

afterAll(removeFolders);

const devStackOf = (app: App): Stack => {
  const stack = app.node.findChild('task-center-dev');
  if (!(stack instanceof Stack)) throw new Error('There is no stack of dev.');
  return stack;
};

/** cdk-nag's AwsSolutions, and the schemas and rules of CloudFormation that come with CDK, without the network. */
describe('the rules', () => {
  it('find nothing in dev and prod', () => {
    expect(synthesize({ stage: 'all' }, { validatesSchemas: true }).findings).toEqual([]);
  });

  it('find nothing in a stage with everything that a context can switch on', () => {
    expect(synthesize({ stage: 'prod', ...EVERYTHING }, { validatesSchemas: true }).findings).toEqual([]);
  });

  it('refuse a permission that is too wide', () => {
    const change = (app: App): void => {
      const role = new Role(devStackOf(app), 'Wide', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
      role.addToPolicy(new PolicyStatement({ actions: ['s3:*'], resources: ['*'] }));
    };
    expect(() => synthesize({}, { change })).toThrow('AwsSolutions-IAM5[Action::s3:*]');
  });

  it('refuse a property that CloudFormation would refuse', () => {
    const change = (app: App): void => {
      const properties = { VisibilityTimeout: 'long', NoSuchProperty: 1 };
      new CfnResource(devStackOf(app), 'Wrong', { type: 'AWS::SQS::Queue', properties });
    };
    expect(() => synthesize({}, { validatesSchemas: true, change })).toThrow(/NoSuchProperty[^]*VisibilityTimeout/);
  });

  it('warn of the issuer that cdk.json gives as an example: nobody could log in', () => {
    const { findings } = synthesize({ oidcIssuer: 'https://issuer.example.com' });
    expect(findings).toEqual(['Annotation::ExampleIssuer']);
    // The built-in identity asks no issuer.
    expect(synthesize({ oidcIssuer: 'https://issuer.example.com', identity: 'builtin' }).findings).toEqual([]);
  });

  it('warn of a template that is for sam local: nobody should deploy it', () => {
    expect(synthesize({ samLocal: 'true' }).findings).toEqual(['Annotation::ForSamLocal']);
  });
});
