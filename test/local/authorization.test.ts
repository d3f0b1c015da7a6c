import type { PolicyDocument, Statement } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { authorizerContext, isAllowed } from '../../local/authorization.ts';

const ARN = 'arn:aws:execute-api:local:000000000000:local/local/GET/api/tasks/1';
const statement = (
  Effect: 'Allow' | 'Deny',
  Resource: string | string[],
  Action = 'execute-api:Invoke',
): Statement => ({ Effect, Action, Resource });
const policy = (...Statement: Statement[]): PolicyDocument => ({ Version: '2012-10-17', Statement });

describe('a policy', () => {
  it.each([
    ['the method itself', policy(statement('Allow', ARN)), true],
    ['the whole stage', policy(statement('Allow', 'arn:aws:execute-api:local:000000000000:local/local/*')), true],
    ['one of several resources', policy(statement('Allow', ['arn:x', '*'])), true],
    ['one character by ?', policy(statement('Allow', ARN.replace('/1', '/?'))), true],
    ['all actions', policy(statement('Allow', '*', 'execute-api:*')), true],
    ['nothing', policy(), false],
    ['another action', policy(statement('Allow', '*', 's3:GetObject')), false],
    ['another method', policy(statement('Allow', ARN.replace('GET', 'POST'))), false],
    ['a prefix only', policy(statement('Allow', ARN.slice(0, -2))), false],
    ['a dot that is no wildcard', policy(statement('Allow', ARN.replace('/tasks', '.tasks'))), false],
    ['an allowance and a denial', policy(statement('Allow', '*'), statement('Deny', ARN)), false],
  ])('that names %s', (_, document, allowed) => {
    expect(isAllowed(document, ARN)).toBe(allowed);
  });
});

describe("the authorizer's context", () => {
  const policyDocument = policy();

  it('reaches the handler as text, beside the principal and the latency', () => {
    const context = { tenant_id: 't', count: 2, strict: true };
    expect(authorizerContext({ principalId: 'u', policyDocument, context }, 7)).toEqual({
      tenant_id: 't',
      count: '2',
      strict: 'true',
      principalId: 'u',
      integrationLatency: 7,
    });
    expect(authorizerContext({ principalId: 'u', policyDocument }, 7)).toEqual({
      principalId: 'u',
      integrationLatency: 7,
    });
  });

  it('must hold plain values', () => {
    expect(() => authorizerContext({ principalId: 'u', policyDocument, context: { list: null } }, 1)).toThrow('"list"');
  });
});
