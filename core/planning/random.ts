/** Whole numbers from 0 to `below` - 1, the same row for the same seed on every machine. */
export type Random = (below: number) => number;

/** Mulberry32, a generator with 32 bits of state (Tommy Ettinger, public domain): enough to spread a search. */
export const makeRandom = (seed: number): Random => {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
};
