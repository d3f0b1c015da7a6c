import { client } from '../../api/session.ts';

/** One task with all that it has; an attachment leaves the tag as it is, so none is sent. Throws the service's refusal. */
export const readTask = (taskId: string) =>
  client.get('/api/task-center/tasks/{task_id}', { params: { task_id: taskId }, isAnew: true });
export type WholeTask = Awaited<ReturnType<typeof readTask>>;

/** Runs a change of the task that is shown, and says the sentence when it is made; whether it was. */
export type Change = (work: () => Promise<WholeTask | undefined>, sentence: string) => Promise<boolean>;
