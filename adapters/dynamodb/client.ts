import { DynamoDBClient, type ConsumedCapacity } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { makeLanes } from './lanes.ts';
import { countCall } from './meter.ts';

/**
 * Milliseconds. A request that has no answer by then is one with an unknown outcome. The local database shares two
 * cores with everything else, so it is given more time.
 */
const TIMEOUTS = { connect: 1_000, request: 2_000, local: 30_000 } as const;

/**
 * Requests under way at a time. The SDK's clock runs for one that waits for a connection too: without a bound, the last
 * of a thousand would be given up before they are sent. As many wait here, where no clock runs.
 */
const CONNECTIONS = 50;

const capacitySchema = z.union([z.looseObject({}), z.array(z.looseObject({}))]).optional();
const answerSchema = z.object({
  ConsumedCapacity: capacitySchema,
  ScannedCount: z.number().optional(),
  $metadata: z.object({ attempts: z.number().optional() }).optional(),
});

const READS = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan']);

/** Read units of a request, and write units: DynamoDB reports one sum, and a request is either. */
const unitsOf = (operation: string) => (answer: { readonly output: unknown }) => {
  const { ConsumedCapacity: consumed, ScannedCount = 0, $metadata } = answerSchema.parse(answer.output);
  const all: readonly ConsumedCapacity[] = consumed === undefined ? [] : [consumed].flat();
  const units = all.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
  const isRead = READS.has(operation);
  return {
    readUnits: isRead ? units : 0,
    writeUnits: isRead ? 0 : units,
    itemsRead: ScannedCount,
    retries: ($metadata?.attempts ?? 1) - 1,
  };
};

export interface ClientOptions {
  readonly endpoint?: string | undefined;
  /** Milliseconds until a request counts as unanswered. */
  readonly requestTimeout?: number;
}

/** A document client with bounded waiting, whose requests are counted by `metered`. */
export const makeClient = ({
  endpoint,
  requestTimeout = endpoint === undefined ? TIMEOUTS.request : TIMEOUTS.local,
}: ClientOptions = {}): DynamoDBDocumentClient => {
  const client = new DynamoDBClient({
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts: 3,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: endpoint === undefined ? TIMEOUTS.connect : TIMEOUTS.local,
      requestTimeout,
      // The request timeout ends with the first byte of an answer: a body that stalls needs one of its own.
      socketTimeout: requestTimeout,
      // Without it the SDK only logs a request that takes too long.
      throwOnRequestTimeout: true,
      httpAgent: { maxSockets: CONNECTIONS },
      httpsAgent: { maxSockets: CONNECTIONS },
    },
  });
  // Even without a logger it prepares every request and answer for one, stripped of what is sensitive.
  client.middlewareStack.remove('loggerMiddleware');
  const inLane = makeLanes(CONNECTIONS);
  client.middlewareStack.add(
    (next, context) => (args) => {
      const operation = String(context.commandName).replace(/Command$/, '');
      return countCall(
        operation,
        () => inLane(() => next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } })),
        unitsOf(operation),
      );
    },
    { step: 'initialize', name: 'countCost', priority: 'low' },
  );
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
};
