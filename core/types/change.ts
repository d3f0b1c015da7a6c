import type { Call } from '../call.ts';
import { notFound } from '../errors.ts';
import type { Commit } from '../commit.ts';
import type { Retry } from '../retry.ts';
import { hasAlready } from '../same.ts';
import type { Clock } from '../time/instant.ts';
import type { TaskTypeChanged } from './changes.ts';
import type { TaskType, TaskTypePatch, TaskTypes } from './task-type.ts';

/** Renames a task type, takes it in or out of use, or says who accepts. Tasks that exist are not touched. */
export const makeChangeTaskType =
  ({
    taskTypes,
    commit,
    retry,
    clock,
  }: {
    readonly taskTypes: Pick<TaskTypes, 'find'>;
    readonly commit: Commit<TaskTypeChanged>;
    readonly retry: Retry;
    readonly clock: Clock;
  }) =>
  (
    call: Call,
    taskTypeId: string,
    { name, description, is_active, field_may_accept }: TaskTypePatch,
  ): Promise<TaskType> =>
    retry(async () => {
      const before = await taskTypes.find(call.tenantId, taskTypeId);
      if (before === undefined) throw notFound('task_type', taskTypeId);
      const content = {
        name: name ?? before.name,
        description: description === undefined ? before.description : description,
        is_active: is_active ?? before.is_active,
        field_may_accept: field_may_accept ?? before.field_may_accept,
      };
      if (hasAlready(before, content)) return before;
      const after: TaskType = { ...before, ...content, updated_at: clock(), version: before.version + 1 };
      await commit(call, [{ kind: 'task_type_changed', before, after }], after);
      return after;
    });
