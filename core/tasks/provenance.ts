import * as z from 'zod';
import { idSchema, type JsonObject } from '../fields.ts';
import type { Templates } from '../templates/template.ts';
import type { TaskTypes } from '../types/task-type.ts';
import { unionOf } from '../qualifications/qualification.ts';
import { COMPOSED_FIELDS, QUALIFICATIONS, defaultOf, demandOf, type Material } from './compose.ts';
import { DEMANDED_FIELDS } from './demands.ts';
import { DERIVED_KEYS, type Task } from './task.ts';
import type { Tasks } from './tasks.ts';

export const LAYERS = ['constant', 'task_type', 'template', 'default_payload', 'request'] as const;
export type Layer = (typeof LAYERS)[number];

export const provenanceView = z
  .object({
    task_id: idSchema,
    template_id: idSchema.nullable(),
    template_revision: z.number().int().nullable().meta({ description: 'The one that the task was composed from' }),
    newest_revision: z.number().int().nullable(),
    fields: z.record(z.string(), z.enum(LAYERS)).meta({
      description:
        'The layer of each composed field; keys of the context data are `context_data.<key>`, qualifications `required_qualifications.<code>`. What an amendment or a checklist update gave counts as given by the request',
      examples: [{ priority: 'template', risk_level: 'request', 'context_data.camera': 'default_payload' }],
    }),
    differences: z
      .array(z.object({ field: z.string(), current: z.unknown(), newest: z.unknown() }))
      .meta({ description: 'What a task composed now, from the newest revision and the same requests, would have' }),
  })
  .meta({ id: 'Provenance' });
export type Provenance = z.infer<typeof provenanceView>;

/** Says where each composed field of a task came from, and what the newest revision of its template would change. */
export const makeGetProvenance =
  ({
    tasks,
    templates,
    taskTypes,
  }: {
    readonly tasks: Pick<Tasks, 'get'>;
    readonly templates: Pick<Templates, 'get'>;
    readonly taskTypes: Pick<TaskTypes, 'find'>;
  }) =>
  async (tenantId: string, taskId: string): Promise<Provenance> => {
    const { task } = await tasks.get(tenantId, taskId);
    const [newest, type] = await Promise.all([
      task.template_id === null ? undefined : templates.get(tenantId, task.template_id),
      taskTypes.find(tenantId, task.task_type_id),
    ]);
    return {
      task_id: task.id,
      template_id: task.template_id,
      template_revision: task.template_revision,
      newest_revision: newest?.revision ?? null,
      fields: layersOf(task),
      differences: differencesOf(task, { template: newest, type }),
    };
  };

/** Keys of the context data that the task's own fields set, whatever the payload says. */
const isOwnKey = (key: string): boolean => DERIVED_KEYS.some((own) => own === key);

const layersOf = (task: Task): Record<string, Layer> => {
  const unsaid: Layer = task.template_id === null ? 'constant' : 'template';
  return {
    ...Object.fromEntries(
      COMPOSED_FIELDS.map((field): [string, Layer] => [field, task.given.includes(field) ? 'request' : unsaid]),
    ),
    ...Object.fromEntries(
      DEMANDED_FIELDS.map((field): [string, Layer] => [
        field,
        task.given.includes(field) ? 'request' : (task.demanded_by[field] ?? 'constant'),
      ]),
    ),
    template_version: unsaid,
    ...Object.fromEntries(
      task.required_qualifications.map((code): [string, Layer] => [
        `required_qualifications.${code}`,
        layerOf(task, code),
      ]),
    ),
    ...Object.fromEntries(
      Object.keys(task.payload)
        .filter((key) => !isOwnKey(key))
        .map((key): [string, Layer] => [
          `context_data.${key}`,
          task.payload_given.includes(key) ? 'request' : 'default_payload',
        ]),
    ),
  };
};

/** What a type demands is said by nobody else. */
const layerOf = ({ qualifications_of_type, qualifications_given }: Task, code: string): Layer => {
  if (qualifications_of_type.includes(code)) return 'task_type';
  return qualifications_given.includes(code) ? 'request' : 'template';
};

/** Any name is data, `constructor` too: only what an object has itself counts. */
const memberOf = (members: JsonObject, name: string): unknown =>
  Object.hasOwn(members, name) ? members[name] : undefined;

const differencesOf = (task: Task, material: Material): Provenance['differences'] => {
  const { template: newest } = material;
  const isInherited = (field: string): boolean => !task.given.includes(field);
  const fields = [
    ...COMPOSED_FIELDS.filter(isInherited).map((field) => ({
      field,
      current: task[field],
      newest: defaultOf(newest, field),
    })),
    ...DEMANDED_FIELDS.filter(isInherited).map((field) => ({
      field,
      current: task[field],
      newest: demandOf(material, field),
    })),
  ];
  const version = {
    field: 'template_version',
    current: task.template_version,
    newest: newest?.template_version ?? null,
  };
  const demanded = unionOf(
    material.type?.required_qualifications ?? [],
    !isInherited(QUALIFICATIONS) ? [] : (newest?.required_qualifications ?? []),
    task.qualifications_given,
  );
  const qualifications = { field: QUALIFICATIONS, current: task.required_qualifications, newest: demanded };
  const keys = new Set([...Object.keys(task.payload), ...Object.keys(newest?.default_payload ?? {})]);
  const payload = [...keys]
    .filter((key) => !task.payload_given.includes(key) && !isOwnKey(key))
    .map((key) => ({
      field: `context_data.${key}`,
      current: memberOf(task.payload, key),
      newest: memberOf(newest?.default_payload ?? {}, key),
    }));
  return [...fields, version, qualifications, ...payload]
    .filter(({ current, newest }) => JSON.stringify(current) !== JSON.stringify(newest))
    .map(({ field, current = null, newest = null }) => ({ field, current, newest }));
};
