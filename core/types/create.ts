import type { Call } from '../call.ts';
import type { Ledger } from '../ledger.ts';
import type { Clock } from '../time/instant.ts';
import type { TaskType, TaskTypeDraft } from './task-type.ts';

/** Creates a task type. Refuses with `duplicate` when the tenant has one with the code. */
export const makeCreateTaskType =
  ({ ledger, clock, newId }: { readonly ledger: Ledger; readonly clock: Clock; readonly newId: () => string }) =>
  async (call: Call, { code, name, description, is_active }: TaskTypeDraft): Promise<TaskType> => {
    const at = clock();
    const taskType: TaskType = {
      id: newId(),
      tenant_id: call.tenantId,
      code,
      name,
      description: description ?? null,
      is_active: is_active ?? true,
      created_by: call.actorId,
      created_at: at,
      updated_at: at,
      version: 1,
    };
    await ledger.commit(call, [{ kind: 'task_type_created', taskType }], taskType);
    return taskType;
  };
