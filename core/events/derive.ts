import * as z from 'zod';
import { absenceSchema } from '../calendar/calendar.ts';
import { tenantStrategySchema } from '../scoring/strategies.ts';
import { taskSchema } from '../tasks/task.ts';
import { templateSchema } from '../templates/template.ts';
import { taskTypeSchema } from '../types/task-type.ts';
import type { DomainEvent } from './event.ts';
import { lastChoiceSchema } from '../scoring/last-choice.ts';
import { lastChangeSchema } from '../tasks/last-change.ts';
import { datedEditSchema, lastEditSchema } from './edit.ts';

/** What the events of a task are made of. Its documents are not: they may be large, and no event carries them. */
export const taskFacts = taskSchema
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
export type TaskFacts = z.infer<typeof taskFacts>;

export const templateFacts = templateSchema
  .pick({
    id: true,
    tenant_id: true,
    task_type_id: true,
    template_key: true,
    name: true,
    cloned_from: true,
    revision: true,
    is_active: true,
    updated_at: true,
    created_by: true,
    created_at: true,
  })
  .extend({ last_edit: lastEditSchema.optional() });
export type TemplateFacts = z.infer<typeof templateFacts>;

export const taskTypeFacts = taskTypeSchema
  .pick({
    id: true,
    tenant_id: true,
    code: true,
    name: true,
    is_active: true,
    updated_at: true,
    created_by: true,
    created_at: true,
  })
  .extend({ last_edit: lastEditSchema.optional() });
export type TaskTypeFacts = z.infer<typeof taskTypeFacts>;

export const absenceFacts = absenceSchema
  .omit({ reason: true })
  .extend({ tenant_id: z.string(), removal: datedEditSchema.optional() });
export type AbsenceFacts = z.infer<typeof absenceFacts>;

export const strategyFacts = tenantStrategySchema
  .pick({ id: true, tenant_id: true, version: true, created_by: true, created_at: true })
  .extend({ last_edit: datedEditSchema.optional() });
export type StrategyFacts = z.infer<typeof strategyFacts>;

/** Which strategies are chosen: one item of a tenant. */
export const choiceFacts = z.object({ tenant_id: z.string(), last_choice: lastChoiceSchema.optional() });
export type ChoiceFacts = z.infer<typeof choiceFacts>;

/** The id of the event is that of the task, as in the history. */
export const taskCreated = (task: TaskFacts): DomainEvent => ({
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
    planned_start_at: task.planned_start_at,
    planned_end_at: task.planned_end_at,
  },
});

/**
 * The event of a change of a task; its id is that of the history entry. Undefined when the write changed nothing that
 * the history knows, as a repair of the table does.
 * Throws when the task does not say what its last change was: every version has its event.
 */
export const taskChanged = (before: TaskFacts, after: TaskFacts): DomainEvent | undefined => {
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
  switch (last.action) {
    case 'submitted_for_approval':
      return { ...occasion, name: 'task_center.task.submitted_for_approval', data: states };
    case 'approved':
      return { ...occasion, name: 'task_center.task.approved', data: states };
    case 'rejected':
      return { ...occasion, name: 'task_center.task.rejected', data: states };
    case 'dispatched':
      return {
        ...occasion,
        name: after.dispatch_mode === 'AUTO' ? 'task_center.task.auto_dispatched' : 'task_center.task.dispatched',
        data: {
          ...states,
          assigned_to: known(after.assigned_to, 'assigned_to'),
          planned_start_at: after.planned_start_at,
          planned_end_at: after.planned_end_at,
        },
      };
    case 'state_changed':
      return {
        ...occasion,
        name: 'task_center.task.state_changed',
        data: { ...states, assigned_to: after.assigned_to },
      };
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
          attachment_id: known(last.subject_id, 'attachment_id'),
          attachment_count: after.attachment_count,
        },
      };
    case 'comment_added':
      return {
        ...occasion,
        name: 'task_center.task.comment_added',
        data: { ...states, comment_id: known(last.subject_id, 'comment_id') },
      };
    case 'amended':
      return { ...occasion, name: 'task_center.task.amended', data: states };
    case 'rescheduled':
      return {
        ...occasion,
        name: 'task_center.task.rescheduled',
        data: {
          ...states,
          assigned_to: after.assigned_to,
          planned_start_at: after.planned_start_at,
          planned_end_at: after.planned_end_at,
          previous_start_at: before.planned_start_at,
          previous_end_at: before.planned_end_at,
        },
      };
    case 'reassigned':
      return {
        ...occasion,
        name: 'task_center.task.reassigned',
        data: {
          ...states,
          assigned_to: known(after.assigned_to, 'assigned_to'),
          previously_assigned_to: known(before.assigned_to, 'previously_assigned_to'),
          planned_start_at: after.planned_start_at,
          planned_end_at: after.planned_end_at,
        },
      };
    case 'unassigned':
      return {
        ...occasion,
        name: 'task_center.task.unassigned',
        data: {
          ...states,
          previously_assigned_to: known(before.assigned_to, 'previously_assigned_to'),
          planned_start_at: after.planned_start_at,
          planned_end_at: after.planned_end_at,
        },
      };
    case 'created':
      throw new Error(`Version ${after.version} of task ${after.id} says that it created the task.`);
  }
};

export const templateCreated = (template: TemplateFacts): DomainEvent => {
  const occasion = {
    id: template.id,
    tenant_id: template.tenant_id,
    occurred_at: template.created_at,
    actor_id: template.created_by,
  };
  const data = {
    template_id: template.id,
    task_type_id: template.task_type_id,
    template_key: template.template_key,
    name: template.name,
  };
  const { cloned_from } = template;
  return cloned_from === null
    ? { ...occasion, name: 'task_center.template.created', data }
    : { ...occasion, name: 'task_center.template.cloned', data: { ...data, cloned_from } };
};

export const taskTypeCreated = (type: TaskTypeFacts): DomainEvent => ({
  id: type.id,
  name: 'task_center.task_type.created',
  tenant_id: type.tenant_id,
  occurred_at: type.created_at,
  actor_id: type.created_by,
  data: { task_type_id: type.id, code: type.code, name: type.name },
});

/** The event of a change of a template; undefined when the write was none that the service makes. */
export const templateChanged = (before: TemplateFacts, after: TemplateFacts): DomainEvent | undefined => {
  const { last_edit: last, ...template } = after;
  if (last === undefined || last.edit_id === before.last_edit?.edit_id) return undefined;
  return {
    id: last.edit_id,
    name: 'task_center.template.revised',
    tenant_id: template.tenant_id,
    occurred_at: template.updated_at,
    actor_id: last.actor_id,
    data: {
      template_id: template.id,
      task_type_id: template.task_type_id,
      template_key: template.template_key,
      name: template.name,
      revision: template.revision,
      is_active: template.is_active,
    },
  };
};

/** The event of a change of a task type; undefined when the write was none that the service makes. */
export const taskTypeChanged = (before: TaskTypeFacts, after: TaskTypeFacts): DomainEvent | undefined => {
  const { last_edit: last, ...type } = after;
  if (last === undefined || last.edit_id === before.last_edit?.edit_id) return undefined;
  return {
    id: last.edit_id,
    name: 'task_center.task_type.changed',
    tenant_id: type.tenant_id,
    occurred_at: type.updated_at,
    actor_id: last.actor_id,
    data: { task_type_id: type.id, code: type.code, name: type.name, is_active: type.is_active },
  };
};

const absenceData = ({ id, user_id, start_at, end_at }: AbsenceFacts) => ({
  absence_id: id,
  user_id,
  start_at,
  end_at,
});

export const absenceCreated = (absence: AbsenceFacts): DomainEvent => ({
  id: absence.id,
  name: 'task_center.absence.created',
  tenant_id: absence.tenant_id,
  occurred_at: absence.created_at,
  actor_id: absence.created_by,
  data: absenceData(absence),
});

/** The event of a removal: the one change that an absence knows. */
export const absenceChanged = (before: AbsenceFacts, after: AbsenceFacts): DomainEvent | undefined => {
  const { removal } = after;
  if (removal === undefined || before.removal !== undefined) return undefined;
  return {
    id: removal.edit_id,
    name: 'task_center.absence.deleted',
    tenant_id: after.tenant_id,
    occurred_at: removal.at,
    actor_id: removal.actor_id,
    data: absenceData(after),
  };
};

export const strategyCreated = (strategy: StrategyFacts): DomainEvent => ({
  id: strategy.id,
  name: 'task_center.strategy.created',
  tenant_id: strategy.tenant_id,
  occurred_at: strategy.created_at,
  actor_id: strategy.created_by,
  data: { strategy_id: strategy.id, version: strategy.version },
});

/** The event of a retirement: the one change that a strategy knows. */
export const strategyChanged = (before: StrategyFacts, after: StrategyFacts): DomainEvent | undefined => {
  const { last_edit: last } = after;
  if (last === undefined || before.last_edit !== undefined) return undefined;
  return {
    id: last.edit_id,
    name: 'task_center.strategy.retired',
    tenant_id: after.tenant_id,
    occurred_at: last.at,
    actor_id: last.actor_id,
    data: { strategy_id: after.id, version: after.version },
  };
};

/** The event of a choice; undefined when the write only moved its version. */
export const strategiesChosen = (before: ChoiceFacts | undefined, after: ChoiceFacts): DomainEvent | undefined => {
  const { last_choice: last } = after;
  if (last === undefined || last.edit_id === before?.last_choice?.edit_id) return undefined;
  return {
    id: last.edit_id,
    name: `task_center.strategy.${last.action}`,
    tenant_id: after.tenant_id,
    occurred_at: last.at,
    actor_id: last.actor_id,
    data: { strategy_id: last.strategy_id, version: last.strategy_version },
  };
};

const known = (value: string | null, field: string): string => {
  if (value === null) throw new Error(`A change without ${field}.`);
  return value;
};
