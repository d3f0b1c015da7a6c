import { useEffect, useRef } from 'preact/hooks';
import { may } from '../../api/session.ts';
import { DayPlan } from '../day-plan/panel.tsx';
import { isOpen } from '../day-plan/store.ts';
import { TaskPanel } from '../task/panel.tsx';
import { Why } from '../why/why.tsx';
import { asked } from './actions.tsx';
import { Backlog } from './backlog.tsx';
import { drag, startDrag } from './drag.ts';
import { undo, type Subject } from './perform.ts';
import { PersonPicker } from './person-picker.tsx';
import { Refusal } from './refusal.tsx';
import { Reschedule } from './reschedule.tsx';
import { openTask, startLooking } from './store.ts';
import { Timeline } from './timeline.tsx';
import { Toolbar } from './toolbar.tsx';

const DragCard = () => {
  const held = drag.value;
  if (held === undefined) return null;
  return (
    <div class="drag-card" style={{ transform: `translate(${held.x + 12}px, ${held.y + 12}px)` }} aria-hidden="true">
      {held.subject.name}
    </div>
  );
};

const Asked = () => {
  const question = asked.value;
  switch (question?.kind) {
    case undefined:
      return null;
    case 'person':
      return <PersonPicker subjects={question.subjects} />;
    case 'time':
      return <Reschedule subject={question.subject} />;
    case 'why':
      return <Why subject={question.subject} />;
  }
};

/** Beside the timeline is a task; behind it waits the plan. */
const SidePanel = () => {
  const taskId = openTask.value;
  if (taskId !== undefined) return <TaskPanel key={taskId} taskId={taskId} />;
  return isOpen.value ? <DayPlan /> : null;
};

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('input, textarea, select, dialog') !== null;

/** The dispatcher's page: who does what when, and what waits for somebody. */
export const Plan = () => {
  const viewport = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const track = useRef<HTMLDivElement>(null);
  useEffect(startLooking, []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isTyping(event.target)) return;
      if ((event.ctrlKey || event.metaKey) && event.key === 'z' && may('mission.write')) {
        event.preventDefault();
        void undo();
      }
      if (event.key !== 'Escape') return;
      if (openTask.value === undefined) isOpen.value = false;
      openTask.value = undefined;
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  const onGrab = (event: PointerEvent, subject: Subject): void =>
    startDrag(event, subject, {
      rows: () => body.current,
      track: () => track.current,
      viewport: () => viewport.current,
    });
  return (
    <main class={openTask.value === undefined && !isOpen.value ? 'plan' : 'plan with-panel'}>
      <Toolbar />
      <Backlog onGrab={onGrab} />
      <div class="stage">
        <Refusal />
        <Timeline viewport={viewport} body={body} track={track} onGrab={onGrab} />
      </div>
      <SidePanel />
      <Asked />
      <DragCard />
    </main>
  );
};
