import { useSignal } from '@preact/signals';
import { client, may } from '../../api/session.ts';
import type { Change, WholeTask } from './whole-task.ts';

const TASK = '/api/task-center/tasks/{task_id}';

/** Asking for approval, giving and refusing it, each with a note. */
export const Approval = ({ task, change }: { readonly task: WholeTask; readonly change: Change }) => {
  const note = useSignal('');
  const params = { task_id: task.id };
  const given = (): { readonly note?: string } => (note.value.trim() === '' ? {} : { note: note.value.trim() });
  const asks = task.state === 'DRAFT' && task.requires_approval && may('mission.write');
  const decides = task.state === 'APPROVAL_PENDING' && may('mission.approve');
  if (!asks && !decides) return null;
  const decide = (decision: 'APPROVE' | 'REJECT'): void =>
    void change(
      () => client.post(`${TASK}/approve`, { params, ifMatch: task.version, body: { decision, ...given() } }),
      decision === 'APPROVE' ? 'Approved.' : 'Rejected.',
    );
  return (
    <section class="stack">
      <h3>Approval</h3>
      <label class="field">
        Note
        <input
          value={note.value}
          onInput={({ currentTarget }) => {
            note.value = currentTarget.value;
          }}
        />
      </label>
      <div class="row">
        {asks ? (
          <button
            type="button"
            class="button strong"
            onClick={() =>
              void change(
                () => client.post(`${TASK}/submit-approval`, { params, ifMatch: task.version, body: given() }),
                'Submitted for approval.',
              )
            }
          >
            Ask for approval
          </button>
        ) : null}
        {decides ? (
          <>
            <button type="button" class="button strong" onClick={() => decide('APPROVE')}>
              Approve
            </button>
            <button type="button" class="button" onClick={() => decide('REJECT')}>
              Reject
            </button>
          </>
        ) : null}
      </div>
    </section>
  );
};
