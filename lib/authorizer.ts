import { Duration } from 'aws-cdk-lib';
import { IdentitySource, RequestAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import { ENV } from '../adapters/runtime/environment.ts';
import { allowReading, ServiceFunction, type Workshop } from './functions.ts';
import type { Secrets } from './secrets.ts';

export const AUTHORIZER_HANDLER = 'identity/authorizer';

/** How long a verified token is taken as verified: a key taken out of use still opens the API for so long. */
const CACHE = Duration.minutes(5);
/** Discovery document and keys of the issuer are each given five seconds. */
const TIMEOUT = Duration.seconds(15);

/**
 * The one authorizer of the API. It reads no table: who a token speaks for is in the token. A request without the header
 * is refused by API Gateway itself.
 */
export class Authorizer extends Construct {
  readonly authorizer: RequestAuthorizer;

  constructor(scope: Construct, id: string, { secrets, ...workshop }: Workshop & { readonly secrets: Secrets }) {
    super(scope, id);
    const { stage } = workshop;
    const readable = [secrets.cursor, ...(secrets.signing === undefined ? [] : [secrets.signing])];
    const optional = (name: string, value: string | undefined): Record<string, string> =>
      value === undefined ? {} : { [name]: value };
    const { function: handler } = new ServiceFunction(this, 'Verify', {
      ...workshop,
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
    });
    this.authorizer = new RequestAuthorizer(this, 'Authorizer', {
      handler,
      identitySources: [IdentitySource.header('Authorization')],
      resultsCacheTtl: CACHE,
    });
  }
}
