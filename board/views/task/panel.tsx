import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { problemOf } from '../../api/refusal.ts';
import { may } from '../../api/session.ts';
import { spanText } from '../../state/time.ts';
import { Actions } from '../plan/actions.tsx';
import { subjectOfTask } from '../plan/backlog.tsx';
import { changes, nameOf, openTask, refresh, takeOver, zone } from '../plan/store.ts';
import { announce } from '../shell/announcer.tsx';
import { Approval } from './approval.tsx';
import { Attachments, Checklist, Comments, Decisions, History } from './records.tsx';
import { readTask, type WholeTask } from './whole-task.ts';

const STATES: Readonly<Record<string, string>> = {
  DRAFT: 'draft',
  APPROVAL_PENDING: 'waits for approval',
  APPROVED: 'approved',
  REJECTED: 'rejected',
  DISPATCHED: 'planned',
  IN_PROGRESS: 'under way',
  ACCEPTED: 'done',
  ARCHIVED: 'archived',
  CANCELED: 'canceled',
};

const DISPATCHABLE = ['DRAFT', 'APPROVED'];
const HELD = ['DISPATCHED', 'IN_PROGRESS'];

const Facts = ({ task }: { readonly task: WholeTask }) => {
  const { planned_start_at: start, planned_end_at: end } = task;
  const facts = [
    ['State', STATES[task.state] ?? task.state],
    ['When', start === null || end === null ? 'no window' : spanText(zone.value, Date.parse(start), Date.parse(end))],
    ['Who', task.assigned_to === null ? 'nobody' : nameOf(task.assigned_to)],
    ['Priority', String(task.priority)],
    ['Risk', String(task.risk_level)],
    ['Area', task.area_code ?? '–'],
    ['Project', task.project_code ?? '–'],
  ] as const;
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt class="quiet">{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
};

/** Everything of one task. */
export const TaskPanel = ({ taskId }: { readonly taskId: string }) => {
  const task = useSignal<WholeTask | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const look = async (): Promise<void> => {
    try {
      task.value = await readTask(taskId);
      problem.value = undefined;
    } catch (error) {
      problem.value = problemOf(error).detail;
    }
  };
  useEffect(() => void look(), [changes.value]);

  /** Runs a change of the task; a refusal is told in the panel. */
  const change = async (work: () => Promise<WholeTask | undefined>, sentence: string): Promise<boolean> => {
    try {
      const changed = await work();
      problem.value = undefined;
      if (changed === undefined) changes.value += 1;
      else {
        task.value = changed;
        takeOver(changed);
      }
      announce(sentence);
      void refresh();
      return true;
    } catch (error) {
      problem.value = problemOf(error).detail;
      void look();
      return false;
    }
  };

  const shown = task.value;
  return (
    <aside class="panel" aria-label="Task">
      <div class="row spread">
        <h2>{shown?.name ?? 'Task'}</h2>
        <button
          type="button"
          class="button plain"
          onClick={() => {
            openTask.value = undefined;
          }}
        >
          Close
        </button>
      </div>
      <p class="problem" role="alert">
        {problem.value}
      </p>
      {shown === undefined && problem.value === undefined ? <p class="quiet">Reading …</p> : null}
      {shown === undefined ? null : (
        <>
          {shown.description === null ? null : <p class="prose">{shown.description}</p>}
          <Facts task={shown} />
          {DISPATCHABLE.includes(shown.state) || HELD.includes(shown.state) ? (
            <Actions subject={subjectOfTask(shown)} hasWhy={DISPATCHABLE.includes(shown.state)} />
          ) : null}
          <Approval task={shown} change={change} />
          <Checklist task={shown} change={change} />
          <Comments taskId={taskId} isWritable={may('mission.write')} change={change} />
          <Attachments task={shown} change={change} />
          <Decisions taskId={taskId} />
          <History taskId={taskId} />
        </>
      )}
    </aside>
  );
};
