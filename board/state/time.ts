/**
 * Days and hours of a time zone. Instants are milliseconds since 1970, zones are IANA names; what Intl knows of a zone is
 * all that is used, so a day may have 23 or 25 hours.
 */
export interface Range {
  readonly from: number;
  readonly to: number;
}

interface Wall {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

const formatters = new Map<string, Intl.DateTimeFormat>();
const formatter = (zone: string, kind: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  const key = `${kind} ${zone}`;
  const made = formatters.get(key) ?? new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options });
  formatters.set(key, made);
  return made;
};

const wallOf = (zone: string, at: number): Wall => {
  const parts = formatter(zone, 'wall', {
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(at);
  const number = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return {
    year: number('year'),
    month: number('month'),
    day: number('day'),
    hour: number('hour'),
    minute: number('minute'),
  };
};

const asUtc = ({ year, month, day, hour, minute }: Wall): number => Date.UTC(year, month - 1, day, hour, minute);

/**
 * The instant at which a zone's clocks show a time. Of an hour that comes twice it is the first, and of one that is
 * left out the same distance after the gap.
 */
const instantOf = (zone: string, wall: Wall): number => {
  const wanted = asUtc(wall);
  const offsetAt = (at: number): number => asUtc(wallOf(zone, at)) - at;
  const guesses = [wanted - offsetAt(wanted - 24 * HOUR), wanted - offsetAt(wanted + 24 * HOUR)];
  const exact = guesses.filter((guess) => asUtc(wallOf(zone, guess)) === wanted);
  return exact.length > 0 ? Math.min(...exact) : Math.max(...guesses);
};

/** The beginning of the day, `days` later than the one that an instant is in. */
export const dayStart = (zone: string, at: number, days = 0): number => {
  const { year, month, day } = wallOf(zone, at);
  return instantOf(zone, { year, month, day: day + days, hour: 0, minute: 0 });
};

/** The day of an instant, or its week from Monday on. */
export const rangeOf = (zone: string, at: number, view: 'day' | 'week'): Range => {
  if (view === 'day') return { from: dayStart(zone, at), to: dayStart(zone, at, 1) };
  const { year, month, day } = wallOf(zone, at);
  const sinceMonday = (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7;
  return { from: dayStart(zone, at, -sinceMonday), to: dayStart(zone, at, 7 - sinceMonday) };
};

export const timeText = (zone: string, at: number): string =>
  formatter(zone, 'time', { hourCycle: 'h23', hour: '2-digit', minute: '2-digit' }).format(at);

export const dayText = (zone: string, at: number): string =>
  formatter(zone, 'day', { weekday: 'short', day: 'numeric', month: 'short' }).format(at);

export const dateText = (zone: string, at: number): string =>
  formatter(zone, 'date', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(at);

/** From when to when within a day that is known, else with its days. */
export const shortSpanText = (zone: string, from: number, to: number, shown: Range): string =>
  from >= shown.from && to <= shown.to && dayStart(zone, shown.from, 1) >= shown.to
    ? `${timeText(zone, from)}–${timeText(zone, to)}`
    : spanText(zone, from, to);

/** From when to when, the day said once where both are on it. */
export const spanText = (zone: string, from: number, to: number): string => {
  const end = dayStart(zone, from) === dayStart(zone, to) ? '' : `${dayText(zone, to)} `;
  return `${dayText(zone, from)} ${timeText(zone, from)} – ${end}${timeText(zone, to)}`;
};

const two = (number: number): string => String(number).padStart(2, '0');

/** The value of a `datetime-local` field that shows an instant. */
export const fieldText = (zone: string, at: number): string => {
  const { year, month, day, hour, minute } = wallOf(zone, at);
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`;
};

/** The instant that such a field means; undefined of one that is not filled. */
export const fieldInstant = (zone: string, text: string): number | undefined => {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = match.slice(1).map(Number);
  return instantOf(zone, { year, month, day, hour, minute });
};

/** Where the axis has a line: each hour of a day, each day of a week. */
export const ticksOf = (zone: string, { from, to }: Range, view: 'day' | 'week'): readonly number[] => {
  const ticks: number[] = [];
  let at = from;
  while (at < to) {
    ticks.push(at);
    at = view === 'day' ? at + HOUR : dayStart(zone, at, 1);
  }
  return ticks;
};
