import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { problemOf } from '../../api/refusal.ts';
import { bodyOf, type Field } from '../../state/forms.ts';
import { zone } from '../plan/store.ts';
import { announce } from '../shell/announcer.tsx';
import { Form } from './form.tsx';
import type { Choice, Link } from './links.ts';

const CHOSEN = 'chosen';

/** What one record is given of another kind, and the form that gives more of it. */
export const Linked = ({
  link,
  ownerId,
  isWritable,
  onChange,
}: {
  readonly link: Link;
  readonly ownerId: string;
  readonly isWritable: boolean;
  readonly onChange: () => void;
}) => {
  const shown = useSignal<{ readonly given: readonly Choice[]; readonly fields: readonly Field[] } | undefined>(
    undefined,
  );
  const problem = useSignal<string | undefined>(undefined);
  const read = async (): Promise<void> => {
    try {
      const [given, choices] = await Promise.all([link.read(ownerId), link.choices()]);
      const options = choices
        .filter(({ id }) => !given.some((one) => one.id === id))
        .map(({ id, label }) => ({ value: id, label }));
      const which: Field = {
        name: CHOSEN,
        label: `Add ${/^[aeio]/.test(link.one) ? 'an' : 'a'} ${link.one}`,
        kind: 'choice',
        isRequired: true,
        options,
      };
      shown.value = { given, fields: [which, ...link.fields] };
      problem.value = undefined;
    } catch (error) {
      problem.value = problemOf(error).detail;
    }
  };
  useEffect(() => void read(), []);
  const done = async (work: Promise<unknown>, sentence: string): Promise<void> => {
    await work;
    announce(sentence);
    onChange();
    await read();
  };
  const { given, fields } = shown.value ?? {};
  return (
    <section class="stack" aria-label={link.title}>
      <h3>{link.title}</h3>
      {given?.length === 0 ? <p class="quiet">None.</p> : null}
      <ul class="plain-list">
        {given?.map(({ id, label }) => (
          <li key={id} class="row spread">
            {label}
            {isWritable ? (
              <button
                type="button"
                class="button"
                onClick={() =>
                  void done(link.take(ownerId, id), `${label} taken away.`).catch((error: unknown) => {
                    problem.value = problemOf(error).detail;
                  })
                }
              >
                Remove<span class="unseen"> {label}</span>
              </button>
            ) : null}
          </li>
        ))}
      </ul>
      <p class="problem" role="alert">
        {problem.value}
      </p>
      {isWritable && fields !== undefined ? (
        <Form
          fields={fields}
          submit={`Add ${link.one}`}
          onSubmit={(values) => {
            const { [CHOSEN]: chosen, ...body } = bodyOf(fields, values, zone.value);
            return done(link.give(ownerId, String(chosen), body), `${link.title} changed.`);
          }}
        />
      ) : null}
    </section>
  );
};
