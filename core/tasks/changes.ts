import type { TaskChange } from './history.ts';
import type { Attachment, Comment } from './remarks.ts';
import type { Task } from './task.ts';

export interface TaskCreated {
  readonly kind: 'task_created';
  readonly task: Task;
}
export interface TaskChanged extends TaskChange {
  readonly kind: 'task_changed';
}
export interface AttachmentAdded {
  readonly kind: 'attachment_added';
  readonly task: Task;
  readonly attachment: Attachment;
}
export interface CommentAdded {
  readonly kind: 'comment_added';
  readonly task: Task;
  readonly comment: Comment;
}
export interface BatchCreated {
  readonly kind: 'batch_created';
  readonly batch: BatchRecord;
}

/** The audit entry of a batch. */
export interface BatchRecord {
  readonly id: string;
  readonly tenant_id: string;
  readonly task_ids: readonly string[];
  readonly created_by: string;
  readonly created_at: string;
}

export type TaskChanges = TaskCreated | TaskChanged | AttachmentAdded | CommentAdded;
