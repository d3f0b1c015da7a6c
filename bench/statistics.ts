/** The value below which a share of the values lies; `share` from 0 to 1. */
export const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  if (value === undefined) throw new Error('There are no values.');
  return value;
};

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/**
 * Measures several subjects in turn, round by round, so that whatever else the machine does falls on all of them alike;
 * each round begins with another subject. The values of each subject, in the order of the rounds; the first `warmUp`
 * rounds are dropped.
 */
export const interleaved = async <K extends string>(
  subjects: Readonly<Record<K, () => Promise<number>>>,
  rounds: number,
  warmUp = 0,
): Promise<Readonly<Record<K, readonly number[]>>> => {
  const names = Object.keys(subjects) as K[];
  const values = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<K, number[]>;
  for (let round = 0; round < warmUp + rounds; round += 1) {
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(round + turn) % names.length];
      if (name === undefined) continue;
      const value = await subjects[name]();
      if (round >= warmUp) values[name].push(value);
    }
  }
  return values;
};
