import type { ComponentChildren } from 'preact';
import type { PlanView } from '../../../core/plans/plan.ts';
import {
  differenceText,
  gapText,
  inOrder,
  LEFT_OUT,
  reasonTexts,
  totalsRows,
  type Assignment,
} from '../../state/day-plan.ts';
import { spanText } from '../../state/time.ts';
import { nameOf, openTask, readable, zone } from '../plan/store.ts';
import {
  commit,
  committed,
  isBusy,
  isCommittable,
  names,
  plannedTasks,
  report,
  revert,
  takenOut,
  wanted,
} from './store.ts';

const TaskLink = ({ id }: { readonly id: string }) => (
  <button
    type="button"
    class="link"
    onClick={() => {
      openTask.value = id;
    }}
  >
    {names.task(id)}
  </button>
);

const Totals = ({ outcome }: { readonly outcome: NonNullable<PlanView['outcome']> }) => (
  <div class="stack">
    <p>
      {outcome.is_canceled ? 'It was stopped before its end. ' : ''}
      {gapText(outcome)}
    </p>
    <table>
      <thead>
        <tr>
          <td />
          <th scope="col" class="number">
            Plan
          </th>
          <th scope="col" class="number">
            One by one
          </th>
          <th scope="col" class="number">
            At most
          </th>
        </tr>
      </thead>
      <tbody>
        {totalsRows(outcome).map(({ title, plan, oneByOne, atMost }) => (
          <tr key={title}>
            <th scope="row">{title}</th>
            <td class="number">{plan}</td>
            <td class="number">{oneByOne}</td>
            <td class="number">{atMost ?? '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

const whenText = (taskId: string): string => {
  const { planned_start_at: start = null, planned_end_at: end = null } = plannedTasks.value.get(taskId) ?? {};
  return start === null || end === null ? '' : spanText(zone.value, Date.parse(start), Date.parse(end));
};

const take = (taskId: string, isTaken: boolean): void => {
  const next = new Set(takenOut.value);
  if (isTaken) next.delete(taskId);
  else next.add(taskId);
  takenOut.value = next;
};

const AssignmentLine = ({ one }: { readonly one: Assignment }) => {
  const isDone = committed.value.has(one.task_id);
  return (
    <li>
      <label class="assignment">
        <input
          type="checkbox"
          checked={isDone || !takenOut.value.has(one.task_id)}
          disabled={isDone || !isCommittable.value}
          onChange={({ currentTarget }) => take(one.task_id, currentTarget.checked)}
        />
        <span>
          {names.task(one.task_id)} → <strong>{nameOf(one.user_id)}</strong>
          {isDone ? ' (committed)' : ''}
          <span class="small quiet block">
            {whenText(one.task_id)} · score {one.score}
          </span>
        </span>
      </label>
    </li>
  );
};

const Part = ({
  title,
  count,
  children,
}: {
  readonly title: string;
  readonly count: number;
  readonly children: ComponentChildren;
}) =>
  count === 0 ? null : (
    <section class="stack" aria-label={title}>
      <h3>
        {title} <span class="quiet">{count}</span>
      </h3>
      <ul class="plain-list">{children}</ul>
    </section>
  );

/** What the latest commit or revert did, and why something was left as it was. */
const Report = () => {
  const latest = report.value;
  if (latest === undefined) return null;
  return (
    <div class="note stack">
      <p>{latest.sentence}</p>
      {latest.left.length === 0 ? null : (
        <ul class="plain-list">
          {latest.left.map(({ task_ids, detail, differences }) => (
            <li key={task_ids.join()}>
              <strong>{task_ids.map(names.task).join(', ')}</strong>: {readable(detail)}
              {differences.map((one, index) => (
                <span key={index} class="small block">
                  {differenceText(one, names)}
                </span>
              ))}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
};

/** A plan that is made, or will never be. */
export const Result = ({ plan }: { readonly plan: PlanView }) => {
  const { outcome, assignments, unplaced, left_out, state, failure } = plan;
  const count = wanted.value.length;
  if (outcome === null)
    return <p>{failure === null ? `The plan was ${state.toLowerCase()}.` : `The plan failed: ${readable(failure)}`}</p>;
  return (
    <>
      <Report />
      <div class="row">
        {isCommittable.value && count > 0 ? (
          <button type="button" class="button strong" disabled={isBusy.value} onClick={() => void commit()}>
            Commit {count} {count === 1 ? 'task' : 'tasks'}
          </button>
        ) : null}
        {committed.value.size === 0 ? null : (
          <button type="button" class="button" disabled={isBusy.value} onClick={() => void revert()}>
            Revert
          </button>
        )}
      </div>
      <Totals outcome={outcome} />
      <Part title="Assignments" count={assignments.length}>
        {inOrder(assignments, plannedTasks.value).map((one) => (
          <AssignmentLine key={one.task_id} one={one} />
        ))}
      </Part>
      <Part title="Not placed" count={unplaced.length}>
        {unplaced.map((one) => (
          <li key={one.task_id}>
            <TaskLink id={one.task_id} />
            {reasonTexts(one, names).map((text) => (
              <span key={text} class="small block">
                {text}
              </span>
            ))}
          </li>
        ))}
      </Part>
      <Part title="Not planned" count={left_out.length}>
        {left_out.map(({ task_id, reason }) => (
          <li key={task_id}>
            <TaskLink id={task_id} />: {LEFT_OUT[reason]}
          </li>
        ))}
      </Part>
      {assignments.length + unplaced.length + left_out.length === 0 ? <p>There is no task to plan.</p> : null}
    </>
  );
};
