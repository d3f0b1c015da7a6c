/** Chance that a seed repeats (mulberry32). */
export const makeRandom = (seed: number) => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  return {
    /** A whole number from 0, below the bound. */
    below,
    pick: <T>(values: readonly [T, ...T[]]): T => values[below(values.length)] ?? values[0],
  };
};

/** `npm run test:long`: fresh seeds, and more of everything that chance decides. */
export const IS_LONG = process.env['TEST_LONG'] === 'true';

/** `npm test` finds today what it found yesterday. Tests print the seed: `SEED=…` runs them again with it. */
export const SEED = Number(process.env['SEED'] ?? (IS_LONG ? Date.now() % 1_000_000 : 1));
