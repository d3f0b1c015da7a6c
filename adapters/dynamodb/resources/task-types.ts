import { lastEditOf } from '../../../core/events/edit.ts';
import type { TaskTypeChanges } from '../../../core/types/changes.ts';
import { taskTypeSchema, type TaskType, type TaskTypes } from '../../../core/types/task-type.ts';
import { all, claim, put, update, type Writes } from '../actions.ts';
import { find, makeCodec, owned, tenantOf, type Codec, type Reads } from '../codec.ts';
import { taskTypeKey } from '../keys.ts';
import { listPage } from '../pages.ts';

export const taskTypeCodec: Codec<TaskType> = /* @__PURE__ */ makeCodec({
  schema: taskTypeSchema,
  key: owned(taskTypeKey),
  list: 'task_types',
  tenantOf,
});

export const makeTaskTypes = (reads: Reads): TaskTypes => ({
  find: (tenantId, id) => find(reads, taskTypeCodec, taskTypeKey(tenantId, id)),
  list: (tenantId, filters, page) => listPage(reads, 'task_types', taskTypeCodec, tenantId, filters, page),
});

export const taskTypeWrites: Writes<TaskTypeChanges> = {
  task_type_created: ({ taskType }) =>
    all(
      claim(taskType.tenant_id, 'TYPE_CODE', taskType.code, taskType.id, 'code'),
      put('task type', taskTypeCodec.toItem(taskType)),
    ),
  task_type_changed: ({ before, after, ...edit }) =>
    update(
      'task type',
      taskTypeCodec.toItem(before),
      { ...taskTypeCodec.toItem(after), last_edit: lastEditOf(edit) },
      { version: before.version },
    ),
};
