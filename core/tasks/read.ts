import type { Page, PageRequest } from '../page.ts';
import type { TaskFilters } from './filters.ts';
import { creationEntry, type HistoryEntry } from './history.ts';
import type { Comment } from './remarks.ts';
import { summaryOf, viewOf, type TaskSummary, type TaskView } from './task.ts';
import type { Tasks } from './tasks.ts';

export const makeGetTask =
  ({ tasks }: { readonly tasks: Pick<Tasks, 'get'> }) =>
  async (tenantId: string, taskId: string): Promise<TaskView> =>
    viewOf(await tasks.get(tenantId, taskId));

/** Newest first; in order of start where the filters say so. */
export const makeListTasks =
  ({ tasks }: { readonly tasks: Pick<Tasks, 'list'> }) =>
  async (tenantId: string, filters: TaskFilters, request: PageRequest): Promise<Page<TaskSummary>> => {
    const page = await tasks.list(tenantId, filters, request);
    return { ...page, items: page.items.map(summaryOf) };
  };

/** Oldest first. Refuses with `task_not_found`. */
export const makeListComments =
  ({ tasks }: { readonly tasks: Pick<Tasks, 'get' | 'comments'> }) =>
  async (tenantId: string, taskId: string, request: PageRequest): Promise<Page<Comment>> => {
    const [, page] = await Promise.all([tasks.get(tenantId, taskId), tasks.comments(tenantId, taskId, request)]);
    return page;
  };

/** Oldest first, complete: the creation, then one entry for each version. A position is the version last read. */
export const makeListHistory =
  ({ tasks }: { readonly tasks: Pick<Tasks, 'get' | 'entriesAfter'> }) =>
  async (tenantId: string, taskId: string, { limit, after }: PageRequest): Promise<Page<HistoryEntry>> => {
    const version = after === undefined ? 0 : Number(after);
    // One more than the page holds tells whether another page follows; a page that large entries cut short does not
    // reach the task's version.
    const [{ task }, recorded] = await Promise.all([
      tasks.get(tenantId, taskId),
      tasks.entriesAfter(tenantId, taskId, Math.max(version, 1), limit + 1),
    ]);
    const entries = version === 0 ? [creationEntry(task), ...recorded] : recorded;
    const items = entries.slice(0, limit);
    const last = items.at(-1);
    const isLast = entries.length <= limit && (last === undefined || last.version >= task.version);
    return isLast || last === undefined ? { items } : { items, next: String(last.version) };
  };
