import { DynamoDBClient, type ConsumedCapacity } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { countCall } from './meter.ts';

/**
 * Milliseconds. A request that has no answer by then is one with an unknown outcome. The local database shares two
 * cores with everything else, so it is given more time.
 */
const TIMEOUTS = { connect: 1_000, request: 2_000, requestLocal: 10_000 } as const;

const capacitySchema = z.union([z.looseObject({}), z.array(z.looseObject({}))]).optional();
const answerSchema = z.object({
  ConsumedCapacity: capacitySchema,
  ScannedCount: z.number().optional(),
  $metadata: z.object({ attempts: z.number().optional() }).optional(),
});

/** Read units of a request, and write units: DynamoDB reports one sum, and a request is either. */
const unitsOf = (operation: string) => (answer: { readonly output: unknown }) => {
  const { ConsumedCapacity: consumed, ScannedCount = 0, $metadata } = answerSchema.parse(answer.output);
  const all: readonly ConsumedCapacity[] = consumed === undefined ? [] : [consumed].flat();
  const units = all.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
  const isRead = operation === 'GetItem' || operation === 'BatchGetItem' || operation === 'Query';
  return {
    readUnits: isRead ? units : 0,
    writeUnits: isRead ? 0 : units,
    itemsRead: ScannedCount,
    retries: ($metadata?.attempts ?? 1) - 1,
  };
};

/** A document client with bounded waiting, whose requests are counted by `metered`. */
export const makeClient = ({ endpoint }: { readonly endpoint?: string | undefined } = {}): DynamoDBDocumentClient => {
  const client = new DynamoDBClient({
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts: 3,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: TIMEOUTS.connect,
      requestTimeout: endpoint === undefined ? TIMEOUTS.request : TIMEOUTS.requestLocal,
      // Without it the SDK only logs a request that takes too long.
      throwOnRequestTimeout: true,
    },
  });
  client.middlewareStack.add(
    (next, context) => (args) => {
      const operation = String(context.commandName).replace(/Command$/, '');
      return countCall(
        operation,
        () => next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } }),
        unitsOf(operation),
      );
    },
    { step: 'initialize', name: 'countCost', priority: 'low' },
  );
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
};
