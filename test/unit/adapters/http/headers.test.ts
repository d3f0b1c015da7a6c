import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedVersions, headerOf, idempotencyKey, knownTags, linesOf } from '../../../../adapters/http/headers.ts';
import { refusalOf } from '../../fakes.ts';

describe('a header', () => {
  it('is found whatever its case', () => {
    expect(headerOf({ 'IF-match': '"1"' }, 'If-Match')).toBe('"1"');
    expect(headerOf({ 'if-match-not': 'x' }, 'If-Match')).toBeUndefined();
    expect(headerOf(null, 'If-Match')).toBeUndefined();
  });

  it('that comes in several lines is one list', () => {
    const event = { headers: { 'If-Match': '"2"' }, multiValueHeaders: { 'if-MATCH': ['"1"', '"2"'] } };
    expect(linesOf(event, 'If-Match')).toBe('"1", "2"');
    expect(linesOf({ headers: event.headers }, 'If-Match')).toBe('"2"');
    expect(linesOf(event, 'If-None-Match')).toBeUndefined();
  });
});

describe('If-Match', () => {
  it.each([
    [undefined, undefined],
    ['*', undefined],
    [' * ', undefined],
    ['*, "3"', undefined],
    ['"3"', [3]],
    ['"3", "4"', [3, 4]],
    ['"3","4" ', [3, 4]],
    ['"3",', [3]],
    [', ,"3",,"4",', [3, 4]],
    ['"a,b", "3"', [3]],
    ['",", "3"', [3]],
    ['W/"3"', []],
    ['W/"3", "4"', [4]],
    ['"abc"', []],
    ['""', []],
    ['"03"', []],
    ['"3.0"', []],
    ['"3e0"', []],
    ['"0x3"', []],
    ['"99999999999999999999"', []],
  ])('%j accepts the versions %j', (header, expected) => {
    expect(expectedVersions(header)).toEqual(expected);
  });

  it.each(['3', "'3'", '"3', '3"', '"3" "4"', '', ' ', ',', 'w/"3"', '"a b"', '"3", x', '**'])(
    '%j is malformed',
    async (header) => {
      const { details } = await refusalOf(() => expectedVersions(header), 'malformed_header');
      expect(details).toEqual({ header: 'If-Match' });
    },
  );

  it('accepts the version of an ETag, and only that', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (version) => {
        expect(expectedVersions(`"${version}"`)).toEqual([version]);
      }),
    );
  });

  it('is read as a list whose tags may hold commas, in any number of lines, with any white space', () => {
    const version = fc.integer({ min: 1, max: 99 });
    const tagText = fc.string({ unit: fc.constantFrom('a', ',', '*', 'W', '/', '1'), maxLength: 5 });
    const element = fc.oneof(
      version.map((one) => ({ text: `"${one}"`, versions: [one] })),
      version.map((one) => ({ text: `W/"${one}"`, versions: [] })),
      tagText
        .filter((text) => !/^[1-9]\d*$/.test(text))
        .map((text) => ({ text: `"${text}"`, versions: [] as number[] })),
      fc.constant({ text: '', versions: [] }),
    );
    const blank = fc.constantFrom('', ' ', '\t', ' \t ');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(element, blank, blank), { minLength: 1, maxLength: 6 }),
        fc.nat(6),
        (elements, cut) => {
          fc.pre(elements.some(([{ text }]) => text !== ''));
          const texts = elements.map(([{ text }, before, after]) => `${before}${text}${after}`);
          const lines = [texts.slice(0, cut), texts.slice(cut)].filter((line) => line.length > 0);
          const header = linesOf(
            { headers: {}, multiValueHeaders: { 'If-Match': lines.map((line) => line.join(',')) } },
            'If-Match',
          );
          expect(expectedVersions(header)).toEqual(elements.flatMap(([{ versions }]) => versions));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('If-None-Match', () => {
  it.each([
    ['"a"', ['"a"']],
    ['W/"a"', ['"a"']],
    ['"a", W/"b,c"', ['"a"', '"b,c"']],
    ['*', '*'],
    ['nonsense', []],
    ['', []],
  ])('%j names %j: the comparison is weak, and what is no list is ignored', (header, expected) => {
    expect(knownTags({ headers: { 'If-None-Match': header } })).toEqual(expected);
  });

  it('may be left out', () => {
    expect(knownTags({ headers: null })).toEqual([]);
  });
});

describe('Idempotency-Key', () => {
  it.each(['k', '0199c0de-0000-7000-8000-000000000000', '"quoted"', '~!@#', 'x'.repeat(255)])('may be %s', (key) => {
    expect(idempotencyKey(key)).toBe(key);
  });

  it('may be left out', () => {
    expect(idempotencyKey(undefined)).toBeUndefined();
  });

  it.each(['', ' ', 'a b', 'é', 'x'.repeat(256), 'a\n'])('may not be %j', async (key) => {
    const { details } = await refusalOf(() => idempotencyKey(key), 'malformed_header');
    expect(details).toEqual({ header: 'Idempotency-Key' });
  });
});
