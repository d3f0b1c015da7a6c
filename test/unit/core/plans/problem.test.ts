import { describe, expect, it } from 'vitest';
import type { Calendar } from '../../../../core/calendar/calendar.ts';
import { planDay } from '../../../../core/planning/plan.ts';
import { problemOf } from '../../../../core/plans/problem.ts';
import type { OpenTask, PlanSnapshot } from '../../../../core/plans/snapshot.ts';
import { STRATEGY_V2_0 } from '../../../../core/scoring/strategy.ts';
import { instantAt } from '../../../../core/time/instant.ts';
import { asset, assetCalendar } from '../../records.ts';

/** A Monday. */
const MONDAY = Date.UTC(2026, 4, 4);
const at = (hour: number) => {
  const instant = instantAt(MONDAY + hour * 3_600_000);
  if (instant === undefined) throw new Error(`There is no hour ${hour}.`);
  return instant;
};
const task = (id: string, start: number, end: number, more: Partial<OpenTask> = {}): OpenTask => ({
  ...{ id, priority: 5, risk_level: 3, org_unit_id: null, area_code: null, version: 1, remarks: 0 },
  ...{ required_assets: [], required_qualifications: [], asset_ids: [] },
  ...{ window: { start: at(start), end: at(end) }, was: null, is_pinned: false },
  ...more,
});
const calendar = (user_id: string, more: Partial<Calendar> = {}): Calendar => ({
  ...{ tenant_id: 't', user_id, version: 1, active_count: 0, is_active: true },
  ...{ memberships: [], working_hours: null, qualifications: [], recent: [] },
  ...more,
});
const snapshot = (more: Partial<PlanSnapshot>): PlanSnapshot => ({
  ...{ tasks: [], left_out: [], people: [], equipment: [], tallies: [], strategy: STRATEGY_V2_0 },
  ...more,
});

describe('the problem of a snapshot', () => {
  it('asks of each person what the guard would', () => {
    const mornings = {
      ...{ time_zone: 'UTC', exceptions: [] },
      weekly: [{ days: ['mon' as const], start: '08:00', end: '12:00' }],
    };
    const grant = {
      ...{ qualification_id: 'q', code: 'A2', valid_from: null, valid_until: at(22), reference: null },
      granted_at: at(0),
    };
    const { tasks } = problemOf(
      snapshot({
        tasks: [task('early', 9, 11), task('late', 11, 13), task('night', 20, 22, { required_qualifications: ['A2'] })],
        people: [
          { calendar: calendar('ada', { qualifications: [grant] }), overlapping: [] },
          { calendar: calendar('ben', { working_hours: mornings }), overlapping: [] },
        ],
      }),
    );
    expect(tasks.map(({ candidates }) => candidates.map(({ failed }) => failed))).toEqual([
      [[], []],
      [[], ['outside_working_hours']],
      [[], ['not_qualified', 'outside_working_hours']],
    ]);
  });

  it('counts as busy what is held outside of the plan, absences among it, and as workload the rest', () => {
    const held = (task_id: string, start: number, end: number) => ({
      ...{ task_id, name: task_id, state: 'DISPATCHED' as const, window: { start: at(start), end: at(end) } },
    });
    const absence = { absence_id: 'ill', reason: null, window: { start: at(14), end: at(15) } };
    const { people } = problemOf(
      snapshot({
        tasks: [task('open', 8, 9, { was: 'ada' })],
        people: [
          {
            calendar: calendar('ada', { active_count: 2 }),
            overlapping: [held('open', 8, 9), held('other', 10, 11), absence],
          },
        ],
      }),
    );
    expect(people).toEqual([
      {
        id: 'ada',
        active_assignments: 1,
        busy: [
          { start: MONDAY + 10 * 3_600_000, end: MONDAY + 11 * 3_600_000, rule: 'schedule_conflict' },
          { start: MONDAY + 14 * 3_600_000, end: MONDAY + 15 * 3_600_000, rule: 'unavailable' },
        ],
      },
    ]);
  });

  it('scores a member of the unit of the task, and the assets of its area', () => {
    const unit = { org_unit_id: 'north', is_primary: true, created_at: at(0) };
    const problem = problemOf(
      snapshot({
        tasks: [task('one', 8, 9, { org_unit_id: 'north', area_code: 'N' })],
        people: [
          { calendar: calendar('ada'), overlapping: [] },
          { calendar: calendar('ben', { memberships: [unit] }), overlapping: [] },
        ],
        tallies: [['N', { total: 3, available: 2 }]],
      }),
    );
    expect(problem.tasks[0]?.facts).toMatchObject({ available_assets: 2, is_scheduled: true });
    const { assignments } = planDay(problem, { seed: 1, effort: 'quick' });
    expect(assignments).toMatchObject([{ user_id: 'ben', facts: { is_member: true, active_assignments: 0 } }]);
  });

  it('leaves a held task the equipment that it holds, whatever it requires and whatever the hours have become', () => {
    const holds = { was: 'ada', asset_ids: ['asset-1'] };
    const requires = [{ asset_type: 'UAV' as const, quantity: 1 }];
    const mornings = {
      ...{ time_zone: 'UTC', exceptions: [] },
      weekly: [{ days: ['mon' as const], start: '06:00', end: '10:00' }],
    };
    const { assignments, unplaced } = planDay(
      problemOf(
        snapshot({
          tasks: [
            task('bare', 6, 8, { was: 'ada', required_assets: requires }),
            task('equipped', 9, 11, { ...holds, required_assets: requires }),
            task('pinned', 12, 14, { ...holds, is_pinned: true }),
            task('late', 11, 12, { required_assets: requires }),
          ],
          people: [{ calendar: calendar('ada', { active_count: 3 }), overlapping: [] }],
          equipment: [{ asset: asset(), calendar: assetCalendar({ working_hours: mornings }), overlapping: [] }],
        }),
      ),
      { seed: 1, effort: 'quick' },
    );
    expect(assignments.map(({ task_id, asset_ids }) => [task_id, asset_ids])).toEqual([
      ['bare', []],
      ['equipped', ['asset-1']],
      ['pinned', ['asset-1']],
    ]);
    expect(unplaced).toMatchObject([{ task_id: 'late', reason: 'no_equipment' }]);
  });

  it('is solved where there is nothing to plan, or nobody', () => {
    for (const one of [snapshot({}), snapshot({ tasks: [task('one', 8, 9)] })]) {
      const { totals } = planDay(problemOf(one), { seed: 1, effort: 'quick' });
      expect(totals.placed).toBe(0);
    }
  });
});
