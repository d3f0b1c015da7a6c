import { describe, expect, it } from 'vitest';
import type { PlanChanged } from '../../../../core/plans/changes.ts';
import { makeCancelPlan } from '../../../../core/plans/cancel.ts';
import { expiryOf, requireState, stateAt, summaryOf, type Plan } from '../../../../core/plans/plan.ts';
import { CALL, refusalOf } from '../../fakes.ts';
import { instant, plan } from '../../records.ts';

const CREATED = instant('2026-03-01T06:00:00Z');
const OVER = instant('2026-03-04T06:00:00Z');

describe('a plan', () => {
  it('is over after 72 hours, whatever has become of it', async () => {
    const ready = plan({ state: 'READY', created_at: CREATED });
    expect(expiryOf(ready)).toBe(OVER);
    expect(stateAt(ready, instant('2026-03-04T05:59:59Z'))).toBe('READY');
    expect(summaryOf(ready, OVER)).toMatchObject({ state: 'EXPIRED', expires_at: OVER });
    const { details } = await refusalOf(async () => requireState(ready, ['READY'], OVER), 'plan_state');
    expect(details).toEqual({ state: 'EXPIRED' });
  });
});

describe('a cancel', () => {
  const cancelAt = async (before: Plan, now: string) => {
    const changes: PlanChanged[] = [];
    const cancel = makeCancelPlan({
      plans: { get: async () => before },
      commit: async (_call, given) => void changes.push(...given),
      retry: (attempt) => attempt(1),
      clock: () => instant(now),
    });
    return { answer: await cancel(CALL, before.id), changes };
  };
  const solving = plan({ state: 'SOLVING', run_id: 'run-1', created_at: CREATED, started_at: CREATED });

  it('asks a planner at work to stop, once', async () => {
    const { answer, changes } = await cancelAt(solving, '2026-03-01T06:10:00Z');
    expect(answer).toMatchObject({ state: 'SOLVING', cancel_requested_at: '2026-03-01T06:10:00.000Z' });
    const [asked] = changes;
    expect(asked?.after.version).toBe(2);
    const again = await cancelAt(asked?.after ?? solving, '2026-03-01T06:11:00Z');
    expect(again.changes).toEqual([]);
  });

  it('ends a plan whose planner must have died: none works for longer than 15 minutes', async () => {
    const { answer } = await cancelAt(solving, '2026-03-01T06:15:00Z');
    expect(answer.state).toBe('CANCELED');
    const asked = { ...solving, cancel_requested_at: CREATED };
    expect((await cancelAt(asked, '2026-03-01T06:15:00Z')).answer.state).toBe('CANCELED');
  });

  it('is refused of a plan that is made', async () => {
    await refusalOf(
      () => cancelAt(plan({ state: 'READY', created_at: CREATED }), '2026-03-01T07:00:00Z'),
      'plan_state',
    );
  });
});
