import { may } from '../../api/session.ts';
import { areasOf, NO_FILTERS, type Filters, type Task } from '../../state/backlog.ts';
import { shortSpanText } from '../../state/time.ts';
import { askPerson, askWhy, onActionKey } from './actions.tsx';
import type { Subject } from './perform.ts';
import { backlog, filters, isBacklogCut, isLoaded, openTask, range, selected, tasks, types, zone } from './store.ts';

export const subjectOfTask = ({ id, name, assigned_to, planned_start_at, planned_end_at }: Task): Subject => ({
  id,
  name,
  assigned_to,
  planned_start_at,
  planned_end_at,
});

const change = (patch: Partial<Filters>): void => {
  filters.value = { ...filters.value, ...patch };
};

const choose = (id: string, isChosen: boolean): void => {
  const next = new Set(selected.value);
  if (isChosen) next.add(id);
  else next.delete(id);
  selected.value = next;
};

const Card = ({ task, onGrab }: { readonly task: Task; readonly onGrab: Grab }) => {
  const subject = subjectOfTask(task);
  const { planned_start_at: start, planned_end_at: end } = task;
  const mayWrite = may('mission.write');
  return (
    <li
      class="card"
      data-card={task.id}
      onPointerDown={(event) => {
        const isControl = event.target instanceof Element && event.target.closest('input, .card-actions') !== null;
        if (mayWrite && !isControl) onGrab(event, subject);
      }}
    >
      {mayWrite ? (
        <input
          type="checkbox"
          aria-label={`Select ${task.name}`}
          checked={selected.value.has(task.id)}
          onChange={({ currentTarget }) => choose(task.id, currentTarget.checked)}
        />
      ) : null}
      <div class="card-body">
        <button
          type="button"
          class="link card-name"
          aria-keyshortcuts="A R W Enter"
          onClick={() => {
            openTask.value = task.id;
          }}
          onKeyDown={(event) => {
            if (!event.ctrlKey && !event.metaKey && onActionKey(event.key, subject)) event.preventDefault();
          }}
        >
          {task.name}
        </button>
        <span class="small quiet">
          {start === null || end === null
            ? 'no window'
            : shortSpanText(zone.value, Date.parse(start), Date.parse(end), range.value)}{' '}
          · priority {task.priority}
          {task.area_code === null ? '' : ` · ${task.area_code}`}
        </span>
      </div>
      {mayWrite ? (
        <div class="card-actions">
          <button
            type="button"
            class="button small"
            aria-label={`Assign ${task.name} to…`}
            onClick={() => askPerson(subject)}
          >
            Assign…
          </button>
          <button
            type="button"
            class="button small"
            aria-label={`Best person for ${task.name}…`}
            onClick={() => askWhy(subject)}
          >
            Best…
          </button>
        </div>
      ) : null}
    </li>
  );
};

const Select = ({
  label,
  value,
  onChange,
  options,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly options: readonly (readonly [string, string])[];
}) => (
  <label class="inline">
    <span class="unseen">{label}</span>
    <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
      {options.map(([key, text]) => (
        <option key={key} value={key}>
          {text}
        </option>
      ))}
    </select>
  </label>
);

const PRIORITIES = [1, 3, 5, 7, 9];

const FilterBar = () => (
  <div class="filters">
    <label class="inline wide">
      <span class="unseen">Find tasks</span>
      <input
        type="search"
        placeholder="Find tasks"
        value={filters.value.text}
        onInput={({ currentTarget }) => change({ text: currentTarget.value })}
      />
    </label>
    <Select
      label="Type"
      value={filters.value.typeId}
      onChange={(typeId) => change({ typeId })}
      options={[['', 'All types'], ...types.value.map(({ id, name }) => [id, name] as const)]}
    />
    <Select
      label="Area"
      value={filters.value.areaCode}
      onChange={(areaCode) => change({ areaCode })}
      options={[['', 'All areas'], ...areasOf(tasks.value).map((area) => [area, area] as const)]}
    />
    <Select
      label="Priority"
      value={String(filters.value.priority)}
      onChange={(priority) => change({ priority: Number(priority) })}
      options={PRIORITIES.map(
        (least) => [String(least), least === 1 ? 'Any priority' : `Priority ${least} up`] as const,
      )}
    />
    <Select
      label="Order"
      value={filters.value.sort}
      onChange={(sort) => change({ sort: sort === 'priority' || sort === 'name' ? sort : 'start' })}
      options={[
        ['start', 'By start'],
        ['priority', 'By priority'],
        ['name', 'By name'],
      ]}
    />
  </div>
);

const Selection = ({ shown }: { readonly shown: readonly Task[] }) => {
  const chosen = shown.filter(({ id }) => selected.value.has(id));
  if (chosen.length === 0) return null;
  return (
    <div class="row selection">
      <span>{chosen.length} selected</span>
      <button type="button" class="button strong" onClick={() => askPerson(...chosen.map(subjectOfTask))}>
        Assign…
      </button>
      <button
        type="button"
        class="button plain"
        onClick={() => {
          selected.value = new Set();
        }}
      >
        Clear
      </button>
    </div>
  );
};

type Grab = (event: PointerEvent, subject: Subject) => void;

const Nothing = () => {
  if (!isLoaded.value) return <p class="empty">Reading the backlog …</p>;
  return (
    <div class="empty">
      <p>{tasks.value.length === 0 ? 'Everything is assigned.' : 'No task of this range passes the filters.'}</p>
      {tasks.value.length === 0 ? null : (
        <button
          type="button"
          class="button"
          onClick={() => {
            filters.value = NO_FILTERS;
          }}
        >
          Clear the filters
        </button>
      )}
    </div>
  );
};

/** What waits for somebody: the tasks of the range, and those without a window. */
export const Backlog = ({ onGrab }: { readonly onGrab: Grab }) => {
  const shown = backlog.value;
  return (
    <section class="backlog" aria-label="Backlog">
      <h2>
        Backlog <span class="quiet">{shown.length}</span>
      </h2>
      <FilterBar />
      <Selection shown={shown} />
      {isBacklogCut.value ? <p class="note small">There are more: these are the newest {tasks.value.length}.</p> : null}
      {shown.length === 0 ? <Nothing /> : null}
      <ul class="cards">
        {shown.slice(0, 200).map((task) => (
          <Card key={task.id} task={task} onGrab={onGrab} />
        ))}
      </ul>
      {shown.length > 200 ? <p class="small quiet">The first 200 of {shown.length}: filter for the others.</p> : null}
    </section>
  );
};
