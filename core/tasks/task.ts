import * as z from 'zod';
import {
  checklistSchema,
  freeText,
  geometrySchema,
  idSchema,
  instantInput,
  jsonObject,
  listOf,
  optional,
  prioritySchema,
  referenceSchema,
  riskLevelSchema,
  text,
  type JsonObject,
} from '../fields.ts';
import { LIMITS } from '../limits.ts';
import { codesInput } from '../qualifications/qualification.ts';
import { instantSchema, isInstant, shiftedBy } from '../time/instant.ts';
import type { Window } from '../calendar/window.ts';
import { DEMANDED_FIELDS, demandFields, demandInput } from './demands.ts';
import { STATES } from './lifecycle.ts';
import { attachmentInput, attachmentSchema, type Attachment } from './remarks.ts';

const WINDOW_ENDS = ['planned_start_at', 'planned_end_at'] as const;
type WindowDraft = Partial<Record<(typeof WINDOW_ENDS)[number], unknown>>;

/**
 * The rules of a window run even when other fields are wrong, so that one answer names every problem; they do not
 * run when one of the ends is itself unreadable, which has been said then.
 */
const windowIsReadable = ({ value, issues }: z.core.ParsePayload): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !issues.some(({ path }) => WINDOW_ENDS.some((end) => path?.[0] === end));

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

export const windowRules = <T extends z.ZodType<WindowDraft>>(draft: T): T =>
  draft
    .refine(({ planned_start_at: start, planned_end_at: end }) => isGiven(start) || !isGiven(end), {
      path: ['planned_start_at'],
      error: 'a window needs both planned_start_at and planned_end_at',
      when: windowIsReadable,
    })
    .refine(({ planned_start_at: start, planned_end_at: end }) => isGiven(end) || !isGiven(start), {
      path: ['planned_end_at'],
      error: 'a window needs both planned_start_at and planned_end_at',
      when: windowIsReadable,
    })
    .refine(({ planned_start_at: start, planned_end_at: end }) => !isInstant(start) || !isInstant(end) || start < end, {
      path: ['planned_end_at'],
      error: 'planned_end_at must be after planned_start_at',
      when: windowIsReadable,
    });

/** The body that creates a task. */
export const taskDraft = windowRules(
  z.strictObject({
    task_type_id: referenceSchema,
    name: text(LIMITS.name),
    template_id: optional(referenceSchema),
    mission_id: optional(text(LIMITS.reference)).meta({
      description: 'A reference of the client: kept, never looked up',
    }),
    description: optional(freeText(LIMITS.description)),
    requires_approval: optional(z.boolean()).meta({ description: 'Without it and without a template: false' }),
    priority: optional(prioritySchema).meta({ description: 'Without it and without a template: 5' }),
    risk_level: optional(riskLevelSchema).meta({ description: 'Without it and without a template: 3' }),
    org_unit_id: optional(referenceSchema),
    project_code: optional(text(LIMITS.reference)),
    area_code: optional(text(LIMITS.areaCode)),
    area_geom: optional(geometrySchema),
    checklist: optional(checklistSchema),
    attachments: optional(listOf(attachmentInput, LIMITS.attachmentsAtCreation)),
    route_template: optional(jsonObject).meta({ description: 'Replaces that of the template as a whole' }),
    payload_template: optional(jsonObject).meta({ description: 'Replaces that of the template as a whole' }),
    required_qualifications: optional(codesInput).meta({
      description: 'Codes that it demands besides those of its template and its type',
    }),
    planned_start_at: optional(instantInput),
    planned_end_at: optional(instantInput).meta({ description: 'After `planned_start_at`. Both or neither' }),
    ...demandInput,
    context_data: optional(jsonObject).meta({
      description: 'Overlays the default payload of the template, key by key',
    }),
  }),
).meta({
  id: 'TaskDraft',
  examples: [
    {
      task_type_id: '0199c0de-0000-7000-8000-000000000001',
      name: 'Inspect the north roof',
      priority: 6,
      risk_level: 2,
      area_code: 'NORTH',
      checklist: ['Batteries charged'],
      planned_start_at: '2026-03-01T08:00:00Z',
      planned_end_at: '2026-03-01T10:00:00Z',
    },
  ],
});
export type TaskDraft = z.infer<typeof taskDraft>;

/** A batch: its items are checked one by one, so that every bad one is reported with its index. */
export const batchDraft = z
  .strictObject({
    tasks: z.array(z.unknown()).min(1).max(LIMITS.batchTasks),
    validate_only: optional(z.boolean()).meta({
      description: 'All checks, the same answer or refusal, and nothing is written',
    }),
  })
  .meta({
    id: 'TaskBatchDraft',
    examples: [
      {
        tasks: [
          { task_type_id: '0199c0de-0000-7000-8000-000000000001', name: 'Inspect the north roof' },
          { task_type_id: '0199c0de-0000-7000-8000-000000000001', name: 'Inspect the south roof', priority: 8 },
        ],
      },
    ],
  });
export type BatchDraft = z.infer<typeof batchDraft>;

const DISPATCH_MODES = ['MANUAL', 'AUTO'] as const;

/** A task as it is kept: every field resolved at creation. */
export const taskSchema = z.object({
  id: idSchema,
  tenant_id: idSchema,
  task_type_id: idSchema,
  template_id: idSchema.nullable(),
  template_version: z.string().nullable().meta({ description: 'Of the template at the time of creation' }),
  template_revision: z
    .number()
    .int()
    .min(1)
    .nullable()
    .default(null)
    .meta({ description: 'The revision of the template that the task was composed from' }),
  mission_id: z.string().nullable(),
  name: z.string(),
  description: z.string().nullable(),
  requires_approval: z.boolean(),
  field_may_accept: z.boolean().default(false).meta({
    description: 'Whether the one who carries it out may accept it. That of its type at creation',
  }),
  priority: prioritySchema,
  risk_level: riskLevelSchema,
  org_unit_id: idSchema.nullable(),
  project_code: z.string().nullable(),
  area_code: z.string().nullable(),
  area_geom: geometrySchema.nullable(),
  checklist: checklistSchema,
  /** Those given at creation. Later ones are items of their own, so that a task does not grow. */
  first_attachments: z.array(attachmentSchema),
  attachment_count: z.number().int().min(0),
  route_template: jsonObject,
  payload_template: jsonObject,
  /** The template's default payload, overlaid by the request's context data. */
  payload: jsonObject,
  /** Composed fields that a request gave, and keys of `payload` likewise: where the others came from follows. */
  given: z.array(z.string()).default([]),
  payload_given: z.array(z.string()).default([]),
  required_qualifications: z.array(z.string()).default([]).meta({
    description: 'Codes of what whoever holds it must be qualified for: those of its type, its template and its own',
  }),
  /** Those of them that its type demanded when it was made, and those that a request gave. */
  qualifications_of_type: z.array(z.string()).default([]),
  qualifications_given: z.array(z.string()).default([]),
  planned_start_at: instantSchema.nullable(),
  planned_end_at: instantSchema.nullable(),
  ...demandFields,
  /** Which of template and type said a demand that the request did not; whose none did is not there. */
  demanded_by: z.partialRecord(z.enum(DEMANDED_FIELDS), z.enum(['template', 'task_type'])).default({}),
  asset_ids: z.array(idSchema).default([]).meta({ description: 'Equipment that holds the window, too' }),
  state: z.enum(STATES),
  dispatch_mode: z.enum(DISPATCH_MODES).nullable(),
  assigned_to: idSchema.nullable(),
  dispatched_by: z.string().nullable(),
  dispatched_at: instantSchema.nullable(),
  started_at: instantSchema.nullable(),
  accepted_at: instantSchema.nullable(),
  archived_at: instantSchema.nullable(),
  canceled_at: instantSchema.nullable(),
  created_by: z.string(),
  created_at: instantSchema,
  updated_at: instantSchema,
  /** Counts the entries of the history, from 1. Every write moves it: it is what the next one is conditional on. */
  version: z.number().int().min(1),
  /** Entries that changed no content: comments and attachments. */
  remarks: z.number().int().min(0).default(0),
});
export type Task = z.infer<typeof taskSchema>;

/** A task in a list: all but its attachments, which are items of their own. */
export const taskSummary = taskSchema
  .omit({
    ...{ first_attachments: true, payload: true, given: true, payload_given: true, demanded_by: true },
    remarks: true,
    ...{ qualifications_of_type: true, qualifications_given: true },
  })
  .extend({
    held_start_at: instantSchema.nullable().meta({ description: 'The planned window with its buffers: what is held' }),
    held_end_at: instantSchema.nullable(),
    version: z.number().int().min(1).meta({
      description: 'Counts the changes of its content, from 1; comments and attachments are none. The `ETag`, too',
    }),
    context_data: jsonObject.meta({
      description:
        'The payload, and in it `route_template`, `payload_template`, `template_version` and `schedule` as the task has them',
    }),
  })
  .meta({ id: 'TaskSummary', description: 'A task without its attachments' });
export type TaskSummary = z.infer<typeof taskSummary>;

export const taskView = taskSummary.extend({ attachments: z.array(attachmentSchema) }).meta({ id: 'Task' });
export type TaskView = z.infer<typeof taskView>;

export const batchView = z
  .object({ total: z.number().int(), tasks: z.array(taskView) })
  .meta({ id: 'TaskBatch', description: 'The tasks in the order of the request' });
export type BatchView = z.infer<typeof batchView>;

/** The planned window. */
export const windowOf = ({ planned_start_at: start, planned_end_at: end }: Task): Window | undefined =>
  start === null || end === null ? undefined : { start, end };

/** What a task holds of those who do it: the planned window, widened by the buffers. */
export const heldWindowOf = (task: Task): Window | undefined => {
  const planned = windowOf(task);
  return (
    planned && {
      start: shiftedBy(planned.start, 0 - task.buffer_before_minutes * MINUTE_MS),
      end: shiftedBy(planned.end, task.buffer_after_minutes * MINUTE_MS),
    }
  );
};
const MINUTE_MS = 60_000;

/** The window of a task as it is shown; both null when the task is unscheduled. */
export const scheduleOf = ({
  planned_start_at,
  planned_end_at,
}: Pick<Task, 'planned_start_at' | 'planned_end_at'>) => ({
  planned_start_at,
  planned_end_at,
});

/** What `context_data` says of a task without a template. */
const DEFAULT_TEMPLATE_VERSION = 'v2';

/** The keys of `context_data` that the task's own fields set. */
export const DERIVED_KEYS = ['route_template', 'payload_template', 'template_version', 'schedule'] as const;

/**
 * `context_data` is derived, never kept: its schedule and templates cannot differ from the task's own fields.
 */
const contextOf = (task: Task): JsonObject => {
  const derived: Record<(typeof DERIVED_KEYS)[number], unknown> = {
    route_template: task.route_template,
    payload_template: task.payload_template,
    template_version: task.template_version ?? DEFAULT_TEMPLATE_VERSION,
    schedule: scheduleOf(task),
  };
  return { ...task.payload, ...derived };
};

export const summaryOf = (task: Task): TaskSummary => {
  const { first_attachments, payload, ...shown } = task;
  const held = heldWindowOf(task);
  return {
    ...shown,
    held_start_at: held?.start ?? null,
    held_end_at: held?.end ?? null,
    version: contentVersionOf(task),
    context_data: contextOf(task),
  };
};

/** The version that clients see, and name in `If-Match`: nobody's edit fails for a colleague's remark. */
export const contentVersionOf = ({ version, remarks }: Pick<Task, 'version' | 'remarks'>): number => version - remarks;

/** A task with the attachments added after its creation, oldest first. */
export interface WholeTask {
  readonly task: Task;
  readonly later: readonly Attachment[];
}

export const viewOf = ({ task, later }: WholeTask): TaskView => ({
  ...summaryOf(task),
  attachments: [...task.first_attachments, ...later],
});
