import { expect, it } from 'vitest';
import { sectionsOf } from '../../../board/state/day.ts';
import { summaryOf } from '../../../core/tasks/task.ts';
import { instant, task } from '../records.ts';

const BERLIN = 'Europe/Berlin';
const at = (id: string, start?: string, end?: string) =>
  summaryOf(
    task({
      id,
      planned_start_at: start === undefined ? null : instant(start),
      planned_end_at: end === undefined ? null : instant(end),
    }),
  );

it('a day is what is left over, today, any time and tomorrow, in the days of a zone and in order of start', () => {
  // The clocks of Berlin show 1 March, 00:30.
  const now = Date.parse('2026-02-28T23:30:00Z');
  const sections = sectionsOf(
    [
      at('second', '2026-03-01T10:00:00Z', '2026-03-01T11:00:00Z'),
      at('any'),
      at('first', '2026-02-28T22:00:00Z', '2026-02-28T23:15:00Z'),
      at('over', '2026-02-28T08:00:00Z', '2026-02-28T23:00:00Z'),
      at('tomorrow', '2026-03-01T23:00:00Z', '2026-03-02T01:00:00Z'),
      at('later', '2026-03-02T23:00:00Z', '2026-03-03T01:00:00Z'),
    ],
    BERLIN,
    now,
  );
  expect(sections.map(({ title, tasks }) => [title, tasks.map(({ id }) => id)])).toEqual([
    ['Not finished', ['over']],
    ['Today', ['first', 'second']],
    ['Any time', ['any']],
    ['Tomorrow', ['tomorrow']],
  ]);
  expect(sectionsOf([], BERLIN, now)).toEqual([]);
});
