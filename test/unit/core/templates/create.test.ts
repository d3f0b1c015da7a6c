import { describe, expect, it } from 'vitest';
import { saidBy } from '../../../../core/tasks/demands.ts';
import { makeCloneTemplate, makeCreateTemplate } from '../../../../core/templates/create.ts';
import { cloneDraft, templateDraft } from '../../../../core/templates/template.ts';
import type { TaskType } from '../../../../core/types/task-type.ts';
import { CALL, clockAt, makeFakeCommit, makeIds, NOW, only, refusalOf } from '../../fakes.ts';
import { taskType, template } from '../../records.ts';

const makeScene = (type: TaskType | undefined = taskType(), source = template()) => {
  const commit = makeFakeCommit();
  const ports = {
    taskTypes: { find: async (_tenantId: string, id: string) => (id === type.id ? type : undefined) },
    qualifications: { byCodes: async () => [] },
    templates: { get: async () => source },
    commit,
    clock: clockAt(),
    newId: makeIds(),
  };
  return { create: makeCreateTemplate(ports), clone: makeCloneTemplate(ports), commit };
};

const LEAST = { task_type_id: 'type-1', template_key: 'line', name: 'Line' };

describe('a new template', () => {
  it('has the defaults of the contract', async () => {
    const { create, commit } = makeScene();
    const made = await create(CALL, templateDraft.parse(LEAST));
    expect(made).toEqual({
      ...LEAST,
      id: 'id-1',
      tenant_id: 'tenant-1',
      description: null,
      template_version: 'v2',
      requires_approval: false,
      default_priority: 5,
      default_risk_level: 3,
      default_checklist: [],
      route_template: {},
      payload_template: {},
      default_payload: {},
      ...saidBy({}),
      is_active: true,
      required_qualifications: [],
      revision: 1,
      version: 1,
      cloned_from: null,
      created_by: 'actor-1',
      created_at: NOW,
      updated_at: NOW,
    });
    expect(only(commit.commits)).toMatchObject({
      answer: made,
      changes: [{ kind: 'template_created', template: made }],
    });
  });

  it('belongs to a type that exists and is active', async () => {
    const unknown = templateDraft.parse({ ...LEAST, task_type_id: 'x' });
    await refusalOf(() => makeScene().create(CALL, unknown), 'task_type_not_found');
    const inactive = makeScene(taskType({ is_active: false }));
    await refusalOf(() => inactive.create(CALL, templateDraft.parse(LEAST)), 'inactive_task_type');
  });
});

describe('a clone', () => {
  const SOURCE = template({
    id: 'source',
    template_key: 'old',
    description: 'As before',
    template_version: 'v3',
    requires_approval: true,
    default_priority: 9,
    default_risk_level: 1,
    default_checklist: ['helmet'],
    route_template: { a: 1 },
    payload_template: { b: 2 },
    default_payload: { c: 3 },
    is_active: false,
    cloned_from: 'grandparent',
  });

  it('copies everything but what makes it another one', async () => {
    const { clone } = makeScene(taskType(), SOURCE);
    expect(await clone(CALL, 'source', cloneDraft.parse({ template_key: 'new', name: 'New' }))).toEqual({
      ...SOURCE,
      id: 'id-1',
      template_key: 'new',
      name: 'New',
      is_active: true,
      cloned_from: 'source',
      created_by: 'actor-1',
      created_at: NOW,
      updated_at: NOW,
    });
  });

  it('may have a description of its own, and start inactive', async () => {
    const { clone } = makeScene(taskType(), SOURCE);
    const draft = cloneDraft.parse({ template_key: 'new', name: 'New', description: '', is_active: false });
    expect(await clone(CALL, 'source', draft)).toMatchObject({ description: '', is_active: false });
  });
});
