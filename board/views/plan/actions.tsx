import { signal } from '@preact/signals';
import { may } from '../../api/session.ts';
import { perform, type Subject } from './perform.ts';

export type Asked =
  | { readonly kind: 'person'; readonly subjects: readonly Subject[] }
  | { readonly kind: 'time'; readonly subject: Subject }
  | { readonly kind: 'why'; readonly subject: Subject };

/** The dialog that is open. */
export const asked = signal<Asked | undefined>(undefined);

export const askPerson = (...subjects: readonly Subject[]): void => {
  asked.value = { kind: 'person', subjects };
};
const askTime = (subject: Subject): void => {
  asked.value = { kind: 'time', subject };
};
export const askWhy = (subject: Subject): void => {
  asked.value = { kind: 'why', subject };
};
const unassign = (subject: Subject): void => void perform(subject, { kind: 'unassign', taskId: subject.id });

/** The keys of a bar and of a card do what their buttons do. Returns whether the key meant something. */
export const onActionKey = (key: string, subject: Subject): boolean => {
  if (!may('mission.write')) return false;
  const isHeld = subject.assigned_to !== null;
  switch (key.toLowerCase()) {
    case 'a':
    case 'm':
      askPerson(subject);
      return true;
    case 'r':
      askTime(subject);
      return true;
    case 'u':
      if (isHeld) unassign(subject);
      return isHeld;
    case 'w':
      if (!isHeld) askWhy(subject);
      return !isHeld;
    default:
      return false;
  }
};

/** The same as buttons. */
export const Actions = ({ subject, hasWhy }: { readonly subject: Subject; readonly hasWhy: boolean }) => {
  if (!may('mission.write')) return null;
  const isHeld = subject.assigned_to !== null;
  return (
    <div class="row">
      <button type="button" class="button" onClick={() => askPerson(subject)}>
        {isHeld ? 'Move to…' : 'Assign to…'}
      </button>
      {isHeld || !hasWhy ? null : (
        <button type="button" class="button" onClick={() => askWhy(subject)}>
          Best person…
        </button>
      )}
      <button type="button" class="button" onClick={() => askTime(subject)}>
        Reschedule…
      </button>
      {isHeld ? (
        <button type="button" class="button" onClick={() => unassign(subject)}>
          Unassign
        </button>
      ) : null}
    </div>
  );
};
