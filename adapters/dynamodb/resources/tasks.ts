import { notFound } from '../../../core/errors.ts';
import type { TaskChanges } from '../../../core/tasks/changes.ts';
import { historyEntrySchema, type HistoryEntry } from '../../../core/tasks/history.ts';
import { lastChangeOf } from '../../../core/tasks/last-change.ts';
import { attachmentSchema, commentSchema, type Attachment, type Comment } from '../../../core/tasks/remarks.ts';
import { taskSchema, type Task } from '../../../core/tasks/task.ts';
import type { Tasks } from '../../../core/tasks/tasks.ts';
import { all, put, update, type Writes } from '../actions.ts';
import { makeCodec, owned, type Codec, type Owned, type Reads } from '../codec.ts';
import {
  ATTACHMENT_PREFIX,
  attachmentKey,
  COMMENT_PREFIX,
  commentKey,
  historyKey,
  LAST_VERSION,
  taskKey,
} from '../keys.ts';
import { listPage } from '../listing.ts';
import { behind, END } from '../pages.ts';
import { taskIdsInRange, taskIndexAttributes, taskListing } from './task-lists.ts';

export const taskCodec: Codec<Task> = /* @__PURE__ */ makeCodec({
  schema: taskSchema,
  key: owned(taskKey),
  documents: ['checklist', 'area_geom', 'first_attachments', 'route_template', 'payload_template', 'payload'],
  sparse: [
    ...(['buffer_before_minutes', 'buffer_after_minutes', 'required_assets', 'demanded_by', 'asset_ids'] as const),
    ...(['required_qualifications', 'qualifications_of_type', 'qualifications_given', 'field_may_accept'] as const),
  ],
  indexed: taskIndexAttributes,
});
export const historyCodec: Codec<HistoryEntry> = /* @__PURE__ */ makeCodec({
  schema: historyEntrySchema,
  key: ({ tenant_id, task_id, version }) => historyKey(tenant_id, task_id, version),
  documents: ['detail'],
});

/** Comments and attachments belong to a task, which their own fields do not name. */
export const commentCodec = (task: Owned): Codec<Comment> =>
  makeCodec({ schema: commentSchema, key: ({ id }) => commentKey(task.tenant_id, task.id, id) });
export const attachmentCodec = (task: Owned): Codec<Attachment> =>
  makeCodec({ schema: attachmentSchema, key: ({ id }) => attachmentKey(task.tenant_id, task.id, id) });

export const makeTasks = (reads: Reads): Tasks => ({
  get: async (tenantId, taskId) => {
    const key = taskKey(tenantId, taskId);
    const [first, ...rest] = await reads.reader.range({
      partition: key.PK,
      from: key.SK,
      to: `${ATTACHMENT_PREFIX}${END}`,
    });
    if (first === undefined) throw notFound('task', taskId);
    const task = taskCodec.fromItem(first);
    return { task, later: rest.map(attachmentCodec(task).fromItem) };
  },
  list: (tenantId, filters, page) =>
    listPage(reads.reader, taskListing(reads.reader, tenantId, filters, taskCodec.fromItem), page),
  getMany: async (tenantId, taskIds) =>
    (await reads.reader.getMany(taskIds.map((id) => taskKey(tenantId, id)))).map(taskCodec.fromItem),
  ids: (tenantId, filters, limit) => taskIdsInRange(reads.reader, tenantId, filters, limit),
  comments: async (tenantId, taskId, { limit, after }) => {
    const { PK: partition } = taskKey(tenantId, taskId);
    const from = after === undefined ? COMMENT_PREFIX : behind(commentKey(tenantId, taskId, after));
    const to = `${COMMENT_PREFIX}${END}`;
    const read = await reads.reader.rangePage({ partition, from, to, limit: limit + 1 });
    const comments = read.items.slice(0, limit).map(commentCodec({ tenant_id: tenantId, id: taskId }).fromItem);
    const last = comments.at(-1);
    return (read.items.length > limit || read.last !== undefined) && last !== undefined
      ? { items: comments, next: last.id }
      : { items: comments };
  },
  entriesAfter: async (tenantId, taskId, version, limit) => {
    const from = historyKey(tenantId, taskId, version + 1);
    const to = historyKey(tenantId, taskId, LAST_VERSION);
    const read = await reads.reader.rangePage({ partition: from.PK, from: from.SK, to: to.SK, limit });
    return read.items.map(historyCodec.fromItem);
  },
});

export const taskWrites: Writes<TaskChanges> = {
  task_created: ({ task }) => put('task', taskCodec.toItem(task)),
  task_changed: ({ before, after, entry }) =>
    all(
      update(
        'task',
        taskCodec.toItem(before),
        { ...taskCodec.toItem(after), last_change: lastChangeOf(entry) },
        { version: before.version, state: before.state },
        'task',
      ),
      put('history', historyCodec.toItem(entry)),
    ),
  attachment_added: ({ task, attachment }) => put('attachment', attachmentCodec(task).toItem(attachment)),
  comment_added: ({ task, comment }) => put('comment', commentCodec(task).toItem(comment)),
};
