import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { TestProject } from 'vitest/node';
import { ENV } from '../../adapters/runtime/environment.ts';
import { startDatabase } from '../../local/database.ts';
import { createTable, ensureLocalSecrets } from '../../local/table.ts';

declare module 'vitest' {
  interface ProvidedContext {
    environment: Record<string, string>;
  }
}

const TABLE = 'task-center-test';

/** One real DynamoDB for all integration tests, with one table: tests keep apart by tenants of their own. */
const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const database = await startDatabase({ inMemory: true, environment: process.env });
  const credentials = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  Object.assign(process.env, credentials);
  const client = new DynamoDBClient({ endpoint: database.endpoint, region: 'us-east-1' });
  await createTable(client, TABLE);
  const secrets = await ensureLocalSecrets(client, TABLE);
  client.destroy();
  project.provide('environment', {
    ...credentials,
    AWS_REGION: 'us-east-1',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    [ENV.tableName]: TABLE,
    [ENV.dynamodbEndpoint]: database.endpoint,
    [ENV.identityMode]: 'builtin',
    [ENV.localSecrets]: secrets,
    [ENV.logLevel]: 'SILENT',
  });
  return () => database.stop();
};

export default setup;
