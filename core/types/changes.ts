import type { TaskType } from './task-type.ts';

export interface TaskTypeCreated {
  readonly kind: 'task_type_created';
  readonly taskType: TaskType;
}
export interface TaskTypeChanged {
  readonly kind: 'task_type_changed';
  readonly before: TaskType;
  readonly after: TaskType;
}

export type TaskTypeChanges = TaskTypeCreated | TaskTypeChanged;
