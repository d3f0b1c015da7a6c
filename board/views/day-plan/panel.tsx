import { useSignal } from '@preact/signals';
import { createRef, type TargetedSubmitEvent } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { areasOf } from '../../state/backlog.ts';
import { progressText, type Effort } from '../../state/day-plan.ts';
import { dateText, dayText, type Range } from '../../state/time.ts';
import { filters, people, range, rows, selected, tasks, types, view, zone } from '../plan/store.ts';
import { Result } from './result.tsx';
import { cancel, committed, discard, isBeingMade, isBusy, isOpen, lookAgain, made, problem, start } from './store.ts';

const opener = createRef<HTMLButtonElement>();
const close = (): void => {
  isOpen.value = false;
  opener.current?.focus();
};

/** Opens and closes the panel; one that is closed keeps its plan. */
export const DayPlanButton = () => (
  <button
    ref={opener}
    type="button"
    class="button"
    aria-expanded={isOpen.value}
    onClick={() => {
      isOpen.value = !isOpen.value;
    }}
  >
    {made.value === undefined ? `Plan the ${view.value}…` : 'The plan…'}
  </button>
);

const rangeText = ({ from, to }: Range): string =>
  to - from > 36 * 3_600_000
    ? `${dayText(zone.value, from)} – ${dayText(zone.value, to - 1)}`
    : dateText(zone.value, from);

const Choice = ({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [string, string])[];
  readonly onChange: (value: string) => void;
}) => (
  <label>
    {label}
    <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
      {options.map(([key, text]) => (
        <option key={key} value={key}>
          {text}
        </option>
      ))}
    </select>
  </label>
);

const EFFORTS: readonly (readonly [Effort, string])[] = [
  ['quick', 'Quick'],
  ['normal', 'Normal'],
  ['thorough', 'Thorough'],
];

/** What is to be planned: the tasks of the range, or those that are selected, among the people who are shown. */
const Form = () => {
  const areaCode = useSignal(filters.value.areaCode);
  const typeId = useSignal(filters.value.typeId);
  const isOfSelected = useSignal(selected.value.size > 0);
  const effort = useSignal<Effort>('normal');
  const isSelection = isOfSelected.value && selected.value.size > 0;
  const areEverybody = rows.value.length === people.value.length;
  const onSubmit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    void start(range.value, {
      taskIds: isSelection ? [...selected.value] : undefined,
      areaCode: areaCode.value,
      typeId: typeId.value,
      userIds: areEverybody ? undefined : rows.value.map(({ userId }) => userId),
      effort: effort.value,
    });
  };
  return (
    <form class="form" onSubmit={onSubmit}>
      <p>{rangeText(range.value)}. Nothing is assigned before you commit.</p>
      {selected.value.size === 0 ? null : (
        <Choice
          label="Tasks"
          value={isSelection ? 'selected' : 'all'}
          options={[
            ['selected', `The ${selected.value.size} that are selected`],
            ['all', 'All that wait in this range'],
          ]}
          onChange={(value) => {
            isOfSelected.value = value === 'selected';
          }}
        />
      )}
      {isSelection ? null : (
        <>
          <Choice
            label="Tasks of type"
            value={typeId.value}
            options={[['', 'All types'], ...types.value.map(({ id, name }) => [id, name] as const)]}
            onChange={(value) => {
              typeId.value = value;
            }}
          />
          <Choice
            label="In area"
            value={areaCode.value}
            options={[['', 'All areas'], ...areasOf(tasks.value).map((area) => [area, area] as const)]}
            onChange={(value) => {
              areaCode.value = value;
            }}
          />
        </>
      )}
      <Choice
        label="Effort"
        value={effort.value}
        options={EFFORTS}
        onChange={(value) => {
          effort.value = EFFORTS.find(([key]) => key === value)?.[0] ?? 'normal';
        }}
      />
      <p class="small quiet">
        {areEverybody ? `Among all ${people.value.length} people.` : `Among the ${rows.value.length} people shown.`} To
        plan with fewer, filter them with “Find people”.
      </p>
      <div class="row">
        <button type="submit" class="button strong" disabled={isBusy.value || rows.value.length === 0}>
          Plan
        </button>
      </div>
    </form>
  );
};

const Progress = () => {
  const plan = made.value?.plan;
  if (plan === undefined) return null;
  const { progress, request, cancel_requested_at } = plan;
  return (
    <div class="stack">
      <p>
        {request.tasks} tasks, {request.candidates} people.{' '}
        {progress === null
          ? plan.state === 'QUEUED'
            ? 'The plan waits for its turn.'
            : 'The plan is being made.'
          : progressText(progress)}
      </p>
      <progress aria-label="The plan is being made" />
      <div class="row">
        <button type="button" class="button" disabled={cancel_requested_at !== null} onClick={() => void cancel()}>
          {cancel_requested_at === null ? 'Stop, and take the best so far' : 'Stopping …'}
        </button>
        {problem.value === undefined ? null : (
          <button type="button" class="button" onClick={lookAgain}>
            Look again
          </button>
        )}
      </div>
    </div>
  );
};

/** A day planned at once: asked for, watched, shown over the timeline, committed, taken back. */
export const DayPlan = () => {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  const current = made.value;
  // The button that led on is gone with what it stood in: the focus stays in the panel.
  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus();
  }, [current?.plan.state, committed.value.size]);
  return (
    <aside
      class="panel day-plan"
      aria-label="Plan"
      onKeyDown={({ key }) => {
        if (key === 'Escape') close();
      }}
    >
      <div class="row spread">
        <h2 ref={heading} tabIndex={-1}>
          {current === undefined ? `Plan the ${view.value}` : `Plan of ${rangeText(current.range)}`}
        </h2>
        <button type="button" class="button plain" onClick={close}>
          Close
        </button>
      </div>
      <p class="problem" role="alert">
        {problem.value}
      </p>
      {current === undefined ? <Form /> : isBeingMade(current.plan) ? <Progress /> : <Result plan={current.plan} />}
      {current === undefined || isBeingMade(current.plan) ? null : (
        <div class="row">
          <button type="button" class="button" disabled={isBusy.value} onClick={discard}>
            Discard, and plan anew
          </button>
        </div>
      )}
    </aside>
  );
};
