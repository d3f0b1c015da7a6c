import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rank, scoreOf, type CandidateFacts, type TaskFacts } from '../../../../core/scoring/score.ts';
import { STRATEGY_V2_0 } from '../../../../core/scoring/strategy.ts';

const TASK: TaskFacts = { priority: 6, risk_level: 3, is_scheduled: true, available_assets: 2 };
const CANDIDATE: CandidateFacts = { user_id: 'a', active_assignments: 1, is_member: true, overlaps: 1 };

const score = (task: Partial<TaskFacts> = {}, candidate: Partial<CandidateFacts> = {}) =>
  scoreOf(STRATEGY_V2_0, { ...TASK, ...task }, { ...CANDIDATE, ...candidate });

/** The same formulas (contract section 7) in whole thousandths, written down a second time. */
const inThousandths = (task: TaskFacts, candidate: CandidateFacts) => ({
  base: 16_000,
  workload: Math.max(6_000, 32_000 - 8_000 * candidate.active_assignments),
  org_match: candidate.is_member ? 24_000 : 0,
  resource_availability: task.available_assets === 0 ? 4_000 : Math.min(24_000, 8_000 * task.available_assets),
  priority: 1_200 * task.priority,
  risk: 1_500 * Math.max(0, 6 - task.risk_level),
  conflict_penalty: -35_000 * candidate.overlaps,
});

const taskFacts: fc.Arbitrary<TaskFacts> = fc.record({
  priority: fc.integer({ min: 1, max: 10 }),
  risk_level: fc.integer({ min: 1, max: 5 }),
  is_scheduled: fc.boolean(),
  available_assets: fc.nat(20),
});
const candidateFacts: fc.Arbitrary<CandidateFacts> = fc.record({
  user_id: fc.uuid(),
  active_assignments: fc.nat(12),
  is_member: fc.boolean(),
  overlaps: fc.nat(40),
});

describe('a score', () => {
  it('shows every part and its reason', () => {
    expect(score()).toEqual({
      user_id: 'a',
      total_score: 56.7,
      breakdown: {
        base: 16,
        workload: 24,
        org_match: 24,
        resource_availability: 16,
        priority: 7.2,
        risk: 4.5,
        conflict_penalty: -35,
      },
      reasons: [
        'strategy=v2.0',
        'base=16',
        'workload=1=>24',
        'org_match=true=>24',
        'available_assets=2=>16',
        'priority=6=>7.2',
        'risk_level=3=>4.5',
        'overlap_conflicts=1=>-35',
      ],
    });
  });

  it('says nothing of overlaps when the task is unscheduled', () => {
    const { reasons, breakdown } = score({ is_scheduled: false }, { overlaps: 0, is_member: false });
    expect(reasons).toHaveLength(7);
    expect(reasons).toContain('org_match=false=>0');
    expect(Object.is(breakdown.conflict_penalty, 0)).toBe(true);
  });

  it('of a free candidate on a scheduled task has a zero penalty, not a negative zero', () => {
    const { reasons, breakdown } = score({}, { overlaps: 0 });
    expect(reasons).toContain('overlap_conflicts=0=>0');
    expect(Object.is(breakdown.conflict_penalty, 0)).toBe(true);
  });

  it.each([
    [0, 32],
    [1, 24],
    [3, 8],
    [4, 6],
    [100, 6],
  ])('workload of %d assignments: %d', (active_assignments, expected) => {
    expect(score({}, { active_assignments }).breakdown.workload).toBe(expected);
  });

  it.each([
    [0, 4],
    [1, 8],
    [2, 16],
    [3, 24],
    [4, 24],
    [1_000, 24],
  ])('%d available assets: %d', (available_assets, expected) => {
    expect(score({ available_assets }).breakdown.resource_availability).toBe(expected);
  });

  it.each([
    [1, 1.2],
    [3, 3.6],
    [7, 8.4],
    [10, 12],
  ])('priority %d: %d', (priority, expected) => {
    expect(score({ priority }).breakdown.priority).toBe(expected);
  });

  it.each([
    [1, 7.5],
    [2, 6],
    [5, 1.5],
  ])('risk level %d: %d', (risk_level, expected) => {
    expect(score({ risk_level }).breakdown.risk).toBe(expected);
  });

  it('has parts that add up to the total exactly, without floating-point noise', () => {
    fc.assert(
      fc.property(taskFacts, candidateFacts, (task, candidate) => {
        const { breakdown, total_score } = scoreOf(STRATEGY_V2_0, task, candidate);
        const expected = inThousandths(task, candidate);
        const thousandths = Object.fromEntries(
          Object.entries(breakdown).map(([name, value]) => [name, Math.round(value * 1_000) + 0]),
        );
        expect(thousandths).toEqual(Object.fromEntries(Object.entries(expected).map(([k, v]) => [k, v + 0])));
        const total = Object.values(expected).reduce((sum, part) => sum + part, 0);
        expect(Math.round(total_score * 1_000)).toBe(total + 0);
        for (const value of [...Object.values(breakdown), total_score]) {
          expect(String(value)).toMatch(/^-?\d+(\.\d{1,3})?$/);
        }
      }),
    );
  });
});

describe('the ranking', () => {
  const ranked = (...candidates: readonly CandidateFacts[]): readonly string[] =>
    rank(STRATEGY_V2_0, TASK, candidates).map(({ candidate }) => candidate.user_id);

  it('has the highest total first, whatever the overlaps and the workload', () => {
    expect(
      ranked(
        { user_id: 'a', active_assignments: 9, is_member: false, overlaps: 0 },
        { user_id: 'b', active_assignments: 0, is_member: true, overlaps: 1 },
        { user_id: 'c', active_assignments: 0, is_member: false, overlaps: 0 },
        { user_id: 'd', active_assignments: 1, is_member: true, overlaps: 0 },
      ),
    ).toEqual(['d', 'c', 'b', 'a']);
  });

  it('breaks ties by the user id', () => {
    const same = { active_assignments: 0, is_member: true, overlaps: 0 };
    expect(ranked({ ...same, user_id: 'b' }, { ...same, user_id: 'a' })).toEqual(['a', 'b']);
  });

  it('breaks ties by workload before the user id: both stand at the least that workload gives', () => {
    const same = { is_member: true, overlaps: 0 };
    expect(
      ranked({ ...same, user_id: 'a', active_assignments: 9 }, { ...same, user_id: 'b', active_assignments: 8 }),
    ).toEqual(['b', 'a']);
  });

  it('breaks ties by overlaps before workload', () => {
    // With these weights a total ties with fewer overlaps only by a strategy of its own.
    const strategy = { ...STRATEGY_V2_0, weights: { ...STRATEGY_V2_0.weights, conflict_penalty_per_overlap: 0 } };
    const order = rank(strategy, TASK, [
      { user_id: 'a', active_assignments: 8, is_member: true, overlaps: 1 },
      { user_id: 'b', active_assignments: 9, is_member: true, overlaps: 0 },
    ]);
    expect(order.map(({ candidate }) => candidate.user_id)).toEqual(['b', 'a']);
  });

  it('is the same whatever the order in which candidates come, and leaves nobody out', () => {
    const candidates = fc.uniqueArray(candidateFacts, { maxLength: 12, selector: ({ user_id }) => user_id });
    fc.assert(
      fc.property(taskFacts, candidates, (task, list) => {
        const order = rank(STRATEGY_V2_0, task, list);
        expect(rank(STRATEGY_V2_0, task, list.toReversed())).toEqual(order);
        expect(new Set(order.map(({ candidate }) => candidate))).toEqual(new Set(list));
      }),
    );
  });
});
