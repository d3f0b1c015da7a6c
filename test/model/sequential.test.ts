import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyIntent } from './intents.ts';
import { aloneCommands, runAlone, type Tally } from './runs.ts';
import { COMMANDS, SEEDS, TIMEOUT, untilCommands } from './sizes.ts';

describe('one request after the other', () => {
  it.each(SEEDS)(
    'each is answered as the model says, and leaves what the model says (seed %i)',
    async (seed) => {
      const tally: Tally = { commands: 0, calls: 0 };
      const property = fc.asyncProperty(aloneCommands(anyIntent, 40), (commands) => runAlone(commands, tally));
      await untilCommands(tally, seed, (round) => fc.assert(property, { seed: round, numRuns: 4 }));
      expect(tally.commands).toBeGreaterThanOrEqual(COMMANDS);
    },
    TIMEOUT,
  );
});
