import type { Problem } from '../../api/refusal.ts';
import type { Move } from '../../state/moves.ts';
import { spanText } from '../../state/time.ts';
import { refused, perform, type Refused } from './perform.ts';
import { nameOf, openTask, zone } from './store.ts';

const span = (start: string, end: string): string => spanText(zone.value, Date.parse(start), Date.parse(end));

/** Takes a suggested time: a task that is held is rescheduled, another one is given the time and then the person. */
const takeSlot = async ({ subject, move }: Refused, start: string, end: string): Promise<void> => {
  const taskId = subject.id;
  const isRescheduled = await perform(subject, { kind: 'reschedule', taskId, start, end });
  if (isRescheduled && move.kind !== 'reschedule')
    await perform({ ...subject, planned_start_at: start, planned_end_at: end }, move);
};

const takePerson = ({ subject, move }: Refused, userId: string): void => {
  const kind: Move['kind'] = subject.assigned_to === null ? 'assign' : 'reassign';
  const next: Move = { kind, taskId: subject.id, userId };
  const isTimeWanted = move.kind === 'reschedule' && move.start !== null;
  // Who is free was asked for the wanted time: it is set where the task has nobody yet, whom it could collide with.
  void (isTimeWanted
    ? perform(subject, next).then((isDone) => isDone && perform({ ...subject, assigned_to: userId }, move))
    : perform(subject, next));
};

const Suggestions = ({ told, problem }: { readonly told: Refused; readonly problem: Problem }) => {
  const { slots = [], user_ids = [] } = problem.suggestions ?? {};
  if (slots.length + user_ids.length === 0) return null;
  return (
    <div class="stack">
      {slots.length === 0 ? null : (
        <div class="row" role="group" aria-label="Free times">
          <span class="small quiet">Free</span>
          {slots.map(({ start_at, end_at }) => (
            <button key={start_at} type="button" class="button" onClick={() => void takeSlot(told, start_at, end_at)}>
              {span(start_at, end_at)}
            </button>
          ))}
        </div>
      )}
      {user_ids.length === 0 ? null : (
        <div class="row" role="group" aria-label="Others who are free">
          <span class="small quiet">Instead</span>
          {user_ids.slice(0, 5).map((id) => (
            <button key={id} type="button" class="button" onClick={() => takePerson(told, id)}>
              {nameOf(id)}
            </button>
          ))}
        </div>
      )}
    </div>
  );
};

/** A place right below the row that refused, where it can be seen and there is room; else the corner of the board. */
const topBeside = (userId: string | null): number | undefined => {
  const row = userId === null ? null : document.querySelector(`[data-row="${CSS.escape(userId)}"]`);
  const stage = document.querySelector('.stage');
  if (row === null || stage === null) return undefined;
  const top = row.getBoundingClientRect().bottom - stage.getBoundingClientRect().top;
  return top > 0 && top < stage.clientHeight * 0.6 ? top : undefined;
};

/** Why the last move was refused, with what can be done about it. */
export const Refusal = () => {
  const told = refused.value;
  if (told === undefined) return null;
  const { subject, move, problem, takenBy } = told;
  const top = topBeside('userId' in move ? move.userId : subject.assigned_to);
  return (
    <section
      class="refusal"
      style={top === undefined ? {} : { top: `${top}px`, bottom: 'auto' }}
      aria-label="The last move was refused"
    >
      <div class="row spread">
        <h3>{subject.name}: refused</h3>
        <button
          type="button"
          class="button plain"
          onClick={() => {
            refused.value = undefined;
          }}
        >
          Dismiss
        </button>
      </div>
      <p>{problem.detail}</p>
      {(problem.conflicts ?? []).slice(0, 3).map((one) => (
        <p key={one.task_id} class="small">
          <button
            type="button"
            class="link"
            onClick={() => {
              openTask.value = one.task_id;
            }}
          >
            {one.name}
          </button>{' '}
          {span(one.planned_start_at, one.planned_end_at)}
        </p>
      ))}
      {(problem.absences ?? []).slice(0, 3).map((one) => (
        <p key={one.start_at} class="small">
          Absent {span(one.start_at, one.end_at)}
          {one.reason === null ? '' : `: ${one.reason}`}
        </p>
      ))}
      {takenBy === undefined ? null : <p class="small">{takenBy}</p>}
      <Suggestions told={told} problem={problem} />
    </section>
  );
};
