import type { Call } from '../call.ts';
import type { Commit } from '../commit.ts';
import { saidBy } from '../tasks/demands.ts';
import { requireDemandable } from '../qualifications/demand.ts';
import type { Qualifications } from '../qualifications/qualification.ts';
import type { Clock } from '../time/instant.ts';
import type { TaskTypeCreated } from './changes.ts';
import type { TaskType, TaskTypeDraft } from './task-type.ts';

/** Creates a task type. Refuses with `duplicate` when the tenant has one with the code, and what it may not demand. */
export const makeCreateTaskType =
  ({
    qualifications,
    commit,
    clock,
    newId,
  }: {
    readonly qualifications: Pick<Qualifications, 'byCodes'>;
    readonly commit: Commit<TaskTypeCreated>;
    readonly clock: Clock;
    readonly newId: () => string;
  }) =>
  async (
    call: Call,
    { code, name, description, is_active, field_may_accept, required_qualifications = [], ...demands }: TaskTypeDraft,
  ): Promise<TaskType> => {
    await requireDemandable(qualifications, call.tenantId, required_qualifications);
    const at = clock();
    const taskType: TaskType = {
      id: newId(),
      tenant_id: call.tenantId,
      code,
      name,
      description: description ?? null,
      is_active: is_active ?? true,
      field_may_accept: field_may_accept ?? false,
      ...saidBy(demands),
      required_qualifications,
      created_by: call.actorId,
      created_at: at,
      updated_at: at,
      version: 1,
    };
    await commit(call, [{ kind: 'task_type_created', taskType }], taskType);
    return taskType;
  };
