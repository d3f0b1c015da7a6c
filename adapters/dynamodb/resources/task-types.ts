import type { TaskTypeChanges } from '../../../core/types/changes.ts';
import { taskTypeSchema, type TaskType, type TaskTypes } from '../../../core/types/task-type.ts';
import { all, claim, put, update, type Writes } from '../actions.ts';
import { find, makeCodec, owned, type Codec, type Reads } from '../codec.ts';
import { directoryKey } from '../keys.ts';
import { directoryPage } from '../listing.ts';

export const taskTypeKey = /* @__PURE__ */ directoryKey('task_type');

export const taskTypeCodec: Codec<TaskType> = /* @__PURE__ */ makeCodec({
  schema: taskTypeSchema,
  key: owned(taskTypeKey),
});

export const makeTaskTypes = (reads: Reads): TaskTypes => ({
  find: (tenantId, id) => find(reads, taskTypeCodec, taskTypeKey(tenantId, id)),
  list: (tenantId, filters, page) => directoryPage(reads, taskTypeCodec, taskTypeKey(tenantId, ''), filters, page),
});

export const taskTypeWrites: Writes<TaskTypeChanges> = {
  task_type_created: ({ taskType }) =>
    all(
      claim(taskType.tenant_id, 'TYPE_CODE', taskType.code, taskType.id, 'code'),
      put('task type', taskTypeCodec.toItem(taskType)),
    ),
  task_type_changed: ({ before, after }) =>
    update('task type', taskTypeCodec.toItem(before), taskTypeCodec.toItem(after), { version: before.version }),
};
