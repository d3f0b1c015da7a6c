import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { problemOf, type Problem } from '../../api/refusal.ts';
import { client } from '../../api/session.ts';
import { remembered } from '../../state/moves.ts';
import { announce } from '../shell/announcer.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { asked } from '../plan/actions.tsx';
import { done, type Subject } from '../plan/perform.ts';
import { nameOf, readable, refresh, takeOver } from '../plan/store.ts';

const ask = (taskId: string, body: { readonly validate_only?: boolean; readonly plan_token?: string }) =>
  client.post('/api/task-center/tasks/{task_id}/auto-dispatch', { params: { task_id: taskId }, body });
type Preview = Awaited<ReturnType<typeof ask>>;

const readableProblem = (error: unknown): Problem => {
  const problem = problemOf(error);
  return { ...problem, detail: readable(problem.detail) };
};

const close = (): void => {
  asked.value = undefined;
};

const PARTS = [
  ['base', 'Base'],
  ['workload', 'Workload'],
  ['org_match', 'Unit'],
  ['resource_availability', 'Assets'],
  ['priority', 'Priority'],
  ['risk', 'Risk'],
  ['conflict_penalty', 'Overlaps'],
] as const;

const Scores = ({ preview }: { readonly preview: Preview }) => {
  const excluded = new Map(preview.excluded.map((one) => [one.user_id, one.detail]));
  const flips = new Map(preview.flips.map((one) => [one.user_id, one.flip]));
  const flipText = (userId: string): string => {
    const flip = flips.get(userId);
    if (flip === undefined) return '';
    return flip === 'none' ? 'no single weight' : `${flip.weight} ${flip.from} → ${flip.to}`;
  };
  return (
    <div class="table-area" tabIndex={0} role="region" aria-label="Scores">
      <table>
        <thead>
          <tr>
            <th scope="col">Person</th>
            <th scope="col" class="number">
              Total
            </th>
            {PARTS.map(([key, title]) => (
              <th key={key} scope="col" class="number">
                {title}
              </th>
            ))}
            <th scope="col">Would win with</th>
          </tr>
        </thead>
        <tbody>
          {preview.scores.map(({ user_id, total_score, breakdown }) => (
            <tr key={user_id} class={user_id === preview.selected_user_id ? 'chosen' : ''}>
              <th scope="row">
                {nameOf(user_id)}
                {user_id === preview.selected_user_id ? ' (chosen)' : ''}
                {excluded.has(user_id) ? <span class="problem small block">{excluded.get(user_id)}</span> : null}
              </th>
              <td class="number">{total_score}</td>
              {PARTS.map(([key]) => (
                <td key={key} class="number">
                  {breakdown[key]}
                </td>
              ))}
              <td class="small">{flipText(user_id)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
};

/** Those whom nothing could choose from: no score, but a reason. */
const Unscored = ({ problem }: { readonly problem: Problem }) => (
  <div>
    <p class="problem" role="alert">
      {problem.detail}
    </p>
    <ul class="plain-list">
      {(problem.excluded ?? []).map((one) => (
        <li key={one.user_id}>
          {nameOf(one.user_id)}: {one.detail}
        </li>
      ))}
    </ul>
  </div>
);

/** The automatic choice before it is made: every score, everyone left out, and by how much it was decided. */
export const Why = ({ subject }: { readonly subject: Subject }) => {
  const preview = useSignal<Preview | undefined>(undefined);
  const problem = useSignal<Problem | undefined>(undefined);
  const isStale = useSignal(false);
  const isBusy = useSignal(false);
  const look = async (): Promise<void> => {
    problem.value = undefined;
    try {
      preview.value = await ask(subject.id, { validate_only: true });
      isStale.value = false;
    } catch (error) {
      preview.value = undefined;
      problem.value = readableProblem(error);
    }
  };
  useEffect(() => void look(), []);

  const commit = async (): Promise<void> => {
    const token = preview.value?.plan_token;
    if (token === undefined) return;
    isBusy.value = true;
    try {
      const { task, selected_user_id } = await ask(subject.id, { plan_token: token });
      const sentence = `${subject.name} assigned to ${nameOf(selected_user_id)}`;
      done.value = remembered(done.value, {
        opposite: { kind: 'unassign', taskId: subject.id },
        version: task.version,
        sentence,
      });
      takeOver(task);
      announce(`${sentence}.`);
      close();
      void refresh();
    } catch (error) {
      problem.value = readableProblem(error);
      isStale.value = true;
    } finally {
      isBusy.value = false;
    }
  };

  const shown = preview.value;
  return (
    <Dialog title={`Who is best for ${subject.name}?`} onClose={close} isWide>
      {shown === undefined && problem.value === undefined ? <p class="quiet">Asking …</p> : null}
      {isStale.value ? (
        <div class="note row">
          <span>Something has changed since: {problem.value?.detail}</span>
          <button type="button" class="button" onClick={() => void look()}>
            Look again
          </button>
        </div>
      ) : null}
      {problem.value !== undefined && !isStale.value ? <Unscored problem={problem.value} /> : null}
      {shown === undefined ? null : (
        <>
          <p>
            <strong>{nameOf(shown.selected_user_id)}</strong>
            {shown.margin === null
              ? ', the only one who is free.'
              : `, ${shown.margin} points before the next who is free.`}{' '}
            <span class="quiet">
              {shown.scores.length} scored, {shown.excluded.length} left out, strategy{' '}
              {shown.resource_snapshot.score_strategy.version}.
            </span>
          </p>
          <Scores preview={shown} />
          <div class="row">
            <button
              type="button"
              class="button strong"
              disabled={isBusy.value || isStale.value}
              onClick={() => void commit()}
            >
              Assign to {nameOf(shown.selected_user_id)}
            </button>
          </div>
        </>
      )}
    </Dialog>
  );
};
