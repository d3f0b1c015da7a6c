import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { LIMITS } from '../../../core/limits.ts';
import { check, listed, pointerTo } from '../../../core/problems.ts';

const schema = z.strictObject({
  name: z.string().max(3),
  mode: z.enum(['A', 'B']),
  parts: z.array(z.number().int().min(0)).optional(),
});
const problemsOf = (value: unknown) => {
  const checked = check(schema, value);
  return checked.ok ? [] : checked.problems.map(({ pointer, code }) => [pointer, code]);
};

describe('a pointer', () => {
  it.each([
    [[], ''],
    [['a', 0, 'b'], '/a/0/b'],
    [['a/b'], '/a~1b'],
    [['m~n'], '/m~0n'],
    [['~1'], '/~01'],
    [[''], '/'],
  ])('to %j is %j', (path, expected) => {
    expect(pointerTo(path)).toBe(expected);
  });

  it('leads back to its path (RFC 6901)', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (path) => {
        const read = pointerTo(path)
          .split('/')
          .slice(1)
          .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
        expect(read).toEqual(path);
      }),
    );
  });
});

describe('a check', () => {
  it('answers with the data', () => {
    expect(check(schema, { name: 'abc', mode: 'A' })).toEqual({ ok: true, data: { name: 'abc', mode: 'A' } });
  });

  it.each([
    [
      {},
      [
        ['/name', 'missing'],
        ['/mode', 'missing'],
      ],
    ],
    [
      { name: 'abcd', mode: 'C' },
      [
        ['/name', 'too_big'],
        ['/mode', 'not_one_of'],
      ],
    ],
    [
      { name: 5, mode: null },
      [
        ['/name', 'wrong_type'],
        ['/mode', 'not_one_of'],
      ],
    ],
    [
      { name: 'a', mode: 'A', parts: [1, -1, 0.5] },
      [
        ['/parts/1', 'too_small'],
        ['/parts/2', 'wrong_type'],
      ],
    ],
    [
      { name: 'a', mode: 'A', 'x/y': 1, z: 2 },
      [
        ['/x~1y', 'unknown_field'],
        ['/z', 'unknown_field'],
      ],
    ],
    [[], [['', 'wrong_type']]],
    [null, [['', 'wrong_type']]],
  ])('names every problem of %j and its place', (value, expected) => {
    expect(problemsOf(value)).toEqual(expected);
  });

  it('names the unknown field in its message', () => {
    expect(check(schema, { name: 'a', mode: 'A', naem: 1 })).toMatchObject({
      problems: [{ message: 'There is no field "naem" here.' }],
    });
  });
});

describe('the list of problems in an answer', () => {
  it('is bounded, and says that there are more', () => {
    const fields = Object.fromEntries(Array.from({ length: LIMITS.problemsListed + 7 }, (_, i) => [`x${i}`, 1]));
    const checked = check(z.strictObject({}), fields);
    const problems = checked.ok ? [] : checked.problems;
    expect(problems).toHaveLength(LIMITS.problemsListed + 1);
    expect(problems.at(-1)).toEqual({ pointer: '', code: 'more_problems', message: expect.any(String) });
  });

  it('cuts names that are the size of a body, without breaking a character', () => {
    fc.assert(
      fc.property(fc.nat(2), (shift) => {
        const long = 'x'.repeat(shift) + '🙂'.repeat(1_000);
        for (const { pointer, message } of listed([{ pointer: `/${long}`, code: 'unknown_field', message: long }])) {
          expect(pointer.length).toBeLessThanOrEqual(LIMITS.problemText + 1);
          expect(pointer.isWellFormed() && message.isWellFormed()).toBe(true);
        }
      }),
    );
  });
});
