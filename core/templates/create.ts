import type { Call } from '../call.ts';
import { DomainError, notFound } from '../errors.ts';
import type { Commit } from '../commit.ts';
import { requireDemandable } from '../qualifications/demand.ts';
import type { Qualifications } from '../qualifications/qualification.ts';
import type { Clock } from '../time/instant.ts';
import { saidBy } from '../tasks/demands.ts';
import type { TaskTypes } from '../types/task-type.ts';
import type { TemplateCreated } from './changes.ts';
import type { CloneDraft, Template, TemplateDraft, Templates } from './template.ts';

interface Ports {
  readonly taskTypes: Pick<TaskTypes, 'find'>;
  readonly qualifications: Pick<Qualifications, 'byCodes'>;
  readonly templates: Pick<Templates, 'get'>;
  readonly commit: Commit<TemplateCreated>;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** Creates a template of an active task type. Refuses with `duplicate` when the tenant has one with the key. */
export const makeCreateTemplate =
  ({ taskTypes, qualifications, commit, clock, newId }: Omit<Ports, 'templates'>) =>
  async (call: Call, draft: TemplateDraft): Promise<Template> => {
    const { required_qualifications = [] } = draft;
    const type = await taskTypes.find(call.tenantId, draft.task_type_id);
    if (type === undefined) throw notFound('task_type', draft.task_type_id);
    if (!type.is_active) throw new DomainError('inactive_task_type', `Task type "${type.code}" is not active.`, {});
    await requireDemandable(qualifications, call.tenantId, required_qualifications);
    const at = clock();
    const template: Template = {
      id: newId(),
      tenant_id: call.tenantId,
      task_type_id: draft.task_type_id,
      template_key: draft.template_key,
      name: draft.name,
      description: draft.description ?? null,
      template_version: draft.template_version ?? 'v2',
      requires_approval: draft.requires_approval ?? false,
      default_priority: draft.default_priority ?? 5,
      default_risk_level: draft.default_risk_level ?? 3,
      default_checklist: draft.default_checklist ?? [],
      route_template: draft.route_template ?? {},
      payload_template: draft.payload_template ?? {},
      default_payload: draft.default_payload ?? {},
      is_active: draft.is_active ?? true,
      ...saidBy(draft),
      required_qualifications,
      revision: 1,
      version: 1,
      cloned_from: null,
      created_by: call.actorId,
      created_at: at,
      updated_at: at,
    };
    await commit(call, [{ kind: 'template_created', template }], template);
    return template;
  };

/** Copies a template under a new key and name; `cloned_from` names the source. A description left out is copied too. */
export const makeCloneTemplate =
  ({ templates, commit, clock, newId }: Omit<Ports, 'taskTypes' | 'qualifications'>) =>
  async (call: Call, templateId: string, draft: CloneDraft): Promise<Template> => {
    const source = await templates.get(call.tenantId, templateId);
    const at = clock();
    const template: Template = {
      ...source,
      id: newId(),
      template_key: draft.template_key,
      name: draft.name,
      description: draft.description ?? source.description,
      is_active: draft.is_active ?? true,
      revision: 1,
      version: 1,
      cloned_from: source.id,
      created_by: call.actorId,
      created_at: at,
      updated_at: at,
    };
    await commit(call, [{ kind: 'template_created', template }], template);
    return template;
  };
