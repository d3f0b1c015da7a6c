import * as z from 'zod';

/**
 * A moment as text: RFC 3339, UTC, `Z`, milliseconds, years 0000 to 9999. The form has a fixed width, so the order of
 * the texts is the order of the moments, in the table's keys too.
 */
export const instantSchema = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)
  .brand<'Instant'>()
  .meta({ id: 'Instant', description: 'In UTC', format: 'date-time', examples: ['2026-03-01T08:00:00.000Z'] });
export type Instant = z.infer<typeof instantSchema>;

export const isInstant = (value: unknown): value is Instant => instantSchema.safeParse(value).success;

export type Clock = () => Instant;

/** A date-time of a request, as `parseInstant` reads it; that its day exists is more than a pattern can say. */
export const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))?$/;

/**
 * Reads an RFC 3339 date-time with any offset; without an offset it is read as UTC. Fractions finer than a millisecond
 * are cut off. Answers undefined for anything else: no such day, hour 24, a leap second, a year outside 0 to 9999.
 */
export const parseInstant = (text: string): Instant | undefined => {
  const match = RFC_3339.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHour = '0', offsetMinute = '0'] = match;
  const milliseconds = Number(fraction.padEnd(3, '0').slice(0, 3));
  const local = new Date(0);
  // Date.UTC would read the years 0 to 99 as 1900 to 1999.
  local.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const isRealDay = local.getUTCMonth() === Number(month) - 1 && local.getUTCDate() === Number(day);
  const isRealTime = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
  const isRealOffset = Number(offsetHour) < 24 && Number(offsetMinute) < 60;
  if (!isRealDay || !isRealTime || !isRealOffset) return undefined;
  local.setUTCHours(Number(hour), Number(minute), Number(second), milliseconds);
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000 * (sign === '-' ? -1 : 1);
  return instantAt(local.getTime() - offset);
};

/** The instant `epochMilliseconds` after 1970-01-01T00:00Z; undefined outside the years 0 to 9999. */
export const instantAt = (epochMilliseconds: number): Instant | undefined => {
  const date = new Date(epochMilliseconds);
  if (Number.isNaN(date.getTime())) return undefined;
  const text = date.toISOString();
  return text.length === 24 ? (text as Instant) : undefined;
};

/** So much later, or earlier where it is negative; the instant itself where that is no instant. */
export const shiftedBy = (at: Instant, milliseconds: number): Instant => instantAt(Date.parse(at) + milliseconds) ?? at;

export const epochMilliseconds = (at: Instant): number => Date.parse(at);
export const epochSeconds = (at: Instant): number => Math.floor(epochMilliseconds(at) / 1_000);

export const latest = (a: Instant, b: Instant): Instant => (a < b ? b : a);
