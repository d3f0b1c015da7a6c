import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeLocalSecrets, makeManagedSecrets } from '../../../../adapters/security/secrets.ts';

describe('secrets of a local run', () => {
  it('are a JSON object; one that is not there is not configured', async () => {
    const secrets = makeLocalSecrets('{"signing":"s","cursor":"c"}');
    expect([await secrets('signing'), await secrets('cursor'), await secrets('bootstrap')]).toEqual([
      's',
      'c',
      undefined,
    ]);
  });

  it.each(['', '{', '[]', '{"signing":5}'])('are refused at once when they are %j', (json) => {
    expect(() => makeLocalSecrets(json)).toThrow();
  });
});

describe('secrets of Secrets Manager', () => {
  const manager = mockClient(SecretsManagerClient);
  beforeEach(() => manager.reset());
  afterEach(() => manager.reset());

  const makeScene = () => {
    const time = { now: 1_000 };
    const ids = { signing: 'arn:signing', bootstrap: undefined, cursor: 'arn:cursor' };
    return { time, secrets: makeManagedSecrets({ ids, stopwatch: () => time.now }) };
  };
  const asked = () => manager.commandCalls(GetSecretValueCommand).map(({ args: [{ input }] }) => input.SecretId);
  const FIVE_MINUTES = 5 * 60_000;

  it('are read by their ids, and kept for five minutes', async () => {
    const { secrets, time } = makeScene();
    manager.on(GetSecretValueCommand).resolves({ SecretString: 'old' });
    await secrets('signing');
    time.now += FIVE_MINUTES - 1;
    expect(await secrets('signing')).toBe('old');
    expect(asked()).toEqual(['arn:signing']);

    manager.on(GetSecretValueCommand).resolves({ SecretString: 'rotated' });
    time.now += 1;
    expect(await secrets('signing')).toBe('rotated');
    expect(await secrets('cursor')).toBe('rotated');
    expect(asked()).toEqual(['arn:signing', 'arn:signing', 'arn:cursor']);
  });

  it('are not asked for where none is configured', async () => {
    expect(await makeScene().secrets('bootstrap')).toBeUndefined();
    expect(asked()).toEqual([]);
  });

  it('that cannot be read again are used as they were', async () => {
    const { secrets, time } = makeScene();
    manager.on(GetSecretValueCommand).resolvesOnce({ SecretString: 'old' }).rejects(new Error('down'));
    await secrets('signing');
    time.now += FIVE_MINUTES;
    expect(await secrets('signing')).toBe('old');
    expect(asked()).toHaveLength(2);
  });

  it('that were never read are an error', async () => {
    manager.on(GetSecretValueCommand).rejects(new Error('down'));
    await expect(makeScene().secrets('signing')).rejects.toThrow('down');
  });

  it('that hold no text are an error', async () => {
    manager.on(GetSecretValueCommand).resolves({ SecretBinary: new Uint8Array([1]) });
    await expect(makeScene().secrets('signing')).rejects.toThrow('holds no text');
  });
});
