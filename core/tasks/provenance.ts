import * as z from 'zod';
import { idSchema } from '../fields.ts';
import type { Template, Templates } from '../templates/template.ts';
import { COMPOSED_FIELDS, defaultOf } from './compose.ts';
import type { Task } from './task.ts';
import type { Tasks } from './tasks.ts';

export const LAYERS = ['constant', 'template', 'default_payload', 'request'] as const;
export type Layer = (typeof LAYERS)[number];

export const provenanceView = z.object({
  task_id: idSchema,
  template_id: idSchema.nullable(),
  template_revision: z.number().int().nullable(),
  newest_revision: z.number().int().nullable(),
  /** For each composed field, the layer that it came from; keys of the context data are `context_data.<key>`. */
  fields: z.record(z.string(), z.enum(LAYERS)),
  /** What a task composed today, from the newest revision and the same request, would have instead. */
  differences: z.array(z.object({ field: z.string(), current: z.unknown(), newest: z.unknown() })),
});
export type Provenance = z.infer<typeof provenanceView>;

/** Says where each composed field of a task came from, and what the newest revision of its template would change. */
export const makeGetProvenance =
  ({ tasks, templates }: { readonly tasks: Pick<Tasks, 'get'>; readonly templates: Pick<Templates, 'get'> }) =>
  async (tenantId: string, taskId: string): Promise<Provenance> => {
    const { task } = await tasks.get(tenantId, taskId);
    const newest = task.template_id === null ? undefined : await templates.get(tenantId, task.template_id);
    return {
      task_id: task.id,
      template_id: task.template_id,
      template_revision: task.template_revision,
      newest_revision: newest?.revision ?? null,
      fields: layersOf(task),
      differences: differencesOf(task, newest),
    };
  };

const layersOf = (task: Task): Record<string, Layer> => ({
  ...Object.fromEntries(
    COMPOSED_FIELDS.map((field) => [
      field,
      task.given.includes(field) ? 'request' : task.template_id === null ? 'constant' : 'template',
    ]),
  ),
  ...Object.fromEntries(
    Object.keys(task.payload).map((key) => [
      `context_data.${key}`,
      task.payload_given.includes(key) ? 'request' : 'default_payload',
    ]),
  ),
});

const differencesOf = (task: Task, newest: Template | undefined): Provenance['differences'] => {
  const fields = COMPOSED_FIELDS.filter((field) => !task.given.includes(field)).map((field) => ({
    field,
    current: task[field],
    newest: defaultOf(newest, field),
  }));
  const keys = new Set([...Object.keys(task.payload), ...Object.keys(newest?.default_payload ?? {})]);
  const payload = [...keys]
    .filter((key) => !task.payload_given.includes(key))
    .map((key) => ({ field: `context_data.${key}`, current: task.payload[key], newest: newest?.default_payload[key] }));
  return [...fields, ...payload]
    .filter(({ current, newest }) => JSON.stringify(current) !== JSON.stringify(newest))
    .map(({ field, current = null, newest = null }) => ({ field, current, newest }));
};
