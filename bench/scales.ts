import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { KEY, LIST_INDEXES } from '../adapters/dynamodb/table.ts';
import { weightOf, type Item } from './weights.ts';

const attributes = z.record(z.string(), z.unknown());
const keyed = z.object({ Key: attributes });
const transaction = z.object({
  TransactItems: z.array(
    z.object({
      Put: z.object({ Item: attributes }).optional(),
      Update: keyed.optional(),
      Delete: keyed.optional(),
      ConditionCheck: keyed.optional(),
    }),
  ),
});

const keyOf = (item: Item): Item => ({ [KEY.partition]: item[KEY.partition], [KEY.sort]: item[KEY.sort] });
const nameOf = (item: Item): string => `${String(item[KEY.partition])} ${String(item[KEY.sort])}`;

export interface Scales {
  /** Runs work and weighs what its transactions write. One piece of work at a time. */
  readonly weigh: (work: () => Promise<unknown>) => Promise<number>;
}

/**
 * Weighs the transactions that a client sends: it looks at every item before and after, so it sees what was written and
 * not what the code meant to write. `observer` looks, apart from the client.
 */
export const makeScales = (
  client: DynamoDBDocumentClient,
  observer: DynamoDBDocumentClient,
  tableName: string,
): Scales => {
  let units: number | undefined;

  const look = async (keys: readonly Item[]): Promise<ReadonlyMap<string, Item>> => {
    const request = { [tableName]: { Keys: [...keys], ConsistentRead: true } };
    const { Responses } = await observer.send(new BatchGetCommand({ RequestItems: request }));
    return new Map((Responses?.[tableName] ?? []).map((item) => [nameOf(item), item]));
  };

  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (units === undefined || commandName !== 'TransactWriteItemsCommand') return next(args);
        const keys = transaction.parse(args.input).TransactItems.map(({ Put, Update, Delete, ConditionCheck }) => {
          const written = Put?.Item ?? (Update ?? Delete ?? ConditionCheck)?.Key;
          if (written === undefined) throw new Error('A transaction has an action that these scales do not know.');
          return keyOf(written);
        });
        const before = await look(keys);
        const answer = await next(args);
        const after = await look(keys);
        for (const key of keys.map(nameOf)) {
          const weight = weightOf(before.get(key), after.get(key), LIST_INDEXES);
          units += weight.items + weight.indexes;
        }
        return answer;
      },
    { step: 'initialize', name: 'weighWrites', priority: 'low' },
  );

  return {
    weigh: async (work) => {
      units = 0;
      try {
        await work();
        return units;
      } finally {
        units = undefined;
      }
    },
  };
};
