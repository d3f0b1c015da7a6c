import { expect, it } from 'vitest';
import { loggedPath } from '../../../../adapters/http/logged-path.ts';
import { feedTokens } from '../../../../adapters/security/feed-tokens.ts';

it('a path is logged without the token of a feed, whole or cut off, wherever it stands', () => {
  const token = feedTokens.issue();
  for (const one of [token, `${token}x`, token.slice(0, -3)])
    expect(loggedPath(`/calendar-feeds/${one}/`)).toBe('/calendar-feeds/***/');
  expect(loggedPath(`/v2/calendar-feeds/${token}.ics`)).toBe('/v2/calendar-feeds/***.ics');
});

it('what names a resource stays', () => {
  const path = '/api/task-center/users/0199c0de-0000-7000-8000-000000000001/calendar-feeds';
  expect(loggedPath(path)).toBe(path);
});
