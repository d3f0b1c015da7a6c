import { describe, expect, it } from 'vitest';
import { userResource } from '../../../../core/calendar/resource.ts';
import type { Calendar } from '../../../../core/calendar/calendar.ts';
import { isHeldIn, STATES } from '../../../../core/tasks/lifecycle.ts';
import { bookingsOf, holdingOf, requireDispatchable, requireMatch } from '../../../../core/tasks/rules.ts';
import type { Task } from '../../../../core/tasks/task.ts';
import { CALL, refusalOf } from '../../fakes.ts';
import { calendar, scheduled, T0, task, windowOn } from '../../records.ts';

describe('If-Match', () => {
  it.each([undefined, [3], [1, 3]])('lets %j through at version 3', (expectedVersions) => {
    requireMatch({ ...CALL, ...(expectedVersions === undefined ? {} : { expectedVersions }) }, task({ version: 3 }));
  });

  it.each([[[]], [[2]], [[2, 4]]])('refuses %j at version 3, and says the version', async (expectedVersions) => {
    const { details } = await refusalOf(
      () => requireMatch({ ...CALL, expectedVersions }, task({ version: 3 })),
      'precondition_failed',
    );
    expect(details).toEqual({ version: 3 });
  });
});

describe('what may be dispatched', () => {
  const allowed = (requires_approval: boolean) =>
    STATES.filter((state) => {
      try {
        requireDispatchable(task({ state, requires_approval }));
        return true;
      } catch {
        return false;
      }
    });

  it('is a draft or an approved task; where approval is required, only an approved one', () => {
    expect(allowed(false)).toEqual(['DRAFT', 'APPROVED']);
    expect(allowed(true)).toEqual(['APPROVED']);
  });

  it('is refused with the reason: approval missing, or no way from here', async () => {
    await refusalOf(() => requireDispatchable(task({ requires_approval: true })), 'approval_required');
    await refusalOf(() => requireDispatchable(task({ state: 'DISPATCHED' })), 'illegal_transition');
  });
});

describe('what a user holds of a task', () => {
  it('is its window and its name; without a window the assignment alone', () => {
    expect(holdingOf(task(scheduled('08:00:00', '10:00:00')), 'DISPATCHED')).toEqual({
      task_id: 'task-1',
      name: 'Inspect the line',
      state: 'DISPATCHED',
      window: windowOn('08:00:00', '10:00:00'),
    });
    expect(holdingOf(task(), 'IN_PROGRESS')).toEqual({
      task_id: 'task-1',
      name: 'Inspect the line',
      state: 'IN_PROGRESS',
    });
  });

  it('is given back on the way out of DISPATCHED and IN_PROGRESS, shown anew between them, and on no other way', () => {
    for (const from of STATES) {
      // A task goes into the held states through a dispatch only, which reads the calendar.
      for (const to of STATES.filter((state) => isHeldIn(from) || !isHeldIn(state))) {
        const before = task({ state: from, assigned_to: 'user-1', ...scheduled('08:00:00', '10:00:00') });
        const after = { ...before, state: to };
        const expected = !isHeldIn(from)
          ? {}
          : !isHeldIn(to)
            ? { release: [{ resource: userResource('user-1'), holding: holdingOf(before, from) }] }
            : from === to
              ? {}
              : { refresh: [{ resource: userResource('user-1'), holding: holdingOf(after, to) }] };
        expect(bookingsOf(before, after), `${from} to ${to}`).toEqual(expected);
      }
    }
  });

  it('is taken by a dispatch, moved within a calendar, handed over between two, with the calendar of the one who takes', () => {
    const draft = task(scheduled('08:00:00', '10:00:00'));
    const mine = { ...draft, state: 'DISPATCHED', assigned_to: 'user-1' } as const;
    const later = { ...mine, ...scheduled('12:00:00', '14:00:00') };
    const theirs = { ...mine, assigned_to: 'user-2' };
    const [first, second] = [calendar({ user_id: 'user-1' }), calendar({ user_id: 'user-2' })];
    const release = [{ resource: userResource('user-1'), holding: holdingOf(mine, 'DISPATCHED') }];
    const taken = (by: Calendar, after: Task) => [{ calendar: by, holding: holdingOf(after, 'DISPATCHED'), at: T0 }];
    expect(bookingsOf(draft, mine, [{ calendar: first }])).toEqual({ take: taken(first, mine) });
    expect(bookingsOf(mine, later, [{ calendar: first }])).toEqual({ take: taken(first, later), release });
    expect(bookingsOf(mine, theirs, [{ calendar: second }])).toEqual({ take: taken(second, theirs), release });
  });

  it('is never taken without the calendar of the one who takes', () => {
    const draft = task(scheduled('08:00:00', '10:00:00'));
    const mine = { ...draft, state: 'DISPATCHED', assigned_to: 'user-1' } as const;
    const ways = [
      [draft, mine],
      [mine, { ...mine, assigned_to: 'user-2' }],
      [mine, { ...mine, ...scheduled('12:00:00', '14:00:00') }],
    ] as const;
    for (const [before, after] of ways) {
      expect(() => bookingsOf(before, after)).toThrow('the calendar was not read');
      expect(() => bookingsOf(before, after, [{ calendar: calendar({ user_id: 'user-3' }) }])).toThrow(
        'the calendar was not read',
      );
    }
  });
});
