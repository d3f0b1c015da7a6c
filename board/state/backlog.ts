import type { TaskSummary } from '../../core/tasks/task.ts';
import type { Range } from './time.ts';

export type Task = TaskSummary;

export interface Filters {
  readonly text: string;
  readonly typeId: string;
  readonly areaCode: string;
  /** From this priority on. */
  readonly priority: number;
  readonly sort: 'start' | 'priority' | 'name';
}
export const NO_FILTERS: Filters = { text: '', typeId: '', areaCode: '', priority: 1, sort: 'start' };

const reachesInto = ({ planned_start_at: start, planned_end_at: end }: Task, { from, to }: Range): boolean =>
  start === null || end === null || (Date.parse(start) < to && Date.parse(end) > from);

const isSought = (task: Task, text: string): boolean => {
  const words = text.toLowerCase().split(/\s+/);
  const content = [task.name, task.description, task.project_code, task.area_code].join(' ').toLowerCase();
  return words.every((word) => content.includes(word));
};

/** Instants compare as texts; those without a window come last: nothing presses them. */
const byStart = (a: Task, b: Task): number => {
  const [first, second] = [a.planned_start_at ?? '~', b.planned_start_at ?? '~'];
  return first === second ? 0 : first < second ? -1 : 1;
};

/** As people count: 9 before 10. */
const byName = (a: Task, b: Task): number => a.name.localeCompare(b.name, undefined, { numeric: true });

const ORDERS: Readonly<Record<Filters['sort'], (a: Task, b: Task) => number>> = {
  start: (a, b) => byStart(a, b) || b.priority - a.priority || byName(a, b),
  priority: (a, b) => b.priority - a.priority || byStart(a, b) || byName(a, b),
  name: (a, b) => byName(a, b) || byStart(a, b),
};

/** The tasks of a range, and those without a window, that pass the filters, in their order. */
export const backlogOf = (tasks: readonly Task[], range: Range, filters: Filters): readonly Task[] =>
  tasks
    .filter(
      (task) =>
        reachesInto(task, range) &&
        task.priority >= filters.priority &&
        (filters.typeId === '' || task.task_type_id === filters.typeId) &&
        (filters.areaCode === '' || task.area_code === filters.areaCode) &&
        (filters.text.trim() === '' || isSought(task, filters.text.trim())),
    )
    .sort(ORDERS[filters.sort]);

/** The areas that tasks are in, in order. */
export const areasOf = (tasks: readonly Task[]): readonly string[] =>
  [...new Set(tasks.flatMap(({ area_code }) => (area_code === null ? [] : [area_code])))].sort();
