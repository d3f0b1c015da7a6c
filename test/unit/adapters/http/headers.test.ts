import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedVersions, headerOf, idempotencyKey } from '../../../../adapters/http/headers.ts';
import { refusalOf } from '../../fakes.ts';

describe('a header', () => {
  it('is found whatever its case', () => {
    expect(headerOf({ 'IF-match': '"1"' }, 'If-Match')).toBe('"1"');
    expect(headerOf({ 'if-match-not': 'x' }, 'If-Match')).toBeUndefined();
    expect(headerOf(null, 'If-Match')).toBeUndefined();
  });
});

describe('If-Match', () => {
  it.each([
    [undefined, undefined],
    ['*', undefined],
    [' * ', undefined],
    ['"3"', [3]],
    ['"3", "4"', [3, 4]],
    ['"3","4" ', [3, 4]],
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

  it.each(['3', "'3'", '"3', '3"', '"3" "4"', '', '"3",', 'w/"3"', '"a b"', '*, "3"'])(
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
