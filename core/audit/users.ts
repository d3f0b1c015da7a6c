import { groupBy, type Check, type Finding } from './finding.ts';
import type { RosterEntry } from './snapshot.ts';

export const rosters: Check = ({ users, roster }) => {
  const byUser = groupBy(roster, ({ user_id }) => user_id);
  const existing = new Set(users.map(({ id }) => id));
  const shown = (entries: readonly RosterEntry[]): string =>
    entries.length === 0
      ? 'not listed'
      : entries.map(({ is_active }) => (is_active ? 'active' : 'inactive')).join(', ');
  const breach = (userId: string, detail: string): Finding => ({
    invariant: 'roster_of_users',
    subject: `user/${userId}`,
    detail,
  });
  return [
    ...[...byUser.keys()]
      .filter((id) => !existing.has(id))
      .map((id) => breach(id, 'listed, but there is no such user')),
    ...users.flatMap(({ id, is_active }) => {
      const entries = byUser.get(id) ?? [];
      const isRight = entries.length === 1 && entries[0]?.is_active === is_active;
      return isRight ? [] : [breach(id, `is ${is_active ? 'active' : 'inactive'}; in the roster: ${shown(entries)}`)];
    }),
  ];
};

export const calendarsOfUsers: Check = ({ users, calendars, holdings }) => {
  const byUser = new Map(
    calendars.flatMap((calendar) => ('user_id' in calendar ? [[calendar.user_id, calendar] as const] : [])),
  );
  const existing = new Set(users.map(({ id }) => id));
  const breach = (userId: string, detail: string): Finding => ({
    invariant: 'calendar_of_users',
    subject: `user/${userId}`,
    detail,
  });
  const holders = holdings.flatMap(({ resource }) => (resource.kind === 'user' ? resource.id : []));
  const owners = new Set([...byUser.keys(), ...holders]);
  return [
    ...[...owners]
      .filter((id) => !existing.has(id))
      .map((id) => breach(id, 'has a calendar, but there is no such user')),
    ...users.flatMap(({ id, is_active }) => {
      const calendar = byUser.get(id);
      if (calendar === undefined) return [breach(id, 'has no calendar')];
      if (calendar.is_active === is_active) return [];
      return [breach(id, `is ${is_active ? 'active' : 'inactive'}, the calendar says otherwise`)];
    }),
  ];
};
