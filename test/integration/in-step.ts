import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as settle } from 'node:timers/promises';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

interface Pace {
  underWay: number;
  readonly waiting: (() => void)[];
}

const storage = new AsyncLocalStorage<Pace>();

/** Hands all answers out together once nothing is under way, and looks again where something was sent meanwhile. */
const handOut = async (pace: Pace): Promise<void> => {
  await settle();
  if (pace.underWay === 0) for (const goOn of pace.waiting.splice(0)) goOn();
};

/** Sends one request; within `inStep` its answer waits for those of all others that are under way. */
export const sendInStep = async <T>(send: () => Promise<T>): Promise<T> => {
  const pace = storage.getStore();
  if (pace === undefined) return send();
  pace.underWay += 1;
  try {
    return await send();
  } finally {
    pace.underWay -= 1;
    await new Promise<void>((goOn) => {
      pace.waiting.push(goOn);
      if (pace.underWay === 0) void handOut(pace);
    });
  }
};

/**
 * Runs work whose requests go out in waves: everything that the answers of one wave cause is the next one. So the number
 * of round trips is that of the longest chain of causes, however long each answer takes and whatever else the machine
 * does. It holds for work that waits for nothing but requests.
 */
export const inStep = <T>(work: () => Promise<T>): Promise<T> => storage.run({ underWay: 0, waiting: [] }, work);

/** Lets `inStep` pace the requests of a client. The meter of the client sees each answer when it arrives. */
export const pace = (client: DynamoDBDocumentClient): void => {
  client.middlewareStack.add((next) => (args) => sendInStep(() => next(args)), {
    step: 'initialize',
    name: 'inStep',
    priority: 'high',
    override: true,
  });
};
