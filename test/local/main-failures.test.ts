import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { startDatabase } from '../../local/database.ts';
import { LOCAL_TABLE, tableDefinition } from '../../local/table.ts';
import { databaseProcesses, processesWith } from './processes.ts';
import { expectSentence, newFolder, serve, start } from './starting.ts';

describe('npm start, when something else fails', () => {
  it('leaves a data folder of another version as it is, and says what to do', async () => {
    const folder = await newFolder();
    const environment = { ...process.env, DYNAMODB_ENDPOINT: '' };
    const database = await startDatabase({ inMemory: false, dataDirectory: folder, environment });
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const client = new DynamoDBClient({ endpoint: database.endpoint, region: 'us-east-1', credentials });
    // The first of the sixteen indexes that there once were, each of whole items.
    const definition = tableDefinition(LOCAL_TABLE);
    const attributes = ['PK', 'SK', 'L0', 'id'].map((name) => ({ AttributeName: name, AttributeType: 'S' as const }));
    const index = {
      IndexName: 'LIST0',
      KeySchema: [
        { AttributeName: 'L0', KeyType: 'HASH' as const },
        { AttributeName: 'id', KeyType: 'RANGE' as const },
      ],
      Projection: { ProjectionType: 'ALL' as const },
    };
    await client.send(
      new CreateTableCommand({ ...definition, AttributeDefinitions: attributes, GlobalSecondaryIndexes: [index] }),
    );
    const item = { PK: { S: 'T#t#TYPE#x' }, SK: { S: 'TYPE' }, L0: { S: 'T#t#task_types' }, id: { S: 'x' } };
    await client.send(new PutItemCommand({ TableName: LOCAL_TABLE, Item: item }));
    client.destroy();
    await database.stop();
    const contents = async () =>
      Promise.all(
        (await readdir(folder)).map(async (name) => [name, (await readFile(join(folder, name))).toString('base64')]),
      );
    const before = await contents();
    expect(before).not.toEqual([]);

    const run = start(['--data', folder, '--port', '0']);
    await expectSentence(run, /^The table \S+ was made by another version.*\(--data DIR\), delete/);
    expect(await contents()).toEqual(before);
  });

  it('stops the database when a later step fails', async () => {
    const folder = await newFolder();
    const run = start(['--data', folder, '--port', '0'], { TABLE_NAME: '?' });
    expect(await run.ended).toBe(1);
    expect(await processesWith('DynamoDBLocal.jar', folder)).toEqual([]);
    expect(await readdir(folder)).not.toContain('task-center.lock');
  });

  it('ends when its database does, and says so', async () => {
    const { endpoint, said, ended } = await serve(['--in-memory']);
    for (const pid of await databaseProcesses(endpoint)) process.kill(pid, 'SIGKILL');
    expect(await ended).toBe(1);
    expect(said().stderr).toContain('The database ended');
  });
});
