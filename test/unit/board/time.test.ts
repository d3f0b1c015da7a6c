import { describe, expect, it } from 'vitest';
import {
  dayStart,
  fieldInstant,
  fieldText,
  HOUR,
  rangeOf,
  shortSpanText,
  spanText,
  ticksOf,
} from '../../../board/state/time.ts';

const VIENNA = 'Europe/Vienna';
const at = (text: string): number => Date.parse(text);

describe('a day of a zone', () => {
  it.each([
    ['an ordinary day', '2026-03-02T12:00:00Z', '2026-03-01T23:00:00Z', 24],
    ['the day on which an hour is left out', '2026-03-29T12:00:00Z', '2026-03-28T23:00:00Z', 23],
    ['the day on which an hour comes twice', '2026-10-25T12:00:00Z', '2026-10-24T22:00:00Z', 25],
  ])('%s begins at its midnight and has its hours', (_, inside, start, hours) => {
    const { from, to } = rangeOf(VIENNA, at(inside), 'day');
    expect([from, (to - from) / HOUR]).toEqual([at(start), hours]);
    expect(ticksOf(VIENNA, { from, to }, 'day')).toHaveLength(hours);
  });

  it('of a zone whose midnight is left out begins an hour later', () => {
    expect(dayStart('America/Sao_Paulo', at('2018-11-04T12:00:00Z'))).toBe(at('2018-11-04T03:00:00Z'));
  });

  it('is the one of the zone, and not that of the machine', () => {
    expect(dayStart('Pacific/Auckland', at('2026-01-01T12:00:00Z'))).toBe(at('2026-01-01T11:00:00Z'));
  });
});

describe('a week', () => {
  it.each(['2026-03-23T00:00:00Z', '2026-03-26T12:00:00Z', '2026-03-29T21:59:00Z'])(
    'of %s begins on its Monday',
    (text) => {
      const { from, to } = rangeOf(VIENNA, at(text), 'week');
      expect([from, to]).toEqual([at('2026-03-22T23:00:00Z'), at('2026-03-29T22:00:00Z')]);
      expect(ticksOf(VIENNA, { from, to }, 'week')).toHaveLength(7);
    },
  );
});

describe('a field', () => {
  it.each(['2026-03-01T08:05:00Z', '2026-07-01T21:59:00Z', '2026-10-25T02:30:00Z'])('says %s and means it', (text) => {
    expect(fieldInstant(VIENNA, fieldText(VIENNA, at(text)))).toBe(at(text));
  });

  it('means the first of an hour that comes twice, and one after the gap of an hour that does not come', () => {
    expect(fieldInstant(VIENNA, '2026-10-25T02:30')).toBe(at('2026-10-25T00:30:00Z'));
    expect(fieldInstant(VIENNA, '2026-03-29T02:30')).toBe(at('2026-03-29T01:30:00Z'));
  });

  it('that is not filled means nothing', () => {
    expect(fieldInstant(VIENNA, '')).toBeUndefined();
  });
});

it('a span names its day once, or both where it has two', () => {
  expect(spanText('UTC', at('2026-03-02T08:00:00Z'), at('2026-03-02T10:00:00Z'))).toMatch(
    /^Mon,? 2 Mar 08:00 – 10:00$/,
  );
  expect(spanText('UTC', at('2026-03-02T22:00:00Z'), at('2026-03-03T02:00:00Z'))).toMatch(
    /^Mon,? 2 Mar 22:00 – Tue,? 3 Mar 02:00$/,
  );
});

it('a span of the day that is shown does not say the day', () => {
  const day = rangeOf('UTC', at('2026-03-02T12:00:00Z'), 'day');
  const [from, to] = [at('2026-03-02T08:00:00Z'), at('2026-03-02T10:00:00Z')];
  expect(shortSpanText('UTC', from, to, day)).toBe('08:00–10:00');
  expect(shortSpanText('UTC', from, to, rangeOf('UTC', from, 'week'))).toBe(spanText('UTC', from, to));
});
