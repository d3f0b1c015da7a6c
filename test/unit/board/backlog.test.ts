import { describe, expect, it } from 'vitest';
import { areasOf, backlogOf, NO_FILTERS, type Filters, type Task } from '../../../board/state/backlog.ts';
import { summaryOf } from '../../../core/tasks/task.ts';
import { instantSchema } from '../../../core/time/instant.ts';
import { task as aTask } from '../records.ts';

const instant = (text: string) => instantSchema.parse(text);
const DAY = { from: Date.parse('2026-03-02T00:00:00Z'), to: Date.parse('2026-03-03T00:00:00Z') };

const task = (name: string, patch: Partial<Task> = {}): Task => ({
  ...summaryOf(aTask()),
  name,
  priority: 5,
  planned_start_at: null,
  planned_end_at: null,
  area_code: null,
  ...patch,
});
const window = (start: string, end: string) => ({
  planned_start_at: instant(start),
  planned_end_at: instant(end),
});

const all = [
  task('Free', { priority: 9 }),
  task('Late', { ...window('2026-03-02T14:00:00.000Z', '2026-03-02T15:00:00.000Z'), area_code: 'NORTH' }),
  task('Early', { ...window('2026-03-02T08:00:00.000Z', '2026-03-02T09:00:00.000Z'), area_code: 'SOUTH', priority: 2 }),
  task('Night before', window('2026-03-01T22:00:00.000Z', '2026-03-02T02:00:00.000Z')),
  task('Tomorrow', window('2026-03-03T00:00:00.000Z', '2026-03-03T01:00:00.000Z')),
];
const namesOf = (patch: Partial<Filters> = {}): readonly string[] =>
  backlogOf(all, DAY, { ...NO_FILTERS, ...patch }).map(({ name }) => name);

describe('the backlog', () => {
  it('has what reaches into the range, by start, and then what has no window', () => {
    expect(namesOf()).toEqual(['Night before', 'Early', 'Late', 'Free']);
  });

  it.each<[Partial<Filters>, readonly string[]]>([
    [{ sort: 'priority' }, ['Free', 'Night before', 'Late', 'Early']],
    [{ sort: 'name' }, ['Early', 'Free', 'Late', 'Night before']],
    [{ text: ' night BEF ' }, ['Night before']],
    [{ text: 'south' }, ['Early']],
    [{ areaCode: 'NORTH' }, ['Late']],
    [{ priority: 6 }, ['Free']],
    [{ typeId: 'another' }, []],
  ])('passes %j as %j', (patch, expected) => {
    expect(namesOf(patch)).toEqual(expected);
  });

  it.each(['start', 'priority', 'name'] as const)(
    'sorts equals by name, as people count, when sorted by %s',
    (sort) => {
      const roofs = ['Roof 10', 'Roof 9', 'Mast 11'].map((name) => task(name));
      const names = backlogOf(roofs, DAY, { ...NO_FILTERS, sort }).map(({ name }) => name);
      expect(names).toEqual(['Mast 11', 'Roof 9', 'Roof 10']);
    },
  );

  it('knows its areas', () => {
    expect(areasOf(all)).toEqual(['NORTH', 'SOUTH']);
  });
});
