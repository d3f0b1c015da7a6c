import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { problemOf } from '../../api/refusal.ts';
import { client, may } from '../../api/session.ts';
import { bodyOf, type Field } from '../../state/forms.ts';
import { hoursFields, hoursOf, hoursRow } from '../../state/hours.ts';
import { spanText } from '../../state/time.ts';
import { zone } from '../plan/store.ts';
import { announce } from '../shell/announcer.tsx';
import { Form } from './form.tsx';

const USER = '/api/task-center/users/{user_id}';
const MOST = 500;
const ABSENCE: readonly Field[] = [
  { name: 'start_at', label: 'From', kind: 'instant', isRequired: true },
  { name: 'end_at', label: 'To', kind: 'instant', isRequired: true },
  { name: 'reason', label: 'Reason', kind: 'text' },
];

const readHours = (userId: string) => client.get(`${USER}/working-hours`, { params: { user_id: userId } });
const readAbsences = async (userId: string) =>
  (await client.list(`${USER}/absences`, { params: { user_id: userId } }, MOST)).items;

interface Read {
  readonly hours: Awaited<ReturnType<typeof readHours>>;
  readonly absences: Awaited<ReturnType<typeof readAbsences>>;
}

/** When a person works, and when they are away. */
export const PersonMore = ({ userId }: { readonly userId: string }) => {
  const params = { user_id: userId };
  const shown = useSignal<Read | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const read = async (): Promise<void> => {
    try {
      const [hours, absences] = await Promise.all([readHours(userId), readAbsences(userId)]);
      shown.value = { hours, absences };
      problem.value = undefined;
    } catch (error) {
      problem.value = problemOf(error).detail;
    }
  };
  useEffect(() => void read(), []);
  const done = async (work: Promise<unknown>, sentence: string): Promise<void> => {
    await work;
    announce(sentence);
    await read();
  };
  if (shown.value === undefined) return <p class="quiet">{problem.value ?? 'Reading …'}</p>;
  const { hours, absences } = shown.value;
  const isWritable = may('mission.write');
  return (
    <>
      <section class="stack">
        <h3>Working hours</h3>
        {hours.working_hours === null ? <p class="quiet">None are known: always at work.</p> : null}
        {isWritable ? (
          <Form
            key={JSON.stringify(hours.working_hours)}
            fields={hoursFields(zone.value)}
            row={hours.working_hours === null ? undefined : hoursRow(hours.working_hours)}
            submit="Save hours"
            onSubmit={(values) =>
              done(client.put(`${USER}/working-hours`, { params, body: hoursOf(values) }), 'Hours saved.')
            }
          />
        ) : null}
      </section>
      <section class="stack">
        <h3>Absences</h3>
        {absences.length === 0 ? <p class="quiet">None.</p> : null}
        <ul class="plain-list">
          {absences.map(({ id, start_at, end_at, reason }) => (
            <li key={id} class="row spread">
              {spanText(zone.value, Date.parse(start_at), Date.parse(end_at))}
              {reason === null ? '' : `, ${reason}`}
              {isWritable ? (
                <button
                  type="button"
                  class="button"
                  onClick={() =>
                    void done(
                      client.remove(`${USER}/absences/{absence_id}`, { params: { user_id: userId, absence_id: id } }),
                      'Absence removed.',
                    ).catch((error: unknown) => {
                      problem.value = problemOf(error).detail;
                    })
                  }
                >
                  Remove
                </button>
              ) : null}
            </li>
          ))}
        </ul>
        <p class="problem" role="alert">
          {problem.value}
        </p>
        {isWritable ? (
          <Form
            fields={ABSENCE}
            submit="Add absence"
            onSubmit={(values) => {
              const { start_at, end_at, reason } = bodyOf(ABSENCE, values, zone.value);
              const said = typeof reason === 'string' ? { reason } : {};
              const body = { start_at: String(start_at), end_at: String(end_at), ...said };
              return done(client.post(`${USER}/absences`, { params, body }), 'Absence added.');
            }}
          />
        ) : null}
      </section>
    </>
  );
};
