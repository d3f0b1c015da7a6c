import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { addressSchema, jsonObject, listOf, text, tidied } from '../../../core/fields.ts';
import { comparedName } from '../../../core/identity/directory.ts';
import { check } from '../../../core/problems.ts';

const name = text(20);
const isTaken = (value: string): boolean => name.safeParse(value).success;

describe('a name', () => {
  it.each([
    ['  North crew\t\n', 'North crew'],
    ['A\u030angstro\u0308m', 'Ångström'],
    ['\u1112\u1161\u11ab', '한'],
    ['\u00a0x\u3000', 'x'],
    ['山田\u3000太郎', '山田\u3000太郎'],
  ])('is kept composed and without white space around it: %j', (given, kept) => {
    expect(name.parse(given)).toBe(kept);
    expect(name.parse(kept)).toBe(kept);
  });

  const INVISIBLE = [
    ...['\u0000', '\u0007', '\u001b', '\u007f', '\u0085', '\u009f', '\t', '\n', '\r'],
    ...['\u00ad', '\u034f', '\u061c', '\u115f', '\u1160', '\u17b4', '\u180e', '\u2800', '\u3164', '\uffa0', '\ufeff'],
    ...['\u200b', '\u200c', '\u200d', '\u200e', '\u200f', '\u2028', '\u2029', '\u202a', '\u202e', '\u2060', '\u2066'],
    ...['\u2069', '\u206f', '\ufe0f', '\ufe00', '\ufff9', '\u{e0001}', '\u{e0041}', '\u{e0100}', '\u{1d173}'],
    ...['\u00a0', '\u2002', '\u2009', '\u202f', '\u205f'],
  ];

  it('holds nothing that cannot be seen, wherever it stands', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...INVISIBLE),
        fc.string({ maxLength: 3 }),
        fc.string({ maxLength: 3 }),
        (one, a, b) => {
          // Around it, white space is taken away; within it, none but a blank stays.
          expect(isTaken(`x${a}${one}${b}x`)).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('cannot be made a blank, nor a twin, by anything that cannot be seen', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...INVISIBLE, ' '),
        fc.constantFrom('', 'Admin'),
        fc.boolean(),
        (one, rest, isBefore) => {
          const given = isBefore ? `${one}${rest}` : `${rest}${one}`;
          const read = name.safeParse(given);
          expect(!read.success || read.data === 'Admin').toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('may be written in any script', () => {
    for (const one of ['Überlingen', 'Ελλάδα', 'Москва', 'القاهرة', 'תל אביב', '東京', 'ไทย', 'क्षेत्र', 'A-1/ß_#%', '🚁'])
      expect(isTaken(one), one).toBe(true);
  });

  it('is tidy once it is tidied', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(tidied(tidied(value))).toBe(tidied(value));
      }),
      { numRuns: 1_000 },
    );
  });

  it('says what is wrong with it', () => {
    expect(check(name, 'a\u200bb')).toMatchObject({
      problems: [{ code: 'wrong_format', message: expect.stringContaining('invisible') }],
    });
    expect(check(name, '   ')).toMatchObject({ problems: [{ code: 'wrong_format' }] });
    expect(check(name, 'x'.repeat(21))).toMatchObject({ problems: [{ code: 'too_big' }] });
  });
});

describe('user names', () => {
  it.each([
    ['Jo', 'jO'],
    [' jo ', 'JO'],
    ['Straße', 'STRASSE'],
    ['Σίσυφος', 'ΣΊΣΥΦΟΣ'],
    ['Ｊｏ', 'jo'],
    ['e\u0301lan', 'ÉLAN'],
    ['\u212aelvin', 'kelvin'],
    ['ﬁn', 'FIN'],
    ['ıris', 'IRIS'],
    ['ſam', 'Sam'],
  ])('are one, however they are cased: %j and %j', (one, other) => {
    expect(comparedName(one)).toBe(comparedName(other));
  });

  it('are compared alike in upper and in lower case, and twice as once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (one) => {
        const compared = comparedName(one);
        expect(comparedName(one.toUpperCase())).toBe(compared);
        expect(comparedName(compared)).toBe(compared);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['jo', 'joe'],
    ['a', 'á'],
    ['o', '0'],
    ['a b', 'ab'],
  ])('are two that differ in more: %j and %j', (one, other) => {
    expect(comparedName(one)).not.toBe(comparedName(other));
  });
});

describe('the address of a file', () => {
  const isAddress = (value: string): boolean => addressSchema.safeParse(value).success;

  it.each([
    'https://files.example.com/site-plan.pdf',
    'HTTP://EXAMPLE.COM/a?b=c:d#e:f',
    'http://[::1]:8080/x',
    'https://example.com/ä ö.pdf',
    '/uploads/site plan.pdf',
    'uploads/plan.pdf',
    './10:30.pdf',
    '../x',
    '?id=a:b',
    '#a:b',
    '//cdn.example.com/x.png',
    'x',
  ])('may be %s', (url) => {
    expect(addressSchema.parse(url)).toBe(url);
  });

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\tscript:alert(1)',
    'java\nscript:alert(1)',
    'java\rscript:alert(1)',
    '\u0001javascript:alert(1)',
    ' javascript:alert(1)',
    '\tjavascript:alert(1)',
    'java\u0000script:alert(1)',
    'java\u200bscript:alert(1)',
    '\ufeffjavascript:alert(1)',
    'javascript\u00ad:alert(1)',
    'javascript :alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    'ftp://example.com/x',
    'blob:https://example.com/x',
    'mailto:a@example.com',
    'C:\\plans\\x.pdf',
    'view-source:https://example.com',
    'http:',
    'https://',
    'https:///x',
    'https:example.com',
    'https://exa mple.com',
    'http\u0000s://example.com',
    ':x',
    '',
    ' ',
  ])('may not be %j', (url) => {
    expect(isAddress(url)).toBe(false);
  });

  it('leads a browser to nothing but http and https, whatever it holds', () => {
    const part = fc.constantFrom(
      ...[
        'javascript',
        'JAVA',
        'script',
        'data',
        'http',
        'https',
        ':',
        '//',
        '/',
        '\t',
        '\n',
        '\r',
        ' ',
        '\u0000',
        '\u0001',
      ],
      ...['\u00a0', '\u200b', '\ufeff', '\\', '#', '?', 'x', 'a.example', '%6a', '&#106;', '@', '.'],
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const url = parts.join('');
        const read = addressSchema.safeParse(url);
        const page = 'https://board.example/tasks/';
        // What leads nowhere does no harm.
        if (!read.success || !URL.canParse(read.data, page)) return;
        const { protocol } = new URL(read.data, page);
        expect(['http:', 'https:']).toContain(protocol);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('free JSON', () => {
  it('is the very object that came, whatever its names', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        expect(jsonObject.parse(value)).toBe(value);
      }),
    );
    const odd = JSON.parse('{"__proto__":{"a":1},"constructor":2}') as object;
    expect(JSON.stringify(z.strictObject({ free: jsonObject }).parse({ free: odd }))).toBe(
      '{"free":{"__proto__":{"a":1},"constructor":2}}',
    );
  });

  it.each([null, [], 'x', 1, true])('is an object: not %j', (value) => {
    expect(check(z.strictObject({ free: jsonObject }), { free: value })).toMatchObject({
      problems: [{ pointer: '/free', code: 'wrong_type' }],
    });
  });

  it('that is not there is missing', () => {
    expect(check(z.strictObject({ free: jsonObject }), {})).toMatchObject({ problems: [{ code: 'missing' }] });
  });
});

describe('a list', () => {
  const list = z.strictObject({ list: listOf(z.number(), 3).optional() });

  it('that is too long has one problem, however many its elements have', () => {
    expect(check(list, { list: ['a', 'b', 'c', 'd', 'e'] })).toMatchObject({
      problems: [{ pointer: '/list', code: 'too_big' }],
    });
    expect(check(list, { list: ['a', 1, 'c'] })).toMatchObject({
      problems: [{ pointer: '/list/0' }, { pointer: '/list/2' }],
    });
  });

  it.each([{}, { list: [] }, { list: [1, 2, 3] }])('may be %j', (value) => {
    expect(check(list, value)).toEqual({ ok: true, data: value });
  });
});
