import { describe, expect, it } from 'vitest';
import { lackOf, validityOf, type Grant } from '../../../../core/qualifications/grants.ts';
import { instantAt, epochMilliseconds, type Instant } from '../../../../core/time/instant.ts';
import { instant, T0, windowOn } from '../../records.ts';

const grant = (code: string, valid_from: string | null = null, valid_until: string | null = null): Grant => ({
  qualification_id: `id of ${code}`,
  code,
  valid_from: valid_from === null ? null : instant(valid_from),
  valid_until: valid_until === null ? null : instant(valid_until),
  reference: null,
  granted_at: T0,
});
const beside = (at: Instant, milliseconds: number): Instant => instantAt(epochMilliseconds(at) + milliseconds) ?? at;
const [EIGHT, TEN] = [instant('2026-03-01T08:00:00Z'), instant('2026-03-01T10:00:00Z')];
const WINDOW = windowOn('08:00:00', '10:00:00');

describe('a grant', () => {
  it.each([
    [EIGHT, TEN, true],
    [null, TEN, true],
    [EIGHT, null, true],
    [beside(EIGHT, -1), beside(TEN, 1), true],
    [beside(EIGHT, 1), TEN, false],
    [EIGHT, beside(TEN, -1), false],
    [TEN, null, false],
    [null, EIGHT, false],
  ])('from %s until %s covers a window from eight to ten: %s', (from, until, covers) => {
    expect(lackOf([grant('A', from, until)], ['A'], WINDOW) === undefined).toBe(covers);
  });

  it.each([
    [EIGHT, true],
    [beside(EIGHT, -1), false],
    [beside(TEN, -1), true],
    [TEN, false],
  ])('from eight until ten holds at %s: %s', (at, holds) => {
    expect(lackOf([grant('A', EIGHT, TEN)], ['A'], at) === undefined).toBe(holds);
  });

  it('that does not cover is told apart from one that is missing', () => {
    const grants = [grant('A', null, EIGHT), grant('B')];
    expect(lackOf(grants, ['A', 'B', 'C'], WINDOW)).toEqual({
      missing: ['C'],
      expired: [{ code: 'A', valid_from: null, valid_until: EIGHT }],
    });
    expect(lackOf(grants, [], WINDOW)).toBeUndefined();
  });
});

describe('the time in which several grants hold', () => {
  it('is what they have in common', () => {
    const grants = [grant('A', null, TEN), grant('B', EIGHT), grant('C', TEN)];
    expect(validityOf(grants, ['A', 'B'])).toEqual({ start: EIGHT, end: TEN });
    expect(validityOf(grants, ['A', 'C'])).toBeUndefined();
    expect(validityOf(grants, ['A', 'D'])).toBeUndefined();
  });
});
