import { useSignal } from '@preact/signals';
import { may } from '../../api/session.ts';
import type { Task } from '../../state/backlog.ts';
import { entryText, isDone } from '../../state/checklist.ts';
import { PROBLEM } from '../../state/errands.ts';
import { spanText, timeText } from '../../state/time.ts';
import { zone } from '../plan/store.ts';
import { Records } from './records.tsx';
import { does, waiting } from './store.ts';

const STATES: Readonly<Record<string, string>> = { DISPATCHED: 'Planned', IN_PROGRESS: 'Under way', ACCEPTED: 'Done' };

const whenText = ({ planned_start_at: start, planned_end_at: end }: Task, isDayKnown: boolean): string => {
  if (start === null || end === null) return 'Any time';
  const [from, to] = [Date.parse(start), Date.parse(end)];
  return isDayKnown ? `${timeText(zone.value, from)}–${timeText(zone.value, to)}` : spanText(zone.value, from, to);
};

const mayWrite = (): boolean => may('mission.field') || may('mission.write');
const mayAccept = ({ field_may_accept }: Task): boolean =>
  may('mission.write') || (may('mission.field') && field_may_accept);

/** The one thing to do next, as wide as the screen. */
const Next = ({ task }: { readonly task: Task }) => {
  if (!mayWrite()) return null;
  if (task.state === 'DISPATCHED')
    return (
      <button type="button" class="button strong big" onClick={() => does(task, { kind: 'start' })}>
        Start<span class="unseen"> {task.name}</span>
      </button>
    );
  if (task.state !== 'IN_PROGRESS') return null;
  return mayAccept(task) ? (
    <button type="button" class="button strong big" onClick={() => does(task, { kind: 'accept' })}>
      Done<span class="unseen"> with {task.name}</span>
    </button>
  ) : (
    <p class="small quiet">Your dispatcher closes this task when your work is done.</p>
  );
};

const Checklist = ({ task }: { readonly task: Task }) => (
  <section class="stack">
    <h4>
      Checklist, {task.checklist.filter(isDone).length} of {task.checklist.length}
    </h4>
    <ul class="plain-list">
      {task.checklist.map((entry, position) => (
        <li key={position}>
          <label class="day-check">
            <input
              type="checkbox"
              checked={isDone(entry)}
              disabled={!mayWrite()}
              onChange={({ currentTarget: { checked } }) =>
                does(task, { kind: 'tick', position, text: entryText(entry), done: checked })
              }
            />
            {entryText(entry)}
          </label>
        </li>
      ))}
    </ul>
  </section>
);

type Entry = 'comment' | 'problem' | 'link';

/** One form at a time: a phone has room for one. */
const Entries = ({ task }: { readonly task: Task }) => {
  const asked = useSignal<Entry | undefined>(undefined);
  const text = useSignal('');
  const url = useSignal('https://');
  const entry = asked.value;
  const choose = (next: Entry | undefined): void => {
    asked.value = next;
    text.value = '';
    url.value = 'https://';
  };
  const send = (): void => {
    if (entry === 'link') does(task, { kind: 'attach', name: text.value, url: url.value });
    else does(task, { kind: 'comment', content: `${entry === 'problem' ? PROBLEM : ''}${text.value.trim()}` });
    choose(undefined);
  };
  if (entry === undefined)
    return (
      <div class="day-actions three">
        <button type="button" class="button" onClick={() => choose('comment')}>
          Comment
        </button>
        <button type="button" class="button" onClick={() => choose('link')}>
          Link
        </button>
        <button type="button" class="button warning" onClick={() => choose('problem')}>
          Problem
        </button>
      </div>
    );
  const label = { comment: 'Comment', problem: 'What is the problem?', link: 'Name of the file or page' }[entry];
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <label>
        {label}
        {entry === 'link' ? (
          <input
            required
            pattern=".*\S.*"
            maxLength={200}
            value={text.value}
            onInput={({ currentTarget: { value } }) => {
              text.value = value;
            }}
          />
        ) : (
          <textarea
            required
            rows={3}
            maxLength={3_900}
            value={text.value}
            onInput={({ currentTarget }) => {
              text.value = currentTarget.value;
              currentTarget.setCustomValidity(currentTarget.value.trim() === '' ? 'Write something.' : '');
            }}
          />
        )}
      </label>
      {entry === 'link' ? (
        <label>
          Address
          <input
            type="url"
            required
            pattern="https?://.+"
            title="An address that begins with https://"
            value={url.value}
            onInput={({ currentTarget: { value } }) => {
              url.value = value;
            }}
          />
        </label>
      ) : null}
      <div class="day-actions">
        <button type="button" class="button" onClick={() => choose(undefined)}>
          Cancel
        </button>
        <button type="submit" class="button strong">
          {entry === 'problem' ? 'Report' : 'Add'}
        </button>
      </div>
    </form>
  );
};

interface Props {
  readonly task: Task;
  readonly isDayKnown: boolean;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

/** One task: when, what and where; all of it when it is open. */
export const DayTask = ({ task, isDayKnown, isOpen, onToggle }: Props) => {
  const isWaiting = waiting.value.some(({ taskId }) => taskId === task.id);
  return (
    <article class={`day-task ${task.state.toLowerCase()}`} data-task={task.id}>
      <h3>
        <button type="button" class="day-head" aria-expanded={isOpen} onClick={onToggle}>
          <span class="day-when">{whenText(task, isDayKnown)}</span>
          <span class="day-name">{task.name}</span>
          <span class="small quiet">
            {[STATES[task.state] ?? task.state, task.area_code, task.project_code].filter(Boolean).join(' · ')}
          </span>
          {isWaiting ? <span class="badge">waits to be sent</span> : null}
        </button>
      </h3>
      {isOpen ? (
        <div class="day-body">
          {task.description === null ? null : <p class="prose">{task.description}</p>}
          {task.checklist.length === 0 ? null : <Checklist task={task} />}
          {mayWrite() ? <Entries task={task} /> : null}
          <Records taskId={task.id} />
        </div>
      ) : null}
      <Next task={task} />
    </article>
  );
};
