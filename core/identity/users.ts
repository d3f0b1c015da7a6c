import type { Call } from '../call.ts';
import { NOBODY_AFFECTED, type Affected } from '../calendar/affected.ts';
import { affectedBy } from '../calendar/own-rules.ts';
import { moved, type Calendars } from '../calendar/calendar.ts';
import type { CalendarChanged } from '../calendar/changes.ts';
import { notFound } from '../errors.ts';
import type { Commit } from '../commit.ts';
import type { Retry } from '../retry.ts';
import type { Clock } from '../time/instant.ts';
import { countsMoved } from './administrators.ts';
import type { IdentityWritersMoved, RoleHoldersMoved, UserChanged, UserCreated } from './changes.ts';
import type { Directory, User, UserDraft, UserPatch } from './directory.ts';
import { requireLength, type Passwords } from './passwords.ts';
import { emptyCalendar } from './tenants.ts';

interface Ports {
  readonly directory: Pick<Directory, 'findUser' | 'findRoles'>;
  readonly calendars: Pick<Calendars, 'find' | 'held' | 'open'>;
  readonly commit: Commit<UserCreated | UserChanged | CalendarChanged | RoleHoldersMoved | IdentityWritersMoved>;
  readonly passwords: Passwords;
  readonly retry: Retry;
  readonly clock: Clock;
  readonly newId: () => string;
  /** At least the contract's six; a stage may demand more. */
  readonly passwordMin: number;
}

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
    requireLength('/password', password, passwordMin);
    const user: User = {
      id: newId(),
      tenant_id: call.tenantId,
      username,
      is_active: is_active ?? true,
      created_at: clock(),
      password_hash: await passwords.hash(password),
      role_ids: [],
      token_epoch: 1,
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
 * Changes a user's password or whether the user is active; either ends the tokens that are out. Going inactive moves the
 * calendar's version, so that a dispatch under way at that moment fails and looks again; what is held stays, and is told. Refuses with
 * `last_administrator` when nobody active could write identities any more.
 */
export const makeChangeUser =
  ({ directory, calendars, commit, passwords, passwordMin, retry, clock }: Omit<Ports, 'newId'>) =>
  async (given: Call, userId: string, { password, is_active, validate_only }: UserPatch): Promise<User & Affected> => {
    const call = { ...given, validateOnly: validate_only ?? false };
    if (password !== undefined) requireLength('/password', password, passwordMin);
    const password_hash = password === undefined ? undefined : await passwords.hash(password);
    return retry(async () => {
      const [before, calendar] = await Promise.all([
        directory.findUser(call.tenantId, userId),
        calendars.find(call.tenantId, userId),
      ]);
      if (before === undefined || calendar === undefined) throw notFound('user', userId);
      const isAsWanted = [before, calendar].every((one) => one.is_active === (is_active ?? before.is_active));
      if (isAsWanted && password === undefined) return { ...before, ...NOBODY_AFFECTED };
      const after: User = {
        ...before,
        is_active: is_active ?? before.is_active,
        password_hash: password_hash ?? before.password_hash,
        token_epoch: before.token_epoch + Number(password !== undefined || (before.is_active && is_active === false)),
        version: before.version + 1,
      };
      const roles =
        after.is_active === before.is_active ? [] : await directory.findRoles(call.tenantId, before.role_ids);
      const changes: (UserChanged | CalendarChanged | RoleHoldersMoved | IdentityWritersMoved)[] = [
        { kind: 'user_changed', before, after },
      ];
      // User and calendar are two reads, and one may be older than the other. Whoever changes whether the user is active
      // therefore moves the calendar, even one that seems to agree already: only the condition of its write shows whether it did.
      if (after.is_active !== before.is_active || after.is_active !== calendar.is_active) {
        changes.push({
          kind: 'calendar_changed',
          before: calendar,
          after: moved(calendar, { is_active: after.is_active }),
        });
      }
      changes.push(...countsMoved(before, after, roles));
      const answer = {
        ...after,
        ...(after.is_active
          ? NOBODY_AFFECTED
          : await affectedBy(calendars, calendar, { ...calendar, is_active: false }, clock())),
      };
      await commit(call, changes, answer);
      return answer;
    });
  };
