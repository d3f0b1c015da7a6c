/** Runs work at once while a lane is free, else when one becomes free, in the order of asking. */
export type InLane = <T>(work: () => Promise<T>) => Promise<T>;

/** Lanes for this many pieces of work at a time. */
export const makeLanes = (count: number): InLane => {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // A lane goes from hand to hand: it is free only when nobody waits.
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
};
