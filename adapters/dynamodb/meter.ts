import { AsyncLocalStorage } from 'node:async_hooks';

/** What a piece of work asked of the table. */
export interface Cost {
  /** Requests sent, retries of the SDK not counted. */
  calls: number;
  /**
   * Sequential round trips: a request is one deeper than the deepest that had its answer when it was sent. It never is
   * less than the longest chain of causes, and equals it where chains that run side by side are as fast as each other.
   */
  roundTrips: number;
  /** Milliseconds during which at least one request was under way. */
  tableMs: number;
  readUnits: number;
  writeUnits: number;
  /** Items read by queries, whether answered or not. */
  itemsRead: number;
  /** Attempts beyond the first, of commits and of the SDK. */
  retries: number;
  /** The operations used, as IAM names them. */
  readonly operations: Set<string>;
}

interface Running extends Cost {
  inFlight: number;
  /** How deep the deepest request is that has its answer. */
  answered: number;
  /** When the first of the requests under way was sent. */
  since: number;
  readonly outer: Running | undefined;
}

const storage = new AsyncLocalStorage<Running>();

const zero = (): Running => ({
  calls: 0,
  roundTrips: 0,
  tableMs: 0,
  readUnits: 0,
  writeUnits: 0,
  itemsRead: 0,
  retries: 0,
  operations: new Set(),
  inFlight: 0,
  answered: 0,
  since: 0,
  outer: storage.getStore(),
});

/** Runs work and counts what it asks of the table. Concurrent pieces of work are counted apart, one within another twice. */
export const metered = async <T>(work: (cost: Cost) => Promise<T>): Promise<T> => {
  const cost = zero();
  return storage.run(cost, () => work(cost));
};

const running = (): readonly Running[] => {
  const all: Running[] = [];
  for (let cost = storage.getStore(); cost !== undefined; cost = cost.outer) all.push(cost);
  return all;
};

export const countRetry = (): void => {
  for (const cost of running()) cost.retries += 1;
};

/** Counts one request from its sending to its answer. */
export const countCall = async <T>(
  operation: string,
  send: () => Promise<T>,
  unitsOf: (answer: T) => Pick<Cost, 'readUnits' | 'writeUnits' | 'itemsRead' | 'retries'>,
): Promise<T> => {
  const costs = running();
  if (costs.length === 0) return send();
  const deep = costs.map((cost) => {
    const depth = cost.answered + 1;
    cost.calls += 1;
    cost.roundTrips = Math.max(cost.roundTrips, depth);
    if (cost.inFlight === 0) cost.since = performance.now();
    cost.inFlight += 1;
    cost.operations.add(operation);
    return { cost, depth };
  });
  try {
    const answer = await send();
    const units = unitsOf(answer);
    for (const cost of costs) {
      cost.readUnits += units.readUnits;
      cost.writeUnits += units.writeUnits;
      cost.itemsRead += units.itemsRead;
      cost.retries += units.retries;
    }
    return answer;
  } finally {
    for (const { cost, depth } of deep) {
      cost.answered = Math.max(cost.answered, depth);
      cost.inFlight -= 1;
      if (cost.inFlight === 0) cost.tableMs += performance.now() - cost.since;
    }
  }
};
