import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { problemOf } from '../../api/refusal.ts';
import { client, may } from '../../api/session.ts';
import { differencesOf, type Field, type Row } from '../../state/forms.ts';
import { Form } from './form.tsx';
import { idOf, textOf } from './kinds.ts';

const TEMPLATE = '/api/task-center/templates/{template_id}';
const MOST = 200;
const CLONE: readonly Field[] = [
  { name: 'template_key', label: 'Key of the copy', kind: 'text', isRequired: true },
  { name: 'name', label: 'Name of the copy', kind: 'text', isRequired: true },
];

/** The revisions of a template, each with what it changed, and a copy of it. */
export const TemplateMore = ({ row, onDone }: { readonly row: Row; readonly onDone: (sentence: string) => void }) => {
  const params = { template_id: idOf(row) };
  const revisions = useSignal<readonly Row[]>([]);
  const problem = useSignal<string | undefined>(undefined);
  useEffect(() => {
    client.list(`${TEMPLATE}/revisions`, { params }, MOST).then(
      ({ items }) => {
        revisions.value = items;
      },
      (error: unknown) => {
        problem.value = problemOf(error).detail;
      },
    );
  }, []);
  return (
    <>
      <section class="stack">
        <h3>Revisions</h3>
        {problem.value === undefined ? null : <p class="problem">{problem.value}</p>}
        <ol class="plain-list">
          {revisions.value
            .map((revision, at) => ({ revision, before: revisions.value[at - 1] }))
            .toReversed()
            .map(({ revision, before }) => (
              <li key={textOf(revision, 'revision')}>
                <strong>Revision {textOf(revision, 'revision')}</strong>
                {before === undefined ? <p class="small quiet">The first one</p> : null}
                {before === undefined
                  ? null
                  : differencesOf(before, revision).map((one) => (
                      <p key={one.field} class="prose">
                        {one.field}: <del>{one.before}</del> <ins>{one.after}</ins>
                      </p>
                    ))}
              </li>
            ))}
        </ol>
      </section>
      {may('mission.write') ? (
        <section class="stack">
          <h3>Clone</h3>
          <Form
            fields={CLONE}
            submit="Clone"
            onSubmit={async ({ template_key, name }) => {
              const body = { template_key: String(template_key), name: String(name) };
              await client.post(`${TEMPLATE}:clone`, { params, body });
              onDone('Cloned.');
            }}
          />
        </section>
      ) : null}
    </>
  );
};
