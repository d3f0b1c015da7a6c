import { tallyMoves, type Asset, type Tally } from '../assets/asset.ts';
import type { Check, Finding } from './finding.ts';

/** The tallies that the assets make. The sum of what each asset adds: the same moves that keep the tallies. */
export const talliesOf = (assets: readonly Asset[]): ReadonlyMap<string | null, Tally> => {
  const tallies = new Map<string | null, Tally>();
  for (const { areaCode, total, available } of assets.flatMap((asset) => tallyMoves(undefined, asset))) {
    const sum = tallies.get(areaCode) ?? { total: 0, available: 0 };
    tallies.set(areaCode, { total: sum.total + total, available: sum.available + available });
  }
  return tallies;
};

export const tallies: Check = ({ assets, tallies: kept }) => {
  const due = talliesOf(assets);
  const byArea = new Map(kept.map((tally) => [tally.area_code, tally]));
  return [...new Set([...due.keys(), ...byArea.keys()])].flatMap((areaCode): readonly Finding[] => {
    const has = byArea.get(areaCode) ?? { total: 0, available: 0 };
    const { total, available } = due.get(areaCode) ?? { total: 0, available: 0 };
    if (has.total === total && has.available === available) return [];
    const detail = `counts ${has.total} assets, ${has.available} available; there are ${total}, ${available} available`;
    return [{ invariant: 'tally_of_assets', subject: areaCode === null ? 'tenant' : `area/${areaCode}`, detail }];
  });
};
