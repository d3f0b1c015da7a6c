import { batch, signal } from '@preact/signals';
import { problemOf } from '../../api/refusal.ts';
import { client } from '../../api/session.ts';
import type { Move } from '../../state/moves.ts';
import { shiftOf, stepOf } from '../../state/timeline.ts';
import { perform, send, type Subject } from './perform.ts';
import { isHeldBack, people, range, refresh, rows, view } from './store.ts';

export const ROW_HEIGHT = 44;
/** Pixels that a pointer moves before it drags: below it is a click. */
const THRESHOLD = 5;
const PREVIEW_MS = 120;

export interface Drag {
  readonly subject: Subject;
  readonly x: number;
  readonly y: number;
  /** The person whose row the pointer is over. */
  readonly overUserId: string | undefined;
  /** How far in time, for one that stays in its row. */
  readonly shiftMs: number;
}

/** What is dragged, where it is. */
export const drag = signal<Drag | undefined>(undefined);
/** People who would refuse what is dragged or about to be assigned, each with the service's reason. */
export const marks = signal<ReadonlyMap<string, string>>(new Map());

/** Asks the service who would refuse a task; it previews the automatic choice among all who are shown. */
export const previewAll = async (taskId: string): Promise<ReadonlyMap<string, string>> => {
  const candidate_user_ids = people.value.map(({ id }) => id);
  const params = { task_id: taskId };
  try {
    const body = { candidate_user_ids, validate_only: true };
    const { excluded } = await client.post('/api/task-center/tasks/{task_id}/auto-dispatch', { params, body });
    return new Map(excluded.map(({ user_id, detail }) => [user_id, detail]));
  } catch (error) {
    const { excluded, detail } = problemOf(error);
    return new Map(
      excluded === undefined
        ? candidate_user_ids.map((id) => [id, detail])
        : excluded.map((one) => [one.user_id, one.detail]),
    );
  }
};

const moveOf = ({ subject, overUserId, shiftMs }: Drag): Move | undefined => {
  const { id: taskId, assigned_to: holder, planned_start_at: start, planned_end_at: end } = subject;
  if (overUserId === undefined) return undefined;
  if (holder === null) return { kind: 'assign', taskId, userId: overUserId };
  if (overUserId !== holder) return { kind: 'reassign', taskId, userId: overUserId };
  if (shiftMs === 0 || start === null || end === null) return undefined;
  const shifted = (text: string): string => new Date(Date.parse(text) + shiftMs).toISOString();
  return { kind: 'reschedule', taskId, start: shifted(start), end: shifted(end) };
};

interface Surface {
  /** The element of all rows, as tall as they are together. */
  readonly rows: () => HTMLElement | null;
  /** A track: as wide as the axis. */
  readonly track: () => HTMLElement | null;
  /** What the rows are scrolled in: outside of it nothing is dropped. */
  readonly viewport: () => HTMLElement | null;
}

/** Begins to drag on a pointer that goes down; ends by itself. Touch scrolls: there the menus do the same. */
export const startDrag = (event: PointerEvent, subject: Subject, surface: Surface): void => {
  if (event.button !== 0 || event.pointerType === 'touch') return;
  const [startX, startY] = [event.clientX, event.clientY];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const asked = new Set<string>();

  const previewOne = (move: Move, userId: string): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (asked.has(userId)) return;
      asked.add(userId);
      send(move, { isPreview: true }).catch((error: unknown) => {
        if (drag.value?.subject === subject) marks.value = new Map(marks.value).set(userId, problemOf(error).detail);
      });
    }, PREVIEW_MS);
  };

  const placed = (x: number, y: number): Drag => {
    const box = surface.viewport()?.getBoundingClientRect();
    const top = surface.rows()?.getBoundingClientRect().top ?? 0;
    const width = surface.track()?.getBoundingClientRect().width ?? 1;
    const isInside = box !== undefined && x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
    const overUserId = isInside ? rows.value[Math.floor((y - top) / ROW_HEIGHT)]?.userId : undefined;
    const isOwnRow = overUserId !== undefined && overUserId === subject.assigned_to;
    const shiftMs = isOwnRow ? shiftOf((x - startX) / width, range.value, stepOf(view.value)) : 0;
    return { subject, x, y, overUserId, shiftMs };
  };

  const onMove = ({ clientX, clientY }: PointerEvent): void => {
    if (drag.value === undefined) {
      if (Math.hypot(clientX - startX, clientY - startY) < THRESHOLD) return;
      isHeldBack.value = true;
      if (subject.assigned_to === null)
        void previewAll(subject.id).then((found) => {
          if (drag.value?.subject === subject) marks.value = found;
        });
    }
    const next = placed(clientX, clientY);
    drag.value = next;
    const move = moveOf(next);
    if (move?.kind === 'reassign') previewOne(move, move.userId);
  };

  const end = (): void => {
    clearTimeout(timer);
    removeEventListener('pointermove', onMove);
    removeEventListener('pointerup', onUp);
    removeEventListener('pointercancel', onCancel);
    removeEventListener('keydown', onKey, true);
    batch(() => {
      drag.value = undefined;
      marks.value = new Map();
      isHeldBack.value = false;
    });
  };
  const onUp = ({ clientX, clientY }: PointerEvent): void => {
    const wasDragged = drag.value !== undefined;
    const move = wasDragged ? moveOf(placed(clientX, clientY)) : undefined;
    end();
    if (!wasDragged) return;
    // The click that follows a drag opens nothing.
    addEventListener('click', swallow, { capture: true, once: true });
    setTimeout(() => removeEventListener('click', swallow, true));
    if (move === undefined) void refresh();
    else void perform(subject, move);
  };
  const onCancel = (): void => {
    end();
    void refresh();
  };
  const onKey = (key: KeyboardEvent): void => {
    if (key.key !== 'Escape') return;
    key.preventDefault();
    key.stopPropagation();
    onCancel();
  };

  addEventListener('pointermove', onMove);
  addEventListener('pointerup', onUp);
  addEventListener('pointercancel', onCancel);
  addEventListener('keydown', onKey, true);
};

const swallow = (event: Event): void => {
  event.stopPropagation();
  event.preventDefault();
};
