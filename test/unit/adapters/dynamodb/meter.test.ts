import { describe, expect, it } from 'vitest';
import { countCall, countRetry, metered } from '../../../../adapters/dynamodb/meter.ts';

const UNITS = { readUnits: 1, writeUnits: 2, itemsRead: 3, retries: 0 };
const ask = (operation = 'Query') =>
  countCall(
    operation,
    () => Promise.resolve(),
    () => UNITS,
  );

describe('the meter', () => {
  it('counts requests under way together as one round trip', async () => {
    await metered(async (cost) => {
      await Promise.all([ask(), ask(), ask('GetItem')]);
      await ask();
      expect(cost).toMatchObject({ calls: 4, roundTrips: 2, readUnits: 4, writeUnits: 8, itemsRead: 12 });
      expect(cost.operations).toEqual(new Set(['Query', 'GetItem']));
    });
  });

  it('counts a chain of requests whole while another request is under way', async () => {
    let answer = (): void => {};
    const answered = new Promise<void>((resolve) => (answer = resolve));
    await metered(async (cost) => {
      const slow = countCall(
        'Query',
        () => answered,
        () => UNITS,
      );
      await ask();
      await ask();
      answer();
      await slow;
      expect(cost).toMatchObject({ calls: 3, roundTrips: 2 });
    });
  });

  it('counts a request that fails, and the next one after it', async () => {
    await metered(async (cost) => {
      const failing = countCall(
        'PutItem',
        () => Promise.reject(new Error('no')),
        () => UNITS,
      );
      await expect(failing).rejects.toThrow('no');
      await ask();
      expect(cost).toMatchObject({ calls: 2, roundTrips: 2, readUnits: 1 });
    });
  });

  it('counts concurrent pieces of work apart', async () => {
    const work = (times: number) =>
      metered(async (cost) => {
        for (let count = 0; count < times; count += 1) await ask();
        countRetry();
        return [cost.calls, cost.retries];
      });
    expect(await Promise.all([work(1), work(3)])).toEqual([
      [1, 1],
      [3, 1],
    ]);
  });

  it('leaves work alone that nobody measures', async () => {
    countRetry();
    await ask();
  });
});
