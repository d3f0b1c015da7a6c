import { useSignal } from '@preact/signals';
import type { ComponentChildren, TargetedSubmitEvent } from 'preact';
import { useEffect } from 'preact/hooks';
import { problemOf } from '../../api/refusal.ts';
import { client, may } from '../../api/session.ts';
import { entryText, isDone, withTick } from '../../state/checklist.ts';
import { dayText, timeText } from '../../state/time.ts';
import { changes, nameOf, zone } from '../plan/store.ts';
import type { Change, WholeTask } from './whole-task.ts';

const TASK = '/api/task-center/tasks/{task_id}';
const MOST = 500;

const whenText = (text: string): string => {
  const at = Date.parse(text);
  return `${dayText(zone.value, at)} ${timeText(zone.value, at)}`;
};

const Part = ({ title, children }: { readonly title: string; readonly children: ComponentChildren }) => (
  <section class="stack">
    <h3>{title}</h3>
    {children}
  </section>
);

/** Reads a list of the task when the panel opens and after each change; says why where it cannot. */
const useList = <T,>(read: () => Promise<{ readonly items: readonly T[] }>) => {
  const state = useSignal<{ readonly items: readonly T[]; readonly problem?: string } | undefined>(undefined);
  useEffect(() => {
    read().then(
      ({ items }) => {
        state.value = { items };
      },
      (error: unknown) => {
        state.value = { items: [], problem: problemOf(error).detail };
      },
    );
  }, [changes.value]);
  return state.value;
};

const Empty = ({ list, text }: { readonly list: ReturnType<typeof useList>; readonly text: string }) => {
  if (list === undefined) return <p class="quiet small">Reading …</p>;
  if (list.problem !== undefined) return <p class="problem small">{list.problem}</p>;
  return list.items.length === 0 ? <p class="quiet small">{text}</p> : null;
};

export const Checklist = ({ task, change }: { readonly task: WholeTask; readonly change: Change }) => {
  const { checklist } = task;
  if (checklist.length === 0) return null;
  const isWritable = may('mission.write') && !['ARCHIVED', 'CANCELED'].includes(task.state);
  const tick = (position: number, done: boolean): void =>
    void change(
      () =>
        client.patch(`${TASK}/risk-checklist`, {
          params: { task_id: task.id },
          ifMatch: task.version,
          body: { checklist: withTick(checklist, position, done) },
        }),
      done ? 'Ticked.' : 'Not ticked any more.',
    );
  return (
    <Part title={`Checklist, ${checklist.filter(isDone).length} of ${checklist.length}`}>
      <ul class="plain-list">
        {checklist.map((entry, position) => (
          <li key={position}>
            <label class="row">
              <input
                type="checkbox"
                checked={isDone(entry)}
                disabled={!isWritable}
                onChange={({ currentTarget }) => tick(position, currentTarget.checked)}
              />
              {entryText(entry)}
            </label>
          </li>
        ))}
      </ul>
    </Part>
  );
};

interface CommentsProps {
  readonly taskId: string;
  readonly isWritable: boolean;
  readonly change: Change;
}

export const Comments = ({ taskId, isWritable, change }: CommentsProps) => {
  const params = { task_id: taskId };
  const list = useList(() => client.list(`${TASK}/comments`, { params }, MOST));
  const content = useSignal('');
  const onSubmit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    void change(async () => {
      await client.post(`${TASK}/comments`, { params, body: { content: content.value } });
      return undefined;
    }, 'Comment added.').then((isAdded) => {
      if (isAdded) content.value = '';
    });
  };
  return (
    <Part title="Comments">
      <Empty list={list} text="No comment yet." />
      <ul class="plain-list">
        {list?.items.map((one) => (
          <li key={one.id}>
            <p class="prose">{one.content}</p>
            <p class="small quiet">
              {nameOf(one.created_by)}, {whenText(one.created_at)}
            </p>
          </li>
        ))}
      </ul>
      {isWritable ? (
        <form class="row" onSubmit={onSubmit}>
          <label class="inline wide">
            <span class="unseen">New comment</span>
            <input
              placeholder="New comment"
              required
              value={content.value}
              onInput={({ currentTarget }) => {
                content.value = currentTarget.value;
              }}
            />
          </label>
          <button type="submit" class="button">
            Comment
          </button>
        </form>
      ) : null}
    </Part>
  );
};

/** Only an address of the web is made a link: whatever else stands there is shown as a text. */
const isWebAddress = (url: string): boolean => /^https?:\/\//i.test(url);

export const Attachments = ({ task, change }: { readonly task: WholeTask; readonly change: Change }) => {
  const onSubmit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    const [name, url] = ['name', 'url'].map((field) => {
      const value = data.get(field);
      return typeof value === 'string' ? value : '';
    });
    void change(
      () =>
        client.post(`${TASK}/attachments`, {
          params: { task_id: task.id },
          body: { name: name ?? '', url: url ?? '' },
        }),
      'Attachment added.',
    ).then((isAdded) => {
      if (isAdded) form.reset();
    });
  };
  return (
    <Part title="Attachments">
      {task.attachments.length === 0 ? <p class="quiet small">No attachment yet.</p> : null}
      <ul class="plain-list">
        {task.attachments.map(({ id, name, url }) => (
          <li key={id}>
            {isWebAddress(url) ? (
              <a href={url} target="_blank" rel="noreferrer noopener">
                {name}
              </a>
            ) : (
              <>
                {name} <span class="small quiet">{url}</span>
              </>
            )}
          </li>
        ))}
      </ul>
      {may('mission.write') ? (
        <form class="row" onSubmit={onSubmit}>
          <label class="inline">
            <span class="unseen">Name of the attachment</span>
            <input name="name" placeholder="Name" required />
          </label>
          <label class="inline">
            <span class="unseen">Address of the attachment</span>
            <input name="url" placeholder="https://…" required />
          </label>
          <button type="submit" class="button">
            Attach
          </button>
        </form>
      ) : null}
    </Part>
  );
};

export const Decisions = ({ taskId }: { readonly taskId: string }) => {
  const list = useList(() => client.list(`${TASK}/decisions`, { params: { task_id: taskId } }, MOST));
  if (list !== undefined && list.problem === undefined && list.items.length === 0) return null;
  return (
    <Part title="Automatic decisions">
      <Empty list={list} text="" />
      <ul class="plain-list">
        {list?.items.map((one) => (
          <li key={one.id}>
            {nameOf(one.selected_user_id)}, strategy {one.strategy.version}
            <p class="small quiet">
              {whenText(one.made_at)}, {one.candidates.length} candidates
            </p>
          </li>
        ))}
      </ul>
    </Part>
  );
};

export const History = ({ taskId }: { readonly taskId: string }) => {
  const list = useList(() => client.list(`${TASK}/history`, { params: { task_id: taskId } }, MOST));
  return (
    <Part title="History">
      <Empty list={list} text="Nothing happened yet." />
      <ol class="plain-list">
        {list?.items.toReversed().map((one) => (
          <li key={one.id}>
            {one.action.replaceAll('_', ' ')}
            {one.from_state !== null && one.from_state !== one.to_state
              ? `: ${one.from_state.toLowerCase()} → ${one.to_state.toLowerCase()}`
              : ''}
            {one.note === null ? null : <span class="prose block">“{one.note}”</span>}
            <p class="small quiet">
              {nameOf(one.actor_id)}, {whenText(one.created_at)}
            </p>
          </li>
        ))}
      </ol>
    </Part>
  );
};
