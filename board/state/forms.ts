import { entryText, type Entry } from './checklist.ts';
import { fieldInstant } from './time.ts';

/** A field of a form, and of the record that the form makes. */
export interface Field {
  readonly name: string;
  readonly label: string;
  readonly kind: 'text' | 'long' | 'lines' | 'number' | 'flag' | 'choice' | 'password' | 'instant';
  readonly isRequired?: boolean;
  readonly hint?: string;
  /** It is given when the record is made, and stays. */
  readonly isFixed?: boolean;
  /** What a new record begins with. */
  readonly initial?: string | boolean;
  readonly least?: number;
  readonly most?: number;
  readonly pattern?: string;
  readonly options?: readonly { readonly value: string; readonly label: string }[];
}
export type Values = Readonly<Record<string, string | boolean>>;
/** A record of the service as a form sees it. */
export type Row = Readonly<Record<string, unknown>>;

const isList = (value: unknown): value is readonly Entry[] => Array.isArray(value);

const shown = ({ kind }: Field, value: unknown): string | boolean => {
  if (kind === 'flag') return value === true;
  if (isList(value)) return value.map(entryText).join('\n');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
};

export const blankOf = (fields: readonly Field[]): Values =>
  Object.fromEntries(fields.map((field) => [field.name, field.initial ?? shown(field, undefined)]));

export const valuesOf = (fields: readonly Field[], row: Row): Values =>
  Object.fromEntries(fields.map((field) => [field.name, shown(field, row[field.name])]));

/** An entry that says what it said stays what it was: an object may hold more than its words. */
const entriesOf = (text: string, before: unknown): readonly Entry[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => (isList(before) ? before : []).find((entry) => entryText(entry) === line) ?? line);

const meant = (field: Field, value: string | boolean, before: unknown, zone: string): unknown => {
  if (typeof value === 'boolean') return value;
  if (field.kind === 'lines') return entriesOf(value, before);
  if (value.trim() === '') return null;
  if (field.kind === 'number') return Number(value);
  const at = field.kind === 'instant' ? fieldInstant(zone, value) : undefined;
  return at === undefined ? value : new Date(at).toISOString();
};

/** The fields of a request: of a new record those that are filled, of one that is there those that differ. */
export const bodyOf = (
  fields: readonly Field[],
  values: Values,
  zone: string,
  before?: Row,
): Readonly<Record<string, unknown>> => {
  const known = before === undefined ? {} : valuesOf(fields, before);
  return Object.fromEntries(
    fields
      .filter(({ name, isFixed }) => before === undefined || (isFixed !== true && values[name] !== known[name]))
      .map((field) => [field.name, meant(field, values[field.name] ?? '', before?.[field.name], zone)] as const)
      .filter(([, value]) => before !== undefined || value !== null),
  );
};

/** The content of a template: all else says when and by whom. */
const CONTENT = [
  ...['name', 'description', 'template_version', 'requires_approval', 'default_priority', 'default_risk_level'],
  ...['default_checklist', 'route_template', 'payload_template', 'default_payload', 'is_active'],
];

export interface Difference {
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

/** What a revision changed of the one before it. */
export const differencesOf = (before: Row, after: Row): readonly Difference[] =>
  CONTENT.map((field) => ({
    field: field.replaceAll('_', ' '),
    before: JSON.stringify(before[field] ?? null),
    after: JSON.stringify(after[field] ?? null),
  })).filter((one) => one.before !== one.after);
