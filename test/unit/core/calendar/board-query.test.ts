import { describe, expect, it } from 'vitest';
import { boardQuery } from '../../../../core/calendar/views.ts';
import { LIMITS } from '../../../../core/limits.ts';

const DAY_MS = 86_400_000;
const FROM = '2026-03-02T08:00:00.000Z';

const asked = (users: number, days: number) => ({
  from: FROM,
  to: new Date(Date.parse(FROM) + days * DAY_MS).toISOString(),
  user_ids: Array.from({ length: users }, (_, index) => `user-${index}`).join(','),
});

describe('what a board may ask for, by its query alone', () => {
  it.each([
    [LIMITS.boardUsers, LIMITS.boardUserDays / LIMITS.boardUsers],
    [1, LIMITS.calendarDays],
    [9, LIMITS.calendarDays],
  ])('%d users for %d days', (users, days) => {
    expect(boardQuery.safeParse(asked(users, days)).success).toBe(true);
  });

  it.each([
    [LIMITS.boardUsers, LIMITS.boardUserDays / LIMITS.boardUsers + 0.001],
    [10, LIMITS.calendarDays],
    [LIMITS.boardUsers, LIMITS.calendarDays],
  ])('not %d users for %d days', (users, days) => {
    const { error } = boardQuery.safeParse(asked(users, days));
    expect(error?.issues).toMatchObject([{ path: ['user_ids'], message: expect.stringContaining('3500') }]);
  });

  it('counts a user that is named twice once', () => {
    const { user_ids, ...range } = asked(9, LIMITS.calendarDays);
    expect(boardQuery.safeParse({ ...range, user_ids: `${user_ids},user-0,user-1` }).success).toBe(true);
  });
});
