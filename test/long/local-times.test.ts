import { expect, it } from 'vitest';
import { differencesOf, zonesOf } from './local-times.ts';

/** Each zone of the runtime's tz database, around each change of its clock. */
it.each([2024, 2025, 2026, 2027, 2028])('working hours follow the clock of every zone in %i', (year) => {
  expect(zonesOf().flatMap((zone) => differencesOf(zone, year))).toEqual([]);
});
