import { unionOf } from '../qualifications/qualification.ts';
import type { Template } from '../templates/template.ts';
import type { Instant } from '../time/instant.ts';
import type { TaskType } from '../types/task-type.ts';
import { DEMANDED_FIELDS, demandedBy, demandsOf } from './demands.ts';
import type { Task, TaskDraft } from './task.ts';

/** Fields that a request, a template or a constant may give. */
export const COMPOSED_FIELDS = [
  'requires_approval',
  'priority',
  'risk_level',
  'checklist',
  'route_template',
  'payload_template',
] as const;
/** Given by an amendment, it stands instead of what the template demands. */
export const QUALIFICATIONS = 'required_qualifications';
export type ComposedField = (typeof COMPOSED_FIELDS)[number];

/** What a task has when neither the request nor a template says. */
const CONSTANTS = {
  priority: 5,
  risk_level: 3,
  requires_approval: false,
  checklist: [],
  route_template: {},
  payload_template: {},
} as const;

/** What a draft refers to, where it does. */
export interface Material {
  readonly type?: TaskType | undefined;
  readonly template?: Template | undefined;
}

/**
 * Composes a new task: a field given in the request wins, else the template's default, else the constant.
 * `payload` is the template's default payload, overlaid key by key by the request's context data; the route and the
 * payload template are replaced as a whole, `{}` included. Demands of time and equipment may come from the type, too.
 * Qualifications add up: nothing takes away what another demands.
 */
export const composeTask = (
  draft: TaskDraft,
  { type, template }: Material,
  made: {
    readonly id: string;
    readonly tenantId: string;
    readonly actorId: string;
    readonly at: Instant;
    readonly newId: () => string;
    readonly fieldMayAccept?: boolean | undefined;
  },
): Task => {
  const asked = draft.required_qualifications ?? [];
  const attachments = (draft.attachments ?? []).map(({ name, url, media_type, size_bytes }) => ({
    id: made.newId(),
    name,
    url,
    media_type: media_type ?? null,
    size_bytes: size_bytes ?? null,
    created_by: made.actorId,
    created_at: made.at,
  }));
  return {
    id: made.id,
    tenant_id: made.tenantId,
    task_type_id: draft.task_type_id,
    template_id: template?.id ?? null,
    template_version: template?.template_version ?? null,
    template_revision: template?.revision ?? null,
    mission_id: draft.mission_id ?? null,
    name: draft.name,
    description: draft.description ?? null,
    requires_approval: draft.requires_approval ?? template?.requires_approval ?? CONSTANTS.requires_approval,
    field_may_accept: made.fieldMayAccept ?? false,
    priority: draft.priority ?? template?.default_priority ?? CONSTANTS.priority,
    risk_level: draft.risk_level ?? template?.default_risk_level ?? CONSTANTS.risk_level,
    org_unit_id: draft.org_unit_id ?? null,
    project_code: draft.project_code ?? null,
    area_code: draft.area_code ?? null,
    area_geom: draft.area_geom ?? null,
    checklist: draft.checklist ?? template?.default_checklist ?? [],
    first_attachments: attachments,
    attachment_count: attachments.length,
    route_template: draft.route_template ?? template?.route_template ?? {},
    payload_template: draft.payload_template ?? template?.payload_template ?? {},
    payload: { ...template?.default_payload, ...draft.context_data },
    given: [...COMPOSED_FIELDS, ...DEMANDED_FIELDS].filter((field) => draft[field] !== undefined),
    payload_given: Object.keys(draft.context_data ?? {}),
    required_qualifications: unionOf(
      type?.required_qualifications ?? [],
      template?.required_qualifications ?? [],
      asked,
    ),
    qualifications_of_type: type?.required_qualifications ?? [],
    qualifications_given: asked,
    planned_start_at: draft.planned_start_at ?? null,
    planned_end_at: draft.planned_end_at ?? null,
    ...demandsOf(draft, template, type),
    demanded_by: demandedBy(draft, { template, type }),
    asset_ids: [],
    state: 'DRAFT',
    dispatch_mode: null,
    assigned_to: null,
    dispatched_by: null,
    dispatched_at: null,
    started_at: null,
    accepted_at: null,
    archived_at: null,
    canceled_at: null,
    created_by: made.actorId,
    created_at: made.at,
    updated_at: made.at,
    version: 1,
    remarks: 0,
  };
};

/** What the template, the type or else the constant, gives for a demand. */
export const demandOf = ({ template, type }: Material, field: (typeof DEMANDED_FIELDS)[number]): unknown =>
  demandsOf(template, type)[field];

/** What a template, or else the constant, gives for a composed field. */
export const defaultOf = (template: Template | undefined, field: ComposedField): unknown => {
  if (template === undefined) return CONSTANTS[field];
  switch (field) {
    case 'priority':
      return template.default_priority;
    case 'risk_level':
      return template.default_risk_level;
    case 'checklist':
      return template.default_checklist;
    case 'requires_approval':
    case 'route_template':
    case 'payload_template':
      return template[field];
  }
};
