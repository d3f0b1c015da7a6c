import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { overlaps, type Window } from '../../../../core/calendar/window.ts';
import { instantAt } from '../../../../core/time/instant.ts';
import { windowOn } from '../../records.ts';

describe('overlap', () => {
  const wanted = windowOn('10:00:00', '12:00:00');

  // The thirteen relations between two intervals (Allen, 1983), of `held` to the wanted 10:00 to 12:00.
  it.each([
    ['before', '07:00:00', '09:00:00', false],
    ['meets', '08:00:00', '10:00:00', false],
    ['overlaps', '09:00:00', '11:00:00', true],
    ['starts', '10:00:00', '11:00:00', true],
    ['during', '10:30:00', '11:30:00', true],
    ['finishes', '11:00:00', '12:00:00', true],
    ['equals', '10:00:00', '12:00:00', true],
    ['finished by', '09:00:00', '12:00:00', true],
    ['contains', '09:00:00', '13:00:00', true],
    ['started by', '10:00:00', '13:00:00', true],
    ['overlapped by', '11:00:00', '13:00:00', true],
    ['met by', '12:00:00', '13:00:00', false],
    ['after', '13:00:00', '14:00:00', false],
  ])('%s (%s to %s)', (_, from, to, expected) => {
    const heldWindow = windowOn(from, to);
    expect(overlaps(heldWindow, wanted)).toBe(expected);
    expect(overlaps(wanted, heldWindow)).toBe(expected);
  });

  it('of one millisecond is one; touching is free', () => {
    expect(overlaps(windowOn('08:00:00', '10:00:00.001'), wanted)).toBe(true);
    expect(overlaps(windowOn('08:00:00', '10:00:00.000'), wanted)).toBe(false);
  });

  it('is what a grid of minutes says: some minute belongs to both', () => {
    const interval = fc
      .tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 30 }))
      .map(([from, minutes]) => ({ from, to: from + minutes }));
    fc.assert(
      fc.property(interval, interval, (a, b) => {
        const shared = Array.from({ length: 60 }, (_, minute) => minute).some(
          (minute) => minute >= a.from && minute < a.to && minute >= b.from && minute < b.to,
        );
        expect(overlaps(onGrid(a), onGrid(b))).toBe(shared);
      }),
    );
  });
});

const onGrid = ({ from, to }: { from: number; to: number }): Window => {
  const [start, end] = [instantAt(from * 60_000), instantAt(to * 60_000)];
  if (start === undefined || end === undefined) throw new Error('outside the years');
  return { start, end };
};
