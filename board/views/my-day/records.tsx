import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { problemOf } from '../../api/refusal.ts';
import { client, session } from '../../api/session.ts';
import { PROBLEM } from '../../state/errands.ts';
import { dayText, timeText } from '../../state/time.ts';
import { zone } from '../plan/store.ts';
import { readTask, type WholeTask } from '../task/whole-task.ts';
import { arrivals } from './store.ts';

const MOST = 200;

const readComments = async (taskId: string) =>
  (await client.list('/api/task-center/tasks/{task_id}/comments', { params: { task_id: taskId } }, MOST)).items;
type Comments = Awaited<ReturnType<typeof readComments>>;

const Comment = ({ comment }: { readonly comment: Comments[number] }) => {
  const { content, created_at, created_by } = comment;
  const isProblem = content.startsWith(PROBLEM);
  const at = Date.parse(created_at);
  return (
    <li>
      <p class="prose">
        {isProblem ? <strong class="problem">{PROBLEM}</strong> : null}
        {isProblem ? content.slice(PROBLEM.length) : content}
      </p>
      <p class="small quiet">
        {created_by === session.value?.userId ? 'You' : 'A colleague'}, {dayText(zone.value, at)}{' '}
        {timeText(zone.value, at)}
      </p>
    </li>
  );
};

/** What was said about a task, and the files that belong to it: as they were read last. */
export const Records = ({ taskId }: { readonly taskId: string }) => {
  const comments = useSignal<Comments>([]);
  const attachments = useSignal<WholeTask['attachments']>([]);
  const problem = useSignal<string | undefined>(undefined);
  useEffect(() => {
    Promise.all([readComments(taskId), readTask(taskId)]).then(
      ([said, task]) => {
        comments.value = said;
        attachments.value = task.attachments;
        problem.value = undefined;
      },
      (error: unknown) => {
        const { status, detail } = problemOf(error);
        problem.value = status === 0 ? 'Comments and links are read when there is a network.' : detail;
      },
    );
  }, [arrivals.value]);
  return (
    <>
      {problem.value === undefined ? null : <p class="small quiet">{problem.value}</p>}
      {attachments.value.length === 0 ? null : (
        <ul class="plain-list" aria-label="Links">
          {attachments.value.map(({ id, name, url }) => (
            <li key={id}>
              {/^https?:\/\//i.test(url) ? (
                <a class="day-link" href={url} target="_blank" rel="noreferrer noopener">
                  {name}
                </a>
              ) : (
                `${name} (${url})`
              )}
            </li>
          ))}
        </ul>
      )}
      {comments.value.length === 0 ? null : (
        <ul class="plain-list" aria-label="Comments">
          {comments.value.map((comment) => (
            <Comment key={comment.id} comment={comment} />
          ))}
        </ul>
      )}
    </>
  );
};
