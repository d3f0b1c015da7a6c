import { userResource } from '../../../../core/calendar/resource.ts';
import { describe, expect, it } from 'vitest';
import type { Taking } from '../../../../core/calendar/bookings.ts';
import { resourceOf, type Calendars, type HeldWindow } from '../../../../core/calendar/calendar.ts';
import { makeGuard } from '../../../../core/calendar/guard.ts';
import type { DomainError } from '../../../../core/errors.ts';
import { holdingOf } from '../../../../core/tasks/rules.ts';
import type { Instant } from '../../../../core/time/instant.ts';
import { CALL, makeFakeCommit, only, refusalOf, staleRead } from '../../fakes.ts';
import { assetCalendar, calendar, held, scheduled, T0, task, windowOn } from '../../records.ts';
import type { Change } from '../../writes.ts';

const WANTED = task({ id: 'wanted', ...scheduled('10:00:00', '12:00:00') });
const TAKE: Taking = { calendar: calendar({ version: 7 }), holding: holdingOf(WANTED, 'DISPATCHED'), at: T0 };
const CHANGES: readonly Change[] = [{ kind: 'task_created', task: WANTED }];

/** A guard over windows that a user holds, and what it asked for, in order. */
const makeScene = (windows: readonly HeldWindow[] = [], ...refusals: readonly DomainError[]) => {
  const asked: unknown[] = [];
  const commit = makeFakeCommit(...refusals);
  const calendars: Pick<Calendars, 'overlapping'> = {
    overlapping: async (of, wanted) => {
      asked.push(['overlapping', of.version, wanted]);
      return windows;
    },
  };
  const guard = makeGuard({
    calendars,
    commit: async (...given: Parameters<typeof commit>) => {
      asked.push('commit');
      await commit(...given);
    },
  });
  return { guard, asked, commit };
};

describe('the guard', () => {
  it('reads the windows after the version it was given, then commits at that version', async () => {
    const { guard, asked, commit } = makeScene();
    await guard(CALL, { changes: CHANGES, bookings: { take: [TAKE] }, answer: 'the answer' });

    expect(asked).toEqual([['overlapping', 7, windowOn('10:00:00', '12:00:00')], 'commit']);
    expect(only(commit.commits)).toEqual({
      call: CALL,
      changes: CHANGES,
      answer: 'the answer',
      bookings: { take: [TAKE] },
    });
  });

  it('refuses a window that is taken, says by what, and commits nothing', async () => {
    const { guard, commit } = makeScene([
      held('b', windowOn('11:00:00', '13:00:00'), 'Second'),
      held('a', windowOn('09:00:00', '11:00:00'), 'First'),
    ]);
    const { message, details } = await refusalOf(
      () => guard(CALL, { changes: CHANGES, bookings: { take: [TAKE] }, answer: undefined }),
      'schedule_conflict',
    );

    expect(message).toContain('overlapping assignment');
    expect(message).toContain('"First" (2026-03-01T09:00:00.000Z to 2026-03-01T11:00:00.000Z)');
    expect(details.conflicts).toEqual([
      {
        task_id: 'b',
        name: 'Second',
        planned_start_at: '2026-03-01T11:00:00.000Z',
        planned_end_at: '2026-03-01T13:00:00.000Z',
      },
      {
        task_id: 'a',
        name: 'First',
        planned_start_at: '2026-03-01T09:00:00.000Z',
        planned_end_at: '2026-03-01T11:00:00.000Z',
      },
    ]);
    expect(commit.commits).toEqual([]);
  });

  it('does not count the window that the task itself holds, only the others', async () => {
    const own = held('wanted', windowOn('10:00:00', '11:00:00'));
    const alone = makeScene([own]);
    await alone.guard(CALL, { changes: CHANGES, bookings: { take: [TAKE] }, answer: undefined });
    expect(alone.commit.commits).toHaveLength(1);

    const withOther = makeScene([own, held('other', windowOn('11:00:00', '11:30:00'))]);
    const { details } = await refusalOf(
      () => withOther.guard(CALL, { changes: CHANGES, bookings: { take: [TAKE] }, answer: undefined }),
      'schedule_conflict',
    );
    expect(details.conflicts.map(({ task_id }) => task_id)).toEqual(['other']);
  });

  it('refuses a user who is not active, before it asks anything', async () => {
    const { guard, asked } = makeScene();
    const take = { ...TAKE, calendar: calendar({ is_active: false }) };
    await refusalOf(
      () => guard(CALL, { changes: CHANGES, bookings: { take: [take] }, answer: undefined }),
      'inactive_user',
    );
    expect(asked).toEqual([]);
  });

  it('asks for no windows when the task is unscheduled, but takes the assignment', async () => {
    const { guard, asked, commit } = makeScene([held('a', windowOn('09:00:00', '11:00:00'))]);
    const take = { ...TAKE, holding: holdingOf(task(), 'DISPATCHED') };
    await guard(CALL, { changes: CHANGES, bookings: { take: [take] }, answer: undefined });
    expect(asked).toEqual(['commit']);
    expect(only(commit.commits).bookings).toEqual({ take: [take] });
  });

  it('refuses an inactive user for an unscheduled task too', async () => {
    const { guard } = makeScene();
    const take = { calendar: calendar({ is_active: false }), holding: holdingOf(task(), 'DISPATCHED'), at: T0 };
    await refusalOf(
      () => guard(CALL, { changes: CHANGES, bookings: { take: [take] }, answer: undefined }),
      'inactive_user',
    );
  });

  it('gives a window back without asking for any', async () => {
    const { guard, asked, commit } = makeScene();
    const bookings = { release: [{ resource: userResource('user-1'), holding: holdingOf(WANTED, 'DISPATCHED') }] };
    await guard(CALL, { changes: CHANGES, bookings, answer: undefined });
    expect(asked).toEqual(['commit']);
    expect(only(commit.commits).bookings).toEqual(bookings);
  });

  it('looks at every resource that takes, and refuses all when one of them is taken', async () => {
    const asked: string[] = [];
    const commit = makeFakeCommit();
    const busy = held('b', windowOn('11:00:00', '13:00:00'), 'Second');
    const guard = makeGuard({
      calendars: {
        overlapping: async (of) => {
          const { id } = resourceOf(of);
          asked.push(id);
          return id === 'asset-1' ? [busy] : [];
        },
      },
      commit,
    });
    const ofAsset: Taking = { ...TAKE, calendar: assetCalendar({ asset_id: 'asset-1' }) };
    const { message } = await refusalOf(
      () => guard(CALL, { changes: CHANGES, bookings: { take: [TAKE, ofAsset] }, answer: undefined }),
      'schedule_conflict',
    );
    expect(message).toContain('Asset asset-1');
    expect(asked).toEqual(['user-1', 'asset-1']);
    expect(commit.commits).toEqual([]);
  });

  it('refuses windows that overlap each other when one resource takes them together', async () => {
    const { guard, commit } = makeScene();
    const other = task({ id: 'other', ...scheduled('11:00:00', '13:00:00') });
    const take = [TAKE, { ...TAKE, holding: holdingOf(other, 'DISPATCHED') }];
    const { details } = await refusalOf(
      () => guard(CALL, { changes: CHANGES, bookings: { take }, answer: undefined }),
      'schedule_conflict',
    );
    expect(details.conflicts.map(({ task_id }) => task_id)).toEqual(['other']);
    expect(commit.commits).toEqual([]);
  });

  it('does not count what the same bookings give back: two tasks change places', async () => {
    const { guard, commit } = makeScene([held('leaving', windowOn('09:00:00', '11:00:00'))]);
    const leaving = task({ id: 'leaving', ...scheduled('09:00:00', '11:00:00') });
    const release = [{ resource: userResource('user-1'), holding: holdingOf(leaving, 'DISPATCHED') }];
    await guard(CALL, { changes: CHANGES, bookings: { take: [TAKE], release }, answer: undefined });
    expect(commit.commits).toHaveLength(1);

    // What another gives back is no room.
    const ofOther = [{ ...only(release), resource: userResource('user-2') }];
    await refusalOf(
      () => guard(CALL, { changes: CHANGES, bookings: { take: [TAKE], release: ofOther }, answer: undefined }),
      'schedule_conflict',
    );
  });

  it('is one attempt: a stale read is thrown to its caller, who reads again', async () => {
    const { guard, asked } = makeScene([], staleRead());
    await refusalOf(
      () => guard(CALL, { changes: CHANGES, bookings: { take: [TAKE] }, answer: undefined }),
      'stale_read',
    );
    expect(asked.filter((one) => one === 'commit')).toHaveLength(1);
  });

  it('holds an unscheduled task to what is valid at its moment, and lets aside what may be', async () => {
    const { guard, commit } = makeScene();
    const holding = { ...holdingOf(task(), 'DISPATCHED'), required_qualifications: ['PILOT'] };
    const grant = { qualification_id: 'q', code: 'PILOT', valid_from: null, reference: null, granted_at: T0 };
    const by = (valid_until: Instant | null) => ({
      calendar: calendar({ qualifications: [{ ...grant, valid_until }] }),
      ...{ holding, at: T0 },
    });
    const run = (take: Taking) => guard(CALL, { changes: CHANGES, bookings: { take: [take] }, answer: undefined });
    await refusalOf(() => run(by(T0)), 'not_qualified');
    await refusalOf(() => run({ ...by(T0), overridden: ['outside_working_hours'] }), 'not_qualified');
    await run({ ...by(T0), overridden: ['not_qualified'] });
    await run(by(null));
    expect(commit.commits).toHaveLength(2);
  });
});
