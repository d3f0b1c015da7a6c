import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flipsOf, type Flip } from '../../../../core/scoring/flips.ts';
import { rank, type CandidateFacts, type TaskFacts } from '../../../../core/scoring/score.ts';
import { STRATEGY_V2_0, WEIGHT_MAX, type Strategy, type Weights } from '../../../../core/scoring/strategy.ts';
import { only } from '../../fakes.ts';

const TASK: TaskFacts = { priority: 6, risk_level: 3, is_scheduled: true, available_assets: 2 };
const TELLING = ['workload', 'org_match'] as const;

const points = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: max * 1_000 }).map((n) => n / 1_000);
const strategies: fc.Arbitrary<Strategy> = fc
  .record({
    weights: fc.record({
      base: points(20),
      workload: fc.oneof(points(20), fc.constantFrom(0, 8, WEIGHT_MAX)),
      org_match: fc.oneof(points(30), fc.constantFrom(0, 24, WEIGHT_MAX)),
      resource: points(10),
      priority: points(2),
      risk: points(2),
      conflict_penalty_per_overlap: points(40),
    }),
    low: points(20),
    span: fc.oneof(points(40), fc.constant(0)),
  })
  .map(({ weights, low, span }) => ({
    version: 'random',
    weights,
    caps: { ...STRATEGY_V2_0.caps, workload_min: low, workload_max: Math.round((low + span) * 1_000) / 1_000 },
  }));
const candidates: fc.Arbitrary<readonly CandidateFacts[]> = fc
  .array(fc.record({ active_assignments: fc.nat(6), is_member: fc.boolean() }), { minLength: 2, maxLength: 7 })
  .map((some) => some.map((one, at) => ({ ...one, user_id: `user-${at}`, overlaps: 0 })));

const winnerOf = (strategy: Strategy, some: readonly CandidateFacts[]): string =>
  rank(strategy, TASK, some)[0]?.candidate.user_id ?? '';
const withWeight = (strategy: Strategy, weight: keyof Weights, to: number): Strategy => ({
  ...strategy,
  weights: { ...strategy.weights, [weight]: to },
});
const flips = (strategy: Strategy, some: readonly CandidateFacts[]): readonly Flip[] =>
  flipsOf(
    strategy,
    TASK,
    rank(strategy, TASK, some).map(({ candidate }) => candidate),
    10,
  );

/** Weights to try: every place at which the order of two candidates may change, and its neighbours. */
const placesIn = (strategy: Strategy, some: readonly CandidateFacts[], weight: (typeof TELLING)[number]): number[] => {
  const span = Math.round((strategy.caps.workload_max - strategy.caps.workload_min) * 1_000);
  const org = Math.round(strategy.weights.org_match * 1_000);
  const loads = [...new Set(some.map(({ active_assignments }) => active_assignments))];
  const other =
    weight === 'workload' ? [0, org, -org] : loads.map((n) => Math.round(strategy.weights.workload * 1_000) * n);
  const sums = [0, span, ...other, ...other.map((n) => span - n), ...other.map((n) => span + n)];
  const differences = sums.flatMap((a) => sums.map((b) => a - b)).concat(sums);
  const divisors = weight === 'workload' ? [1, 2, 3, 4, 5, 6] : [1];
  return [
    ...new Set(differences.flatMap((sum) => divisors.flatMap((n) => [-1, 0, 1].map((d) => Math.round(sum / n) + d)))),
  ]
    .concat([0, WEIGHT_MAX * 1_000])
    .filter((n) => n >= 0 && n <= WEIGHT_MAX * 1_000);
};

describe('a flip', () => {
  it('changes the winner; half of it does not, nor does the next nearer thousandth', () => {
    let count = 0;
    fc.assert(
      fc.property(strategies, candidates, (strategy, some) => {
        const winner = winnerOf(strategy, some);
        for (const { user_id, flip } of flips(strategy, some)) {
          expect(user_id).not.toBe(winner);
          if (flip === 'none') continue;
          count += 1;
          const { weight, from, to, change } = flip;
          expect(from).toBe(strategy.weights[weight]);
          expect(Math.round(change * 1_000)).toBe(Math.round(to * 1_000) - Math.round(from * 1_000));
          expect(change).not.toBe(0);
          expect(winnerOf(withWeight(strategy, weight, to), some)).toBe(user_id);
          const [start, end] = [Math.round(from * 1_000), Math.round(to * 1_000)];
          const nearer = end + Math.sign(start - end);
          const half = start + Math.trunc((end - start) / 2);
          for (const thousandths of [nearer, half])
            expect(winnerOf(withWeight(strategy, weight, thousandths / 1_000), some)).not.toBe(user_id);
        }
      }),
      { numRuns: 1_500 },
    );
    expect(count).toBeGreaterThan(300);
  });

  it('is the smallest of any weight, and none only where no single weight does it', () => {
    let nones = 0;
    fc.assert(
      fc.property(strategies, candidates, (strategy, some) => {
        for (const { user_id, flip } of flips(strategy, some)) {
          const best = flip === 'none' ? Infinity : Math.abs(Math.round(flip.change * 1_000));
          if (flip === 'none') nones += 1;
          for (const weight of TELLING) {
            const from = Math.round(strategy.weights[weight] * 1_000);
            const nearer = placesIn(strategy, some, weight).filter((to) => Math.abs(to - from) < best);
            const wins = (to: number): boolean => winnerOf(withWeight(strategy, weight, to / 1_000), some) === user_id;
            expect(nearer.filter(wins)).toEqual([]);
          }
        }
      }),
      { numRuns: 150 },
    );
    expect(nones).toBeGreaterThan(20);
  });

  it('is never of a weight that gives all free candidates the same', () => {
    fc.assert(
      fc.property(strategies, candidates, points(WEIGHT_MAX), (strategy, some, to) => {
        for (const weight of ['base', 'resource', 'priority', 'risk', 'conflict_penalty_per_overlap'] as const)
          expect(winnerOf(withWeight(strategy, weight, to), some)).toBe(winnerOf(strategy, some));
      }),
      { numRuns: 100 },
    );
  });

  const two = (a: Partial<CandidateFacts>, b: Partial<CandidateFacts>): readonly CandidateFacts[] => [
    { user_id: 'a', active_assignments: 0, is_member: false, overlaps: 0, ...a },
    { user_id: 'b', active_assignments: 0, is_member: false, overlaps: 0, ...b },
  ];
  it.each([
    ['none between equals: the id decides', two({}, {}), 'none'],
    [
      'the workload’s, where a member has one assignment more',
      two({ is_member: true, active_assignments: 1 }, {}),
      { weight: 'workload', from: 8, to: 24, change: 16 },
    ],
    [
      'the workload’s, where a member has four: a thousandth below the tie',
      two({ active_assignments: 0 }, { active_assignments: 4, is_member: true }),
      { weight: 'workload', from: 8, to: 5.999, change: -2.001 },
    ],
  ] as const)('is %s', (_, some, flip) => {
    expect(only(flips(STRATEGY_V2_0, some)).flip).toEqual(flip);
  });

  it('may lie beyond the weight at which both are down to the least that workload leaves', () => {
    const strategy = { ...STRATEGY_V2_0, weights: { ...STRATEGY_V2_0.weights, workload: 10, org_match: 4 } };
    const some = two({ active_assignments: 3, is_member: true }, { active_assignments: 2 });
    // At 10 the busier one has 6 + 4, the other 12. Less than 4 an assignment would do as well, but is farther.
    expect(only(flips(strategy, some)).flip).toEqual({ weight: 'workload', from: 10, to: 11.001, change: 1.001 });
  });

  it('is told of as many candidates as asked for, the next ones first', () => {
    const some = Array.from({ length: 9 }, (_, at) => ({
      user_id: `u${at}`,
      active_assignments: at,
      is_member: false,
      overlaps: 0,
    }));
    expect(flipsOf(STRATEGY_V2_0, TASK, some, 5).map(({ user_id }) => user_id)).toEqual(['u1', 'u2', 'u3', 'u4', 'u5']);
    expect(flipsOf(STRATEGY_V2_0, TASK, some.slice(0, 1), 5)).toEqual([]);
    expect(flipsOf(STRATEGY_V2_0, TASK, [], 5)).toEqual([]);
  });
});
