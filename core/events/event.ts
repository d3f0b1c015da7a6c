import * as z from 'zod';
import { idSchema, prioritySchema, riskLevelSchema } from '../fields.ts';
import { STATES } from '../tasks/lifecycle.ts';
import { instantSchema } from '../time/instant.ts';
import { EVENT_SOURCE } from './envelope.ts';

const state = z.enum(STATES);
const userId = z.string();

const envelope = {
  id: idSchema.meta({ description: 'Unique per event. An event that is delivered again has the same id.' }),
  tenant_id: idSchema,
  occurred_at: instantSchema.meta({ description: 'When the change was made' }),
  actor_id: userId.meta({ description: 'Who made the change' }),
};

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
    data: z.object({ from_state: state.nullable(), to_state: state, ...data }),
  });

const resourceEvent = <const Kind extends string, Data extends z.ZodRawShape>(kind: Kind, data: Data) =>
  z.object({ ...envelope, name: z.literal(`${EVENT_SOURCE}.${kind}` as const), data: z.object(data) });

const plannedWindow = { planned_start_at: instantSchema.nullable(), planned_end_at: instantSchema.nullable() };
const assignment = { assigned_to: userId, ...plannedWindow };
const template = { template_id: idSchema, task_type_id: idSchema, template_key: z.string(), name: z.string() };
const absence = { absence_id: idSchema, user_id: userId, start_at: instantSchema, end_at: instantSchema };
const strategy = {
  strategy_id: z.string().meta({ description: 'That of the built-in strategy is v2-0' }),
  version: z.string(),
};

/**
 * Every domain event by its name. None carries a document (payload, checklist, geometry, text of a comment or a note):
 * an event stays small, and nothing that a person wrote at length leaves the table with it.
 */
export const EVENT_SCHEMAS = {
  'task_center.task.created': taskEvent('created', {
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
  'task_center.task.submitted_for_approval': taskEvent('submitted_for_approval', {}),
  'task_center.task.approved': taskEvent('approved', {}),
  'task_center.task.rejected': taskEvent('rejected', {}),
  'task_center.task.dispatched': taskEvent('dispatched', assignment),
  'task_center.task.auto_dispatched': taskEvent('auto_dispatched', assignment),
  'task_center.task.state_changed': taskEvent('state_changed', { assigned_to: userId.nullable() }),
  'task_center.task.risk_checklist_updated': taskEvent('risk_checklist_updated', {
    risk_level: riskLevelSchema,
    previous_risk_level: riskLevelSchema,
    checklist_changed: z.boolean(),
  }),
  'task_center.task.attachment_added': taskEvent('attachment_added', {
    attachment_id: idSchema,
    attachment_count: z.number().int().min(1),
  }),
  'task_center.task.comment_added': taskEvent('comment_added', { comment_id: idSchema }),
  'task_center.task.amended': taskEvent('amended', {}),
  'task_center.task.rescheduled': taskEvent('rescheduled', {
    assigned_to: userId.nullable(),
    ...plannedWindow,
    previous_start_at: instantSchema.nullable(),
    previous_end_at: instantSchema.nullable(),
  }),
  'task_center.task.reassigned': taskEvent('reassigned', { ...assignment, previously_assigned_to: userId }),
  'task_center.task.unassigned': taskEvent('unassigned', { previously_assigned_to: userId, ...plannedWindow }),
  'task_center.template.created': resourceEvent('template.created', template),
  'task_center.template.cloned': resourceEvent('template.cloned', { ...template, cloned_from: idSchema }),
  'task_center.template.revised': resourceEvent('template.revised', {
    ...template,
    revision: z.number().int().min(1),
    is_active: z.boolean(),
  }),
  'task_center.absence.created': resourceEvent('absence.created', absence),
  'task_center.absence.deleted': resourceEvent('absence.deleted', absence),
  'task_center.strategy.created': resourceEvent('strategy.created', strategy),
  'task_center.strategy.activated': resourceEvent('strategy.activated', strategy),
  'task_center.strategy.shadow_started': resourceEvent('strategy.shadow_started', strategy),
  'task_center.strategy.shadow_stopped': resourceEvent('strategy.shadow_stopped', strategy),
  'task_center.strategy.retired': resourceEvent('strategy.retired', strategy),
  'task_center.task_type.changed': resourceEvent('task_type.changed', {
    task_type_id: idSchema,
    code: z.string(),
    name: z.string(),
    is_active: z.boolean(),
  }),
  'task_center.task_type.created': resourceEvent('task_type.created', {
    task_type_id: idSchema,
    code: z.string(),
    name: z.string(),
  }),
} as const;

export type EventName = keyof typeof EVENT_SCHEMAS;
export type DomainEvent = { [Name in EventName]: z.infer<(typeof EVENT_SCHEMAS)[Name]> }[EventName];
