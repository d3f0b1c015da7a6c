import { describe, expect, it } from 'vitest';
import { isHeldIn, STATES } from '../../../../core/tasks/lifecycle.ts';
import { bookingsOfTransition, holdingOf, requireDispatchable, requireMatch } from '../../../../core/tasks/rules.ts';
import { CALL, refusalOf } from '../../fakes.ts';
import { scheduled, task, windowOn } from '../../records.ts';

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
      for (const to of STATES) {
        const before = task({ state: from, assigned_to: 'user-1', ...scheduled('08:00:00', '10:00:00') });
        const after = { ...before, state: to };
        const bookings = bookingsOfTransition(before, after);
        const expected = !isHeldIn(from)
          ? {}
          : isHeldIn(to)
            ? { refresh: { userId: 'user-1', holding: holdingOf(after, to) } }
            : { release: { userId: 'user-1', holding: holdingOf(before, from) } };
        expect(bookings, `${from} to ${to}`).toEqual(expected);
      }
    }
  });
});
