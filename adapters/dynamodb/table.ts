/**
 * The table's shape, once: CDK, the local database and the stores all take it from here. A leaf file, without an SDK.
 */
export const KEY = { partition: 'PK', sort: 'SK', expiry: 'expires_at' } as const;

export interface ListIndex {
  readonly name: string;
  readonly partition: string;
  readonly sort: string;
  /** What the index holds beside the keys: what a list is filtered by within one of its partitions. */
  readonly holds: readonly string[];
}

/**
 * The indexes of tasks. They hold keys and what they are filtered by, never whole items: a change of a task writes an
 * index only when something of that moves. Which one answers which filters stands in `task-lists.ts`.
 */
export const TASK_INDEXES = {
  all: { name: 'TASKS', partition: 'in_all', sort: 'id', holds: [] },
  state: {
    name: 'TASKS_BY_STATE',
    partition: 'in_state',
    sort: 'id',
    holds: ['requires_approval', 'task_type_id', 'area_code'],
  },
  assignee: {
    name: 'TASKS_BY_ASSIGNEE',
    partition: 'in_assignee',
    sort: 'id',
    holds: ['task_type_id', 'area_code'],
  },
  assigneeAndState: {
    name: 'TASKS_BY_ASSIGNEE_AND_STATE',
    partition: 'in_assignee_state',
    sort: 'id',
    holds: ['task_type_id', 'area_code'],
  },
  type: { name: 'TASKS_BY_TYPE', partition: 'in_type', sort: 'id', holds: ['area_code'] },
  area: { name: 'TASKS_BY_AREA', partition: 'in_area', sort: 'id', holds: ['task_type_id'] },
  /** Sparse: open tasks that have a window, in order of start. */
  planned: {
    name: 'TASKS_BY_START',
    partition: 'in_plan',
    sort: 'plan_order',
    holds: ['planned_end_at', 'state', 'requires_approval', 'assigned_to', 'task_type_id', 'area_code'],
  },
} as const satisfies Readonly<Record<string, ListIndex>>;
export const LIST_INDEXES: readonly ListIndex[] = Object.values(TASK_INDEXES);
