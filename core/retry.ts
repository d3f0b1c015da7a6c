import { DomainError, isRefusal } from './errors.ts';
import { RETRY } from './limits.ts';

/** Runs an attempt; runs it again from its start when what it had read was stale by the time of its commit. */
export type Retry = <T>(attempt: (number: number) => Promise<T>) => Promise<T>;

/**
 * Optimistic concurrency: read, decide, commit if nothing changed, else again. The waits have full jitter, so that
 * rivals who collided once do not collide in step. A spent budget is `busy` (503), never a refusal that would claim
 * something about the data.
 */
export const makeRetry =
  ({
    sleep,
    random,
  }: {
    readonly sleep: (milliseconds: number) => Promise<void>;
    readonly random: () => number;
  }): Retry =>
  async (attempt) => {
    for (let number = 1; ; number += 1) {
      try {
        return await attempt(number);
      } catch (error) {
        if (!isRefusal(error, 'stale_read')) throw error;
        if (number === RETRY.attempts) {
          const message = 'Too many others changed the same things at the same moment. Nothing was changed; try again.';
          throw new DomainError('busy', message, {}, { cause: error });
        }
        await sleep(random() * Math.min(RETRY.capMs, RETRY.baseMs * 2 ** number));
      }
    }
  };
