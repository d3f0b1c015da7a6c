import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBody } from '../../../../adapters/http/body.ts';
import { isKeptExactly } from '../../../../adapters/http/json-number.ts';
import { LIMITS } from '../../../../core/limits.ts';
import { refusalOf } from '../../fakes.ts';

const isKept = (number: string): boolean => isKeptExactly(`[${number}]`, 1, number.length + 1);

/** A decimal as a whole number of the power of ten: what two numbers are compared by, without any rounding. */
const exactly = (number: string): readonly [bigint, number] => {
  const [mantissa = '', power = '0'] = number.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return [BigInt(`${whole}${fraction}`), Number(power) - fraction.length];
};
const isEqual = (one: string, other: string): boolean => {
  const [a, powerOfA] = exactly(one);
  const [b, powerOfB] = exactly(other);
  const least = Math.min(powerOfA, powerOfB);
  return a * 10n ** BigInt(powerOfA - least) === b * 10n ** BigInt(powerOfB - least);
};

const digits = (max: number) =>
  fc.array(fc.oneof(fc.constant(0), fc.nat(9)), { minLength: 1, maxLength: max }).map((all) => all.join(''));
const number = fc
  .record({
    sign: fc.constantFrom('', '-'),
    whole: fc.oneof(
      fc.constant('0'),
      fc
        .tuple(fc.integer({ min: 1, max: 9 }), fc.option(digits(22), { nil: '' }))
        .map(([first, rest]) => `${first}${rest}`),
    ),
    fraction: fc.option(
      digits(22).map((all) => `.${all}`),
      { nil: '' },
    ),
    exponent: fc.option(
      fc
        .tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '+', '-'), fc.oneof(fc.nat(30), fc.nat(340)))
        .map((parts) => parts.join('')),
      { nil: '' },
    ),
  })
  .map(({ sign, whole, fraction, exponent }) => `${sign}${whole}${fraction}${exponent}`);

describe('a number', () => {
  it.each(['0', '-0', '1', '1.0', '1e2', '0.1', '0e999', '1E+22', '9007199254740992', '5e-324', '1e308', '10e307'])(
    'that a double holds as written is kept: %s',
    (text) => {
      expect(isKept(text)).toBe(true);
    },
  );

  it.each([
    '1e400',
    '-1e400',
    '1e-400',
    '9007199254740993',
    '123456789012345678901',
    '0.1000000000000000055511151231257827',
    '3.141592653589793238',
    '4.9e-324',
    '1e99999999999999999999',
  ])('that a double does not hold is refused, and where it stands: %s', async (text) => {
    expect(isKept(text)).toBe(false);
    const { problems } = await refusalOf(
      () => readBody({ body: `{"a":[0,${text}]}`, isBase64Encoded: false, limit: LIMITS.bodyBytes }),
      'validation_failed',
    );
    expect(problems).toMatchObject([{ pointer: '/a/1', code: 'number_not_exact' }]);
  });

  it('is kept exactly when what JSON writes of it has the same value', () => {
    fc.assert(
      fc.property(number, (text) => {
        const back = JSON.stringify(JSON.parse(text));
        expect(isKept(text), text).toBe(back !== 'null' && isEqual(text, back));
      }),
      { numRuns: 5_000 },
    );
  });

  it('that JSON wrote is kept', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(isKept(JSON.stringify(value))).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });
});
