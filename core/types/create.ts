import type { Call } from '../call.ts';
import type { Commit } from '../commit.ts';
import type { Clock } from '../time/instant.ts';
import type { TaskTypeCreated } from './changes.ts';
import type { TaskType, TaskTypeDraft } from './task-type.ts';

/** Creates a task type. Refuses with `duplicate` when the tenant has one with the code. */
export const makeCreateTaskType =
  ({
    commit,
    clock,
    newId,
  }: {
    readonly commit: Commit<TaskTypeCreated>;
    readonly clock: Clock;
    readonly newId: () => string;
  }) =>
  async (call: Call, { code, name, description, is_active, field_may_accept }: TaskTypeDraft): Promise<TaskType> => {
    const at = clock();
    const taskType: TaskType = {
      id: newId(),
      tenant_id: call.tenantId,
      code,
      name,
      description: description ?? null,
      is_active: is_active ?? true,
      field_may_accept: field_may_accept ?? false,
      created_by: call.actorId,
      created_at: at,
      updated_at: at,
      version: 1,
    };
    await commit(call, [{ kind: 'task_type_created', taskType }], taskType);
    return taskType;
  };
