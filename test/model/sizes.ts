import { SEED } from '../integration/random.ts';
import type { Tally } from './runs.ts';

/** Commands of one test: `MODEL_COMMANDS=…` runs more. Four tests count, so the long run divides its goal by four. */
export const COMMANDS = Number(process.env['MODEL_COMMANDS'] ?? 100);

const IS_LONG = process.env['MODEL_TEETH'] === 'fresh';

/** The runs in which each planted fault has to be found; all but a few are found in the first ten. */
export const TEETH = { seed: 1, runs: 60 } as const;

/** Of the same runs, those that the sound service passes here; in the long run it passes all of them and more. */
export const SOUND = { ...TEETH, runs: IS_LONG ? 2 * TEETH.runs : 25 } as const;

/** One seed that never changes, and a fresh one; `SEED=…` runs a fresh one again. */
export const SEEDS: readonly number[] = [1, SEED];

/** `MODEL_TEETH=fresh` looks for the planted faults with the fresh seed too, in as many runs as chance may take. */
export const TEETH_SEEDS: readonly { readonly seed: number; readonly runs: number }[] = IS_LONG
  ? [TEETH, { seed: SEED, runs: 400 }]
  : [TEETH];

/** Milliseconds. A busy machine takes ten times what an idle one does. */
export const TIMEOUT = 120_000 + COMMANDS * 300;

/** Runs rounds, each with the next seed, until so many commands were run. */
export const untilCommands = async (tally: Tally, seed: number, round: (seed: number) => Promise<void>) => {
  for (let next = seed; tally.commands < COMMANDS; next += 1_000_003) await round(next);
};
