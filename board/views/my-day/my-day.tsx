import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { dateText } from '../../state/time.ts';
import { adviceOf, wordsOf } from '../../state/errands.ts';
import { zone } from '../plan/store.ts';
import { DayTask } from './day-task.tsx';
import { discard, isLoaded, isOffline, refused, retry, sections, startSyncing, trouble, waiting } from './store.ts';

/** What has not reached the service yet. */
const Waiting = () => {
  const count = waiting.value.length;
  if (count === 0 && !isOffline.value) return null;
  const requests = count === 1 ? '1 entry waits' : `${count} entries wait`;
  return (
    <div class="note" role="status">
      {isOffline.value ? <strong>No network. </strong> : null}
      {count === 0 ? 'What you do now is kept and sent later.' : `${requests} to be sent.`}
      <ul class="day-waiting">
        {waiting.value.map((errand) => (
          <li key={errand.key}>
            {errand.taskName}: {wordsOf(errand)}
          </li>
        ))}
      </ul>
    </div>
  );
};

const Refused = () => (
  <>
    {refused.value.map((errand) => (
      <section class="day-refused" role="alert" key={errand.key}>
        <h2>
          Not taken: {errand.taskName}, {wordsOf(errand)}
        </h2>
        <p>{errand.refusal?.detail}</p>
        <p>{adviceOf(errand.refusal?.code ?? '')}</p>
        <div class="day-actions">
          <button type="button" class="button" onClick={() => retry(errand.key)}>
            Try again
          </button>
          <button type="button" class="button" onClick={() => discard(errand.key)}>
            Discard
          </button>
        </div>
      </section>
    ))}
  </>
);

/** The page of those who carry tasks out: their own tasks of today and tomorrow. */
export const MyDay = () => {
  const open = useSignal<string | undefined>(undefined);
  useEffect(startSyncing, []);
  return (
    <main class="my-day">
      <h1>My day</h1>
      <p class="quiet">{dateText(zone.value, Date.now())}</p>
      <Refused />
      <Waiting />
      {trouble.value === undefined ? null : (
        <p class="problem" role="alert">
          {trouble.value}
        </p>
      )}
      {!isLoaded.value && trouble.value === undefined ? <p class="quiet">Reading …</p> : null}
      {isLoaded.value && sections.value.length === 0 ? (
        <div class="empty">
          <h2>Nothing planned for you</h2>
          <p>Neither today nor tomorrow. What is planned appears here by itself.</p>
        </div>
      ) : null}
      {sections.value.map(({ title, tasks }) => (
        <section key={title} class="stack" aria-label={title}>
          <h2>{title}</h2>
          {tasks.map((task) => (
            <DayTask
              key={task.id}
              task={task}
              isDayKnown={title === 'Today' || title === 'Tomorrow'}
              isOpen={open.value === task.id}
              onToggle={() => {
                open.value = open.value === task.id ? undefined : task.id;
              }}
            />
          ))}
        </section>
      ))}
    </main>
  );
};
