import { useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import { fieldInstant, fieldText, HOUR } from '../../state/time.ts';
import { Dialog } from '../shell/dialog.tsx';
import { asked } from './actions.tsx';
import { perform, type Subject } from './perform.ts';
import { range, zone } from './store.ts';

const close = (): void => {
  asked.value = undefined;
};

const iso = (text: string): string | undefined => {
  const at = fieldInstant(zone.value, text);
  return at === undefined ? undefined : new Date(at).toISOString();
};

/** From when to when, in the zone of the board; or not at any time. */
export const Reschedule = ({ subject }: { readonly subject: Subject }) => {
  const { id: taskId, planned_start_at, planned_end_at } = subject;
  const start = planned_start_at === null ? range.value.from + 8 * HOUR : Date.parse(planned_start_at);
  const end = planned_end_at === null ? start + HOUR : Date.parse(planned_end_at);
  const from = useSignal(fieldText(zone.value, start));
  const to = useSignal(fieldText(zone.value, end));
  const move = (startText: string | null, endText: string | null): void => {
    close();
    void perform(subject, { kind: 'reschedule', taskId, start: startText, end: endText });
  };
  const onSubmit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const [startText, endText] = [iso(from.value), iso(to.value)];
    if (startText !== undefined && endText !== undefined) move(startText, endText);
  };
  return (
    <Dialog title={`Reschedule ${subject.name}`} onClose={close}>
      <form class="form" onSubmit={onSubmit}>
        <label>
          From
          <input
            type="datetime-local"
            required
            autoFocus
            value={from.value}
            onInput={({ currentTarget }) => {
              from.value = currentTarget.value;
            }}
          />
        </label>
        <label>
          To
          <input
            type="datetime-local"
            required
            value={to.value}
            onInput={({ currentTarget }) => {
              to.value = currentTarget.value;
            }}
          />
        </label>
        <p class="quiet small">Times of {zone.value}</p>
        <div class="row">
          <button type="submit" class="button strong">
            Reschedule
          </button>
          {planned_start_at === null ? null : (
            <button type="button" class="button" onClick={() => move(null, null)}>
              Without a window
            </button>
          )}
        </div>
      </form>
    </Dialog>
  );
};
