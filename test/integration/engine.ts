import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { TestProject } from 'vitest/node';
import { ENV } from '../../adapters/runtime/environment.ts';
import { buildBoard } from '../../board/build.ts';
import { startDatabase } from '../../local/database.ts';
import { JAVA_OPTIONS } from '../java-options.ts';
import { createTable, ensureLocalSecrets } from '../../local/table.ts';

/** They read streams, and each read of a stream costs the engine as much as all the streams that it keeps are long. */
const READ_STREAMS = new Set(['integration-apart', 'local']);

/** The database of the first project that needs no other, for those after it; who started it stops it. */
let shared: string | undefined;

/**
 * One real DynamoDB for the tests of a run: starting it and making it fast takes half a minute of processor time. Each
 * project has a table of its own, so that a scan reads no more than it must; within one, tests keep apart by tenants.
 */
export const provideDatabase = async (project: TestProject): Promise<() => Promise<void>> => {
  const isApart = READ_STREAMS.has(project.name);
  const known = (isApart ? undefined : shared) ?? process.env[ENV.dynamodbEndpoint];
  const environment = { ...process.env, ...JAVA_OPTIONS, [ENV.dynamodbEndpoint]: known };
  const database = await startDatabase({ inMemory: true, environment });
  if (!isApart) shared = database.endpoint;
  const boardFolder = join(tmpdir(), `task-center-test-board-${project.name}-${process.pid}`);
  buildBoard(boardFolder);
  const tableName = `task-center-test-${project.name}`;
  const credentials = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  Object.assign(process.env, credentials);
  const client = new DynamoDBClient({ endpoint: database.endpoint, region: 'us-east-1' });
  await createTable(client, tableName);
  const secrets = await ensureLocalSecrets(client, tableName);
  client.destroy();
  project.provide('environment', {
    ...credentials,
    AWS_REGION: 'us-east-1',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    [ENV.tableName]: tableName,
    [ENV.dynamodbEndpoint]: database.endpoint,
    [ENV.identityMode]: 'builtin',
    [ENV.localSecrets]: secrets,
    [ENV.logLevel]: 'SILENT',
    [ENV.boardFolder]: boardFolder,
  });
  return async () => {
    await rm(boardFolder, { recursive: true, force: true });
    await database.stop();
  };
};
