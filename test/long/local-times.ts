import { intervalsIn, workingHoursSchema } from '../../core/working-hours/hours.ts';
import { instantAt, type Instant } from '../../core/time/instant.ts';

const instant = (date: Date): Instant => {
  const at = instantAt(date.getTime());
  if (at === undefined) throw new Error('no instant');
  return at;
};

/** Every zone that this runtime knows. */
export const zonesOf = (): readonly string[] => Intl.supportedValuesOf('timeZone');

const MINUTE = 60_000;
const DAY = 86_400_000;

const clocks = new Map<string, Intl.DateTimeFormat>();
/** What a clock on the wall shows, as if its time were UTC; in milliseconds. By the runtime's own formatter. */
const wallAt = (zone: string, at: number): number => {
  const clock =
    clocks.get(zone) ??
    new Intl.DateTimeFormat('en-US', {
      ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
      ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
    });
  clocks.set(zone, clock);
  const parts = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
};

/** The moments of a year at which the clock of a zone jumps: found by halving, to the minute. */
const changesIn = (zone: string, year: number): readonly number[] => {
  const offset = (at: number): number => wallAt(zone, at) - at;
  const found: number[] = [];
  for (let at = Date.UTC(year, 0, 1); at < Date.UTC(year + 1, 0, 1); at += DAY) {
    if (offset(at) === offset(at + DAY)) continue;
    let [before, after] = [at, at + DAY];
    while (after - before > MINUTE) {
      const middle = before + Math.floor((after - before) / 2 / MINUTE) * MINUTE;
      if (offset(middle) === offset(before)) before = middle;
      else after = middle;
    }
    found.push(after);
  }
  return found;
};

/**
 * The instant of a local time, looked for minute by minute around it: the earliest at which the clock shows it; where it
 * never does, the time on the scale of before the jump, which is as much later.
 */
const instantOfWall = (zone: string, wall: number): number => {
  for (let at = wall - 15 * 3_600_000; at <= wall + 15 * 3_600_000; at += MINUTE)
    if (wallAt(zone, at) === wall) return at;
  for (let at = wall - 15 * 3_600_000; ; at += MINUTE) {
    if (wallAt(zone, at + MINUTE) > wall) return at + (wall - wallAt(zone, at));
  }
};

/** Where the core's working hours and the clock of the runtime differ, around each change of a zone's clock in a year. */
export const differencesOf = (zone: string, year: number): readonly string[] => {
  const differences: string[] = [];
  for (const change of changesIn(zone, year)) {
    const day = Math.floor(wallAt(zone, change) / DAY) * DAY;
    const local = (at: number): string => new Date(at).toISOString().slice(11, 16);
    // Around the jump, on both sides of it and within.
    const near = Math.floor(wallAt(zone, change - MINUTE) / (30 * MINUTE)) * 30 * MINUTE;
    for (const [from, to] of [
      [near - 90 * MINUTE, near + 30 * MINUTE],
      [near, near + 150 * MINUTE],
      [near - 30 * MINUTE, near + 60 * MINUTE],
    ] as const) {
      const date = Math.floor(from / DAY) * DAY;
      const until = local(to) > local(from) ? date : date + DAY;
      const endWall = until + (to - Math.floor(to / DAY) * DAY);
      const [start, end] = [instantOfWall(zone, from), instantOfWall(zone, endWall)];
      const hours = workingHoursSchema.parse({
        time_zone: zone,
        weekly: [],
        exceptions: [
          { date: new Date(date).toISOString().slice(0, 10), intervals: [{ start: local(from), end: local(to) }] },
        ],
      });
      const range = { start: instant(new Date(day - 3 * DAY)), end: instant(new Date(day + 3 * DAY)) };
      const told = intervalsIn(hours, range).map((one) => [Date.parse(one.start), Date.parse(one.end)]);
      const due = start < end ? [[start, end]] : [];
      if (JSON.stringify(told) !== JSON.stringify(due))
        differences.push(`${zone} ${new Date(from).toISOString()} to ${local(to)}: ${JSON.stringify([told, due])}`);
    }
  }
  return differences;
};
