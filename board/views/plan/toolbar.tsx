import { may } from '../../api/session.ts';
import { DayPlanButton } from '../day-plan/panel.tsx';
import { dateText, dayStart, dayText, timeText } from '../../state/time.ts';
import { done, undo } from './perform.ts';
import { now, peopleFilter, range, secondZone, setZone, shownAt, trouble, view, zone, zones } from './store.ts';

const step = (direction: 1 | -1): void => {
  const days = view.value === 'day' ? 1 : 7;
  shownAt.value = dayStart(zone.value, shownAt.value, direction * days);
};

const title = (): string => {
  const { from, to } = range.value;
  return view.value === 'day'
    ? dateText(zone.value, from)
    : `${dayText(zone.value, from)} – ${dayText(zone.value, to - 1)}`;
};

const View = ({ name, text }: { readonly name: 'day' | 'week'; readonly text: string }) => (
  <button
    type="button"
    class="button"
    aria-pressed={view.value === name}
    onClick={() => {
      view.value = name;
    }}
  >
    {text}
  </button>
);

export const Toolbar = () => {
  const latest = done.value.at(-1);
  return (
    <div class="toolbar">
      <h1>{title()}</h1>
      <div class="row">
        <button type="button" class="button" aria-label={`Earlier ${view.value}`} onClick={() => step(-1)}>
          ‹
        </button>
        <button
          type="button"
          class="button"
          onClick={() => {
            shownAt.value = Date.now();
          }}
        >
          Today
        </button>
        <button type="button" class="button" aria-label={`Later ${view.value}`} onClick={() => step(1)}>
          ›
        </button>
        <div class="row joined" role="group" aria-label="Range">
          <View name="day" text="Day" />
          <View name="week" text="Week" />
        </div>
      </div>
      <label class="inline">
        <span class="unseen">Find people</span>
        <input
          type="search"
          placeholder="Find people"
          value={peopleFilter.value}
          onInput={({ currentTarget }) => {
            peopleFilter.value = currentTarget.value;
          }}
        />
      </label>
      <label class="inline">
        <span class="unseen">Time zone</span>
        <select value={zone.value} onChange={({ currentTarget }) => setZone(currentTarget.value)}>
          {zones.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <label class="inline">
        <span class="unseen">Second time zone</span>
        <select
          value={secondZone.value}
          onChange={({ currentTarget }) => {
            secondZone.value = currentTarget.value;
          }}
        >
          <option value="">No second zone</option>
          {zones.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      {may('mission.write') ? (
        <>
          <DayPlanButton />
          <button
            type="button"
            class="button"
            disabled={latest === undefined}
            title={latest === undefined ? 'Nothing to undo' : `Undo: ${latest.sentence}`}
            onClick={() => void undo()}
          >
            Undo
          </button>
        </>
      ) : null}
      <span class="small quiet state-line">
        {trouble.value === undefined ? `As of ${timeText(zone.value, now.value)}` : null}
        {trouble.value === undefined ? null : (
          <span class="problem">This may be old: {trouble.value} It is tried again.</span>
        )}
      </span>
    </div>
  );
};
