import * as z from 'zod';
import { editedSchema, lastEditSchema, newEdit } from '../events/edit.ts';
import { idSchema } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import type { Entry } from './entry.ts';
import { SUBJECTS, type Audited, type Subject } from './subjects.ts';

export type Image = Readonly<Record<string, unknown>>;

const SECRET = '***';
const taskFacts = z.object({ last_change: z.object({ action: z.string() }).optional() });
const ownerFacts = z.object({ tenant_id: idSchema.optional(), id: z.string().optional() });

/**
 * The entry of a write: from what the item was before it, undefined where it is new, to what it is. Undefined where the
 * write changed nothing that the trail tells: a workload, a count, a key of an index.
 * `digest` answers the SHA-256 of a text.
 */
export const entryOf = (
  item: Audited,
  before: Image | undefined,
  after: Image,
  digest: (text: string) => string,
): Entry | undefined => {
  const edit = newEdit(before === undefined ? undefined : editedSchema.parse(before), editedSchema.parse(after));
  if (edit === undefined) return undefined;
  const subject: Subject = SUBJECTS[item];
  const changed = changedFields(subject, before ?? {}, after);
  const isRemoval = item === 'absence' && before !== undefined;
  const remark = item === 'task' && before !== undefined ? taskFacts.parse(after).last_change?.action : undefined;
  if (changed.length === 0 && remark === undefined && !isRemoval) return undefined;
  const { tenant_id: tenantId, id } = ownerFacts.parse(after);
  const told = (image: Image): Record<string, unknown> =>
    Object.fromEntries(
      changed.map((field) => [shownName(subject, field), shown(subject, field, image[field], digest)]),
    );
  return {
    ...whoAndWhen(edit),
    tenant_id: tenantId ?? z.string().parse(id),
    action: remark ?? (before === undefined ? 'created' : isRemoval ? 'deleted' : 'changed'),
    subject: `${subject.kind ?? item}/${String(after[subject.id])}`,
    before: before === undefined ? null : isRemoval ? toldOf(subject, before, digest) : told(before),
    after: isRemoval ? null : told(after),
  };
};

/** What was removed from the table says who did it in a note that its commit leaves behind. */
export const noteSchema = z.object({
  tenant_id: idSchema,
  item: z.enum(Object.keys(SUBJECTS) as [Audited, ...Audited[]]),
  record: z.record(z.string(), z.unknown()),
  last_edit: lastEditSchema,
});

export const entryOfRemoval = (note: unknown, digest: (text: string) => string): Entry => {
  const { tenant_id, item, record, last_edit } = noteSchema.parse(note);
  const subject: Subject = SUBJECTS[item];
  return {
    ...whoAndWhen(last_edit),
    tenant_id,
    action: 'deleted',
    subject: `${subject.kind ?? item}/${String(record[subject.id])}`,
    before: toldOf(subject, record, digest),
    after: null,
  };
};

const whoAndWhen = ({ edit_id, at, actor_id, request_id }: z.infer<typeof lastEditSchema>) => ({
  ...{ id: edit_id, at, actor_id, request_id },
});

const changedFields = ({ fields, secrets = {} }: Subject, before: Image, after: Image): readonly string[] =>
  [...fields, ...Object.keys(secrets)].filter(
    (field) => JSON.stringify(before[field] ?? null) !== JSON.stringify(after[field] ?? null),
  );

/** All that is told of an item. */
const toldOf = (subject: Subject, image: Image, digest: (text: string) => string): Record<string, unknown> =>
  Object.fromEntries(subject.fields.map((field) => [field, shown(subject, field, image[field], digest)]));

const shownName = ({ secrets = {} }: Subject, field: string): string => secrets[field] ?? field;

const shown = (
  { documents = [], secrets = {} }: Subject,
  field: string,
  value: unknown,
  digest: (text: string) => string,
): unknown => {
  if (field in secrets) return SECRET;
  const text = documents.includes(field) && typeof value === 'string' ? value : JSON.stringify(value ?? null);
  // An entry has to fit into an item, twice.
  if (text.length > LIMITS.auditedText) return { length: text.length, sha256: digest(text) };
  return JSON.parse(text);
};
