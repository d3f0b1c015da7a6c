import type { Call } from '../call.ts';
import { isOwnOnly, requireReach } from '../identity/field.ts';
import type { Page, PageRequest } from '../page.ts';
import type { TaskFilters } from './filters.ts';
import { creationEntry, type HistoryEntry } from './history.ts';
import type { Comment } from './remarks.ts';
import { summaryOf, viewOf, type TaskSummary, type TaskView } from './task.ts';
import type { Tasks } from './tasks.ts';

export const makeGetTask =
  ({ tasks }: { readonly tasks: Pick<Tasks, 'get'> }) =>
  async (call: Call, taskId: string): Promise<TaskView> => {
    const whole = await tasks.get(call.tenantId, taskId);
    requireReach(call, 'mission.read', whole.task);
    return viewOf(whole);
  };

/** Newest first; in order of start where the filters say so. Whoever sees own tasks only finds no others. */
export const makeListTasks =
  ({ tasks }: { readonly tasks: Pick<Tasks, 'list'> }) =>
  async (call: Call, filters: TaskFilters, request: PageRequest): Promise<Page<TaskSummary>> => {
    const { actorId, tenantId } = call;
    const { assigned_to = actorId } = filters;
    const isOwn = isOwnOnly(call, 'mission.read');
    if (isOwn && assigned_to !== actorId) return { items: [] };
    const page = await tasks.list(tenantId, isOwn ? { ...filters, assigned_to } : filters, request);
    return { ...page, items: page.items.map(summaryOf) };
  };

/** Oldest first. Refuses with `task_not_found`. */
export const makeListComments =
  ({ tasks }: { readonly tasks: Pick<Tasks, 'get' | 'comments'> }) =>
  async (call: Call, taskId: string, request: PageRequest): Promise<Page<Comment>> => {
    const { tenantId } = call;
    const [{ task }, page] = await Promise.all([
      tasks.get(tenantId, taskId),
      tasks.comments(tenantId, taskId, request),
    ]);
    requireReach(call, 'mission.read', task);
    return page;
  };

/** Oldest first, complete: the creation, then one entry for each version. A position is the version last read. */
export const makeListHistory =
  ({ tasks }: { readonly tasks: Pick<Tasks, 'get' | 'entriesAfter'> }) =>
  async (call: Call, taskId: string, { limit, after }: PageRequest): Promise<Page<HistoryEntry>> => {
    const { tenantId } = call;
    const version = after === undefined ? 0 : Number(after);
    // One more than the page holds tells whether another page follows; a page that large entries cut short does not
    // reach the task's version.
    const [{ task }, recorded] = await Promise.all([
      tasks.get(tenantId, taskId),
      tasks.entriesAfter(tenantId, taskId, Math.max(version, 1), limit + 1),
    ]);
    requireReach(call, 'mission.read', task);
    const entries = version === 0 ? [creationEntry(task), ...recorded] : recorded;
    const items = entries.slice(0, limit);
    const last = items.at(-1);
    const isLast = entries.length <= limit && (last === undefined || last.version >= task.version);
    return isLast || last === undefined ? { items } : { items, next: String(last.version) };
  };
