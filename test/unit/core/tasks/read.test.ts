import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { notFound } from '../../../../core/errors.ts';
import { changeTask, type HistoryEntry } from '../../../../core/tasks/history.ts';
import { makeGetTask, makeListComments, makeListHistory, makeListTasks } from '../../../../core/tasks/read.ts';
import type { Task } from '../../../../core/tasks/task.ts';
import { CALL, NOW, refusalOf } from '../../fakes.ts';
import { attachment, comment, task } from '../../records.ts';

/** A task with as many recorded changes, and its stored entries. */
const withHistory = (changes: number): { task: Task; entries: readonly HistoryEntry[] } => {
  let current = task();
  const entries: HistoryEntry[] = [];
  for (let count = 0; count < changes; count += 1) {
    const { after, entry } = changeTask(
      current,
      { actorId: 'actor-1', at: NOW, entryId: `entry-${count}` },
      { action: 'comment_added' },
    );
    current = after;
    entries.push(entry);
  }
  return { task: current, entries };
};

/** `most` entries are what one read yields: large ones fill it early. */
const historyOf = (changes: number, most = 1_000) => {
  const { task: stored, entries } = withHistory(changes);
  return makeListHistory({
    tasks: {
      get: async () => ({ task: stored, later: [] }),
      entriesAfter: async (_tenantId, _taskId, version, limit) =>
        entries.filter((entry) => entry.version > version).slice(0, Math.min(limit, most)),
    },
  });
};

describe('the history', () => {
  it('read page by page is complete: the creation, then one entry for each version', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(30),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 12 }),
        async (changes, limit, most) => {
          const list = historyOf(changes, most);
          const read: HistoryEntry[] = [];
          let after: string | undefined;
          do {
            const page = await list(CALL, 'task-1', { limit, after });
            expect(page.items.length).toBeLessThanOrEqual(limit);
            read.push(...page.items);
            expect(page.next === undefined).toBe(read.length === changes + 1);
            after = page.next;
          } while (after !== undefined);
          expect(read.map(({ version }) => version)).toEqual(Array.from({ length: changes + 1 }, (_, i) => i + 1));
          expect(read[0]?.action).toBe('created');
        },
      ),
    );
  });

  it('of a new task is its creation', async () => {
    const page = await historyOf(0)(CALL, 'task-1', { limit: 50 });
    expect(page).toEqual({ items: [expect.objectContaining({ action: 'created', version: 1 })] });
  });
});

const gone = async (): Promise<never> => {
  throw notFound('task', 'task-1');
};

describe('reads of a task', () => {
  it('shows its attachments; a list leaves them out, and what is only kept', async () => {
    const stored = task({ first_attachments: [attachment()], payload: { a: 1 } });
    const one = await makeGetTask({ tasks: { get: async () => ({ task: stored, later: [] }) } })(CALL, 'task-1');
    expect(one.attachments).toHaveLength(1);
    const page = await makeListTasks({ tasks: { list: async () => ({ items: [stored], next: 'there' }) } })(
      CALL,
      {},
      { limit: 1 },
    );
    expect(page).toMatchObject({ items: [{ id: 'task-1', context_data: { a: 1 } }], next: 'there' });
  });

  it('of comments or history of no task is refused', async () => {
    const comments = async () => ({ items: [comment()] });
    const request = { limit: 1 };
    const listComments = makeListComments({ tasks: { get: gone, comments } });
    const listHistory = makeListHistory({ tasks: { get: gone, entriesAfter: async () => [] } });
    await refusalOf(() => listComments(CALL, 'task-1', request), 'task_not_found');
    await refusalOf(() => listHistory(CALL, 'task-1', request), 'task_not_found');
  });
});
