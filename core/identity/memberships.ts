import type { Call } from '../call.ts';
import { moved, type Calendars } from '../calendar/calendar.ts';
import type { CalendarChanged } from '../calendar/changes.ts';
import type { Commit } from '../commit.ts';
import { DomainError, notFound } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { Retry } from '../retry.ts';
import type { Clock } from '../time/instant.ts';
import type { OrgUnitSeen } from './changes.ts';
import type { Directory, Membership } from './directory.ts';
import { inactiveOrgUnit } from './org-units.ts';

interface Ports {
  readonly directory: Pick<Directory, 'findOrgUnit'>;
  readonly calendars: Pick<Calendars, 'find'>;
  readonly commit: Commit<CalendarChanged | OrgUnitSeen>;
  readonly retry: Retry;
  readonly clock: Clock;
}

export const makeListMemberships =
  ({ calendars }: Pick<Ports, 'calendars'>) =>
  async (tenantId: string, userId: string): Promise<readonly Membership[]> => {
    const calendar = await calendars.find(tenantId, userId);
    if (calendar === undefined) throw notFound('user', userId);
    return calendar.memberships.map((membership) => ({ user_id: userId, ...membership }));
  };

const read = async (
  { directory, calendars }: Pick<Ports, 'directory' | 'calendars'>,
  tenantId: string,
  userId: string,
  orgUnitId: string,
) => {
  const [calendar, orgUnit] = await Promise.all([
    calendars.find(tenantId, userId),
    directory.findOrgUnit(tenantId, orgUnitId),
  ]);
  if (calendar === undefined) throw notFound('user', userId);
  if (orgUnit === undefined) throw notFound('org_unit', orgUnitId);
  const present = calendar.memberships.find(({ org_unit_id }) => org_unit_id === orgUnitId);
  const others = calendar.memberships.filter(({ org_unit_id }) => org_unit_id !== orgUnitId);
  return { calendar, orgUnit, present, others };
};

/**
 * Makes a user a member of an org unit, or changes whether that membership is the primary one. An inactive org unit takes
 * no new member, also when it goes inactive at that moment: `inactive_org_unit`.
 */
export const makeSetMembership =
  (ports: Ports) =>
  (
    call: Call,
    userId: string,
    orgUnitId: string,
    { is_primary }: { readonly is_primary?: boolean | undefined },
  ): Promise<Membership> =>
    ports.retry(async () => {
      const { calendar, orgUnit, present, others } = await read(ports, call.tenantId, userId, orgUnitId);
      if (present === undefined && !orgUnit.is_active) throw inactiveOrgUnit(orgUnit);
      if (present === undefined && others.length >= LIMITS.membershipsPerUser) {
        const limit = LIMITS.membershipsPerUser;
        throw new DomainError('limit_reached', `A user has at most ${limit} memberships.`, { limit });
      }
      const membership = {
        org_unit_id: orgUnitId,
        is_primary: is_primary ?? present?.is_primary ?? false,
        created_at: present?.created_at ?? ports.clock(),
      };
      const answer: Membership = { user_id: userId, ...membership };
      if (present?.is_primary === membership.is_primary) {
        await ports.commit(call, [], answer);
        return answer;
      }
      const memberships = [
        ...others.map((other) => (membership.is_primary ? { ...other, is_primary: false } : other)),
        membership,
      ];
      const changes: (CalendarChanged | OrgUnitSeen)[] = [
        { kind: 'calendar_changed', before: calendar, after: moved(calendar, { memberships }) },
      ];
      if (present === undefined) changes.push({ kind: 'org_unit_seen', orgUnit });
      await ports.commit(call, changes, answer);
      return answer;
    });

/** Ends a membership; one that is not there changes nothing. */
export const makeRemoveMembership =
  (ports: Omit<Ports, 'clock'>) =>
  (call: Call, userId: string, orgUnitId: string): Promise<void> =>
    ports.retry(async () => {
      const { calendar, present, others } = await read(ports, call.tenantId, userId, orgUnitId);
      if (present === undefined) return;
      const after = moved(calendar, { memberships: others });
      await ports.commit(call, [{ kind: 'calendar_changed', before: calendar, after }], undefined);
    });
