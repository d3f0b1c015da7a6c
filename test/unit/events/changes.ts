/** A task and its changes, as the table keeps and streams them. */
import { marshall } from '@aws-sdk/util-dynamodb';
import { v7 as newUuid } from 'uuid';
import { taskCodec } from '../../../adapters/dynamodb/resources/tasks.ts';
import type { StreamRecord } from '../../../adapters/dynamodb/stream.ts';
import { lastChangeOf } from '../../../core/tasks/last-change.ts';
import { composeTask } from '../../../core/tasks/compose.ts';
import { changeTask, type Action, type HistoryEntry } from '../../../core/tasks/history.ts';
import { taskDraft, type Task } from '../../../core/tasks/task.ts';
import { parseInstant, type Instant } from '../../../core/time/instant.ts';

export const at = (text: string): Instant => {
  const read = parseInstant(text);
  if (read === undefined) throw new Error(`${text} is no instant`);
  return read;
};

export const TENANT = 'tenant-1';
export const ACTOR = 'actor-1';

type Kept = Readonly<Record<string, unknown>>;

let sequence = 0;
export const recordOf = (
  eventName: 'INSERT' | 'MODIFY' | 'REMOVE',
  before: Kept | undefined,
  after: Kept | undefined,
) => {
  const image = (item: Kept) => marshall(item, { removeUndefinedValues: true });
  const { PK, SK } = after ?? before ?? {};
  sequence += 1;
  return {
    eventName,
    dynamodb: {
      Keys: image({ PK, SK }),
      ...(before === undefined ? {} : { OldImage: image(before) }),
      ...(after === undefined ? {} : { NewImage: image(after) }),
      SequenceNumber: String(sequence).padStart(21, '0'),
    },
  } satisfies StreamRecord;
};

export const newTask = (draft: object = {}): Task =>
  composeTask(
    taskDraft.parse({ task_type_id: newUuid(), name: 'Bridge 7', ...draft }),
    {},
    {
      id: newUuid(),
      tenantId: TENANT,
      actorId: ACTOR,
      at: at('2026-03-01T08:00:00Z'),
      newId: newUuid,
    },
  );

export interface Step {
  readonly action: Action;
  readonly patch?: Partial<Task>;
  readonly detail?: HistoryEntry['detail'];
}

/** The records of a task's life: its creation, and each step. */
export const lifeOf = (task: Task, steps: readonly Step[]) => {
  let kept: Kept = taskCodec.toItem(task);
  let now = task;
  const records = [recordOf('INSERT', undefined, kept)];
  const entries: HistoryEntry[] = [];
  for (const [index, step] of steps.entries()) {
    const occasion = { actorId: `actor-${index + 2}`, at: at(`2026-03-02T08:00:${index + 10}Z`), entryId: newUuid() };
    const { after, entry } = changeTask(now, occasion, step);
    const next = { ...taskCodec.toItem(after), last_change: lastChangeOf(entry) };
    records.push(recordOf('MODIFY', kept, next));
    entries.push(entry);
    kept = next;
    now = after;
  }
  return { records, entries };
};
