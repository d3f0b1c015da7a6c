import { Duration } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { ENV } from '../adapters/runtime/environment.ts';
import { allowReading, ServiceFunction, type ServiceProps } from './functions.ts';
import type { Secrets } from './secrets.ts';

export const AUTHORIZER_HANDLER = 'identity/authorizer';

/** Discovery document and keys of the issuer are each given five seconds. */
const TIMEOUT = Duration.seconds(15);

/** The function of the one authorizer. It reads no table: who a token speaks for is in the token. */
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
    handler: AUTHORIZER_HANDLER,
    timeout: TIMEOUT,
    statements: readable.map(allowReading),
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
