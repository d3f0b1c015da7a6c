import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../core/limits.ts';
import { makeListTrail } from '../../../core/trail/list.ts';
import { CALL, clockAt, NOW } from '../fakes.ts';
import { instant } from '../records.ts';

const DAY_MS = 86_400_000;

/** The ranges in which the trail is looked through. */
const rangesOf = async (from: string, to: string) => {
  const ranges: { readonly from: string; readonly to: string }[] = [];
  const list = makeListTrail({
    trail: {
      list: async (_tenantId, { from: begin, to: end }) => {
        ranges.push({ from: begin, to: end });
        return { items: [] };
      },
    },
    clock: clockAt(NOW),
    days: 400,
  });
  await list(CALL, { from: instant(from), to: instant(to) }, { limit: 50 });
  return ranges;
};
const daysFromNow = (days: number): string => new Date(Date.parse(NOW) + days * DAY_MS).toISOString();

describe('the range in which the trail is looked through', () => {
  it('is what was asked for', async () => {
    const asked = { from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z' };
    expect(await rangesOf(asked.from, asked.to)).toEqual([asked]);
  });

  it('has no months in which there can be nothing', async () => {
    expect(await rangesOf('1000-01-01T00:00:00Z', '9000-01-01T00:00:00Z')).toEqual([
      { from: daysFromNow(-LIMITS.auditDaysMost), to: daysFromNow(1) },
    ]);
    expect(await rangesOf('1000-01-01T00:00:00Z', '1900-01-01T00:00:00Z')).toEqual([]);
    expect(await rangesOf('8000-01-01T00:00:00Z', '9000-01-01T00:00:00Z')).toEqual([]);
  });
});
