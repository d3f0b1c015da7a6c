import * as z from 'zod';
import { idSchema, jsonObject, type JsonObject } from '../fields.ts';
import { instantSchema, latest, type Instant } from '../time/instant.ts';
import { STATES, type State } from './lifecycle.ts';
import type { Task } from './task.ts';

export const ACTIONS = [
  'created',
  'submitted_for_approval',
  'approved',
  'rejected',
  'dispatched',
  'state_changed',
  'risk_checklist_updated',
  'attachment_added',
  'comment_added',
  'amended',
  'rescheduled',
  'reassigned',
  'unassigned',
] as const;
export type Action = (typeof ACTIONS)[number];

/** What is said about a task and changes nothing of it. */
const REMARKS: ReadonlySet<Action> = new Set(['comment_added', 'attachment_added']);

export const historyEntrySchema = z
  .object({
    id: idSchema,
    tenant_id: idSchema,
    task_id: idSchema,
    version: z.number().int().min(1).meta({ description: 'The number of the entry: 1, 2, 3 … without a gap' }),
    action: z.enum(ACTIONS),
    from_state: z.enum(STATES).nullable(),
    to_state: z.enum(STATES),
    note: z.string().nullable(),
    actor_id: z.string(),
    detail: jsonObject.meta({ description: 'What lets a reader rebuild the decision' }),
    created_at: instantSchema,
  })
  .meta({ id: 'HistoryEntry' });
export type HistoryEntry = z.infer<typeof historyEntrySchema>;

/** A task before and after one change, with the entry that records it. */
export interface TaskChange {
  readonly before: Task;
  readonly after: Task;
  readonly entry: HistoryEntry;
}

/** Who changes a task when, and under which id the change is recorded. */
export interface Occasion {
  readonly actorId: string;
  readonly at: Instant;
  readonly entryId: string;
}

const ENTERED_AT: Partial<Record<State, `${'dispatched' | 'started' | 'accepted' | 'archived' | 'canceled'}_at`>> = {
  DISPATCHED: 'dispatched_at',
  IN_PROGRESS: 'started_at',
  ACCEPTED: 'accepted_at',
  ARCHIVED: 'archived_at',
  CANCELED: 'canceled_at',
};

/**
 * The one way to change a task: the next version of it, and the history entry numbered by that version. Times never
 * run backwards within a task, whatever the clocks of the machines say.
 */
export const changeTask = (
  before: Task,
  { actorId, at, entryId }: Occasion,
  change: { action: Action; patch?: Partial<Task>; note?: string | undefined; detail?: JsonObject },
): TaskChange => {
  const now = latest(at, before.updated_at);
  const state = change.patch?.state ?? before.state;
  const entered = state === before.state ? undefined : ENTERED_AT[state];
  const after: Task = {
    ...before,
    ...change.patch,
    ...(entered === undefined ? {} : { [entered]: now }),
    updated_at: now,
    version: before.version + 1,
    remarks: before.remarks + Number(REMARKS.has(change.action)),
  };
  const entry: HistoryEntry = {
    id: entryId,
    tenant_id: before.tenant_id,
    task_id: before.id,
    version: after.version,
    action: change.action,
    from_state: before.state,
    to_state: after.state,
    note: change.note ?? null,
    actor_id: actorId,
    detail: change.detail ?? {},
    created_at: now,
  };
  return { before, after, entry };
};

/** The first entry is not kept: it follows from fields of the task that never change. Its id is the task's. */
export const creationEntry = (task: Task): HistoryEntry => ({
  id: task.id,
  tenant_id: task.tenant_id,
  task_id: task.id,
  version: 1,
  action: 'created',
  from_state: null,
  to_state: 'DRAFT',
  note: null,
  actor_id: task.created_by,
  detail: { task_type_id: task.task_type_id, template_id: task.template_id, template_version: task.template_version },
  created_at: task.created_at,
});
