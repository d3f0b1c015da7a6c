import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { HOSTS } from '../../lib/bundle.ts';
import { endpointResolverOf } from '../../lib/substitutes/endpoints.ts';

const CLIENTS = {
  '@aws-sdk/client-dynamodb': new DynamoDBClient({ region: 'us-east-1' }),
  '@aws-sdk/client-eventbridge': new EventBridgeClient({ region: 'us-east-1' }),
  '@aws-sdk/client-secrets-manager': new SecretsManagerClient({ region: 'us-east-1' }),
};
const REGIONS = ['us-east-1', 'eu-central-1', 'ap-southeast-7', 'us-gov-west-1', 'cn-north-1'];

describe('the endpoints in the bundles', () => {
  it.each(Object.entries(HOSTS))('of %s are those that its own rules give', (name, host) => {
    const { config } = CLIENTS[name as keyof typeof HOSTS];
    const resolve = endpointResolverOf(host);
    for (const Region of REGIONS) {
      const expected = config.endpointProvider({ Region, UseFIPS: false, UseDualStack: false });
      expect(resolve({ Region, UseFIPS: false, UseDualStack: false }).url.href, Region).toBe(expected.url.href);
    }
    const given = { Endpoint: 'http://127.0.0.1:8000', Region: 'us-east-1' };
    expect(resolve(given).url.href).toBe(config.endpointProvider(given).url.href);
  });

  it('are refused where the rules would be needed', () => {
    const resolve = endpointResolverOf('dynamodb');
    expect(() => resolve({ Region: 'us-iso-east-1' })).toThrow('us-iso-east-1');
    expect(() => resolve({ Region: 'us-east-1', UseDualStack: true })).toThrow('dual-stack');
    expect(() => resolve({ Region: 'us-east-1', UseFIPS: true })).toThrow('FIPS');
    expect(() => resolve({})).toThrow('AWS_REGION');
  });
});
