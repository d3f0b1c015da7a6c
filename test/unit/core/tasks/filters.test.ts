import { describe, expect, it } from 'vitest';
import { check } from '../../../../core/problems.ts';
import { matches, statesOf, taskFilters } from '../../../../core/tasks/filters.ts';
import { isOpen, STATES } from '../../../../core/tasks/lifecycle.ts';
import { requireDispatchable } from '../../../../core/tasks/rules.ts';
import type { Task } from '../../../../core/tasks/task.ts';
import { instant, scheduled, task } from '../../records.ts';

const isDispatchable = (one: Task): boolean => {
  try {
    requireDispatchable(one);
    return true;
  } catch {
    return false;
  }
};

describe('the filters of a list of tasks', () => {
  it.each([
    ['state=ARCHIVED,DRAFT,DRAFT', { state: ['DRAFT', 'ARCHIVED'] }],
    ['unassigned=true&sort=planned_start_at', { unassigned: true, sort: 'planned_start_at' }],
    ['planned_from=2026-03-01T10:00:00%2B02:00', { planned_from: '2026-03-01T08:00:00.000Z' }],
  ])('are read from %s', (query, filters) => {
    expect(taskFilters.parse(Object.fromEntries(new URLSearchParams(query)))).toEqual(filters);
  });

  it.each([
    ['state=', '/state/0'],
    ['state=DRAFT,LOST', '/state/1'],
    ['unassigned=yes', '/unassigned'],
    ['planned_from=today', '/planned_from'],
    ['planned_from=2026-03-01T10:00:00Z&planned_to=2026-03-01T10:00:00Z', '/planned_to'],
    ['sort=name', '/sort'],
  ])('are refused where %s breaks a rule', (query, pointer) => {
    const checked = check(taskFilters, Object.fromEntries(new URLSearchParams(query)));
    expect(checked.ok ? [] : checked.problems.map((problem) => problem.pointer)).toEqual([pointer]);
  });
});

describe('the backlog', () => {
  it('is what may be dispatched and nobody holds', () => {
    for (const state of STATES) {
      for (const requires_approval of [false, true]) {
        for (const assigned_to of [null, 'user-1']) {
          const one = task({ state, requires_approval, assigned_to });
          expect([state, requires_approval, assigned_to, matches(one, { unassigned: true })]).toEqual([
            ...[state, requires_approval, assigned_to],
            isDispatchable(one) && assigned_to === null,
          ]);
        }
      }
    }
    expect(statesOf({ unassigned: true })).toEqual(['DRAFT', 'APPROVED']);
    expect(statesOf({ unassigned: true, state: ['APPROVED', 'ARCHIVED'] })).toEqual(['APPROVED']);
    expect(statesOf({ unassigned: false })).toBeUndefined();
  });
});

describe('a range of the plan', () => {
  const [eight, ten] = [instant('2026-03-01T08:00:00Z'), instant('2026-03-01T10:00:00Z')];
  const reaches = (from: string, to: string, filters: object): boolean => matches(task(scheduled(from, to)), filters);

  it('holds the windows that reach into it: those that touch it do not', () => {
    const range = { planned_from: eight, planned_to: ten };
    expect(reaches('07:00:00Z', '08:00:00Z', range)).toBe(false);
    expect(reaches('07:00:00Z', '08:00:00.001Z', range)).toBe(true);
    expect(reaches('06:00:00Z', '12:00:00Z', range)).toBe(true);
    expect(reaches('09:59:59.999Z', '12:00:00Z', range)).toBe(true);
    expect(reaches('10:00:00Z', '12:00:00Z', range)).toBe(false);
  });

  it('may be open at either end, and at both', () => {
    expect(reaches('07:00:00Z', '08:00:00Z', { planned_from: eight })).toBe(false);
    expect(reaches('10:00:00Z', '12:00:00Z', { planned_to: ten })).toBe(false);
    expect(reaches('10:00:00Z', '12:00:00Z', { planned_from: eight })).toBe(true);
    expect(reaches('10:00:00Z', '12:00:00Z', { sort: 'planned_start_at' })).toBe(true);
  });

  it('holds open tasks only, and none without a window', () => {
    const window = scheduled('08:00:00Z', '10:00:00Z');
    const found = STATES.filter((state) => matches(task({ state, ...window }), { planned_from: eight }));
    expect(found).toEqual(STATES.filter(isOpen));
    expect(matches(task(), { sort: 'planned_start_at' })).toBe(false);
  });
});
