import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  CreateTableCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import * as z from 'zod';
import { KEY, LIST_INDEXES } from '../../adapters/dynamodb/table.ts';
import { ENV } from '../../adapters/runtime/environment.ts';
import { createTable, ensureLocalSecrets, tableDefinition } from '../../local/table.ts';

let client: DynamoDBClient;

beforeAll(() => {
  client = new DynamoDBClient({
    endpoint: inject('environment')[ENV.dynamodbEndpoint] ?? '',
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
});

afterAll(() => client.destroy());

describe('the local table', () => {
  it('has the keys, indexes, stream and expiry of the definition', async () => {
    await createTable(client, 'fresh');
    const { Table: table } = await client.send(new DescribeTableCommand({ TableName: 'fresh' }));
    expect(table).toMatchObject({
      KeySchema: [
        { AttributeName: KEY.partition, KeyType: 'HASH' },
        { AttributeName: KEY.sort, KeyType: 'RANGE' },
      ],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    });
    const indexes = table?.GlobalSecondaryIndexes?.map(({ IndexName, Projection }) => [
      IndexName,
      ...(Projection?.NonKeyAttributes ?? []).toSorted(),
    ]);
    expect(indexes?.toSorted()).toEqual(LIST_INDEXES.map(({ name, holds }) => [name, ...holds.toSorted()]).toSorted());
    const { TimeToLiveDescription: ttl } = await client.send(new DescribeTimeToLiveCommand({ TableName: 'fresh' }));
    expect(ttl).toEqual({ AttributeName: KEY.expiry, TimeToLiveStatus: 'ENABLED' });
  });

  it('is taken as it is when it exists, also by several at the same moment', async () => {
    await Promise.all([createTable(client, 'again'), createTable(client, 'again'), createTable(client, 'again')]);
    await createTable(client, 'again');
  });

  it('is refused when it was made by another version', async () => {
    const definition = tableDefinition('old');
    await client.send(
      new CreateTableCommand({
        ...definition,
        GlobalSecondaryIndexes: definition.GlobalSecondaryIndexes?.map((index) => ({
          ...index,
          Projection: { ProjectionType: 'ALL' as const },
        })),
      }),
    );
    const refusal = {
      name: 'StartupError',
      message: expect.stringMatching(/made by another version.*--data DIR.*delete.*TABLE_NAME/),
    };
    await expect(createTable(client, 'old')).rejects.toMatchObject(refusal);
  });
});

describe('the local secrets', () => {
  it('are made once and read by all', async () => {
    await createTable(client, 'secrets');
    const texts = await Promise.all([1, 2, 3].map(() => ensureLocalSecrets(client, 'secrets')));
    expect(new Set(texts).size).toBe(1);
    const key = z.string().regex(/^[\w-]{43}$/);
    const { signing } = z.strictObject({ signing: z.string(), cursor: key }).parse(JSON.parse(texts[0] ?? ''));
    z.strictObject({ current: z.literal('k1'), k1: key }).parse(JSON.parse(signing));
  });
});
