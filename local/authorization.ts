import type { APIGatewayAuthorizerResult, PolicyDocument, Statement } from 'aws-lambda';

const ACTION = 'execute-api:Invoke';

const listOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((entry): entry is string => typeof entry === 'string');

/** IAM's wildcards: `*` for any text, `?` for one character. */
const covers = (pattern: string, value: string): boolean =>
  new RegExp(
    `^${pattern
      .replace(/[\\^$.|+()[\]{}]/g, String.raw`\$&`)
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  ).test(value);

const applies = (statement: Statement, methodArn: string): boolean =>
  'Action' in statement &&
  'Resource' in statement &&
  listOf(statement.Action).some((action) => covers(action.toLowerCase(), ACTION.toLowerCase())) &&
  listOf(statement.Resource).some((resource) => covers(resource, methodArn));

/** Whether a policy lets a method be called: one statement allows it, and none denies it. */
export const isAllowed = ({ Statement: statements }: PolicyDocument, methodArn: string): boolean => {
  const effects = new Set(statements.filter((statement) => applies(statement, methodArn)).map(({ Effect }) => Effect));
  return effects.has('Allow') && !effects.has('Deny');
};

/**
 * What the handler finds in `requestContext.authorizer`: API Gateway turns every value into text.
 * Throws for a value that API Gateway would refuse (an object, an array, null).
 */
export const authorizerContext = (
  { context = {}, principalId }: APIGatewayAuthorizerResult,
  latencyMs: number,
): Record<string, string | number> => {
  const texts: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(context ?? {})) {
    if (value === undefined) continue;
    if (value === null || typeof value === 'object') throw new Error(`The authorizer's "${name}" is not a plain value`);
    texts[name] = String(value);
  }
  return { ...texts, principalId, integrationLatency: latencyMs };
};
