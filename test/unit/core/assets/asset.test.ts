import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AVAILABILITY, tallyMoves, type Asset, type TallyMove } from '../../../../core/assets/asset.ts';
import { asset } from '../../records.ts';

describe('tally moves', () => {
  it.each<[string, Asset | undefined, Asset, readonly TallyMove[]]>([
    ['a new asset counts for the tenant', undefined, asset(), [{ areaCode: null, total: 1, available: 1 }]],
    ['nothing moves when nothing changes', asset({ region_code: 'N' }), asset({ region_code: 'N' }), []],
    [
      'it goes into maintenance: available falls, the total stays',
      asset({ region_code: 'N' }),
      asset({ region_code: 'N', availability_status: 'MAINTENANCE' }),
      [
        { areaCode: null, total: 0, available: -1 },
        { areaCode: 'N', total: 0, available: -1 },
      ],
    ],
    [
      'it moves to another area: the tenant stays as it was',
      asset({ region_code: 'N' }),
      asset({ region_code: 'S' }),
      [
        { areaCode: 'N', total: -1, available: -1 },
        { areaCode: 'S', total: 1, available: 1 },
      ],
    ],
    [
      'one kind of unavailable for another moves nothing',
      asset({ availability_status: 'RESERVED' }),
      asset({ availability_status: 'IN_USE' }),
      [],
    ],
  ])('%s', (_, before, after, expected) => {
    expect(tallyMoves(before, after)).toEqual(expected);
  });

  it('add up to a count of the assets, whatever happens to them', () => {
    const step = fc.record({
      id: fc.integer({ min: 0, max: 4 }),
      availability_status: fc.constantFrom(...AVAILABILITY),
      region_code: fc.constantFrom(null, 'N', 'S', ''),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const now = new Map<number, Asset>();
        const sums = new Map<string | null, { total: number; available: number }>();
        for (const { id, ...patch } of steps) {
          const after = asset(patch);
          for (const { areaCode, total, available } of tallyMoves(now.get(id), after)) {
            const sum = sums.get(areaCode) ?? { total: 0, available: 0 };
            sums.set(areaCode, { total: sum.total + total, available: sum.available + available });
          }
          now.set(id, after);
        }
        for (const area of [null, 'N', 'S', '']) {
          const there = [...now.values()].filter(({ region_code }) => area === null || region_code === area);
          const counted = {
            total: there.length,
            available: there.filter(({ availability_status }) => availability_status === 'AVAILABLE').length,
          };
          expect(sums.get(area) ?? { total: 0, available: 0 }).toEqual(counted);
        }
      }),
    );
  });
});
