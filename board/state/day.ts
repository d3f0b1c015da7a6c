import type { Task } from './backlog.ts';
import { dayStart } from './time.ts';

export interface Section {
  readonly title: string;
  readonly tasks: readonly Task[];
}

/** Which section of the day a task belongs to; undefined of one that is later than tomorrow. */
const titleOf = ({ planned_start_at: start, planned_end_at: end }: Task, zone: string, now: number) => {
  if (start === null || end === null) return 'Any time';
  if (Date.parse(end) <= dayStart(zone, now)) return 'Not finished';
  if (Date.parse(start) < dayStart(zone, now, 1)) return 'Today';
  return Date.parse(start) < dayStart(zone, now, 2) ? 'Tomorrow' : undefined;
};

const ORDER = ['Not finished', 'Today', 'Any time', 'Tomorrow'] as const;

/** The tasks of today and tomorrow, those left over from before, and those without a time; in order of start. */
export const sectionsOf = (tasks: readonly Task[], zone: string, now: number): readonly Section[] => {
  const byStart = tasks.toSorted((a, b) => ((a.planned_start_at ?? '') < (b.planned_start_at ?? '') ? -1 : 1));
  return ORDER.map((title) => ({ title, tasks: byStart.filter((task) => titleOf(task, zone, now) === title) })).filter(
    (section) => section.tasks.length > 0,
  );
};
