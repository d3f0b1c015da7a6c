import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { HOSTS } from '../../lib/bundle.ts';
import { endpointResolverOf } from '../../lib/substitutes/endpoints.ts';

const CLIENTS = {
  '@aws-sdk/client-dynamodb': new DynamoDBClient({ region: 'us-east-1' }),
  '@aws-sdk/client-eventbridge': new EventBridgeClient({ region: 'us-east-1' }),
  '@aws-sdk/client-secrets-manager': new SecretsManagerClient({ region: 'us-east-1' }),
};

/** Every region that the SDK knows, of all partitions. */
const partitions = z.object({
  partitionsInfo: z.object({
    partitions: z.array(z.object({ id: z.string(), regions: z.record(z.string(), z.unknown()) })),
  }),
});
const list = 'dist-es/submodules/client/util-endpoints/lib/aws/partitions.js';
const { partitionsInfo } = partitions.parse(
  await import(new URL(`../../node_modules/@aws-sdk/core/${list}`, import.meta.url).href),
);
const ISOLATED = 'aws-iso';
const regionsOf = (isIsolated: boolean): readonly string[] =>
  partitionsInfo.partitions
    .filter(({ id }) => id.startsWith(ISOLATED) === isIsolated)
    .flatMap(({ regions }) => Object.keys(regions))
    .filter((region) => /\d$/.test(region));

describe('the endpoints in the bundles', () => {
  it.each(Object.entries(HOSTS))('of %s are those that its own rules give', (name, host) => {
    const { config } = CLIENTS[name as keyof typeof HOSTS];
    const resolve = endpointResolverOf(host);
    expect(regionsOf(false).length).toBeGreaterThan(35);
    for (const Region of regionsOf(false)) {
      const expected = config.endpointProvider({ Region, UseFIPS: false, UseDualStack: false });
      expect(resolve({ Region, UseFIPS: false, UseDualStack: false }).url.href, Region).toBe(expected.url.href);
    }
    const given = { Endpoint: 'http://127.0.0.1:8000', Region: 'us-east-1' };
    expect(resolve(given).url.href).toBe(config.endpointProvider(given).url.href);
  });

  it('are refused where the rules would be needed', () => {
    const resolve = endpointResolverOf('dynamodb');
    for (const Region of regionsOf(true)) expect(() => resolve({ Region })).toThrow(Region);
    expect(() => resolve({ Region: 'us-east-1', UseDualStack: true })).toThrow('dual-stack');
    expect(() => resolve({ Region: 'us-east-1', UseFIPS: true })).toThrow('FIPS');
    expect(() => resolve({})).toThrow('AWS_REGION');
  });
});
