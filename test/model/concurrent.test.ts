import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyIntent, contestedIntent, rush } from './intents.ts';
import { runTogether, scheduler, togetherCommands, type Tally } from './runs.ts';
import { COMMANDS, SEEDS, TIMEOUT, untilCommands } from './sizes.ts';

describe('three actors at once, taking turns at every call to the table', () => {
  it.each(SEEDS)(
    'no commit is illegal, no refusal unjustified, and the invariants hold (seed %i)',
    async (seed) => {
      const tally: Tally = { commands: 0, calls: 0 };
      const property = fc.asyncProperty(
        togetherCommands(fc.oneof(anyIntent, contestedIntent), rush, 20),
        fc.nat(),
        scheduler(),
        (commands, lag, turns) => runTogether(commands, { scheduler: turns, lag, tally }),
      );
      await untilCommands(tally, seed, (round) => fc.assert(property, { seed: round, numRuns: 4 }));
      expect(tally.commands).toBeGreaterThanOrEqual(COMMANDS);
    },
    TIMEOUT,
  );
});
