import { IS_LONG, SEED } from '../integration/random.ts';
import type { Tally } from './runs.ts';

/** Commands of one test. Four tests count in the long run: ten thousand commands. */
export const COMMANDS = IS_LONG ? 2_500 : 100;

/** The runs in which each planted fault has to be found; all but a few are found in the first ten. */
export const TEETH = { seed: 1, runs: 60 } as const;

/** Of the same runs, those that the sound service passes here; in the long run all of them. */
export const SOUND = { ...TEETH, runs: IS_LONG ? TEETH.runs : 4 } as const;

export const SEEDS: readonly number[] = IS_LONG ? [SEED, SEED + 1] : [SEED];

/** A fresh seed, in as many runs as chance may take. */
export const FRESH_TEETH = { seed: SEED, runs: 400 } as const;

/** Milliseconds. A busy machine takes ten times what an idle one does. */
export const TIMEOUT = 240_000 + COMMANDS * 600;

/** Runs rounds, each with the next seed, until so many commands were run. */
export const untilCommands = async (tally: Tally, seed: number, round: (seed: number) => Promise<void>) => {
  for (let next = seed; tally.commands < COMMANDS; next += 1_000_003) await round(next);
};
