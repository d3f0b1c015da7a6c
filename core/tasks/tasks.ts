import type { Page, PageRequest } from '../page.ts';
import type { TaskFilters } from './filters.ts';
import type { HistoryEntry } from './history.ts';
import type { Comment } from './remarks.ts';
import type { Task, WholeTask } from './task.ts';

/** Reads of tasks and what belongs to them. */
export interface Tasks {
  /** Strongly consistent, in one request. Refuses with `task_not_found`. */
  readonly get: (tenantId: string, taskId: string) => Promise<WholeTask>;
  /**
   * Newest first; in order of start where the filters say so. A page may be shorter than its limit, and empty, though
   * another follows.
   */
  readonly list: (tenantId: string, filters: TaskFilters, page: PageRequest) => Promise<Page<Task>>;
  /** Those that exist, strongly consistent, in no particular order and without their later attachments. */
  readonly getMany: (tenantId: string, taskIds: readonly string[]) => Promise<readonly Task[]>;
  /** Ids in the order of `list`, as the indexes have them: they may lag by a moment. At most `limit`. */
  readonly ids: (tenantId: string, filters: TaskFilters, limit: number) => Promise<readonly string[]>;
  readonly comments: (tenantId: string, taskId: string, page: PageRequest) => Promise<Page<Comment>>;
  /**
   * The recorded changes after `version`, oldest first; fewer than `limit` where large ones fill a page. The first
   * entry, `created`, is derived from the task.
   */
  readonly entriesAfter: (
    tenantId: string,
    taskId: string,
    version: number,
    limit: number,
  ) => Promise<readonly HistoryEntry[]>;
}
