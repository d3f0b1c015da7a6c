import type { Answer, Call } from '../test/integration/harness.ts';

export const TASKS = '/api/task-center/tasks';

export const requireStatus = (answer: Answer, status: number): Answer => {
  if (answer.status === status) return answer;
  throw new Error(`${status} was expected, and the answer is ${answer.status}: ${JSON.stringify(answer.body)}`);
};

/** Creates something; its id. */
export const created = async (call: Call, path: string, body: unknown): Promise<string> =>
  requireStatus(await call('POST', path, body), 201).body.id as string;

const BATCH = 99;

/** Tasks of one type; their ids. */
export const createTasks = async (call: Call, drafts: readonly object[]): Promise<string[]> => {
  const type = await created(call, '/api/task-center/types', {
    code: `type-${drafts.length}-${Date.now()}`,
    name: 'A',
  });
  const ids: string[] = [];
  for (let from = 0; from < drafts.length; from += BATCH) {
    const tasks = drafts.slice(from, from + BATCH).map((draft) => ({ task_type_id: type, name: 'Task', ...draft }));
    const answer = requireStatus(await call('POST', `${TASKS}:batch-create`, { tasks }), 201);
    ids.push(...(answer.body.tasks as { id: string }[]).map(({ id }) => id));
  }
  return ids;
};

/** Cancels a dispatched task, so that its assignee gets the window back. */
export const cancel = async (call: Call, id: string): Promise<void> => {
  requireStatus(await call('POST', `${TASKS}/${id}/transition`, { target_state: 'CANCELED' }), 200);
};
