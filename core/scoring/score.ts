import * as z from 'zod';
import { idSchema } from '../fields.ts';
import type { Strategy } from './strategy.ts';

/** What is known of the task and its surroundings: the same for every candidate. */
export const taskFactsSchema = z.object({
  priority: z.number(),
  risk_level: z.number(),
  is_scheduled: z.boolean(),
  available_assets: z.number(),
});
export type TaskFacts = z.infer<typeof taskFactsSchema>;

/** What is known of one candidate. */
export const candidateFactsSchema = z.object({
  user_id: idSchema,
  active_assignments: z.number(),
  is_member: z.boolean(),
  /** Held windows that overlap the task's; 0 for an unscheduled task. */
  overlaps: z.number(),
  /** Rules that the task would break with this person, the overlaps aside: one is enough to be out. */
  blocked_by: z.array(z.string()).optional(),
});
export type CandidateFacts = z.infer<typeof candidateFactsSchema>;

/** Whether a candidate may be chosen. */
export const isEligible = ({ overlaps, blocked_by = [] }: CandidateFacts): boolean =>
  overlaps === 0 && blocked_by.length === 0;

export const breakdownSchema = z
  .object({
    base: z.number(),
    workload: z.number(),
    org_match: z.number(),
    resource_availability: z.number(),
    priority: z.number(),
    risk: z.number(),
    conflict_penalty: z.number().meta({ description: 'Zero or negative: the parts add up to the total' }),
  })
  .meta({ id: 'ScoreBreakdown' });
export type Breakdown = z.infer<typeof breakdownSchema>;

export const scoreSchema = z
  .object({
    user_id: idSchema,
    total_score: z.number(),
    breakdown: breakdownSchema,
    reasons: z.array(z.string()).meta({ examples: [['strategy=v2.0', 'base=16', 'workload=1=>24']] }),
  })
  .meta({ id: 'Score' });
export type Score = z.infer<typeof scoreSchema>;

/** Scoring counts in thousandths of a point, as integers: sums are exact, and decimals come out as they were written. */
export const SCALE = 1_000;
export const thousandths = (points: number): number => Math.round(points * SCALE);
/** `+ 0` keeps a zero from being negative. */
const points = (value: number): number => value / SCALE + 0;

/** The parts of a candidate's score, in points (formulas: contract section 7), and their sum. */
export const scoreOf = (strategy: Strategy, task: TaskFacts, candidate: CandidateFacts): Score => {
  const { weights, caps } = strategy;
  const t = thousandths;
  const inThousandths = {
    base: t(weights.base),
    workload: Math.max(t(caps.workload_min), t(caps.workload_max) - t(weights.workload) * candidate.active_assignments),
    org_match: candidate.is_member ? t(weights.org_match) : 0,
    resource_availability:
      task.available_assets === 0
        ? t(caps.resource_none)
        : Math.min(t(caps.resource_max), t(weights.resource) * task.available_assets),
    priority: t(weights.priority) * task.priority,
    risk: t(weights.risk) * Math.max(0, 6 - task.risk_level),
    conflict_penalty: -t(weights.conflict_penalty_per_overlap) * candidate.overlaps,
  } satisfies Breakdown;
  const total = Object.values(inThousandths).reduce((sum, part) => sum + part, 0);
  const breakdown: Breakdown = {
    base: points(inThousandths.base),
    workload: points(inThousandths.workload),
    org_match: points(inThousandths.org_match),
    resource_availability: points(inThousandths.resource_availability),
    priority: points(inThousandths.priority),
    risk: points(inThousandths.risk),
    conflict_penalty: points(inThousandths.conflict_penalty),
  };
  return {
    user_id: candidate.user_id,
    total_score: points(total),
    breakdown,
    reasons: reasonsOf(strategy, task, candidate, breakdown),
  };
};

const reasonsOf = (strategy: Strategy, task: TaskFacts, candidate: CandidateFacts, parts: Breakdown): string[] => [
  `strategy=${strategy.version}`,
  `base=${parts.base}`,
  `workload=${candidate.active_assignments}=>${parts.workload}`,
  `org_match=${candidate.is_member}=>${parts.org_match}`,
  `available_assets=${task.available_assets}=>${parts.resource_availability}`,
  `priority=${task.priority}=>${parts.priority}`,
  `risk_level=${task.risk_level}=>${parts.risk}`,
  ...(task.is_scheduled ? [`overlap_conflicts=${candidate.overlaps}=>${parts.conflict_penalty}`] : []),
];

export interface Ranked {
  readonly candidate: CandidateFacts;
  readonly score: Score;
}

/** Every candidate, best first: total descending, then overlaps, workload and user id ascending. */
export const rank = (strategy: Strategy, task: TaskFacts, candidates: readonly CandidateFacts[]): readonly Ranked[] =>
  candidates
    .map((candidate) => ({ candidate, score: scoreOf(strategy, task, candidate) }))
    .sort(
      (a, b) =>
        b.score.total_score - a.score.total_score ||
        a.candidate.overlaps - b.candidate.overlaps ||
        a.candidate.active_assignments - b.candidate.active_assignments ||
        (a.candidate.user_id < b.candidate.user_id ? -1 : 1),
    );
