import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anyIntent,
  contestedIntent,
  equippedIntent,
  equippedRush,
  operatedIntent,
  operatedRush,
  planIntent,
  planRush,
  qualifiedIntent,
  qualifiedRush,
  replanIntent,
  replanRush,
  rush,
} from './intents.ts';
import { newTally, runTogether, scheduler, togetherCommands } from './runs.ts';
import { qualifiedWorld } from './service.ts';
import { COMMANDS, SEEDS, TIMEOUT, untilCommands } from './sizes.ts';

describe('three actors at once, taking turns at every call to the table', () => {
  it.for(SEEDS)(
    'no commit is illegal, no refusal unjustified, and the invariants hold (seed %i)',
    { timeout: TIMEOUT },
    async (seed, { annotate }) => {
      const tally = newTally();
      const property = fc.asyncProperty(
        togetherCommands(
          fc.oneof(
            ...[anyIntent, contestedIntent, replanIntent, planIntent, equippedIntent, operatedIntent, qualifiedIntent],
          ),
          fc.oneof(rush, replanRush, planRush, equippedRush, operatedRush, qualifiedRush),
          20,
        ),
        fc.nat(),
        scheduler(),
        (commands, lag, turns) => runTogether(commands, { start: qualifiedWorld(), scheduler: turns, lag, tally }),
      );
      await untilCommands(tally, seed, (round) => fc.assert(property, { seed: round, numRuns: 4 }));
      await annotate(`seed ${seed}: ${tally.commands} requests, ${tally.calls} calls to the table`);
      expect(tally.commands).toBeGreaterThanOrEqual(COMMANDS);
    },
  );
});
