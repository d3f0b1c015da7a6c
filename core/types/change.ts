import type { Call } from '../call.ts';
import { notFound } from '../errors.ts';
import type { Commit } from '../commit.ts';
import { requireDemandable } from '../qualifications/demand.ts';
import type { Qualifications } from '../qualifications/qualification.ts';
import type { Retry } from '../retry.ts';
import { hasAlready } from '../same.ts';
import type { Clock } from '../time/instant.ts';
import type { TaskTypeChanged } from './changes.ts';
import type { TaskType, TaskTypePatch, TaskTypes } from './task-type.ts';

/** Changes a task type, takes it in or out of use, or says who accepts. Tasks that exist are not touched. */
export const makeChangeTaskType =
  ({
    taskTypes,
    qualifications,
    commit,
    retry,
    clock,
  }: {
    readonly taskTypes: Pick<TaskTypes, 'find'>;
    readonly qualifications: Pick<Qualifications, 'byCodes'>;
    readonly commit: Commit<TaskTypeChanged>;
    readonly retry: Retry;
    readonly clock: Clock;
  }) =>
  (call: Call, taskTypeId: string, patch: TaskTypePatch): Promise<TaskType> =>
    retry(async () => {
      const before = await taskTypes.find(call.tenantId, taskTypeId);
      if (before === undefined) throw notFound('task_type', taskTypeId);
      const content = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
      if (hasAlready(before, content)) return before;
      const demanded = patch.required_qualifications ?? [];
      await requireDemandable(qualifications, call.tenantId, demanded, before.required_qualifications);
      const after: TaskType = { ...before, ...content, updated_at: clock(), version: before.version + 1 };
      await commit(call, [{ kind: 'task_type_changed', before, after }], after);
      return after;
    });
