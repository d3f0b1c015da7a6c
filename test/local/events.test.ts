import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  TrimmedDataAccessException,
} from '@aws-sdk/client-dynamodb-streams';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openEventsFolder, type EventsFolder } from '../../local/events-folder.ts';
import { openTableStream, type Shard, type TableStream } from '../../local/events-stream.ts';
import { startPublisher } from '../../local/events.ts';

type Records = Awaited<ReturnType<TableStream['page']>>['records'];

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'task-center-events-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

const typeRecord = (id: string): Records[number] => ({
  eventName: 'INSERT',
  dynamodb: {
    Keys: { PK: { S: 'T#t#TYPES' }, SK: { S: `TYPE#${id}` } },
    NewImage: {
      id: { S: id },
      tenant_id: { S: 't' },
      code: { S: id },
      name: { S: id },
      description: { NULL: true },
      is_active: { BOOL: true },
      created_by: { S: 'a' },
      created_at: { S: '2026-03-01T08:00:00.000Z' },
      updated_at: { S: '2026-03-01T08:00:00.000Z' },
    },
    SequenceNumber: `sequence-of-${id}`,
  },
});

interface FakeShard extends Shard {
  readonly records: Records;
  readonly isClosed: boolean;
}
const fakeStream = (shards: readonly FakeShard[], { id = 'stream-1', forgotten = '' } = {}): TableStream => ({
  id,
  shards: async () => shards,
  page: async (shardId, after) => {
    const shard = shards.find((one) => one.id === shardId);
    const records = shard?.records ?? [];
    const hasGap = after !== undefined && after === forgotten;
    const from =
      after === undefined || hasGap ? 0 : 1 + records.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === after);
    // Two at a time.
    const page = records.slice(from, from + 2);
    return { records: page, isLast: shard?.isClosed === true && from + 2 >= records.length, hasGap };
  },
  close: () => undefined,
});

const makeLog = () => {
  const told: string[] = [];
  const tell = (message: string): void => void told.push(message);
  return { told, log: { info: tell, warn: tell, error: tell } };
};

const idsIn = async (folder: string): Promise<readonly string[]> =>
  (await readFile(join(folder, 'events.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { id: string }).id);

/** Publishes all that the stream holds. */
const publishAll = async (stream: TableStream, folder: EventsFolder) => {
  const { told, log } = makeLog();
  await (await startPublisher({ stream, folder, trail: { record: () => Promise.resolve() }, log })).stop();
  return told;
};

const shard = (id: string, names: readonly string[], more: Partial<FakeShard> = {}): FakeShard => ({
  id,
  parentId: undefined,
  records: names.map(typeRecord),
  isClosed: false,
  ...more,
});

describe('the local publisher', () => {
  it('appends each event once, logs it, and goes on where it stopped', async () => {
    const folder = await newFolder();
    const first = await publishAll(fakeStream([shard('s', ['a', 'b', 'c'])]), await openEventsFolder(folder));
    expect(first).toEqual(Array.from({ length: 3 }, () => 'task_center.task_type.created'));
    const second = await publishAll(fakeStream([shard('s', ['a', 'b', 'c', 'd'])]), await openEventsFolder(folder));
    expect(second).toHaveLength(1);
    expect(await idsIn(folder)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('reads a shard only when the one before it is read to its end', async () => {
    const folder = await newFolder();
    const shards = [
      shard('young', ['d'], { parentId: 'old' }),
      shard('old', ['a', 'b', 'c'], { isClosed: true, parentId: 'forgotten long ago' }),
    ];
    await publishAll(fakeStream(shards), await openEventsFolder(folder));
    expect(await idsIn(folder)).toEqual(['a', 'b', 'c', 'd']);
    // A shard that has ended is not read again by the next run.
    await publishAll(fakeStream(shards), await openEventsFolder(folder));
    expect(await idsIn(folder)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('begins at the beginning of another stream', async () => {
    const folder = await newFolder();
    await publishAll(fakeStream([shard('s', ['a'])]), await openEventsFolder(folder));
    await publishAll(fakeStream([shard('s', ['b'])], { id: 'stream-2' }), await openEventsFolder(folder));
    expect(await idsIn(folder)).toEqual(['a', 'b']);
  });

  it('says so when the stream has forgotten what was not published', async () => {
    const folder = await newFolder();
    await publishAll(fakeStream([shard('s', ['a'])]), await openEventsFolder(folder));
    const later = fakeStream([shard('s', ['x', 'y'])], { forgotten: 'sequence-of-a' });
    expect(await publishAll(later, await openEventsFolder(folder))).toContain(
      'the stream has forgotten records that were not published',
    );
    expect(await idsIn(folder)).toEqual(['a', 'x', 'y']);
  });

  it('puts a malformed record aside, whole, and goes on behind it', async () => {
    const folder = await newFolder();
    const malformed = { ...typeRecord('b'), eventName: undefined };
    const records = [typeRecord('a'), malformed, typeRecord('c')];
    const told = await publishAll(fakeStream([shard('s', [], { records })]), await openEventsFolder(folder));
    expect(told).toContain('a record of the stream is malformed and is put aside');
    expect(await idsIn(folder)).toEqual(['a', 'c']);
    const rejected = JSON.parse(await readFile(join(folder, 'events.rejected.jsonl'), 'utf8')) as object;
    expect(rejected).toEqual({
      reason: expect.stringContaining('eventName'),
      record: JSON.parse(JSON.stringify(malformed)),
    });
  });

  it('keeps what it could not write for the next time', async () => {
    const directory = await newFolder();
    const folder = await openEventsFolder(directory);
    const full: EventsFolder = {
      ...folder,
      bus: { publish: async () => ({ count: 0, cause: new Error('disk full') }) },
    };
    const stream = fakeStream([shard('s', ['a', 'b'])]);
    expect(await publishAll(stream, full)).toContain('events cannot be published now');
    await publishAll(stream, folder);
    expect(await idsIn(directory)).toEqual(['a', 'b']);
  });

  it('drops the part of a line that a killed run left', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'events.jsonl'), '{"id":"a"}\n{"id":"b","na');
    await publishAll(fakeStream([shard('s', ['b'])]), await openEventsFolder(folder));
    expect(await idsIn(folder)).toEqual(['a', 'b']);
  });

  it('reports a failed write', async () => {
    const folder = await newFolder();
    const { bus } = await openEventsFolder(join(folder, 'absent'));
    expect(await bus.publish([])).toMatchObject({ count: 0, cause: { code: 'ENOENT' } });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('the stream of a table', () => {
  const open = async () => {
    const [tables, streams] = [mockClient(DynamoDBClient), mockClient(DynamoDBStreamsClient)];
    cleanUps.push(() => [tables, streams].forEach((mock) => mock.restore()));
    tables.on(DescribeTableCommand).resolves({ Table: { LatestStreamArn: 'stream-1' } });
    const stream = await openTableStream({ endpoint: 'http://127.0.0.1:1', tableName: 'table' });
    return { streams, stream };
  };

  it('lists all pages of its shards', async () => {
    const { streams, stream } = await open();
    streams
      .on(DescribeStreamCommand)
      .resolvesOnce({ StreamDescription: { Shards: [{ ShardId: 'a' }], LastEvaluatedShardId: 'a' } })
      .resolvesOnce({ StreamDescription: { Shards: [{ ShardId: 'b', ParentShardId: 'a' }] } });
    expect(await stream.shards()).toEqual([
      { id: 'a', parentId: undefined },
      { id: 'b', parentId: 'a' },
    ]);
    expect(streams.commandCalls(DescribeStreamCommand)[1]?.args[0].input.ExclusiveStartShardId).toBe('a');
  });

  it('looks for news with one request, and survives an iterator that has expired', async () => {
    const { streams, stream } = await open();
    const expired = new ExpiredIteratorException({ message: 'expired', $metadata: {} });
    streams.on(GetShardIteratorCommand).resolves({ ShardIterator: 'first' });
    streams
      .on(GetRecordsCommand)
      .resolvesOnce({ Records: [typeRecord('a')], NextShardIterator: 'second' })
      .resolvesOnce({ Records: [], NextShardIterator: 'third' })
      .rejectsOnce(expired)
      .resolvesOnce({ Records: [typeRecord('b')], NextShardIterator: 'fourth' });
    await stream.page('s', undefined);
    expect(streams.commandCalls(GetShardIteratorCommand)).toHaveLength(1);
    await stream.page('s', 'sequence-of-a');
    expect(streams.commandCalls(GetShardIteratorCommand)).toHaveLength(1);
    expect(await stream.page('s', 'sequence-of-a')).toMatchObject({ records: [{}], isLast: false, hasGap: false });
    const [, again] = streams.commandCalls(GetShardIteratorCommand);
    expect(again?.args[0].input).toMatchObject({
      ShardIteratorType: 'AFTER_SEQUENCE_NUMBER',
      SequenceNumber: 'sequence-of-a',
    });
  });

  it('begins anew, and says so, where its records have been forgotten', async () => {
    const { streams, stream } = await open();
    const trimmed = new TrimmedDataAccessException({ message: 'trimmed', $metadata: {} });
    streams.on(GetShardIteratorCommand).rejectsOnce(trimmed).resolvesOnce({ ShardIterator: 'first' });
    streams.on(GetRecordsCommand).resolves({ Records: [typeRecord('x')] });
    expect(await stream.page('s', 'sequence-of-a')).toMatchObject({ records: [{}], isLast: true, hasGap: true });
    const [, again] = streams.commandCalls(GetShardIteratorCommand);
    expect(again?.args[0].input).toMatchObject({ ShardIteratorType: 'TRIM_HORIZON' });
  });
});
