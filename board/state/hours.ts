import type { WorkingHours } from '../../core/working-hours/hours.ts';
import type { Field, Row, Values } from './forms.ts';

/** A week of working hours in a form: a text for each day, such as `08:00-12:00, 13:00-17:00`. */
const DAYS = [
  ['mon', 'Monday'],
  ['tue', 'Tuesday'],
  ['wed', 'Wednesday'],
  ['thu', 'Thursday'],
  ['fri', 'Friday'],
  ['sat', 'Saturday'],
  ['sun', 'Sunday'],
] as const;

const INTERVAL = String.raw`\d\d:\d\d-\d\d:\d\d`;
const INTERVALS = `${INTERVAL}(, ?${INTERVAL})*`;

export const hoursFields = (ownZone: string): readonly Field[] => [
  { name: 'time_zone', label: 'Time zone', kind: 'text', isRequired: true, initial: ownZone },
  ...DAYS.map(([name, label], at): Field => ({
    ...{ name, label, kind: 'text', pattern: INTERVALS, initial: at < 5 ? '08:00-16:30' : '' },
    ...(at === 0 ? { hint: 'Such as 08:00-12:00, 13:00-17:00. Empty: does not work.' } : {}),
  })),
  {
    name: 'exceptions',
    label: 'Other days',
    kind: 'long',
    hint: 'One a line, such as 2026-12-24 08:00-12:00; the date alone is a day off.',
  },
];

interface Interval {
  readonly start: string;
  readonly end: string;
}
const textOf = (intervals: readonly Interval[]): string =>
  intervals.map(({ start, end }) => `${start}-${end}`).join(', ');
const intervalsOf = (text: string): readonly Interval[] =>
  [...text.matchAll(/(\d\d:\d\d)-(\d\d:\d\d)/g)].map(([, start = '', end = '']) => ({ start, end }));

/** Working hours as the record of the form. */
export const hoursRow = ({ time_zone, weekly, exceptions }: WorkingHours): Row => ({
  time_zone,
  ...Object.fromEntries(DAYS.map(([day]) => [day, textOf(weekly.filter(({ days }) => days.includes(day)))])),
  exceptions: exceptions.map(({ date, intervals }) => `${date} ${textOf(intervals)}`.trim()).join('\n'),
});

const wordOf = (values: Values, name: string): string => String(values[name] ?? '');

/** What a filled form means. */
export const hoursOf = (values: Values): WorkingHours => ({
  time_zone: wordOf(values, 'time_zone').trim(),
  weekly: DAYS.flatMap(([day]) => intervalsOf(wordOf(values, day)).map((interval) => ({ days: [day], ...interval }))),
  exceptions: wordOf(values, 'exceptions')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [date = ''] = line.trim().split(' ');
      return { date, intervals: [...intervalsOf(line)] };
    }),
});
