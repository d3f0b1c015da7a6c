import { Temporal } from 'temporal-polyfill';
import * as z from 'zod';
import type { Window } from '../calendar/window.ts';
import { LIMITS } from '../limits.ts';
import { instantAt, shiftedBy, type Instant } from '../time/instant.ts';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const timeOfDay = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'takes a time of day such as 08:30')
  .meta({ examples: ['08:30'] });
const isZone = (zone: string): boolean => {
  try {
    return new Temporal.ZonedDateTime(0n, zone).timeZoneId.length > 0;
  } catch {
    return false;
  }
};
const isDate = (date: string): boolean => {
  try {
    return Temporal.PlainDate.from(date, { overflow: 'reject' }).toString() === date;
  } catch {
    return false;
  }
};
const intervalSchema = z.strictObject({ start: timeOfDay, end: timeOfDay });

/** When a person works: local times of a zone, by the day of the week and for single days. */
export const workingHoursSchema = z
  .strictObject({
    time_zone: z
      .string()
      .max(LIMITS.code)
      // An offset is no zone: it knows no change of the clock.
      .refine((zone) => /^[A-Za-z]/.test(zone) && isZone(zone), 'takes the IANA name of a time zone')
      .meta({ examples: ['Europe/Berlin'] }),
    weekly: z
      .array(intervalSchema.extend({ days: z.array(z.enum(DAYS)).min(1).max(DAYS.length) }))
      .max(LIMITS.weeklyIntervals),
    exceptions: z
      .array(
        z.strictObject({
          date: z.string().refine(isDate, 'takes a date such as 2026-12-24'),
          intervals: z.array(intervalSchema).max(LIMITS.intervalsPerDay),
        }),
      )
      .max(LIMITS.hoursExceptions)
      .default([])
      .refine((days) => new Set(days.map(({ date }) => date)).size === days.length, 'names a date twice')
      .meta({ description: 'Each replaces its local day; without intervals it is a day off' }),
  })
  .meta({
    id: 'WorkingHours',
    description:
      'Touching intervals join. An `end` at or before its `start` is on the next day. A time that the clock skips is taken ' +
      'as the one as much later, one that it repeats as the earlier',
    examples: [
      {
        time_zone: 'Europe/Berlin',
        weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], start: '08:00', end: '16:30' }],
        exceptions: [{ date: '2026-12-24', intervals: [{ start: '08:00', end: '12:00' }] }],
      },
    ],
  });
export type WorkingHours = z.infer<typeof workingHoursSchema>;

/** How far around a window the nearest working time is looked for, in days. */
const NEAR_DAYS = 14;
const DAY_MS = 86_400_000;

/**
 * The working time that reaches into a range, in order, each interval as far as the day before and the day after it; no two
 * touch. Local times become instants by
 * the rules of the zone on their date (`compatible` of Temporal: forward out of a gap, the earlier of two).
 */
export const intervalsIn = ({ time_zone, weekly, exceptions }: WorkingHours, range: Window): readonly Window[] => {
  const special = new Map(exceptions.map(({ date, intervals }) => [date, intervals]));
  const dateOf = (at: Instant): Temporal.PlainDate =>
    Temporal.Instant.from(at).toZonedDateTimeISO(time_zone).toPlainDate();
  const last = dateOf(range.end);
  const found: Window[] = [];
  // What begins the day before may reach over midnight; what joins it may have begun a day earlier still.
  for (
    let date = dateOf(range.start).subtract({ days: 2 });
    Temporal.PlainDate.compare(date, last.add({ days: 1 })) <= 0;
  ) {
    const day = DAYS[date.dayOfWeek - 1];
    const intervals =
      special.get(date.toString()) ?? weekly.filter(({ days }) => day !== undefined && days.includes(day));
    for (const { start, end } of intervals) {
      const window = windowOn(date, start, end, time_zone);
      if (window !== undefined) found.push(window);
    }
    date = date.add({ days: 1 });
  }
  return joined(found).filter(({ start, end }) => start < range.end && end > range.start);
};

const windowOn = (date: Temporal.PlainDate, start: string, end: string, zone: string): Window | undefined => {
  const until = end > start ? date : date.add({ days: 1 });
  const window = { start: instantOf(date, start, zone), end: instantOf(until, end, zone) };
  // The clock may skip all of it.
  return window.start !== undefined && window.end !== undefined && window.start < window.end
    ? { start: window.start, end: window.end }
    : undefined;
};

const instantOf = (date: Temporal.PlainDate, time: string, timeZone: string): Instant | undefined =>
  instantAt(date.toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from(time) }).epochMilliseconds);

/** The union of windows, in order. */
const joined = (windows: readonly Window[]): readonly Window[] => {
  const union: Window[] = [];
  for (const window of windows.toSorted((a, b) => (a.start < b.start ? -1 : 1))) {
    const last = union.at(-1);
    if (last === undefined || last.end < window.start) union.push(window);
    else if (window.end > last.end) union[union.length - 1] = { start: last.start, end: window.end };
  }
  return union;
};

/**
 * Whether working time covers a window whole. Without hours it always does; with hours it covers none of more than a year.
 * It is followed from the start on and no further than to the first gap, so that a long window costs no more than a short one.
 */
export const isWorking = (hours: WorkingHours | null, window: Window): boolean => {
  if (hours === null) return true;
  if (window.end > shifted(window.start, LONGEST_DAYS)) return false;
  let covered = window.start;
  while (covered < window.end) {
    const at = covered;
    const around = intervalsIn(hours, { start: at, end: earlier(window.end, shifted(at, STEP_DAYS)) });
    const next = around.find(({ start, end }) => start <= at && at < end);
    if (next === undefined) return false;
    covered = next.end;
  }
  return true;
};
/** Days: nobody is at work for longer, and what is followed at a time. */
const LONGEST_DAYS = 366;
const STEP_DAYS = 14;

const earlier = (a: Instant, b: Instant): Instant => (a < b ? a : b);

/** The parts of ranges that are working time. */
export const workingIn = (hours: WorkingHours | null, ranges: readonly Window[]): readonly Window[] =>
  hours === null
    ? ranges
    : ranges.flatMap((range) =>
        intervalsIn(hours, range).map(({ start, end }) => ({
          start: start < range.start ? range.start : start,
          end: end > range.end ? range.end : end,
        })),
      );

/** The working time next to a window: what overlaps it, or else the last before and the first after within two weeks. */
export const nearestTo = (hours: WorkingHours, window: Window): readonly Window[] => {
  // Of a long window the beginning: what is behind it would be read for nothing.
  const end = shifted(earlier(window.end, shifted(window.start, NEAR_DAYS)), NEAR_DAYS);
  const around = intervalsIn(hours, { start: shifted(window.start, -NEAR_DAYS), end });
  const within = around.filter(({ start, end }) => start < window.end && end > window.start);
  if (within.length > 0) return within.slice(0, LIMITS.intervalsPerDay);
  const before = around.filter(({ end }) => end <= window.start).slice(-1);
  return [...before, ...around.filter(({ start }) => start >= window.end).slice(0, 1)];
};

export const shifted = (at: Instant, days: number): Instant => shiftedBy(at, days * DAY_MS);
