import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';

export type SecretName = 'signing' | 'bootstrap' | 'cursor';

/** The value of a secret; undefined where none is configured. */
export type Secrets = (name: SecretName) => Promise<string | undefined>;

const localSchema = z.object({
  signing: z.string().optional(),
  bootstrap: z.string().optional(),
  cursor: z.string().optional(),
});

/** The secrets of a local run: a JSON object in the environment. */
export const makeLocalSecrets = (json: string): Secrets => {
  const secrets = localSchema.parse(JSON.parse(json));
  return (name) => Promise.resolve(secrets[name]);
};

/** A rotated secret is seen after this time at the latest. */
const KEPT_MS = 5 * 60_000;

/** Secrets from Secrets Manager, each kept for five minutes; one that cannot be read again is used as it was. */
export const makeManagedSecrets = ({
  ids,
  stopwatch,
}: {
  readonly ids: Readonly<Record<SecretName, string | undefined>>;
  readonly stopwatch: () => number;
}): Secrets => {
  const client = new SecretsManagerClient({ maxAttempts: 3 });
  const kept = new Map<SecretName, { readonly value: string; readonly until: number }>();
  return async (name) => {
    const id = ids[name];
    if (id === undefined) return undefined;
    const known = kept.get(name);
    if (known !== undefined && stopwatch() < known.until) return known.value;
    try {
      const { SecretString: value } = await client.send(new GetSecretValueCommand({ SecretId: id }));
      if (value === undefined) throw new Error(`The secret ${name} holds no text.`);
      kept.set(name, { value, until: stopwatch() + KEPT_MS });
      return value;
    } catch (error) {
      if (known === undefined) throw error;
      return known.value;
    }
  };
};
