import { batch, computed, signal } from '@preact/signals';
import type { CalendarView } from '../../../core/calendar/views.ts';
import { problemOf } from '../../api/refusal.ts';
import { client } from '../../api/session.ts';
import { NO_FILTERS, backlogOf, type Task } from '../../state/backlog.ts';
import { portionsOf, withTask } from '../../state/calendars.ts';
import { withNames } from '../../state/moves.ts';
import { rangeOf } from '../../state/time.ts';
import { rowsOf } from '../../state/timeline.ts';

/** People in one request for calendars: what the service takes. */
const PORTION = 100;
const BACKLOG_MOST = 1_000;
const PEOPLE_MOST = 1_000;
const POLL_MS = 8_000;
const ZONE_KEY = 'task-center.zone';

const ownZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
export const zones: readonly string[] = [...new Set([ownZone, 'UTC', ...Intl.supportedValuesOf('timeZone')])];
export const zone = signal(localStorage.getItem(ZONE_KEY) ?? ownZone);
export const secondZone = signal('');
export const setZone = (name: string): void => {
  localStorage.setItem(ZONE_KEY, name);
  zone.value = name;
};

export const view = signal<'day' | 'week'>('day');
/** An instant in the day or week that is shown. */
export const shownAt = signal(Date.now());
export const now = signal(Date.now());
export const range = computed(() => rangeOf(zone.value, shownAt.value, view.value));

interface Person {
  readonly id: string;
  readonly username: string;
  readonly is_active: boolean;
}
export const people = signal<readonly Person[]>([]);
export const types = signal<readonly { readonly id: string; readonly name: string }[]>([]);
const calendars = signal<readonly CalendarView[]>([]);
/** What the calendars were read for: behind the range for as long as the next one is read. */
const readRange = signal(range.value);
export const tasks = signal<readonly Task[]>([]);
export const isBacklogCut = signal(false);
export const isLoaded = signal(false);
/** Why what is shown may be old. */
export const trouble = signal<string | undefined>(undefined);

export const peopleFilter = signal('');
export const filters = signal(NO_FILTERS);
export const selected = signal<ReadonlySet<string>>(new Set());
/** The task whose panel is open. */
export const openTask = signal<string | undefined>(undefined);
/** Counts what was changed here, so that what hangs on a task reads it again. */
export const changes = signal(0);

const shownPeople = computed(() => {
  const sought = peopleFilter.value.trim().toLowerCase();
  return people.value.filter(({ username }) => username.toLowerCase().includes(sought));
});
export const rows = computed(() => rowsOf(shownPeople.value, calendars.value, readRange.value));
export const backlog = computed(() => backlogOf(tasks.value, range.value, filters.value));

const names = computed(() => new Map(people.value.map(({ id, username }) => [id, username])));
/** A sentence of the service as people read it. */
export const readable = (sentence: string): string => withNames(sentence, names.value);
export const nameOf = (userId: string): string => names.value.get(userId) ?? `user ${userId.slice(-6)}`;

/** Nothing is taken over while something is dragged: what is held must not move under the hand. */
export const isHeldBack = signal(false);

const readPeople = async (): Promise<void> => {
  const [{ items }, kinds] = await Promise.all([
    client.list('/api/identity/users', {}, PEOPLE_MOST),
    client.list('/api/task-center/types', {}, PEOPLE_MOST),
  ]);
  batch(() => {
    people.value = items.filter(({ is_active }) => is_active).sort((a, b) => a.username.localeCompare(b.username));
    types.value = kinds.items;
  });
};

const readPlan = async (): Promise<void> => {
  const { from, to } = range.value;
  const span = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  const [portions, backlogRead] = await Promise.all([
    Promise.all(
      portionsOf(
        people.value.map(({ id }) => id),
        PORTION,
      ).map((ids) => client.get('/api/task-center/calendars', { query: { ...span, user_ids: ids.join(',') } })),
    ),
    client.list('/api/task-center/tasks', { query: { unassigned: 'true' } }, BACKLOG_MOST),
  ]);
  // Whoever has turned the page or begun to drag meanwhile is not disturbed by an answer to an older question.
  if (isHeldBack.value || range.value.from !== from || range.value.to !== to) return;
  batch(() => {
    calendars.value = portions.flat();
    readRange.value = range.value;
    tasks.value = backlogRead.items;
    isBacklogCut.value = backlogRead.isCut;
    isLoaded.value = true;
    trouble.value = undefined;
    const there = new Set(backlogRead.items.map(({ id }) => id));
    const kept = [...selected.value].filter((id) => there.has(id));
    if (kept.length !== selected.value.size) selected.value = new Set(kept);
  });
};

/** Reads people, calendars and backlog again; what has not changed is not sent again, and not drawn again. */
export const refresh = async (): Promise<void> => {
  try {
    now.value = Date.now();
    if (people.value.length === 0) await readPeople();
    await readPlan();
  } catch (error) {
    trouble.value = problemOf(error).detail;
  }
};

/** Takes over what the service has answered of one task, before the next look. */
export const takeOver = (task: Task): void =>
  batch(() => {
    calendars.value = withTask(calendars.value, task, range.value);
    const others = tasks.value.filter(({ id }) => id !== task.id);
    const isBacklog =
      task.assigned_to === null && (task.state === 'APPROVED' || (task.state === 'DRAFT' && !task.requires_approval));
    tasks.value = isBacklog ? [...others, task] : others;
    changes.value += 1;
  });

/** Looks for changes of others every few seconds, while the tab can be seen. Returns how to stop. */
export const startLooking = (): (() => void) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  const look = async (): Promise<void> => {
    clearTimeout(timer);
    if (document.visibilityState === 'visible') await refresh();
    clearTimeout(timer);
    if (!isStopped) timer = setTimeout(() => void look(), POLL_MS);
  };
  const onSeen = (): void => void look();
  document.addEventListener('visibilitychange', onSeen);
  const unsubscribe = range.subscribe(() => void look());
  return () => {
    isStopped = true;
    clearTimeout(timer);
    unsubscribe();
    document.removeEventListener('visibilitychange', onSeen);
  };
};
