import { useSignal } from '@preact/signals';
import { Fragment } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { may } from '../../api/session.ts';
import { ghosts } from '../day-plan/store.ts';
import { idOf, neighbourOf, placeOf, rowsInView, type Row } from '../../state/timeline.ts';
import { dayText, HOUR, ticksOf, timeText, type Range } from '../../state/time.ts';
import { onActionKey } from './actions.tsx';
import { Bar, Buffer, PlannedBar, percent, styleOf, subjectOf } from './bar.tsx';
import { drag, marks, ROW_HEIGHT, type Drag } from './drag.ts';
import { pending, type Subject } from './perform.ts';
import { isLoaded, now, openTask, people, peopleFilter, range, rows, secondZone, view, zone } from './store.ts';

interface Props {
  readonly viewport: { current: HTMLDivElement | null };
  readonly body: { current: HTMLDivElement | null };
  readonly track: { current: HTMLDivElement | null };
  readonly onGrab: (event: PointerEvent, subject: Subject) => void;
}

const tickText = (name: string, at: number): string => (view.value === 'day' ? timeText(name, at) : dayText(name, at));

const Axis = ({ ticks, track }: { readonly ticks: readonly number[]; readonly track: Props['track'] }) => (
  <div class="axis" role="presentation">
    <div class="row-name axis-name small quiet">{zone.value}</div>
    <div class="track" ref={track}>
      {ticks.map((at) => (
        <span key={at} class="tick small" style={{ left: percent(placeOf(at, at + 1, range.value)?.at ?? 0) }}>
          {tickText(zone.value, at)}
          {secondZone.value === '' ? null : <em>{tickText(secondZone.value, at)}</em>}
        </span>
      ))}
    </div>
  </div>
);

/** Where what is dragged, or under way, would stand in this row. */
const ghostOf = (
  row: Row,
  span: Range,
  held: Drag | undefined,
): { readonly at: number; readonly length: number } | undefined => {
  const moving = pending.value;
  const subject = held?.subject ?? moving?.subject;
  const { move } = moving ?? {};
  const userId = held?.overUserId ?? (move !== undefined && 'userId' in move ? move.userId : subject?.assigned_to);
  const start = move?.kind === 'reschedule' ? move.start : (subject?.planned_start_at ?? null);
  const end = move?.kind === 'reschedule' ? move.end : (subject?.planned_end_at ?? null);
  if (userId !== row.userId || start === null || end === null || move?.kind === 'unassign') return undefined;
  const shift = held?.shiftMs ?? 0;
  return placeOf(Date.parse(start) + shift, Date.parse(end) + shift, span);
};

const TimelineRow = ({ row, index }: { readonly row: Row; readonly index: number }) => {
  const held = drag.value;
  const reason = marks.value.get(row.userId);
  const ghost = held === undefined && pending.value === undefined ? undefined : ghostOf(row, range.value, held);
  const movingId = (held ?? pending.value)?.subject.id;
  const isOver = held?.overUserId === row.userId;
  const count = row.windows.filter(({ kind }) => kind === 'task').length;
  return (
    <div
      class={`line${reason === undefined ? '' : ' refusing'}${isOver ? ' over' : ''}`}
      style={{ top: `${index * ROW_HEIGHT}px` }}
      role="group"
      aria-label={`${row.name}, ${count} held`}
      data-row={row.userId}
    >
      <div class="row-name">
        <span class="row-person">{row.name}</span>
        <span class="small quiet">{reason ?? `${row.activeCount} assigned`}</span>
      </div>
      <div class="track">
        {row.off.map(({ from, to }) => {
          const place = placeOf(from, to, range.value);
          return place === undefined ? null : <i key={from} class="off" style={styleOf(place)} />;
        })}
        {row.windows.map((one) => (
          <Fragment key={idOf(one)}>
            <Buffer held={one} range={range.value} />
            <Bar
              held={one}
              userId={row.userId}
              person={row.name}
              range={range.value}
              isDimmed={one.task_id !== null && one.task_id === movingId}
            />
          </Fragment>
        ))}
        {ghosts.value.get(row.userId)?.map((one) => (
          <PlannedBar key={one.taskId} ghost={one} person={row.name} range={range.value} />
        ))}
        {ghost === undefined ? null : <div class="bar ghost" style={styleOf(ghost)} />}
      </div>
    </div>
  );
};

const Nobody = () =>
  !isLoaded.value ? (
    <p class="empty">Reading the plan …</p>
  ) : (
    <p class="empty">
      {people.value.length === 0
        ? 'There is nobody to assign yet. Add people first.'
        : `Nobody is called “${peopleFilter.value}”.`}
    </p>
  );

/** People as rows, time as columns. Only the rows that can be seen are drawn. */
export const Timeline = ({ viewport, body, track, onGrab }: Props) => {
  const scroll = useSignal({ top: 0, height: 800 });
  const wanted = useRef<string | undefined>(undefined);
  useEffect(() => {
    const element = viewport.current;
    if (element === null) return undefined;
    const measure = (): void => {
      scroll.value = { top: element.scrollTop, height: element.clientHeight };
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, []);
  // A day begins where the work is: an hour before now, or at six.
  useEffect(() => {
    const element = viewport.current;
    if (element === null || view.value !== 'day') return;
    const { from, to } = range.value;
    const shown = now.value > from && now.value < to ? now.value - HOUR : from + 6 * HOUR;
    const names = element.querySelector('.row-name')?.clientWidth ?? 0;
    element.scrollLeft = ((element.scrollWidth - names) * (shown - from)) / (to - from);
  }, [range.value.from, view.value]);
  useEffect(() => {
    if (wanted.current === undefined) return;
    const bar = body.current?.querySelector<HTMLElement>(`[data-task="${CSS.escape(wanted.current)}"]`);
    if (bar === null || bar === undefined) return;
    wanted.current = undefined;
    bar.focus({ preventScroll: true });
  });

  const all = rows.value;
  const { first, last } = rowsInView(scroll.value.top, scroll.value.height, ROW_HEIGHT, all.length);
  const ticks = ticksOf(zone.value, range.value, view.value);
  const today = placeOf(now.value, now.value + 1, range.value);

  const subjectAt = (target: EventTarget | null): { row: Row; subject: Subject } | undefined => {
    const bar = target instanceof Element ? target.closest<HTMLElement>('[data-task]') : null;
    const row = all.find(({ userId }) => userId === bar?.dataset['user']);
    const held = row?.windows.find(({ task_id }) => task_id === bar?.dataset['task']);
    return row === undefined || held === undefined ? undefined : { row, subject: subjectOf(held, row.userId) };
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const found = subjectAt(event.target);
    if (found === undefined) return;
    const { key } = event;
    if (key === 'ArrowLeft' || key === 'ArrowRight' || key === 'ArrowUp' || key === 'ArrowDown') {
      event.preventDefault();
      const next = neighbourOf(all, { userId: found.row.userId, id: found.subject.id }, key);
      if (next === undefined) return;
      wanted.current = next.id;
      const top = next.rowIndex * ROW_HEIGHT;
      const element = viewport.current;
      if (
        element !== null &&
        (top < element.scrollTop || top > element.scrollTop + element.clientHeight - 3 * ROW_HEIGHT)
      )
        element.scrollTop = top - element.clientHeight / 2;
      body.current?.querySelector<HTMLElement>(`[data-task="${CSS.escape(next.id)}"]`)?.focus();
      return;
    }
    if (onActionKey(key, found.subject)) event.preventDefault();
  };

  return (
    <section class={`timeline ${view.value}`} aria-label="Timeline" ref={viewport} tabIndex={0}>
      <Axis ticks={ticks} track={track} />
      {all.length === 0 ? <Nobody /> : null}
      <div
        class="lines"
        ref={body}
        style={{ height: `${all.length * ROW_HEIGHT}px` }}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          const found = subjectAt(event.target);
          if (found !== undefined && may('mission.write')) onGrab(event, found.subject);
        }}
        onClick={({ target }) => {
          const found = subjectAt(target);
          if (found !== undefined) openTask.value = found.subject.id;
        }}
      >
        {all.slice(first, last).map((row, index) => (
          <TimelineRow key={row.userId} row={row} index={first + index} />
        ))}
        {all.length === 0 ? null : (
          <div class="over-rows" aria-hidden="true">
            {ticks.map((at) => (
              <i key={at} class="grid" style={{ left: percent(placeOf(at, at + 1, range.value)?.at ?? 0) }} />
            ))}
            {today === undefined ? null : <div class="now" style={{ left: percent(today.at) }} />}
          </div>
        )}
      </div>
    </section>
  );
};
