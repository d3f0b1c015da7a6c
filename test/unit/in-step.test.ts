import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countCall, metered } from '../../adapters/dynamodb/meter.ts';
import { inStep, sendInStep } from '../integration/in-step.ts';

const NO_UNITS = { readUnits: 0, writeUnits: 0, itemsRead: 0, retries: 0 };

/** How deep the requests of some work are, when each answer takes as long as chance wants. */
const depthOf = (delays: readonly number[], work: (ask: () => Promise<void>) => Promise<unknown>): Promise<number> => {
  const left = [...delays];
  const ask = (): Promise<void> =>
    sendInStep(() =>
      countCall(
        'Query',
        () => sleep(left.pop() ?? 0),
        () => NO_UNITS,
      ),
    );
  return inStep(() =>
    metered(async (cost) => {
      await work(ask);
      return cost.roundTrips;
    }),
  );
};

const chain = async (ask: () => Promise<void>, length: number): Promise<void> => {
  for (let sent = 0; sent < length; sent += 1) await ask();
};

const delays = fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 12, maxLength: 12 });

describe('round trips that are counted in step', () => {
  it.each([
    ['one request', 1, (ask: () => Promise<void>) => ask()],
    ['three one after the other', 3, (ask: () => Promise<void>) => chain(ask, 3)],
    ['three at once', 1, (ask: () => Promise<void>) => Promise.all([ask(), ask(), ask()])],
    [
      'chains of two side by side',
      2,
      (ask: () => Promise<void>) => Promise.all([chain(ask, 2), chain(ask, 2), chain(ask, 2)]),
    ],
    [
      'chains of unequal length, and what follows all of them',
      4,
      async (ask: () => Promise<void>) => {
        await Promise.all([chain(ask, 3), chain(ask, 2), ask()]);
        await ask();
      },
    ],
    [
      'what joins within a chain',
      4,
      (ask: () => Promise<void>) =>
        Promise.all([
          chain(ask, 2),
          (async () => {
            await ask();
            await Promise.all([ask(), chain(ask, 2)]);
            await ask();
          })(),
        ]),
    ],
  ])('of %s are %i, however long the answers take', async (_, depth, work) => {
    await fc.assert(
      fc.asyncProperty(delays, async (some) => {
        expect(await depthOf(some, work)).toBe(depth);
      }),
      { numRuns: 15 },
    );
  });

  it('count a request that fails, and its answer holds nobody up', async () => {
    const fail = (): Promise<never> =>
      sendInStep(() =>
        countCall(
          'Query',
          () => Promise.reject(new Error('no')),
          () => NO_UNITS,
        ),
      );
    const depth = await depthOf([5, 1], (ask) => Promise.all([chain(ask, 2), fail().catch(() => ask())]));
    expect(depth).toBe(2);
  });
});
