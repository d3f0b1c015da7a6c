import { randomBytes } from 'node:crypto';
import type { CreateTableCommandInput, DynamoDBClient, TableDescription } from '@aws-sdk/client-dynamodb';
import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  PutItemCommand,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { KEY, LIST_INDEXES } from '../adapters/dynamodb/table.ts';
import { ENV } from '../adapters/runtime/environment.ts';
import { startupError } from './startup-error.ts';

type Definition = CreateTableCommandInput & { TableName: string };
type KeySchema = NonNullable<CreateTableCommandInput['KeySchema']>;

/** The table of a local run that is given no name. */
export const LOCAL_TABLE = 'task-center-local';

const TABLE_READY_SECONDS = 60;
const SECRETS_KEY = { [KEY.partition]: { S: 'T#-#LOCAL' }, [KEY.sort]: { S: 'SECRETS' } };
const SECRETS = 'secrets';
const SECRET_BYTES = 32;

const keySchema = (partition: string, sort: string): KeySchema => [
  { AttributeName: partition, KeyType: 'HASH' },
  { AttributeName: sort, KeyType: 'RANGE' },
];

/** The table as the stack defines it, for an engine without CloudFormation. */
export const tableDefinition = (tableName: string): Definition => {
  const keys = [KEY.partition, KEY.sort, ...LIST_INDEXES.flatMap(({ partition, sort }) => [partition, sort])];
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: keySchema(KEY.partition, KEY.sort),
    AttributeDefinitions: [...new Set(keys)].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
    GlobalSecondaryIndexes: LIST_INDEXES.map(({ name, partition, sort, holds }) => ({
      IndexName: name,
      KeySchema: keySchema(partition, sort),
      Projection:
        holds.length === 0
          ? { ProjectionType: 'KEYS_ONLY' }
          : { ProjectionType: 'INCLUDE', NonKeyAttributes: [...holds] },
    })),
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  };
};

/** What of a table cannot be mended in place, in a form that compares. */
const shape = (table: TableDescription | Definition): string => {
  const types = new Map(
    table.AttributeDefinitions?.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
  );
  const keys = (schema: TableDescription['KeySchema']): string =>
    (schema ?? [])
      .map(({ AttributeName, KeyType }) => `${KeyType}=${AttributeName}:${types.get(AttributeName)}`)
      .join();
  const indexes = (table.GlobalSecondaryIndexes ?? []).map(
    ({ IndexName, KeySchema, Projection: { ProjectionType, NonKeyAttributes = [] } = {} }) =>
      `${IndexName}(${keys(KeySchema)})${ProjectionType}(${NonKeyAttributes.toSorted().join()})`,
  );
  return [keys(table.KeySchema), ...indexes.toSorted()].join(' ');
};

const enableExpiry = async (client: DynamoDBClient, tableName: string): Promise<void> => {
  const { TimeToLiveDescription: ttl } = await client.send(new DescribeTimeToLiveCommand({ TableName: tableName }));
  if (ttl?.TimeToLiveStatus === 'ENABLED' || ttl?.TimeToLiveStatus === 'ENABLING') return;
  try {
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName: tableName,
        TimeToLiveSpecification: { AttributeName: KEY.expiry, Enabled: true },
      }),
    );
  } catch (error) {
    // Another gateway on the same database enabled it between the two calls.
    if (!(error instanceof Error && error.name === 'ValidationException')) throw error;
  }
};

/**
 * Creates the table, with its indexes, stream and expiry, and waits until it serves. An existing one is taken as it is.
 * Throws a startup error when the existing one has other keys or indexes.
 */
export const createTable = async (client: DynamoDBClient, tableName: string): Promise<void> => {
  const wanted = tableDefinition(tableName);
  try {
    await client.send(new CreateTableCommand(wanted));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilTableExists(
    { client, maxWaitTime: TABLE_READY_SECONDS, minDelay: 1, maxDelay: 2 },
    { TableName: tableName },
  );
  const { Table: found } = await client.send(new DescribeTableCommand({ TableName: tableName }));
  if (found === undefined || shape(found) !== shape(wanted)) {
    throw startupError(
      `The table ${tableName} was made by another version of Task Center (its keys or indexes differ), and is left as it is: ` +
        `keep your data in another folder (--data DIR), delete this one if you do not need it, or use another table ` +
        `(${ENV.tableName}).`,
    );
  }
  await enableExpiry(client, tableName);
};

const newSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url');

/**
 * The secrets of a local run, as the JSON text `{"signing": …, "cursor": …}`. The first run on a table makes them; they
 * are kept in it, so that every gateway on one database trusts the tokens and cursors of the others.
 */
export const ensureLocalSecrets = async (client: DynamoDBClient, tableName: string): Promise<string> => {
  const signing = JSON.stringify({ current: 'k1', k1: newSecret() });
  try {
    await client.send(
      new PutItemCommand({
        TableName: tableName,
        Item: { ...SECRETS_KEY, [SECRETS]: { S: JSON.stringify({ signing, cursor: newSecret() }) } },
        ConditionExpression: 'attribute_not_exists(#key)',
        ExpressionAttributeNames: { '#key': KEY.partition },
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
  const { Item: item } = await client.send(
    new GetItemCommand({ TableName: tableName, Key: SECRETS_KEY, ConsistentRead: true }),
  );
  const secrets = item?.[SECRETS]?.S;
  if (secrets === undefined) throw new Error(`The local secrets are missing in ${tableName}`);
  return secrets;
};
