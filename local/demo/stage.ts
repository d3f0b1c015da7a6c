import type { HistoryEntry } from '../../core/tasks/history.ts';
import { listHistory } from '../../functions/tasks/contract.ts';
import type { Client } from './client.ts';
import type { Narrator } from './narrator.ts';

/** What every scene of the demo plays with. */
export interface Stage {
  readonly client: Client;
  readonly tell: Narrator;
  /** Part of every code and name, so that the demo may be repeated in one tenant. */
  readonly suffix: string;
  readonly made: Made;
}

/** Ids of what was made and can be put away again. */
export interface Made {
  readonly tasks: string[];
  readonly users: string[];
  readonly assets: string[];
}

export interface Person {
  readonly id: string;
  readonly name: string;
}

const timeOf = (instant: string | null): string => (instant === null ? 'unscheduled' : instant.slice(11, 16));

export const windowText = (task: {
  readonly planned_start_at: string | null;
  readonly planned_end_at: string | null;
}) => `${timeOf(task.planned_start_at)}–${timeOf(task.planned_end_at)}`;

/** Reads the history of a task and tells it. */
export const tellHistory = async ({ client, tell }: Stage, taskId: string): Promise<readonly HistoryEntry[]> => {
  const { body: entries } = await client.send(listHistory, { params: { task_id: taskId } });
  tell.table(
    ['version', 'action', 'state', 'note'],
    entries.map(({ version, action, from_state, to_state, note }) => [
      version,
      action,
      from_state === to_state || from_state === null ? to_state : `${from_state} to ${to_state}`,
      note ?? '',
    ]),
  );
  return entries;
};
