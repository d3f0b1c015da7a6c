import type { Ghost } from '../../state/day-plan.ts';
import { heldOf, idOf, placeOf, plannedOf, stateWord, type Held } from '../../state/timeline.ts';
import { dayText, spanText, timeText, type Range } from '../../state/time.ts';
import type { Subject } from './perform.ts';
import { zone } from './store.ts';

/** What a move needs to know of a held window. */
export const subjectOf = (held: Held, userId: string): Subject => ({
  id: held.task_id ?? '',
  name: held.name ?? '',
  assigned_to: userId,
  planned_start_at: held.planned_start_at,
  planned_end_at: held.planned_end_at,
});

export const percent = (part: number): string => `${part * 100}%`;
export const styleOf = ({ at, length }: { readonly at: number; readonly length: number }) => ({
  left: percent(at),
  width: percent(length),
});

/** What a task takes before and after its planned window. */
const bufferText = (held: Held): string => {
  const [{ from, to }, planned] = [heldOf(held), plannedOf(held)];
  return from === planned.from && to === planned.to
    ? ''
    : `, with its buffers ${timeText(zone.value, from)}–${timeText(zone.value, to)}`;
};
/** The held window behind a bar, where buffers make it wider than the bar. */
export const Buffer = ({ held, range }: { readonly held: Held; readonly range: Range }) => {
  const { from, to } = heldOf(held);
  const place = placeOf(from, to, range);
  return place === undefined || bufferText(held) === '' ? null : <i class="buffer" style={styleOf(place)} />;
};

/** A held window as a bar: its state in colour, in pattern and in its name. A row that is made anew draws no bar anew. */
export const Bar = ({
  held,
  userId,
  person,
  range,
  isDimmed,
}: {
  readonly held: Held;
  readonly userId: string;
  readonly person: string;
  readonly range: Range;
  readonly isDimmed: boolean;
}) => {
  const { from: start, to: end } = plannedOf(held);
  const place = placeOf(start, end, range);
  const word = stateWord(held);
  const isAbsence = held.kind === 'absence';
  const title = isAbsence ? `Absent${held.reason === null ? '' : `: ${held.reason}`}` : (held.name ?? '');
  const label = `${title}, ${word}, ${person}, ${spanText(zone.value, start, end)}${bufferText(held)}`;
  if (place === undefined) return null;
  const style = styleOf(place);
  if (isAbsence)
    return (
      <div class="bar absent" style={style} title={label} role="img" aria-label={label}>
        {title}
      </div>
    );
  return (
    <button
      type="button"
      class={`bar ${held.state === 'IN_PROGRESS' ? 'started' : 'planned'}${isDimmed ? ' dimmed' : ''}`}
      style={style}
      title={label}
      data-task={idOf(held)}
      data-user={userId}
      aria-keyshortcuts="M R U Enter"
    >
      <span class="bar-name">{held.state === 'IN_PROGRESS' ? `▸ ${title}` : title}</span>{' '}
      <span class="bar-time">
        {timeText(zone.value, start)}–{timeText(zone.value, end)}
      </span>
      <span class="unseen">
        , {word}, {person}, {dayText(zone.value, start)}
      </span>
    </button>
  );
};

/** A task where a plan that is not committed would put it. */
export const PlannedBar = ({
  ghost: { name, start, end },
  person,
  range,
}: {
  readonly ghost: Ghost;
  readonly person: string;
  readonly range: Range;
}) => {
  const place = placeOf(start, end, range);
  if (place === undefined) return null;
  const label = `${name}, of the plan, ${person}, ${spanText(zone.value, start, end)}`;
  return (
    <div class="bar ghost proposed" style={styleOf(place)} role="img" aria-label={label}>
      <span class="bar-name">Plan: {name}</span>
      <span class="bar-time">
        {timeText(zone.value, start)}–{timeText(zone.value, end)}
      </span>
    </div>
  );
};
