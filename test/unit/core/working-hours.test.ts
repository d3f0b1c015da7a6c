import { describe, expect, it } from 'vitest';
import { intervalsIn, isWorking, nearestTo, workingHoursSchema, workingIn } from '../../../core/working-hours/hours.ts';
import { differencesOf, zonesOf } from '../../long/local-times.ts';
import { instant } from '../records.ts';

const window = (start: string, end: string) => ({ start: instant(start), end: instant(end) });
const hours = (more: object = {}) =>
  workingHoursSchema.parse({
    time_zone: 'Europe/Berlin',
    weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], start: '08:00', end: '16:00' }],
    ...more,
  });
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
/** 2026-03-02 is a Monday. */
const week = window('2026-03-02T00:00:00Z', '2026-03-09T00:00:00Z');

describe('working hours', () => {
  it('are local times of a zone, on the days that they name', () => {
    const intervals = intervalsIn(hours(), week);
    expect(intervals).toHaveLength(5);
    expect(intervals[0]).toEqual(window('2026-03-02T07:00:00Z', '2026-03-02T15:00:00Z'));
    expect(intervals[4]).toEqual(window('2026-03-06T07:00:00Z', '2026-03-06T15:00:00Z'));
  });

  it('cover a window whole or not at all', () => {
    const on = (from: string, to: string) => window(`2026-03-02T${from}:00Z`, `2026-03-02T${to}:00Z`);
    for (const inside of [on('07:00', '15:00'), on('07:00', '07:01'), on('14:59', '15:00')])
      expect(isWorking(hours(), inside)).toBe(true);
    for (const outside of [on('06:59', '15:00'), on('07:00', '15:01'), on('15:00', '16:00'), on('06:00', '07:00')])
      expect(isWorking(hours(), outside)).toBe(false);
    expect(isWorking(null, on('00:00', '23:00'))).toBe(true);
  });

  it('go over midnight, join where they touch, and cover days on end', () => {
    const night = hours({
      weekly: [
        { days: ['mon'], start: '22:00', end: '06:00' },
        { days: ['tue'], start: '06:00', end: '10:00' },
      ],
    });
    expect(intervalsIn(night, week)).toEqual([window('2026-03-02T21:00:00Z', '2026-03-03T09:00:00Z')]);
    const always = hours({
      weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], start: '00:00', end: '00:00' }],
    });
    expect(isWorking(always, window('2026-03-02T03:00:00Z', '2026-05-02T03:00:00Z'))).toBe(true);
  });

  it('end at the first gap, and cover no window of more than a year: a window of millennia costs no more than an hour', () => {
    const forever = window('2026-03-02T07:00:00Z', '9999-01-01T00:00:00Z');
    const always = hours({ weekly: [{ days: DAYS, start: '00:00', end: '00:00' }] });
    for (const one of [hours(), always]) {
      expect(isWorking(one, forever)).toBe(false);
      expect(nearestTo(one, forever).length).toBeGreaterThan(0);
    }
    expect(isWorking(always, window('2026-03-02T07:00:00Z', '2027-03-02T07:00:00Z'))).toBe(true);
    const gap = hours({
      weekly: [{ days: DAYS, start: '00:00', end: '00:00' }],
      exceptions: [{ date: '2026-12-24', intervals: [] }],
    });
    expect(isWorking(gap, window('2026-03-02T07:00:00Z', '2026-12-23T07:00:00Z'))).toBe(true);
    expect(isWorking(gap, window('2026-03-02T07:00:00Z', '2026-12-25T07:00:00Z'))).toBe(false);
  });

  it('are replaced on a day by its exception, which may be empty', () => {
    const special = hours({
      exceptions: [
        { date: '2026-03-02', intervals: [] },
        { date: '2026-03-07', intervals: [{ start: '10:00', end: '12:00' }] },
      ],
    });
    const intervals = intervalsIn(special, week);
    expect(intervals[0]?.start).toBe('2026-03-03T07:00:00.000Z');
    expect(intervals.at(-1)).toEqual(window('2026-03-07T09:00:00Z', '2026-03-07T11:00:00Z'));
  });

  it('follow the clock: what it skips is later, what it repeats is the earlier', () => {
    const early = hours({ weekly: [{ days: ['sun'], start: '02:30', end: '04:00' }] });
    // On 2026-03-29 the clock skips from 2 to 3, on 2026-10-25 it goes from 3 back to 2.
    expect(intervalsIn(early, window('2026-03-29T00:00:00Z', '2026-03-30T00:00:00Z'))).toEqual([
      window('2026-03-29T01:30:00Z', '2026-03-29T02:00:00Z'),
    ]);
    expect(intervalsIn(early, window('2026-10-25T00:00:00Z', '2026-10-26T00:00:00Z'))).toEqual([
      window('2026-10-25T00:30:00Z', '2026-10-25T03:00:00Z'),
    ]);
    const gone = hours({ weekly: [{ days: ['sun'], start: '02:00', end: '03:00' }] });
    expect(intervalsIn(gone, window('2026-03-29T00:00:00Z', '2026-03-30T00:00:00Z'))).toEqual([]);
  });

  it('say what is nearest, before and after, or what overlaps', () => {
    const saturday = window('2026-03-07T10:00:00Z', '2026-03-07T11:00:00Z');
    expect(nearestTo(hours(), saturday)).toEqual([
      window('2026-03-06T07:00:00Z', '2026-03-06T15:00:00Z'),
      window('2026-03-09T07:00:00Z', '2026-03-09T15:00:00Z'),
    ]);
    const late = window('2026-03-06T14:00:00Z', '2026-03-06T18:00:00Z');
    expect(nearestTo(hours(), late)).toEqual([window('2026-03-06T07:00:00Z', '2026-03-06T15:00:00Z')]);
    expect(nearestTo(hours({ weekly: [] }), late)).toEqual([]);
    expect(workingIn(hours(), [late])).toEqual([window('2026-03-06T14:00:00Z', '2026-03-06T15:00:00Z')]);
  });

  it('are refused with a zone, a time or a date that there is not', () => {
    const problems = (more: object) => workingHoursSchema.safeParse({ ...hours(), ...more }).success;
    expect(problems({})).toBe(true);
    expect(problems({ time_zone: 'Europe/Nowhere' })).toBe(false);
    expect(problems({ time_zone: '+01:00' })).toBe(false);
    expect(problems({ weekly: [{ days: ['mon'], start: '24:00', end: '06:00' }] })).toBe(false);
    expect(problems({ weekly: [{ days: [], start: '08:00', end: '09:00' }] })).toBe(false);
    expect(problems({ exceptions: [{ date: '2026-02-29', intervals: [] }] })).toBe(false);
    const twice = { date: '2026-02-28', intervals: [] };
    expect(problems({ exceptions: [twice, twice] })).toBe(false);
  });

  it('agree with an independent reading of the clock: some zones around their changes', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Africa/Casablanca'];
    for (const zone of zones) expect(differencesOf(zone, 2026)).toEqual([]);
    expect(zonesOf().length).toBeGreaterThan(400);
  });
});
