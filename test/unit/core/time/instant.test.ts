import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMilliseconds, instantAt, isInstant, latest, parseInstant } from '../../../../core/time/instant.ts';

const YEAR_0 = Date.parse('0000-01-01T00:00:00Z');
const YEAR_9999_END = Date.parse('9999-12-31T23:59:59.999Z');
const moments = fc.integer({ min: YEAR_0, max: YEAR_9999_END });

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

describe('reading an instant', () => {
  it.each([
    ['UTC', '2026-03-01T08:00:00Z', '2026-03-01T08:00:00.000Z'],
    ['an offset east', '2026-03-01T08:00:00+05:30', '2026-03-01T02:30:00.000Z'],
    ['an offset west, into the next day', '2026-03-01T20:00:00-08:00', '2026-03-02T04:00:00.000Z'],
    ['an offset of nothing, unknown', '2026-03-01T08:00:00-00:00', '2026-03-01T08:00:00.000Z'],
    ['no offset: UTC', '2026-03-01T08:00:00', '2026-03-01T08:00:00.000Z'],
    ['lower case and a space, as RFC 3339 allows', '2026-03-01 08:00:00z', '2026-03-01T08:00:00.000Z'],
    ['one digit of a second', '2026-03-01T08:00:00.5Z', '2026-03-01T08:00:00.500Z'],
    ['a fraction finer than a millisecond: cut, not rounded', '2026-03-01T08:00:00.1239Z', '2026-03-01T08:00:00.123Z'],
    ['a fraction of any length', '2026-03-01T08:00:59.99999999999999Z', '2026-03-01T08:00:59.999Z'],
    ['a leap day', '2024-02-29T12:00:00Z', '2024-02-29T12:00:00.000Z'],
    ['a year below 100', '0050-06-01T00:00:00Z', '0050-06-01T00:00:00.000Z'],
    ['the first moment', '0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000Z'],
    ['the last moment', '9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('%s', (_, text, expected) => {
    expect(parseInstant(text)).toBe(expected);
  });

  it.each([
    ['a day that does not exist', '2026-02-30T08:00:00Z'],
    ['29 February of a common year', '2026-02-29T08:00:00Z'],
    ['day 0', '2026-03-00T08:00:00Z'],
    ['month 13', '2026-13-01T08:00:00Z'],
    ['hour 24', '2026-03-01T24:00:00Z'],
    ['minute 60', '2026-03-01T08:60:00Z'],
    ['a leap second', '2016-12-31T23:59:60Z'],
    ['an offset of a whole day', '2026-03-01T08:00:00+24:00'],
    ['offset minute 60', '2026-03-01T08:00:00+01:60'],
    ['a moment before year 0', '0000-01-01T00:00:00+00:01'],
    ['a moment after year 9999', '9999-12-31T23:59:59-00:01'],
    ['a year of five digits', '12026-03-01T08:00:00Z'],
    ['a date alone', '2026-03-01'],
    ['no seconds', '2026-03-01T08:00Z'],
    ['an empty fraction', '2026-03-01T08:00:00.Z'],
    ['text around it', ' 2026-03-01T08:00:00Z'],
    ['a line after it', '2026-03-01T08:00:00Z\n'],
    ['nothing', ''],
  ])('refuses %s', (_, text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  it('reads any offset as the same moment that the UTC text names', () => {
    fc.assert(
      fc.property(moments, fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 }), (moment, offset) => {
        const local = instantAt(moment + offset * 60_000);
        fc.pre(local !== undefined);
        const size = Math.abs(offset);
        const zone = `${offset < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
        expect(parseInstant(local.replace('Z', zone))).toBe(instantAt(moment));
      }),
    );
  });

  it('never throws, and answers with nothing but an instant', () => {
    const almost = fc.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,4})?(Z|[+-]\d{2}:\d{2})?$/);
    fc.assert(
      fc.property(fc.oneof(almost, fc.string()), (text) => {
        const read = parseInstant(text);
        expect(read === undefined || isInstant(read)).toBe(true);
      }),
    );
  });
});

describe('instants as texts', () => {
  it('have the order of the moments', () => {
    fc.assert(
      fc.property(moments, moments, (a, b) => {
        const [textA = '', textB = ''] = [instantAt(a), instantAt(b)];
        expect(Math.sign(a - b)).toBe(textA < textB ? -1 : textA > textB ? 1 : 0);
      }),
    );
  });

  it('name their moment', () => {
    fc.assert(
      fc.property(moments, (moment) => {
        const text = instantAt(moment);
        expect(text === undefined ? undefined : epochMilliseconds(text)).toBe(moment);
      }),
    );
  });

  it.each([YEAR_0 - 1, YEAR_9999_END + 1, Number.NaN, Number.POSITIVE_INFINITY])(
    'end with the years 0 and 9999: %d is outside',
    (moment) => {
      expect(instantAt(moment)).toBeUndefined();
    },
  );

  it('tell the later of two', () => {
    const [early, late] = [parseInstant('2026-03-01T08:00:00Z'), parseInstant('2026-03-01T08:00:00.001Z')];
    if (early === undefined || late === undefined) throw new Error('unreadable');
    expect([latest(early, late), latest(late, early)]).toEqual([late, late]);
  });
});
