import type { Call } from '../call.ts';
import type { Calendar, Calendars } from '../calendar/calendar.ts';
import type { CalendarChanged } from '../calendar/changes.ts';
import { DomainError, notFound } from '../errors.ts';
import type { Commit } from '../commit.ts';
import { LIMITS } from '../limits.ts';
import type { Retry } from '../retry.ts';
import type { Clock } from '../time/instant.ts';
import type { UserChanged, UserCreated } from './changes.ts';
import type { Directory, Membership, User, UserDraft, UserPatch } from './directory.ts';
import type { Passwords } from './passwords.ts';
import { emptyCalendar } from './tenants.ts';

interface Ports {
  readonly directory: Pick<Directory, 'findUser' | 'findRoles' | 'findOrgUnit'>;
  readonly calendars: Pick<Calendars, 'find'>;
  readonly commit: Commit<UserCreated | UserChanged | CalendarChanged>;
  readonly passwords: Passwords;
  readonly retry: Retry;
  readonly clock: Clock;
  readonly newId: () => string;
  /** At least the contract's six; a stage may demand more. */
  readonly passwordMin: number;
}

const requireLength = (password: string, minimum: number): void => {
  if (password.length >= minimum) return;
  const message = `The password must have at least ${minimum} characters.`;
  throw new DomainError(
    'validation_failed',
    message,
    {},
    {
      problems: [{ pointer: '/password', code: 'too_small', message }],
    },
  );
};

/** Creates a user. Refuses with `duplicate` when the tenant has one with the name. */
export const makeCreateUser =
  ({
    commit,
    passwords,
    passwordMin,
    clock,
    newId,
  }: Pick<Ports, 'commit' | 'passwords' | 'passwordMin' | 'clock' | 'newId'>) =>
  async (call: Call, { username, password, is_active }: UserDraft): Promise<User> => {
    requireLength(password, passwordMin);
    const user: User = {
      id: newId(),
      tenant_id: call.tenantId,
      username,
      is_active: is_active ?? true,
      created_at: clock(),
      password_hash: await passwords.hash(password),
      role_ids: [],
      version: 1,
    };
    await commit(call, [{ kind: 'user_created', user, calendar: emptyCalendar(user) }], user);
    return user;
  };

export const makeGetUser =
  ({ directory }: Pick<Ports, 'directory'>) =>
  async (tenantId: string, userId: string): Promise<User> =>
    (await directory.findUser(tenantId, userId)) ?? refuseUser(userId);

const refuseUser = (userId: string): never => {
  throw notFound('user', userId);
};

/**
 * Changes a user's password or whether the user is active. Going inactive moves the calendar's version, so that a
 * dispatch under way at that moment fails and looks again.
 */
export const makeChangeUser =
  ({
    directory,
    calendars,
    commit,
    passwords,
    passwordMin,
    retry,
  }: Pick<Ports, 'directory' | 'calendars' | 'commit' | 'passwords' | 'passwordMin' | 'retry'>) =>
  async (call: Call, userId: string, { password, is_active }: UserPatch): Promise<User> => {
    if (password !== undefined) requireLength(password, passwordMin);
    const password_hash = password === undefined ? undefined : await passwords.hash(password);
    return retry(async () => {
      const [before, calendar] = await Promise.all([
        directory.findUser(call.tenantId, userId),
        calendars.find(call.tenantId, userId),
      ]);
      if (before === undefined || calendar === undefined) throw notFound('user', userId);
      const after: User = {
        ...before,
        is_active: is_active ?? before.is_active,
        password_hash: password_hash ?? before.password_hash,
        version: before.version + 1,
      };
      const changes: (UserChanged | CalendarChanged)[] = [{ kind: 'user_changed', before, after }];
      // User and calendar are two reads, and one may be older than the other. Whoever changes whether the user is active
      // therefore moves the calendar, even one that seems to agree already: only the condition of its write shows whether it did.
      if (after.is_active !== before.is_active || after.is_active !== calendar.is_active) {
        changes.push({
          kind: 'calendar_changed',
          before: calendar,
          after: moved(calendar, { is_active: after.is_active }),
        });
      }
      await commit(call, changes, after);
      return after;
    });
  };

/** Gives a user a role; one that the user has already changes nothing. */
export const makeAssignRole =
  ({ directory, commit, retry }: Pick<Ports, 'directory' | 'commit' | 'retry'>) =>
  (call: Call, userId: string, roleId: string): Promise<void> =>
    retry(async () => {
      const [before, [role]] = await Promise.all([
        directory.findUser(call.tenantId, userId),
        directory.findRoles(call.tenantId, [roleId]),
      ]);
      if (before === undefined) throw notFound('user', userId);
      if (role === undefined) throw notFound('role', roleId);
      if (!before.role_ids.includes(roleId)) requireRoom(before.role_ids.length, LIMITS.rolesPerUser, 'roles');
      const role_ids = [...new Set([...before.role_ids, roleId])];
      const after: User = { ...before, role_ids, version: before.version + 1 };
      await commit(call, [{ kind: 'user_changed', before, after }], undefined);
    });

/** Makes a user a member of an org unit, or changes whether that membership is the primary one. */
export const makeSetMembership =
  ({
    directory,
    calendars,
    commit,
    retry,
    clock,
  }: Pick<Ports, 'directory' | 'calendars' | 'commit' | 'retry' | 'clock'>) =>
  (
    call: Call,
    userId: string,
    orgUnitId: string,
    { is_primary }: { readonly is_primary?: boolean | undefined },
  ): Promise<Membership> =>
    retry(async () => {
      const [calendar, orgUnit] = await Promise.all([
        calendars.find(call.tenantId, userId),
        directory.findOrgUnit(call.tenantId, orgUnitId),
      ]);
      if (calendar === undefined) throw notFound('user', userId);
      if (orgUnit === undefined) throw notFound('org_unit', orgUnitId);
      const present = calendar.memberships.find(({ org_unit_id }) => org_unit_id === orgUnitId);
      const others = calendar.memberships.filter(({ org_unit_id }) => org_unit_id !== orgUnitId);
      if (present === undefined) requireRoom(others.length, LIMITS.membershipsPerUser, 'memberships');
      const membership = {
        org_unit_id: orgUnitId,
        is_primary: is_primary ?? present?.is_primary ?? false,
        created_at: present?.created_at ?? clock(),
      };
      const memberships = [
        ...others.map((other) => (membership.is_primary ? { ...other, is_primary: false } : other)),
        membership,
      ];
      const answer: Membership = { user_id: userId, ...membership };
      await commit(
        call,
        [{ kind: 'calendar_changed', before: calendar, after: moved(calendar, { memberships }) }],
        answer,
      );
      return answer;
    });

/** Every change of a calendar moves its version, so that whoever decided from it looks again. */
const moved = (calendar: Calendar, patch: Partial<Calendar>): Calendar => ({
  ...calendar,
  ...patch,
  version: calendar.version + 1,
});

const requireRoom = (count: number, limit: number, what: string): void => {
  if (count >= limit) throw new DomainError('limit_reached', `A user has at most ${limit} ${what}.`, { limit });
};
