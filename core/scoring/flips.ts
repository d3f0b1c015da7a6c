import * as z from 'zod';
import { idSchema } from '../fields.ts';
import type { CandidateFacts } from './score.ts';
import { scoreOf, SCALE, thousandths, type TaskFacts } from './score.ts';
import { WEIGHT_MAX, type Strategy } from './strategy.ts';

/**
 * Only these weights tell one free candidate from another: the other parts are the same for all of them, and a free
 * candidate has no overlaps to be punished for.
 */
const TELLING_WEIGHTS = ['workload', 'org_match'] as const;

export const flipSchema = z
  .object({
    user_id: idSchema,
    flip: z
      .union([
        z.object({ weight: z.enum(TELLING_WEIGHTS), from: z.number(), to: z.number(), change: z.number() }),
        z.literal('none'),
      ])
      .meta({
        description:
          'The smallest change of one weight that would make this candidate win, exact to a thousandth; none where no single one does',
        examples: [{ weight: 'org_match', from: 24, to: 7.999, change: -16.001 }, 'none'],
      }),
  })
  .meta({ id: 'Flip' });
export type Flip = z.infer<typeof flipSchema>;

/** Whole numbers from `from` to `to`, both included; empty when `to < from`. */
interface Interval {
  readonly from: number;
  readonly to: number;
}

const ALL: readonly Interval[] = [{ from: 0, to: WEIGHT_MAX * SCALE }];
const NONE: readonly Interval[] = [];

const intersection = (a: readonly Interval[], b: readonly Interval[]): readonly Interval[] =>
  a
    .flatMap((one) => b.map((other) => ({ from: Math.max(one.from, other.from), to: Math.min(one.to, other.to) })))
    .filter(({ from, to }) => from <= to);

const atLeast = (from: number): readonly Interval[] => intersection(ALL, [{ from: Math.ceil(from), to: Infinity }]);
const atMost = (to: number): readonly Interval[] => intersection(ALL, [{ from: 0, to: Math.floor(to) }]);
const always = (holds: boolean): readonly Interval[] => (holds ? ALL : NONE);

/** The number of a set that is nearest to `from`. */
const nearest = (set: readonly Interval[], from: number): number | undefined =>
  set
    .map((interval) => Math.min(Math.max(from, interval.from), interval.to))
    .sort((a, b) => Math.abs(a - from) - Math.abs(b - from))[0];

/** Thousandths by which `one` must lead `other` in total to come before it: none where the tie falls to it. */
const leadNeeded = (one: CandidateFacts, other: CandidateFacts): number => {
  const winsTie =
    one.active_assignments < other.active_assignments ||
    (one.active_assignments === other.active_assignments && one.user_id < other.user_id);
  return winsTie ? 0 : 1;
};

/**
 * The values of the org weight, in thousandths, at which a candidate comes before a rival. `d` is the lead still needed
 * when both have no points for the org unit; the weight adds `x` to each member.
 */
const orgMatchSet = (candidate: CandidateFacts, rival: CandidateFacts, d: number): readonly Interval[] => {
  if (candidate.is_member === rival.is_member) return always(d <= 0);
  return candidate.is_member ? atLeast(d) : atMost(-d);
};

/**
 * The values of the workload weight at which a candidate comes before a rival. `d` is the lead still needed without the
 * workload part, which is f(n) = max(floor, ceiling - x n) for n assignments.
 *
 * For a less busy candidate, p < q, the part leads by min(x (q - p), span - x p) until both are at the floor, where
 * span = ceiling - floor: the lead grows, then shrinks. For a busier one the same lead stands against it.
 */
const workloadSet = (
  candidate: CandidateFacts,
  rival: CandidateFacts,
  d: number,
  span: number,
): readonly Interval[] => {
  const [p, q] = [candidate.active_assignments, rival.active_assignments];
  if (p === q) return always(d <= 0);
  if (p < q) {
    if (d <= 0) return ALL;
    const whileItGrows = atLeast(d / (q - p));
    return intersection(whileItGrows, p === 0 ? always(span >= d) : atMost((span - d) / p));
  }
  if (d > 0) return NONE;
  const early = atMost(-d / (p - q));
  const late = q === 0 ? always(span <= -d) : atLeast((span + d) / q);
  return [...early, ...late];
};

/**
 * For each of the candidates after the winner, the smallest change of one weight that would make it win against all
 * the others. `free` are the candidates without overlaps, best first.
 *
 * The change is exact, in thousandths of a point: each rival leaves a set of intervals of the weight, and the nearest
 * number in all of them is the answer; nothing nearer makes the candidate win.
 */
export const flipsOf = (
  strategy: Strategy,
  task: TaskFacts,
  free: readonly CandidateFacts[],
  atMostCandidates: number,
): readonly Flip[] =>
  free.slice(1, 1 + atMostCandidates).map((candidate) => {
    const changes = TELLING_WEIGHTS.flatMap((weight) => {
      const set = free
        .filter((rival) => rival !== candidate)
        .reduce((left, rival) => intersection(left, setAgainst(strategy, task, weight, candidate, rival)), ALL);
      const from = thousandths(strategy.weights[weight]);
      const to = nearest(set, from);
      return to === undefined ? [] : [{ weight, from: from / SCALE, to: to / SCALE, change: (to - from) / SCALE }];
    });
    const [smallest] = changes.sort((a, b) => Math.abs(a.change) - Math.abs(b.change));
    return { user_id: candidate.user_id, flip: smallest ?? 'none' };
  });

const setAgainst = (
  strategy: Strategy,
  task: TaskFacts,
  weight: (typeof TELLING_WEIGHTS)[number],
  candidate: CandidateFacts,
  rival: CandidateFacts,
): readonly Interval[] => {
  const rest = (one: CandidateFacts): number => {
    const { total_score, breakdown } = scoreOf(strategy, task, one);
    return thousandths(total_score) - thousandths(breakdown[weight]);
  };
  const d = leadNeeded(candidate, rival) - (rest(candidate) - rest(rival));
  const span = thousandths(strategy.caps.workload_max) - thousandths(strategy.caps.workload_min);
  return weight === 'org_match' ? orgMatchSet(candidate, rival, d) : workloadSet(candidate, rival, d, span);
};
