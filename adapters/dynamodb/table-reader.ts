import {
  BatchGetCommand,
  GetCommand,
  QueryCommand,
  type DynamoDBDocumentClient,
  type QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Consistency } from '../../core/calendar/calendar.ts';
import { DomainError } from '../../core/errors.ts';
import { refusalOf } from './faults.ts';
import type { Key } from './keys.ts';
import { KEY } from './table.ts';
import type { Item } from './transaction.ts';

/** A range of one partition, in the order of its sort keys. */
export interface Range {
  readonly partition: string;
  /** Both ends are included. */
  readonly from: string;
  readonly to: string;
  readonly descending?: boolean;
  readonly limit?: number;
  readonly consistency?: Consistency;
}

export interface TableReader {
  readonly get: (key: Key) => Promise<Item | undefined>;
  /** Those of the keys that exist, in no particular order; any number of keys. */
  readonly getMany: (keys: readonly Key[], consistency?: Consistency) => Promise<readonly Item[]>;
  /** The range, up to its limit; all of it when it has none. */
  readonly range: (range: Range) => Promise<readonly Item[]>;
  /** What one request reads of a range. */
  readonly rangePage: (range: Range) => Promise<ReadPage>;
  /** What one request reads of a part of a list. */
  readonly listPage: (page: ListPage) => Promise<ReadPage>;
}

/** One request reads 1 MB at the most, so it may end before its limit: `last` is where it ended, absent at the end. */
export interface ReadPage {
  readonly items: readonly Item[];
  readonly last: Item | undefined;
}

/** A condition on one attribute: it is one of some values, or comes after one. */
export type Condition =
  | { readonly attribute: string; readonly among: readonly (string | boolean)[] }
  | { readonly attribute: string; readonly after: string };

/** A part of a list: a partition of an index, or a range of one of the table, which is read strongly consistent. */
export interface ListPart {
  readonly index?: string;
  readonly partition: { readonly attribute: string; readonly value: string };
  readonly sort?: { readonly attribute: string } & ({ readonly begins: string } | { readonly before: string });
  /** Of each group one condition has to hold. */
  readonly where: readonly (readonly Condition[])[];
}

export interface ListPage {
  readonly part: ListPart;
  readonly descending: boolean;
  /** How many items are looked at; those that `where` leaves out count too. */
  readonly limit: number;
  /** The key of the item behind which the page begins. */
  readonly start: Item | undefined;
}

const BATCH_GET_KEYS = 100;
const BATCH_GET_ATTEMPTS = 8;

/** Reads of the table. Faults that outlast the SDK's retries become refusals: `throttled`, `table_unavailable`. */
export const makeTableReader = ({
  client,
  tableName,
  sleep,
  random,
}: {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly random: () => number;
}): TableReader => {
  const translated = async <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw refusalOf(error, 'read');
    });

  const query = (input: Omit<QueryCommandInput, 'TableName'>) =>
    translated(client.send(new QueryCommand({ TableName: tableName, ...input })));

  const getBatch = async (keys: readonly Key[], consistency: Consistency): Promise<readonly Item[]> => {
    const items: Item[] = [];
    let wanted: Record<string, unknown>[] = keys.map((key) => ({ ...key }));
    for (let attempt = 1; wanted.length > 0; attempt += 1) {
      const request = { [tableName]: { Keys: wanted, ConsistentRead: consistency === 'strong' } };
      const { Responses, UnprocessedKeys } = await translated(
        client.send(new BatchGetCommand({ RequestItems: request })),
      );
      items.push(...(Responses?.[tableName] ?? []));
      wanted = UnprocessedKeys?.[tableName]?.Keys ?? [];
      if (wanted.length === 0) break;
      if (attempt === BATCH_GET_ATTEMPTS)
        throw new DomainError('throttled', 'The table is throttled. Nothing was changed; try again.', {});
      await sleep(random() * 10 * 2 ** attempt);
    }
    return items;
  };

  const rangePage = async (
    { partition, from, to, descending = false, limit, consistency = 'strong' }: Range,
    start?: Item,
  ): Promise<ReadPage> => {
    const { Items = [], LastEvaluatedKey } = await query({
      KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :from AND :to',
      ExpressionAttributeNames: { '#pk': KEY.partition, '#sk': KEY.sort },
      ExpressionAttributeValues: { ':pk': partition, ':from': from, ':to': to },
      ScanIndexForward: !descending,
      ConsistentRead: consistency === 'strong',
      ...(limit === undefined ? {} : { Limit: limit }),
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    });
    return { items: Items, last: LastEvaluatedKey };
  };

  return {
    get: async (key) => {
      const { Item: item } = await translated(
        client.send(new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true })),
      );
      return item;
    },

    getMany: async (keys, consistency = 'strong') => {
      const batches = [];
      for (let from = 0; from < keys.length; from += BATCH_GET_KEYS)
        batches.push(keys.slice(from, from + BATCH_GET_KEYS));
      return (await Promise.all(batches.map((batch) => getBatch(batch, consistency)))).flat();
    },

    range: async (range) => {
      const items: Item[] = [];
      let start: Item | undefined;
      do {
        const rest = range.limit === undefined ? {} : { limit: range.limit - items.length };
        const page = await rangePage({ ...range, ...rest }, start);
        items.push(...page.items);
        start = page.last;
      } while (start !== undefined && (range.limit === undefined || items.length < range.limit));
      return items;
    },

    rangePage: (range) => rangePage(range),

    listPage: async ({ part, descending, limit, start }) => {
      const { Items = [], LastEvaluatedKey } = await query({
        ...expressionsOf(part),
        ...(part.index === undefined ? { ConsistentRead: true } : { IndexName: part.index }),
        ScanIndexForward: !descending,
        Limit: limit,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      });
      return { items: Items, last: LastEvaluatedKey };
    },
  };
};

const expressionsOf = ({ partition, sort, where }: ListPart) => {
  const names: Record<string, string> = { '#partition': partition.attribute };
  const values: Record<string, string | boolean> = { ':partition': partition.value };
  const valueOf = (value: string | boolean): string => {
    const placeholder = `:value${Object.keys(values).length}`;
    values[placeholder] = value;
    return placeholder;
  };
  const textOf = (condition: Condition): string => {
    const name = `#${condition.attribute}`;
    names[name] = condition.attribute;
    return 'after' in condition
      ? `${name} > ${valueOf(condition.after)}`
      : `${name} IN (${condition.among.map(valueOf).join(', ')})`;
  };
  const keys = ['#partition = :partition'];
  if (sort !== undefined) {
    names['#sort'] = sort.attribute;
    keys.push('begins' in sort ? `begins_with(#sort, ${valueOf(sort.begins)})` : `#sort < ${valueOf(sort.before)}`);
  }
  const filters = where.map((group) => `(${group.map(textOf).join(' OR ')})`);
  return {
    KeyConditionExpression: keys.join(' AND '),
    ...(filters.length === 0 ? {} : { FilterExpression: filters.join(' AND ') }),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
};
