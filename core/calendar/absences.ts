import * as z from 'zod';
import type { Call } from '../call.ts';
import { notFound } from '../errors.ts';
import { freeText, instantInput, optional } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import type { Page, PageRequest } from '../page.ts';
import type { Retry } from '../retry.ts';
import { latest, type Clock } from '../time/instant.ts';
import type { Absence, AbsenceHolding, CalendarOf, Calendars } from './calendar.ts';
import type { AbsenceAdded, AbsenceRemoved } from './changes.ts';
import type { Guard } from './guard.ts';
import type { Resource } from './resource.ts';

export const absenceDraft = z
  .strictObject({ start_at: instantInput, end_at: instantInput, reason: optional(freeText(LIMITS.note)) })
  .refine(({ start_at, end_at }) => start_at < end_at, { path: ['end_at'], error: 'end_at must be after start_at' })
  .meta({
    id: 'AbsenceDraft',
    examples: [{ start_at: '2026-03-01T08:00:00Z', end_at: '2026-03-02T08:00:00Z', reason: 'Training' }],
  });
export type AbsenceDraft = z.infer<typeof absenceDraft>;

interface Ports {
  readonly calendarOf: CalendarOf;
  readonly calendars: Pick<Calendars, 'findAbsence' | 'absences'>;
  readonly guard: Guard<AbsenceAdded | AbsenceRemoved>;
  readonly retry: Retry;
  readonly clock: Clock;
  readonly newId: () => string;
}

/**
 * Marks time at which a user, or an asset, cannot be had. It passes the same guard as a dispatch: refused with `schedule_conflict`
 * over a held task, which it names, and with `unavailable` over another absence.
 */
export const makeAddAbsence =
  ({ calendarOf, guard, retry, clock, newId }: Omit<Ports, 'calendars'>) =>
  (call: Call, resource: Resource, { start_at, end_at, reason }: AbsenceDraft): Promise<Absence> =>
    retry(async () => {
      const calendar = await calendarOf(call.tenantId, resource);
      const absence: Absence = {
        id: newId(),
        user_id: resource.kind === 'user' ? resource.id : null,
        asset_id: resource.kind === 'asset' ? resource.id : null,
        start_at,
        end_at,
        reason: reason ?? null,
        created_by: call.actorId,
        created_at: clock(),
      };
      await guard(call, {
        changes: [{ kind: 'absence_added', tenantId: call.tenantId, absence }],
        bookings: { take: [{ calendar, holding: holdingOf(absence), at: absence.created_at }] },
        answer: absence,
      });
      return absence;
    });

/** Gives the time of an absence back. */
export const makeRemoveAbsence =
  ({ calendarOf, calendars, guard, retry, clock }: Omit<Ports, 'newId'>) =>
  (call: Call, resource: Resource, absenceId: string): Promise<void> =>
    retry(async () => {
      const [, absence] = await Promise.all([
        calendarOf(call.tenantId, resource),
        calendars.findAbsence(call.tenantId, resource, absenceId),
      ]);
      if (absence === undefined) throw notFound('absence', absenceId);
      await guard(call, {
        changes: [
          {
            kind: 'absence_removed',
            tenantId: call.tenantId,
            absence,
            at: latest(clock(), absence.created_at),
          },
        ],
        bookings: { release: [{ resource, holding: holdingOf(absence) }] },
        answer: undefined,
      });
    });

/** Oldest first. Refuses with `user_not_found` or `asset_not_found`. */
export const makeListAbsences =
  ({ calendarOf, calendars }: Pick<Ports, 'calendarOf' | 'calendars'>) =>
  async (tenantId: string, resource: Resource, page: PageRequest): Promise<Page<Absence>> => {
    const [, absences] = await Promise.all([
      calendarOf(tenantId, resource),
      calendars.absences(tenantId, resource, page),
    ]);
    return absences;
  };

const holdingOf = ({ id, reason, start_at, end_at }: Absence): AbsenceHolding => ({
  absence_id: id,
  reason,
  window: { start: start_at, end: end_at },
});
