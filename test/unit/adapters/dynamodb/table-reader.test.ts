import { ThrottlingException } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { makeTableReader } from '../../../../adapters/dynamodb/table-reader.ts';
import { refusalOf } from '../../fakes.ts';
import { makeFakeClient } from './sdk.ts';

const KEY = { PK: 'p', SK: 's' };
const keys = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => ({ PK: `p${from + index}`, SK: 's' }));
const found = (items: readonly object[], unprocessed: readonly object[] = []) => ({
  Responses: { table: items },
  ...(unprocessed.length === 0 ? {} : { UnprocessedKeys: { table: { Keys: unprocessed } } }),
});

const makeScene = (...answers: readonly unknown[]) => {
  const { client, sent } = makeFakeClient(...answers);
  const waits: number[] = [];
  const sleep = async (milliseconds: number): Promise<void> => {
    waits.push(milliseconds);
  };
  return { reader: makeTableReader({ client, tableName: 'table', sleep, random: () => 1 }), sent, waits };
};

describe('reading one item', () => {
  it('is strongly consistent', async () => {
    const { reader, sent } = makeScene({ Item: { ...KEY, a: 1 } });
    expect(await reader.get(KEY)).toEqual({ ...KEY, a: 1 });
    expect(sent).toEqual([{ name: 'GetCommand', input: { TableName: 'table', Key: KEY, ConsistentRead: true } }]);
  });

  it('may find none', async () => {
    expect(await makeScene({}).reader.get(KEY)).toBeUndefined();
  });
});

describe('reading many items', () => {
  it('asks for 100 at a time, all together', async () => {
    const { reader, sent } = makeScene(found([{ n: 1 }]), found([{ n: 2 }]), found([]));
    expect(await reader.getMany(keys(250))).toEqual([{ n: 1 }, { n: 2 }]);
    const requests = sent.map(
      ({ input }) => input['RequestItems'] as { table: { Keys: unknown[]; ConsistentRead: boolean } },
    );
    expect(requests.map(({ table }) => table.Keys.length)).toEqual([100, 100, 50]);
    expect(requests.flatMap(({ table }) => table.Keys)).toEqual(keys(250));
    expect(requests.every(({ table }) => table.ConsistentRead)).toBe(true);
  });

  it('of no keys asks nothing', async () => {
    const { reader, sent } = makeScene();
    expect(await reader.getMany([])).toEqual([]);
    expect(sent).toEqual([]);
  });

  it('may be eventually consistent', async () => {
    const { reader, sent } = makeScene(found([]));
    await reader.getMany(keys(1), 'eventual');
    expect(sent[0]?.input).toEqual({ RequestItems: { table: { Keys: keys(1), ConsistentRead: false } } });
  });

  it('asks again for what was not processed, and only for that', async () => {
    const { reader, sent, waits } = makeScene(
      found([{ n: 1 }], keys(2, 1)),
      found([{ n: 2 }], keys(1, 2)),
      found([{ n: 3 }]),
    );
    expect(await reader.getMany(keys(3))).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(sent.map(({ input }) => input['RequestItems'])).toMatchObject([
      { table: { Keys: keys(3) } },
      { table: { Keys: keys(2, 1), ConsistentRead: true } },
      { table: { Keys: keys(1, 2) } },
    ]);
    expect(waits).toEqual([20, 40]);
  });

  it('gives up as throttled when nothing moves, rather than answer with less', async () => {
    const { reader, sent } = makeScene(...Array.from({ length: 8 }, () => found([], keys(1))));
    await refusalOf(() => reader.getMany(keys(1)), 'throttled');
    expect(sent).toHaveLength(8);
  });
});

describe('reading a range', () => {
  const range = { partition: 'p', from: 'a', to: 'b' };

  it('reads all of it, page by page', async () => {
    const { reader, sent } = makeScene(
      { Items: [1, 2], LastEvaluatedKey: KEY },
      { Items: [], LastEvaluatedKey: KEY },
      { Items: [3] },
    );
    expect(await reader.range(range)).toEqual([1, 2, 3]);
    expect(sent[0]?.input).toEqual({
      TableName: 'table',
      KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :from AND :to',
      ExpressionAttributeNames: { '#pk': 'PK', '#sk': 'SK' },
      ExpressionAttributeValues: { ':pk': 'p', ':from': 'a', ':to': 'b' },
      ScanIndexForward: true,
      ConsistentRead: true,
    });
    expect(sent.slice(1).map(({ input }) => input['ExclusiveStartKey'])).toEqual([KEY, KEY]);
  });

  it('stops at its limit, and asks for no more than is left of it', async () => {
    const { reader, sent } = makeScene({ Items: [1, 2], LastEvaluatedKey: KEY }, { Items: [3], LastEvaluatedKey: KEY });
    expect(await reader.range({ ...range, limit: 3, descending: true, consistency: 'eventual' })).toEqual([1, 2, 3]);
    expect(sent.map(({ input }) => input['Limit'])).toEqual([3, 1]);
    expect(sent[0]?.input).toMatchObject({ ScanIndexForward: false, ConsistentRead: false });
  });
});

describe('reading a part of a list', () => {
  const partition = { attribute: 'in_state', value: 'T#t#DRAFT' };

  it('of an index is eventual, in the order asked for, from where the page before it ended', async () => {
    const start = { ...KEY, in_state: 'T#t#DRAFT', id: 'x' };
    const { reader, sent } = makeScene({ Items: [1], LastEvaluatedKey: KEY });
    const part = { index: 'BY_STATE', partition, where: [] };
    expect(await reader.listPage({ part, descending: true, limit: 5, start })).toEqual({ items: [1], last: KEY });
    expect(sent[0]?.input).toEqual({
      TableName: 'table',
      IndexName: 'BY_STATE',
      KeyConditionExpression: '#partition = :partition',
      ExpressionAttributeNames: { '#partition': 'in_state' },
      ExpressionAttributeValues: { ':partition': 'T#t#DRAFT' },
      ScanIndexForward: false,
      Limit: 5,
      ExclusiveStartKey: start,
    });
  });

  it('of the table is strongly consistent, and of the keys that begin alike', async () => {
    const { reader, sent } = makeScene({ Items: [] });
    const part = { partition: { attribute: 'PK', value: 'p' }, sort: { attribute: 'SK', begins: 'TYPE#' }, where: [] };
    await reader.listPage({ part, descending: true, limit: 5, start: undefined });
    expect(sent[0]?.input).toMatchObject({
      KeyConditionExpression: '#partition = :partition AND begins_with(#sort, :value1)',
      ExpressionAttributeValues: { ':partition': 'p', ':value1': 'TYPE#' },
      ConsistentRead: true,
    });
  });

  it('leaves out what does not fulfil one condition of every group', async () => {
    const { reader, sent } = makeScene({ Items: [] });
    const where = [
      [
        { attribute: 'state', among: ['APPROVED'] },
        { attribute: 'requires_approval', among: [false] },
      ],
      [{ attribute: 'planned_end_at', after: 'then' }],
    ];
    const part = { index: 'BY_START', partition, sort: { attribute: 'plan_order', before: 'later' }, where };
    await reader.listPage({ part, descending: false, limit: 5, start: undefined });
    expect(sent[0]?.input).toMatchObject({
      KeyConditionExpression: '#partition = :partition AND #sort < :value1',
      FilterExpression: '(#state IN (:value2) OR #requires_approval IN (:value3)) AND (#planned_end_at > :value4)',
      ExpressionAttributeValues: { ':value2': 'APPROVED', ':value3': false, ':value4': 'then' },
      ScanIndexForward: true,
    });
  });
});

describe('a read that fails', () => {
  const throttled = new ThrottlingException({ message: 'slow down', $metadata: {} });
  const timeout = Object.assign(new Error('no answer'), { name: 'TimeoutError' });
  const bug = Object.assign(new Error('wrong'), { name: 'ValidationException' });

  it.each(['get', 'getMany', 'range', 'listPage'] as const)(
    'of %s is throttled, unavailable, or a bug',
    async (name) => {
      const read = (error: Error) => {
        const { reader } = makeScene(error);
        if (name === 'get') return reader.get(KEY);
        if (name === 'getMany') return reader.getMany([KEY]);
        if (name === 'range') return reader.range({ partition: 'p', from: 'a', to: 'b' });
        const part = { partition: { attribute: 'PK', value: 'p' }, where: [] };
        return reader.listPage({ part, descending: true, limit: 1, start: undefined });
      };
      await refusalOf(() => read(throttled), 'throttled');
      await refusalOf(() => read(timeout), 'table_unavailable');
      await expect(read(bug)).rejects.toBe(bug);
    },
  );
});
