import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contestedIntent, fickleIntent, fickleRush, rush } from './intents.ts';
import { MIXES, PLANTED, type Mix, type Planted } from './planted.ts';
import { runTogether, scheduler, togetherCommands, type Tally } from './runs.ts';
import { TEETH, TEETH_SEEDS, TIMEOUT } from './sizes.ts';

const REQUESTS = {
  contested: { intent: contestedIntent, rush },
  fickle: { intent: fickleIntent, rush: fickleRush },
} as const satisfies Record<Mix, unknown>;

interface Bound {
  readonly seed: number;
  readonly runs: number;
}

/** What the judge says in the first run that fails; nothing when all pass. A fault need not be made small. */
const look = async ({ seed, runs }: Bound, mix: Mix, make: Planted['make'] = () => ({})): Promise<string> => {
  const tally: Tally = { commands: 0, calls: 0 };
  const property = fc.asyncProperty(
    togetherCommands(REQUESTS[mix].intent, REQUESTS[mix].rush, 16),
    fc.nat(),
    scheduler(),
    (commands, lag, turns) => runTogether(commands, { scheduler: turns, lag, tally, faulty: make() }),
  );
  const { errorInstance } = await fc.check(property, { seed, numRuns: runs, endOnFailure: true });
  return errorInstance instanceof Error ? errorInstance.message : '';
};

describe.each(TEETH_SEEDS)('a planted fault is found (seed $seed, within $runs runs)', (bound) => {
  it.each(PLANTED)(
    '$what',
    async ({ make, mix = 'contested' }) => {
      const found = await look(bound, mix, make);
      expect(found).not.toBe('');
      // The fault has to break a promise, not the program.
      expect(found).not.toContain('answered 500');
    },
    TIMEOUT,
  );
});

describe('the same runs find nothing in the sound service', () => {
  it.each(MIXES)(
    '%s',
    async (mix) => {
      expect(await look(TEETH, mix)).toBe('');
    },
    TIMEOUT,
  );
});
