import { describe, expect, it } from 'vitest';
import { blankOf, bodyOf, differencesOf, valuesOf, type Field } from '../../../board/state/forms.ts';
import { hoursFields, hoursOf, hoursRow } from '../../../board/state/hours.ts';
import { workingHoursSchema } from '../../../core/working-hours/hours.ts';

const FIELDS: readonly Field[] = [
  { name: 'code', label: 'Code', kind: 'text', isFixed: true },
  { name: 'name', label: 'Name', kind: 'text' },
  { name: 'priority', label: 'Priority', kind: 'number', initial: '5' },
  { name: 'list', label: 'List', kind: 'lines' },
  { name: 'is_active', label: 'In use', kind: 'flag', initial: true },
  { name: 'at', label: 'At', kind: 'instant' },
];
const ROW = { code: 'A', name: 'Roof', priority: 6, list: ['Wind', { item: 'Batteries', limit: 2 }], is_active: true };

describe('a form', () => {
  it('of a new record sends what is filled', () => {
    const values = { ...blankOf(FIELDS), code: 'A', at: '2026-03-01T08:00' };
    const body = { code: 'A', priority: 5, list: [], is_active: true, at: '2026-03-01T07:00:00.000Z' };
    expect(bodyOf(FIELDS, values, 'Europe/Berlin')).toEqual(body);
  });

  it('of a record that is there sends what differs, and null for what was emptied; what is fixed stays', () => {
    const values = valuesOf(FIELDS, ROW);
    expect(bodyOf(FIELDS, values, 'UTC', ROW)).toEqual({});
    const changed = { ...values, code: 'B', name: '', is_active: false };
    expect(bodyOf(FIELDS, changed, 'UTC', ROW)).toEqual({ name: null, is_active: false });
  });

  it('keeps what an entry of a list holds beside its words', () => {
    const values = { ...valuesOf(FIELDS, ROW), list: 'Batteries\n\nLadder' };
    expect(bodyOf(FIELDS, values, 'UTC', ROW)).toEqual({ list: [{ item: 'Batteries', limit: 2 }, 'Ladder'] });
  });
});

it('a revision differs in its content only', () => {
  const before = { name: 'Roof', default_priority: 5, revision: 1, updated_at: 'then' };
  const after = { name: 'Roof', default_priority: 7, revision: 2, updated_at: 'now' };
  expect(differencesOf(before, after)).toEqual([{ field: 'default priority', before: '5', after: '7' }]);
});

describe('working hours in a form', () => {
  it('are those of the service, there and back', () => {
    const hours = workingHoursSchema.parse({
      time_zone: 'Europe/Berlin',
      weekly: [
        { days: ['mon'], start: '08:00', end: '12:00' },
        { days: ['mon'], start: '13:00', end: '17:00' },
        { days: ['sat'], start: '22:00', end: '02:00' },
      ],
      exceptions: [
        { date: '2026-12-24', intervals: [{ start: '08:00', end: '12:00' }] },
        { date: '2026-12-25', intervals: [] },
      ],
    });
    const fields = hoursFields('UTC');
    const values = valuesOf(fields, hoursRow(hours));
    expect(values).toMatchObject({ mon: '08:00-12:00, 13:00-17:00', tue: '', sat: '22:00-02:00' });
    expect(values['exceptions']).toBe('2026-12-24 08:00-12:00\n2026-12-25');
    expect(hoursOf(values)).toEqual(hours);
  });

  it('begin with a week that the service takes', () => {
    expect(() => workingHoursSchema.parse(hoursOf(blankOf(hoursFields('Europe/Berlin'))))).not.toThrow();
  });
});
