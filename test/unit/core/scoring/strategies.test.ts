import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { weightsSchema } from '../../../../core/scoring/strategies.ts';
import { STRATEGY_V2_0, WEIGHT_MAX } from '../../../../core/scoring/strategy.ts';

const accepts = (base: number): boolean => weightsSchema.safeParse({ ...STRATEGY_V2_0.weights, base }).success;

describe('a weight', () => {
  it('is any number of thousandths, from 0 to its largest', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 1_000 * WEIGHT_MAX }), (count) => accepts(count / 1_000)));
  });

  // The table keeps no number nearer to 0 than 1e-130.
  it.each([5e-324, 1e-131, 1e-9, 0.0005, 7.2001, -0.001, WEIGHT_MAX + 0.001, Number.NaN, Infinity])(
    'is not %d',
    (points) => {
      expect(accepts(points)).toBe(false);
    },
  );
});
