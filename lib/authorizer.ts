import { Duration } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { AUTHORIZER_PARTITIONS } from '../adapters/dynamodb/keys.ts';
import { ENV } from '../adapters/runtime/environment.ts';
import { allow, allowReading, ServiceFunction, type ServiceProps } from './functions.ts';
import type { Secrets } from './secrets.ts';
import type { ServiceTable } from './table.ts';

/** That of an OIDC stage reads no table, and carries no client of one. */
export const AUTHORIZER_HANDLERS = { builtin: 'identity/authorizer', oidc: 'identity/oidc-authorizer' } as const;

const readingAccess = ({ table }: ServiceTable): PolicyStatement => {
  const statement = allow(['dynamodb:GetItem', 'dynamodb:BatchGetItem'], [table.tableArn]);
  statement.addCondition('ForAllValues:StringLike', { 'dynamodb:LeadingKeys': AUTHORIZER_PARTITIONS });
  return statement;
};

/** Discovery document and keys of the issuer are each given five seconds. */
const TIMEOUT = Duration.seconds(15);

/**
 * The function of the one authorizer. Who a token of an issuer speaks for is in the token; what a user of the built-in
 * identity may do now stands in the table, and the authorizer may read that and nothing else of it.
 */
export const makeAuthorizer = (
  scope: Construct,
  { secrets, ...props }: ServiceProps & { readonly secrets: Secrets },
): LambdaFunction => {
  const { stage } = props;
  const readable = [secrets.cursor, ...(secrets.signing === undefined ? [] : [secrets.signing])];
  const optional = (name: string, value: string | undefined): Record<string, string> =>
    value === undefined ? {} : { [name]: value };
  return new ServiceFunction(scope, 'Authorizer', {
    ...props,
    name: 'api-authorizer',
    description: `Verifies the tokens of ${stage.prefix}`,
    handler: AUTHORIZER_HANDLERS[stage.identity],
    timeout: TIMEOUT,
    statements: [...readable.map(allowReading), ...(stage.identity === 'builtin' ? [readingAccess(props.table)] : [])],
    environment: {
      [ENV.cursorSecretId]: secrets.cursor.secretArn,
      ...optional(ENV.signingSecretId, secrets.signing?.secretArn),
      ...(stage.identity === 'oidc'
        ? {
            ...optional(ENV.oidcIssuer, stage.oidcIssuer),
            ...optional(ENV.oidcAudience, stage.oidcAudience),
            ...optional(ENV.oidcTenantClaim, stage.oidcTenantClaim),
            ...optional(ENV.oidcPermissionsClaim, stage.oidcPermissionsClaim),
            ...optional(ENV.oidcSubjectClaim, stage.oidcSubjectClaim),
          }
        : {}),
    },
  }).function;
};
