import type { CalendarView } from '../../core/calendar/views.ts';
import type { TaskSummary } from '../../core/tasks/task.ts';
import type { Range } from './time.ts';

const HELD = ['DISPATCHED', 'IN_PROGRESS'];

/**
 * The calendars as they are once a task is as the service has just answered: the same objects, but for those whose
 * windows differ. What is shown at once is replaced by the next look.
 */
export const withTask = (
  calendars: readonly CalendarView[],
  task: Pick<
    TaskSummary,
    | ('id' | 'name' | 'state' | 'assigned_to')
    | ('planned_start_at' | 'planned_end_at' | 'held_start_at' | 'held_end_at')
  >,
  range: Range,
): readonly CalendarView[] =>
  calendars.map((calendar) => {
    const others = calendar.windows.filter(({ task_id }) => task_id !== task.id);
    const { held_start_at: start, held_end_at: end, planned_start_at, planned_end_at, state } = task;
    const isHolder = calendar.user_id === task.assigned_to && HELD.includes(state);
    if (!isHolder || start === null || end === null || Date.parse(end) <= range.from || Date.parse(start) >= range.to)
      return others.length === calendar.windows.length ? calendar : { ...calendar, windows: others };
    const held: CalendarView['windows'][number] = {
      kind: 'task',
      task_id: task.id,
      absence_id: null,
      name: task.name,
      state: state === 'IN_PROGRESS' ? 'IN_PROGRESS' : 'DISPATCHED',
      reason: null,
      start_at: start,
      end_at: end,
      planned_start_at,
      planned_end_at,
    };
    const windows = [...others, held].sort((a, b) => (a.start_at < b.start_at ? -1 : 1));
    return { ...calendar, windows };
  });

/** Ids in portions that one request takes. */
export const portionsOf = (ids: readonly string[], size: number): readonly (readonly string[])[] =>
  Array.from({ length: Math.ceil(ids.length / size) }, (_, index) => ids.slice(index * size, (index + 1) * size));
