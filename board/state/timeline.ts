import type { CalendarView } from '../../core/calendar/views.ts';
import { MINUTE, type Range } from './time.ts';

export type Held = CalendarView['windows'][number];

/** A person's row. */
export interface Row {
  readonly userId: string;
  readonly name: string;
  readonly activeCount: number;
  readonly windows: readonly Held[];
  /** When the person is not at work, within the range. */
  readonly off: readonly Range[];
}

/** Those rows of a scrolled list that can be seen, with a few on either side: from the first up to the last, excluded. */
export const rowsInView = (
  scrollTop: number,
  height: number,
  rowHeight: number,
  count: number,
  beyond = 4,
): { readonly first: number; readonly last: number } => ({
  first: Math.max(0, Math.min(count, Math.floor(scrollTop / rowHeight) - beyond)),
  last: Math.max(0, Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + beyond)),
});

/** Where a window stands on an axis, in parts of it from 0 to 1; undefined where it does not reach into the range. */
export const placeOf = (
  start: number,
  end: number,
  { from, to }: Range,
): { readonly at: number; readonly length: number } | undefined => {
  const [first, last] = [Math.max(start, from), Math.min(end, to)];
  return first >= last ? undefined : { at: (first - from) / (to - from), length: (last - first) / (to - from) };
};

/** What a distance on the axis means, in whole steps. */
export const shiftOf = (part: number, { from, to }: Range, stepMs: number): number =>
  Math.round((part * (to - from)) / stepMs) * stepMs;

/** The step in which a bar is moved: five minutes of a day, fifteen of a week. */
export const stepOf = (view: 'day' | 'week'): number => (view === 'day' ? 5 : 15) * MINUTE;

const instantsOf = (start: string, end: string): Range => ({ from: Date.parse(start), to: Date.parse(end) });

/** What a window takes, its buffers included. */
export const heldOf = (held: Held): Range => instantsOf(held.start_at, held.end_at);
/** The same without the buffers: what a bar is moved by. */
export const plannedOf = (held: Held): Range =>
  instantsOf(held.planned_start_at ?? held.start_at, held.planned_end_at ?? held.end_at);

/** The parts of a range that its working times leave. */
export const offOf = (working: CalendarView['working'], { from, to }: Range): readonly Range[] => {
  const ends = [from, ...working.map(({ end_at }) => Date.parse(end_at))];
  const starts = [...working.map(({ start_at }) => Date.parse(start_at)), to];
  return ends.map((end, index) => ({ from: end, to: starts[index] ?? to })).filter((gap) => gap.from < gap.to);
};

/** A row for each of the people, in their order. */
export const rowsOf = (
  people: readonly { readonly id: string; readonly username: string }[],
  calendars: readonly CalendarView[],
  range: Range,
): readonly Row[] => {
  const byUser = new Map(calendars.map((calendar) => [calendar.user_id, calendar]));
  return people.map(({ id, username }) => {
    const calendar = byUser.get(id);
    return {
      userId: id,
      name: username,
      activeCount: calendar?.active_count ?? 0,
      windows: calendar?.windows ?? [],
      off: calendar === undefined ? [] : offOf(calendar.working, range),
    };
  });
};

export const idOf = (held: Held): string => held.task_id ?? held.absence_id ?? held.start_at;

const STATES: Readonly<Record<string, string>> = { DISPATCHED: 'planned', IN_PROGRESS: 'under way' };
/** The state of a held window in a word. */
export const stateWord = ({ kind, state }: Pick<Held, 'kind' | 'state'>): string =>
  kind === 'absence' ? 'absent' : (STATES[state ?? ''] ?? (state ?? '').toLowerCase());

/** The bar that an arrow key leads to: the neighbour in the row, or the nearest start in the next row that has one. */
export const neighbourOf = (
  rows: readonly Row[],
  from: { readonly userId: string; readonly id: string },
  key: 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown',
): { readonly rowIndex: number; readonly id: string } | undefined => {
  const rowIndex = rows.findIndex(({ userId }) => userId === from.userId);
  const windows = rows[rowIndex]?.windows ?? [];
  const position = windows.findIndex((held) => idOf(held) === from.id);
  const current = windows[position];
  if (current === undefined) return undefined;
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const next = windows[position + (key === 'ArrowRight' ? 1 : -1)];
    return next === undefined ? undefined : { rowIndex, id: idOf(next) };
  }
  const step = key === 'ArrowDown' ? 1 : -1;
  for (let index = rowIndex + step; index >= 0 && index < rows.length; index += step) {
    const distance = (held: Held): number => Math.abs(Date.parse(held.start_at) - Date.parse(current.start_at));
    const [nearest] = [...(rows[index]?.windows ?? [])].sort((a, b) => distance(a) - distance(b));
    if (nearest !== undefined) return { rowIndex: index, id: idOf(nearest) };
  }
  return undefined;
};
