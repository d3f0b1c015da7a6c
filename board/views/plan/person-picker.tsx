import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Dialog } from '../shell/dialog.tsx';
import { announce } from '../shell/announcer.tsx';
import { asked } from './actions.tsx';
import { previewAll } from './drag.ts';
import { perform, type Subject } from './perform.ts';
import { people, selected } from './store.ts';

const close = (): void => {
  asked.value = undefined;
};

/** Assigns one after the other, and says how many went through; a refusal stays beside the board. */
const assignAll = async (subjects: readonly Subject[], userId: string): Promise<void> => {
  let count = 0;
  for (const subject of subjects) {
    const kind = subject.assigned_to === null ? 'assign' : 'reassign';
    if (!(await perform(subject, { kind, taskId: subject.id, userId }))) break;
    count += 1;
  }
  if (subjects.length > 1) announce(`${count} of ${subjects.length} assigned.`);
  if (count === subjects.length) selected.value = new Set();
};

/** Who shall do it: everybody, those who would refuse with the reason. */
export const PersonPicker = ({ subjects }: { readonly subjects: readonly Subject[] }) => {
  const text = useSignal('');
  const reasons = useSignal<ReadonlyMap<string, string> | undefined>(undefined);
  const [only] = subjects;
  const isOne = subjects.length === 1 && only !== undefined;
  useEffect(() => {
    if (!isOne || only.assigned_to !== null) return;
    void previewAll(only.id).then((found) => {
      reasons.value = found;
    });
  }, []);
  const sought = text.value.trim().toLowerCase();
  const shown = people.value.filter(
    ({ id, username }) => username.toLowerCase().includes(sought) && !(isOne && id === only.assigned_to),
  );
  const choose = (userId: string): void => {
    close();
    void assignAll(subjects, userId);
  };
  const verb = isOne && only.assigned_to !== null ? 'Move' : 'Assign';
  return (
    <Dialog title={`${verb} ${isOne ? only.name : `${subjects.length} tasks`} to…`} onClose={close}>
      <label class="field">
        Name
        <input
          type="search"
          value={text.value}
          autoFocus
          onInput={({ currentTarget }) => {
            text.value = currentTarget.value;
          }}
          onKeyDown={({ key }) => {
            const [first] = shown;
            if (key === 'Enter' && first !== undefined) choose(first.id);
          }}
        />
      </label>
      <ul class="choices" aria-label="People">
        {shown.map(({ id, username }) => (
          <li key={id}>
            <button type="button" class="choice" onClick={() => choose(id)}>
              <span>{username}</span>
              {reasons.value?.has(id) === true ? (
                <span class="problem small">{reasons.value.get(id)}</span>
              ) : reasons.value === undefined ? null : (
                <span class="quiet small">free</span>
              )}
            </button>
          </li>
        ))}
      </ul>
      {shown.length === 0 ? <p class="quiet">Nobody is called that.</p> : null}
    </Dialog>
  );
};
