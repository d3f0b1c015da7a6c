import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { problemOf } from '../../api/refusal.ts';
import { may } from '../../api/session.ts';
import { bodyOf, type Field, type Row } from '../../state/forms.ts';
import { zone } from '../plan/store.ts';
import { announce } from '../shell/announcer.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { Form } from './form.tsx';
import { idOf, KINDS, type Kind } from './kinds.ts';
import { Linked } from './linked.tsx';
import { PersonMore } from './person-more.tsx';
import { TemplateMore } from './template-more.tsx';

interface Opened {
  readonly fields: readonly Field[];
  /** Absent: a new one. */
  readonly row?: Row;
}

/** All records of a kind, and the form of one. */
const Records = ({ kind }: { readonly kind: Kind }) => {
  const rows = useSignal<readonly Row[] | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const opened = useSignal<Opened | undefined>(undefined);
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
      problem.value = undefined;
    } catch (error) {
      problem.value = problemOf(error).detail;
    }
  };
  const read = (): Promise<void> =>
    attempt(async () => {
      rows.value = await kind.read();
    });
  useEffect(() => void read(), []);
  const open = (row?: Row): void =>
    void attempt(async () => {
      const fields = await kind.fields();
      opened.value = row === undefined ? { fields } : { fields, row };
    });
  const isDone = (sentence: string): void => {
    opened.value = undefined;
    announce(sentence);
    void read();
  };
  const form = opened.value;
  const isWritable = may(kind.writes);
  return (
    <section class="stack">
      <div class="row spread">
        <h2>{kind.title}</h2>
        {isWritable ? (
          <button type="button" class="button strong" onClick={() => open()}>
            New {kind.one}
          </button>
        ) : null}
      </div>
      <p class="problem" role="alert">
        {problem.value}
      </p>
      {rows.value === undefined && problem.value === undefined ? <p class="quiet">Reading …</p> : null}
      {rows.value?.length === 0 ? (
        <div class="empty">
          <p>{kind.about}</p>
          <p>There is none yet.</p>
        </div>
      ) : null}
      {rows.value === undefined || rows.value.length === 0 ? null : (
        <div class="settings-table" tabIndex={0} role="region" aria-label={kind.title}>
          <table>
            <thead>
              <tr>
                {kind.columns.map(([title]) => (
                  <th key={title} scope="col">
                    {title}
                  </th>
                ))}
                <th scope="col">
                  <span class="unseen">Open</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.value.map((row) => (
                <tr key={idOf(row)}>
                  {kind.columns.map(([title, textOf]) => (
                    <td key={title}>{textOf(row)}</td>
                  ))}
                  <td>
                    <button type="button" class="button" onClick={() => open(row)}>
                      Open<span class="unseen"> {kind.columns[0]?.[1](row)}</span>
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {form === undefined ? null : (
        <Dialog
          title={
            form.row === undefined ? `New ${kind.one}` : `Change ${kind.one} ${kind.columns[0]?.[1](form.row) ?? ''}`
          }
          isWide={(kind.more ?? kind.links) !== undefined && form.row !== undefined}
          onClose={() => {
            opened.value = undefined;
          }}
        >
          <div class="settings-parts">
            {isWritable ? (
              <Form
                fields={form.fields}
                row={form.row}
                submit={form.row === undefined ? 'Create' : 'Save'}
                onSubmit={async (values) => {
                  const body = bodyOf(form.fields, values, zone.value, form.row);
                  await (form.row === undefined ? kind.create(body) : kind.change(form.row, body));
                  isDone(form.row === undefined ? 'Created.' : 'Saved.');
                }}
              />
            ) : null}
            {form.row === undefined
              ? null
              : kind.links?.map((link) => (
                  <Linked
                    key={link.title}
                    link={link}
                    ownerId={idOf(form.row ?? {})}
                    isWritable={isWritable}
                    onChange={() => void read()}
                  />
                ))}
            {kind.more === 'template' && form.row !== undefined ? (
              <TemplateMore row={form.row} onDone={isDone} />
            ) : null}
            {kind.more === 'person' && form.row !== undefined && may('mission.read') ? (
              <PersonMore userId={idOf(form.row)} />
            ) : null}
          </div>
        </Dialog>
      )}
    </section>
  );
};

/** What the work is made of: what is done, by whom, and with what. */
export const Settings = () => {
  const kinds = KINDS.filter(({ reads }) => may(reads));
  const chosen = useSignal(kinds[0]);
  return (
    <main class="settings">
      <h1>Settings</h1>
      <div class="row" role="group" aria-label="Kinds">
        {kinds.map((kind) => (
          <button
            key={kind.title}
            type="button"
            class="button"
            aria-pressed={chosen.value === kind}
            onClick={() => {
              chosen.value = kind;
            }}
          >
            {kind.title}
          </button>
        ))}
      </div>
      {chosen.value === undefined ? null : <Records key={chosen.value.title} kind={chosen.value} />}
    </main>
  );
};
