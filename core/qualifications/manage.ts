import * as z from 'zod';
import { affectedFields } from '../calendar/affected.ts';
import { affectedBy } from '../calendar/own-rules.ts';
import { moved, type Calendars } from '../calendar/calendar.ts';
import type { CalendarChanged } from '../calendar/changes.ts';
import type { Call } from '../call.ts';
import type { Commit } from '../commit.ts';
import { DomainError, notFound } from '../errors.ts';
import { flagInput, freeText, idSchema, instantInput, optional } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import type { Retry } from '../retry.ts';
import { hasAlready } from '../same.ts';
import type { Clock } from '../time/instant.ts';
import { grantSchema, type Grant } from './grants.ts';
import { inactiveQualification, type Qualifications } from './qualification.ts';

export const grantDraft = z
  .strictObject({
    valid_from: optional(instantInput).meta({ description: 'Without it: always was' }),
    valid_until: optional(instantInput).meta({ description: 'Without it: never ends' }),
    reference: optional(freeText(LIMITS.reference)).meta({ description: 'Such as the number of the certificate' }),
    validate_only: optional(z.boolean()).meta({
      description: 'All checks, the same answer, and nothing is written: what the change would affect',
    }),
  })
  .refine(
    ({ valid_from, valid_until }) => valid_from === undefined || valid_until === undefined || valid_from < valid_until,
    {
      path: ['valid_until'],
      error: 'valid_until must be after valid_from',
    },
  )
  .meta({
    id: 'GrantDraft',
    examples: [{ valid_from: '2026-01-01T00:00:00Z', valid_until: '2028-01-01T00:00:00Z', reference: 'DE-1234' }],
  });
export type GrantDraft = z.infer<typeof grantDraft>;

export const withdrawalQuery = z.strictObject({ validate_only: flagInput.optional() });

export const grantView = grantSchema.extend({ user_id: idSchema }).meta({
  id: 'Grant',
  description: 'A qualification of a user. It counts for a window that it covers whole',
});
export type GrantView = z.infer<typeof grantView>;
export const grantChange = grantView.extend(affectedFields).meta({ id: 'GrantChange' });
export type GrantChange = z.infer<typeof grantChange>;
export const withdrawal = z
  .object({ user_id: idSchema, qualification_id: idSchema, ...affectedFields })
  .meta({ id: 'Withdrawal' });
export type Withdrawal = z.infer<typeof withdrawal>;

interface Ports {
  readonly qualifications: Pick<Qualifications, 'find'>;
  readonly calendars: Pick<Calendars, 'find' | 'held' | 'open'>;
  readonly commit: Commit<CalendarChanged>;
  readonly retry: Retry;
  readonly clock: Clock;
}

/** By code. Refuses with `user_not_found`. */
export const makeListGrants =
  ({ calendars }: { readonly calendars: Pick<Calendars, 'find'> }) =>
  async (tenantId: string, userId: string): Promise<readonly GrantView[]> => {
    const calendar = await calendars.find(tenantId, userId);
    if (calendar === undefined) throw notFound('user', userId);
    return calendar.qualifications.map((grant) => ({ user_id: userId, ...grant }));
  };

/**
 * Gives a user a qualification, or says anew from when until when it holds. It stands in the calendar, whose version
 * moves, so that a dispatch under way at that moment looks again. What is held stays, and is told.
 */
export const makeGrantQualification =
  (ports: Ports) =>
  (
    given: Call,
    userId: string,
    qualificationId: string,
    { validate_only, valid_from, valid_until, reference }: GrantDraft,
  ): Promise<GrantChange> => {
    const call = { ...given, validateOnly: validate_only ?? false };
    return ports.retry(async () => {
      const { calendar, qualification, present, others } = await read(ports, call.tenantId, userId, qualificationId);
      if (present === undefined && !qualification.is_active) throw inactiveQualification(qualification.code);
      if (present === undefined && others.length >= LIMITS.qualificationsPerUser) {
        const limit = LIMITS.qualificationsPerUser;
        throw new DomainError('limit_reached', `A user has at most ${limit} qualifications.`, { limit });
      }
      const grant: Grant = {
        qualification_id: qualificationId,
        code: qualification.code,
        valid_from: valid_from ?? null,
        valid_until: valid_until ?? null,
        reference: reference ?? null,
        granted_at: present?.granted_at ?? ports.clock(),
      };
      const after = moved(calendar, { qualifications: byCode([...others, grant]) });
      const affected = await affectedBy(ports.calendars, calendar, after, ports.clock());
      const answer = { user_id: userId, ...grant, ...affected };
      const isThere = present !== undefined && hasAlready(present, grant);
      await ports.commit(call, isThere ? [] : [{ kind: 'calendar_changed', before: calendar, after }], answer);
      return answer;
    });
  };

/** Takes a qualification from a user; one that is not there changes nothing. What is held stays, and is told. */
export const makeWithdrawQualification =
  (ports: Ports) =>
  (
    given: Call,
    userId: string,
    qualificationId: string,
    { validate_only }: z.infer<typeof withdrawalQuery>,
  ): Promise<Withdrawal> => {
    const call = { ...given, validateOnly: validate_only ?? false };
    return ports.retry(async () => {
      const { calendar, present, others } = await read(ports, call.tenantId, userId, qualificationId);
      const after = moved(calendar, { qualifications: [...others] });
      const affected = await affectedBy(ports.calendars, calendar, after, ports.clock());
      const answer = { user_id: userId, qualification_id: qualificationId, ...affected };
      await ports.commit(
        call,
        present === undefined ? [] : [{ kind: 'calendar_changed', before: calendar, after }],
        answer,
      );
      return answer;
    });
  };

const read = async (
  { qualifications, calendars }: Pick<Ports, 'qualifications' | 'calendars'>,
  tenantId: string,
  userId: string,
  qualificationId: string,
) => {
  const [calendar, qualification] = await Promise.all([
    calendars.find(tenantId, userId),
    qualifications.find(tenantId, qualificationId),
  ]);
  if (calendar === undefined) throw notFound('user', userId);
  if (qualification === undefined) throw notFound('qualification', qualificationId);
  const present = calendar.qualifications.find((one) => one.qualification_id === qualificationId);
  return { calendar, qualification, present, others: calendar.qualifications.filter((one) => one !== present) };
};

const byCode = (grants: readonly Grant[]): Grant[] => grants.toSorted((a, b) => (a.code < b.code ? -1 : 1));
