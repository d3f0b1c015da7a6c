import * as z from 'zod';
import { EVENT_SOURCE } from '../events/envelope.ts';
import { envelope, eventful } from '../events/eventful.ts';
import { idSchema, prioritySchema, riskLevelSchema } from '../fields.ts';
import { instantSchema } from '../time/instant.ts';
import { lastChangeSchema } from './last-change.ts';
import { STATES } from './lifecycle.ts';
import { overrideSchema } from './override.ts';
import { taskSchema } from './task.ts';

const taskEvent = <const Kind extends string, Data extends z.ZodRawShape>(kind: Kind, data: Data) =>
  z.object({
    ...envelope,
    name: z.literal(`${EVENT_SOURCE}.task.${kind}` as const),
    task_id: idSchema,
    version: z
      .number()
      .int()
      .min(1)
      .meta({ description: 'The version of the task that the change made: 1, 2, 3 … without a gap' }),
    data: z.object({ from_state: z.enum(STATES).nullable(), to_state: z.enum(STATES), ...data }),
  });

const userId = z.string();
const plannedWindow = { planned_start_at: instantSchema.nullable(), planned_end_at: instantSchema.nullable() };
/** Equipment that holds the window, too: absent where none does. */
const asset_ids = z.array(idSchema).min(1).optional();
const assignment = { assigned_to: userId, ...plannedWindow, asset_ids };

/** Rules that a dispatcher set aside: absent where none was. */
const override = overrideSchema.optional();

const SCHEMAS = [
  taskEvent('created', {
    name: z.string(),
    task_type_id: idSchema,
    template_id: idSchema.nullable(),
    mission_id: z.string().nullable(),
    requires_approval: z.boolean(),
    priority: prioritySchema,
    risk_level: riskLevelSchema,
    org_unit_id: idSchema.nullable(),
    project_code: z.string().nullable(),
    area_code: z.string().nullable(),
    ...plannedWindow,
  }),
  taskEvent('submitted_for_approval', {}),
  taskEvent('approved', {}),
  taskEvent('rejected', {}),
  taskEvent('dispatched', { ...assignment, override }),
  taskEvent('auto_dispatched', assignment),
  taskEvent('state_changed', { assigned_to: userId.nullable() }),
  taskEvent('risk_checklist_updated', {
    risk_level: riskLevelSchema,
    previous_risk_level: riskLevelSchema,
    checklist_changed: z.boolean(),
  }),
  taskEvent('attachment_added', { attachment_id: idSchema, attachment_count: z.number().int().min(1) }),
  taskEvent('comment_added', { comment_id: idSchema }),
  taskEvent('amended', {}),
  taskEvent('rescheduled', {
    assigned_to: userId.nullable(),
    ...plannedWindow,
    previous_start_at: instantSchema.nullable(),
    previous_end_at: instantSchema.nullable(),
    asset_ids,
    override,
  }),
  taskEvent('reassigned', { ...assignment, previously_assigned_to: userId, override }),
  taskEvent('unassigned', { previously_assigned_to: userId, ...plannedWindow }),
] as const;
type TaskEvent = z.infer<(typeof SCHEMAS)[number]>;

/** What the events of a task are made of. Its documents are not: they may be large, and no event carries them. */
const taskFacts = taskSchema
  .pick({
    id: true,
    tenant_id: true,
    task_type_id: true,
    template_id: true,
    mission_id: true,
    name: true,
    requires_approval: true,
    priority: true,
    risk_level: true,
    org_unit_id: true,
    project_code: true,
    area_code: true,
    attachment_count: true,
    planned_start_at: true,
    planned_end_at: true,
    state: true,
    dispatch_mode: true,
    assigned_to: true,
    asset_ids: true,
    created_by: true,
    created_at: true,
    updated_at: true,
    version: true,
  })
  .extend({
    /** As it is kept, JSON text: compared, never read. */
    checklist: z.string(),
    /** Absent until the first change. */
    last_change: lastChangeSchema.optional(),
  });
type TaskFacts = z.infer<typeof taskFacts>;

/** The id of the event is that of the task, as in the history. */
const created = (task: TaskFacts): TaskEvent => ({
  id: task.id,
  name: 'task_center.task.created',
  tenant_id: task.tenant_id,
  task_id: task.id,
  version: task.version,
  occurred_at: task.created_at,
  actor_id: task.created_by,
  data: {
    from_state: null,
    to_state: task.state,
    name: task.name,
    task_type_id: task.task_type_id,
    template_id: task.template_id,
    mission_id: task.mission_id,
    requires_approval: task.requires_approval,
    priority: task.priority,
    risk_level: task.risk_level,
    org_unit_id: task.org_unit_id,
    project_code: task.project_code,
    area_code: task.area_code,
    ...windowOf(task),
  },
});

const windowOf = ({ planned_start_at, planned_end_at }: TaskFacts) => ({ planned_start_at, planned_end_at });

/**
 * The event of a change of a task; its id is that of the history entry. Undefined when the write made no new version,
 * as a repair of the table does.
 * Throws when the task does not say what its last change was: every version has its event.
 */
const changed = (before: TaskFacts, after: TaskFacts): TaskEvent | undefined => {
  if (before.version === after.version) return undefined;
  const last = after.last_change;
  if (last === undefined || last.entry_id === before.last_change?.entry_id) {
    throw new Error(`Version ${after.version} of task ${after.id} does not say what made it.`);
  }
  const occasion = {
    id: last.entry_id,
    tenant_id: after.tenant_id,
    task_id: after.id,
    version: after.version,
    occurred_at: after.updated_at,
    actor_id: last.actor_id,
  };
  const states = { from_state: last.from_state, to_state: after.state };
  const window = windowOf(after);
  const overridden = last.override === undefined ? {} : { override: last.override };
  const { assigned_to } = after;
  const equipped = after.asset_ids.length === 0 ? {} : { asset_ids: after.asset_ids };
  switch (last.action) {
    case 'submitted_for_approval':
    case 'approved':
    case 'rejected':
    case 'amended':
      return { ...occasion, name: `task_center.task.${last.action}`, data: states };
    case 'dispatched':
      return {
        ...occasion,
        name: after.dispatch_mode === 'AUTO' ? 'task_center.task.auto_dispatched' : 'task_center.task.dispatched',
        data: { ...states, assigned_to: required(assigned_to, 'assigned_to'), ...window, ...equipped, ...overridden },
      };
    case 'state_changed':
      return { ...occasion, name: 'task_center.task.state_changed', data: { ...states, assigned_to } };
    case 'risk_checklist_updated':
      return {
        ...occasion,
        name: 'task_center.task.risk_checklist_updated',
        data: {
          ...states,
          risk_level: after.risk_level,
          previous_risk_level: before.risk_level,
          checklist_changed: before.checklist !== after.checklist,
        },
      };
    case 'attachment_added':
      return {
        ...occasion,
        name: 'task_center.task.attachment_added',
        data: {
          ...states,
          attachment_id: required(last.subject_id, 'attachment_id'),
          attachment_count: after.attachment_count,
        },
      };
    case 'comment_added':
      return {
        ...occasion,
        name: 'task_center.task.comment_added',
        data: { ...states, comment_id: required(last.subject_id, 'comment_id') },
      };
    case 'rescheduled':
      return {
        ...occasion,
        name: 'task_center.task.rescheduled',
        data: {
          ...states,
          assigned_to,
          ...window,
          previous_start_at: before.planned_start_at,
          previous_end_at: before.planned_end_at,
          ...equipped,
          ...overridden,
        },
      };
    case 'reassigned':
      return {
        ...occasion,
        name: 'task_center.task.reassigned',
        data: {
          ...states,
          assigned_to: required(assigned_to, 'assigned_to'),
          previously_assigned_to: required(before.assigned_to, 'previously_assigned_to'),
          ...window,
          ...equipped,
          ...overridden,
        },
      };
    case 'unassigned':
      return {
        ...occasion,
        name: 'task_center.task.unassigned',
        data: {
          ...states,
          previously_assigned_to: required(before.assigned_to, 'previously_assigned_to'),
          ...window,
        },
      };
    case 'created':
      throw new Error(`Version ${after.version} of task ${after.id} says that it created the task.`);
  }
};

const required = (value: string | null, field: string): string => {
  if (value === null) throw new Error(`A change without ${field}.`);
  return value;
};

export const taskEvents = eventful(SCHEMAS, taskFacts)({ created, changed });
