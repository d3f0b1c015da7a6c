import { describe, expect, it } from 'vitest';
import { DomainError } from '../../../core/errors.ts';
import { RETRY } from '../../../core/limits.ts';
import { makeRetry } from '../../../core/retry.ts';
import { refusalOf, staleRead } from '../fakes.ts';

const makeScene = (random = 1) => {
  const waits: number[] = [];
  const sleep = async (milliseconds: number): Promise<void> => {
    waits.push(milliseconds);
  };
  return { waits, retry: makeRetry({ sleep, random: () => random }) };
};

describe('retry', () => {
  it('answers with the first attempt that succeeds', async () => {
    const { retry, waits } = makeScene();
    const answer = await retry(async (number) => {
      if (number < 3) throw staleRead();
      return `attempt ${number}`;
    });
    expect(answer).toBe('attempt 3');
    expect(waits).toEqual([16, 32]);
  });

  it.each([new DomainError('busy', 'Busy.', {}), new Error('a bug')])('throws on at once: $message', async (error) => {
    const { retry, waits } = makeScene();
    await expect(retry(() => Promise.reject(error))).rejects.toBe(error);
    expect(waits).toEqual([]);
  });

  it('is bounded: a spent budget is busy, with the last refusal as its cause', async () => {
    const { retry, waits } = makeScene();
    let attempts = 0;
    const { cause } = await refusalOf(
      () =>
        retry(() => {
          attempts += 1;
          return Promise.reject(staleRead());
        }),
      'busy',
    );
    expect(attempts).toBe(RETRY.attempts);
    expect(cause).toMatchObject({ code: 'stale_read' });
    expect(waits).toHaveLength(RETRY.attempts - 1);
    expect(Math.max(...waits)).toBe(RETRY.capMs);
  });

  it('waits for a random part of the time, so that rivals do not collide in step', async () => {
    const { retry, waits } = makeScene(0.25);
    await retry((number) => (number === 1 ? Promise.reject(staleRead()) : Promise.resolve()));
    expect(waits).toEqual([4]);
  });
});
