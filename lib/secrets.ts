import { Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Stage } from './stages.ts';

const KEY_LENGTH = 64;

/**
 * The secrets of a stage, made at the deployment; nobody types them, and no template or environment holds a value.
 *
 * - `cursor`: the key from which the authorizer derives each tenant's key for cursors.
 * - `signing`, only with the built-in identity: the keys of its tokens by their ids, and the id of the one that signs.
 *   A key is rotated by adding one, and making it `current` once every function knows it; the old one stays until its
 *   last token has expired.
 * - `bootstrap`, only with the built-in identity: what `X-Bootstrap-Key` must hold.
 */
export class Secrets extends Construct {
  readonly cursor: Secret;
  readonly signing: Secret | undefined;
  readonly bootstrap: Secret | undefined;

  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id);
    this.cursor = this.make('Cursor', stage, `Key of the list cursors of ${stage.prefix}`);
    if (stage.identity === 'builtin') {
      this.bootstrap = this.make('Bootstrap', stage, `X-Bootstrap-Key of ${stage.prefix}`);
      this.signing = this.make('Signing', stage, `Signing keys of the tokens of ${stage.prefix}`, {
        secretStringTemplate: JSON.stringify({ current: 'k1' }),
        generateStringKey: 'k1',
      });
    }
  }

  private make(
    id: string,
    stage: Stage,
    description: string,
    json: { readonly secretStringTemplate?: string; readonly generateStringKey?: string } = {},
  ): Secret {
    const secret = new Secret(this, id, {
      description,
      removalPolicy: stage.removalPolicy,
      generateSecretString: { passwordLength: KEY_LENGTH, excludePunctuation: true, ...json },
    });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'A rotation by schedule would end every session or page in use. The functions follow a changed value within ' +
        'five minutes; docs/deploy.md says how to rotate without logging anybody out.',
    });
    return secret;
  }
}
