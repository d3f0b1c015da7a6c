import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { problemOf, type Problem } from '../../api/refusal.ts';
import { blankOf, valuesOf, type Field, type Row, type Values } from '../../state/forms.ts';

interface InputProps {
  readonly id: string;
  readonly field: Field;
  readonly value: string | boolean;
  readonly onValue: (value: string | boolean) => void;
}

const Input = ({ id, field, value, onValue }: InputProps) => {
  const shared = { id, required: field.isRequired === true, value: String(value) };
  const onText = ({ currentTarget }: { readonly currentTarget: { readonly value: string } }): void =>
    onValue(currentTarget.value);
  switch (field.kind) {
    case 'flag':
      return (
        <input
          id={id}
          type="checkbox"
          checked={value === true}
          onChange={({ currentTarget: { checked } }) => onValue(checked)}
        />
      );
    case 'long':
    case 'lines':
      return <textarea {...shared} rows={4} onInput={onText} />;
    case 'choice':
      return (
        <select {...shared} onChange={onText}>
          <option value="">–</option>
          {field.options?.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      );
    case 'number':
      return <input {...shared} type="number" min={field.least} max={field.most} onInput={onText} />;
    case 'instant':
      return <input {...shared} type="datetime-local" onInput={onText} />;
    case 'password':
      return <input {...shared} type="password" minLength={6} autoComplete="new-password" onInput={onText} />;
    case 'text':
      return <input {...shared} pattern={field.pattern} onInput={onText} />;
  }
};

interface Props {
  readonly fields: readonly Field[];
  /** What is there already; absent of what is new. */
  readonly row?: Row | undefined;
  readonly submit: string;
  /** Throws the service's refusal, which is told here. */
  readonly onSubmit: (values: Values) => Promise<void>;
}

/** A form of some fields. What the service has against one of them stands beside it. */
export const Form = ({ fields, row, submit, onSubmit }: Props) => {
  const id = useId();
  const values = useSignal(row === undefined ? blankOf(fields) : valuesOf(fields, row));
  const problem = useSignal<Problem | undefined>(undefined);
  const isBusy = useSignal(false);
  const send = async (): Promise<void> => {
    isBusy.value = true;
    try {
      await onSubmit(values.value);
      problem.value = undefined;
      // The next new one begins anew.
      if (row === undefined) values.value = blankOf(fields);
    } catch (error) {
      problem.value = problemOf(error);
    } finally {
      isBusy.value = false;
    }
  };
  const wrongWith = (name: string): string | undefined =>
    problem.value?.errors?.find(({ pointer }) => pointer.split('/')[1] === name)?.message;
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {fields
        .filter(({ isFixed }) => row === undefined || isFixed !== true)
        .map((field) => (
          <div key={field.name} class={field.kind === 'flag' ? 'flag' : 'field'}>
            <label for={`${id}-${field.name}`}>{field.label}</label>
            <Input
              id={`${id}-${field.name}`}
              field={field.kind === 'password' ? { ...field, isRequired: row === undefined } : field}
              value={values.value[field.name] ?? ''}
              onValue={(value) => {
                values.value = { ...values.value, [field.name]: value };
              }}
            />
            {field.hint === undefined ? null : <span class="small quiet">{field.hint}</span>}
            {wrongWith(field.name) === undefined ? null : <span class="problem small">{wrongWith(field.name)}</span>}
          </div>
        ))}
      <p class="problem" role="alert">
        {problem.value?.detail}
      </p>
      <button type="submit" class="button strong" disabled={isBusy.value}>
        {submit}
      </button>
    </form>
  );
};
