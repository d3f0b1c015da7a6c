import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyIntent } from './intents.ts';
import { aloneCommands, newTally, runAlone } from './runs.ts';
import { COMMANDS, SEEDS, TIMEOUT, untilCommands } from './sizes.ts';

describe('one request after the other', () => {
  it.for(SEEDS)(
    'each is answered as the model says, and leaves what the model says (seed %i)',
    { timeout: TIMEOUT },
    async (seed, { annotate }) => {
      const tally = newTally();
      const property = fc.asyncProperty(aloneCommands(anyIntent, 40), (commands) => runAlone(commands, tally));
      await untilCommands(tally, seed, (round) => fc.assert(property, { seed: round, numRuns: 4 }));
      await annotate(`seed ${seed}: ${tally.commands} requests`);
      expect(tally.commands).toBeGreaterThanOrEqual(COMMANDS);
    },
  );
});
