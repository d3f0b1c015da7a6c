import { signal } from '@preact/signals';
import { problemOf, type Problem } from '../../api/refusal.ts';
import { client, may } from '../../api/session.ts';
import type { Task } from '../../state/backlog.ts';
import { afterUndo, oppositeOf, remembered, sentenceOf, type Before, type Done, type Move } from '../../state/moves.ts';
import { dayText, timeText } from '../../state/time.ts';
import { announce } from '../shell/announcer.tsx';
import { nameOf, readable, refresh, takeOver, zone } from './store.ts';

/** What a move is about: what the bar or the card says of its task. */
export interface Subject extends Before {
  readonly id: string;
  readonly name: string;
}

/** A move that the service refused, as it is told beside the bar. */
export interface Refused {
  readonly subject: Subject;
  readonly move: Move;
  readonly problem: Problem;
  /** Whose task is in the way, and who put it there when; only of an overlap. */
  readonly takenBy?: string;
}

export const refused = signal<Refused | undefined>(undefined);
export const done = signal<readonly Done[]>([]);
/** A move that is under way: the bar is drawn where it shall go. */
export const pending = signal<{ readonly subject: Subject; readonly move: Move } | undefined>(undefined);

const TASK = '/api/task-center/tasks/{task_id}';

interface Sending {
  readonly ifMatch?: number;
  readonly isPreview?: boolean;
}

/** Sends a move. Throws the service's refusal. */
export const send = (move: Move, { ifMatch, isPreview = false }: Sending = {}): Promise<Task> => {
  const params = { task_id: move.taskId };
  const seen = ifMatch === undefined ? {} : { ifMatch };
  const wishes = isPreview ? { validate_only: true } : { suggest_users: true };
  switch (move.kind) {
    case 'assign':
      return client.post(`${TASK}/dispatch`, { params, ...seen, body: { assigned_to: move.userId, ...wishes } });
    case 'reassign':
      return client.post(`${TASK}/reassign`, { params, ...seen, body: { assigned_to: move.userId, ...wishes } });
    case 'unassign':
      return client.post(`${TASK}/unassign`, { params, ...seen, body: {} });
    case 'reschedule': {
      const body = { planned_start_at: move.start, planned_end_at: move.end, ...wishes };
      return client.patch(`${TASK}/schedule`, { params, ...seen, body });
    }
  }
};

const TAKING = ['dispatched', 'reassigned', 'rescheduled'];

/** Who took the time that a move wanted. */
const takerOf = async ({ conflicts = [] }: Problem): Promise<string | undefined> => {
  const [first] = conflicts;
  if (first === undefined || !may('mission.read')) return undefined;
  const { items } = await client.list(`${TASK}/history`, { params: { task_id: first.task_id } }, 500);
  const entry = items.filter(({ action }) => TAKING.includes(action)).at(-1);
  if (entry === undefined) return undefined;
  const at = Date.parse(entry.created_at);
  return `${first.name} was put there by ${nameOf(entry.actor_id)}, ${dayText(zone.value, at)} ${timeText(zone.value, at)}.`;
};

const tell = async (subject: Subject, move: Move, error: unknown): Promise<void> => {
  const given = problemOf(error);
  const problem = { ...given, detail: readable(given.detail) };
  refused.value = { subject, move, problem };
  announce(`Refused: ${problem.detail}`);
  const takenBy = await takerOf(problem).catch(() => undefined);
  if (takenBy !== undefined && refused.value.problem === problem) {
    refused.value = { subject, move, problem, takenBy };
    announce(`Refused: ${problem.detail} ${takenBy}`);
  }
};

/** Makes a move and remembers how to take it back. On a refusal everything is as before, and the reason is told. */
export const perform = async (subject: Subject, move: Move): Promise<boolean> => {
  refused.value = undefined;
  pending.value = { subject, move };
  try {
    const task = await send(move);
    takeOver(task);
    const sentence = sentenceOf(move, subject.name, nameOf);
    const opposite = oppositeOf(move, subject);
    if (opposite !== undefined) done.value = remembered(done.value, { opposite, version: task.version, sentence });
    announce(`${sentence}.`);
    void refresh();
    return true;
  } catch (error) {
    await tell(subject, move, error);
    return false;
  } finally {
    pending.value = undefined;
  }
};

/** Takes the latest move back, under the same guard; one that was changed by others since stays. */
export const undo = async (): Promise<void> => {
  const latest = done.value.at(-1);
  if (latest === undefined || pending.value !== undefined) return;
  const { opposite, version, sentence } = latest;
  const subject: Subject = {
    id: opposite.taskId,
    name: sentence,
    assigned_to: null,
    planned_start_at: null,
    planned_end_at: null,
  };
  refused.value = undefined;
  pending.value = { subject, move: opposite };
  try {
    const task = await send(opposite, { ifMatch: version });
    done.value = afterUndo(done.value, task.version);
    takeOver(task);
    announce(`Undone: ${sentence}.`);
    void refresh();
  } catch (error) {
    // What cannot be undone now is not offered again: the next one may be.
    done.value = done.value.slice(0, -1);
    await tell(subject, opposite, error);
  } finally {
    pending.value = undefined;
  }
};
