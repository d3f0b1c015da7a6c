import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  TrimmedDataAccessException,
} from '@aws-sdk/client-dynamodb-streams';

export interface Shard {
  readonly id: string;
  /** Its records are older than those of this shard. */
  readonly parentId: string | undefined;
}

export interface Page {
  readonly records: readonly StreamRecord[];
  /** True when the shard has ended with these records. */
  readonly isLast: boolean;
  /** True when the stream no longer has everything that came after the position. */
  readonly hasGap: boolean;
}

/** Reads the stream of a table. Keeps no position of its own: the reader says where to go on. */
export interface TableStream {
  readonly id: string;
  /** All shards that the stream still has. */
  readonly shards: () => Promise<readonly Shard[]>;
  /** The records of a shard behind a position, from its beginning without one; none yet is an empty page. */
  readonly page: (shardId: string, after: string | undefined) => Promise<Page>;
  readonly close: () => void;
}

interface Place {
  readonly after: string | undefined;
  readonly iterator: string;
}

const streamOf = async (endpoint: string, tableName: string): Promise<string> => {
  const client = new DynamoDBClient({ endpoint });
  try {
    const { Table: table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
    if (table?.LatestStreamArn === undefined) throw new Error(`The table ${tableName} has no stream`);
    return table.LatestStreamArn;
  } finally {
    client.destroy();
  }
};

export const openTableStream = async ({
  endpoint,
  tableName,
  pageSize = 1_000,
}: {
  readonly endpoint: string;
  readonly tableName: string;
  readonly pageSize?: number | undefined;
}): Promise<TableStream> => {
  const id = await streamOf(endpoint, tableName);
  const client = new DynamoDBStreamsClient({ endpoint });
  /** The iterators to go on with, so that a look for news is one request. */
  const places = new Map<string, Place>();

  const beginning = async (shardId: string): Promise<string | undefined> => {
    const where = { StreamArn: id, ShardId: shardId, ShardIteratorType: 'TRIM_HORIZON' as const };
    return (await client.send(new GetShardIteratorCommand(where))).ShardIterator;
  };
  const behind = async (shardId: string, after: string): Promise<string | undefined> => {
    const where = {
      StreamArn: id,
      ShardId: shardId,
      ShardIteratorType: 'AFTER_SEQUENCE_NUMBER' as const,
      SequenceNumber: after,
    };
    return (await client.send(new GetShardIteratorCommand(where))).ShardIterator;
  };

  const read = async (shardId: string, after: string | undefined): Promise<Omit<Page, 'hasGap'>> => {
    const kept = places.get(shardId);
    // Dropped before its use: one that fails, or has expired, is not tried again.
    places.delete(shardId);
    const iterator =
      kept !== undefined && kept.after === after
        ? kept.iterator
        : await (after === undefined ? beginning(shardId) : behind(shardId, after));
    if (iterator === undefined) return { records: [], isLast: true };
    const { Records: records = [], NextShardIterator: next } = await client.send(
      new GetRecordsCommand({ ShardIterator: iterator, Limit: pageSize }),
    );
    if (next !== undefined) {
      places.set(shardId, { after: records.at(-1)?.dynamodb?.SequenceNumber ?? after, iterator: next });
    }
    return { records, isLast: next === undefined };
  };

  return {
    id,
    shards: async () => {
      const found: Shard[] = [];
      let from: string | undefined;
      do {
        const { StreamDescription: stream } = await client.send(
          new DescribeStreamCommand({
            StreamArn: id,
            ...(from === undefined ? {} : { ExclusiveStartShardId: from }),
          }),
        );
        for (const { ShardId, ParentShardId } of stream?.Shards ?? []) {
          if (ShardId !== undefined) found.push({ id: ShardId, parentId: ParentShardId });
        }
        from = stream?.LastEvaluatedShardId;
      } while (from !== undefined);
      return found;
    },
    page: async (shardId, after) => {
      try {
        return { ...(await read(shardId, after)), hasGap: false };
      } catch (error) {
        // The machine slept: the iterator is dropped, and the position is as good as ever.
        if (error instanceof ExpiredIteratorException) return { ...(await read(shardId, after)), hasGap: false };
        if (!(error instanceof TrimmedDataAccessException)) throw error;
        return { ...(await read(shardId, undefined)), hasGap: true };
      }
    },
    close: () => client.destroy(),
  };
};
