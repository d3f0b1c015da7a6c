import { describe, expect, it } from 'vitest';
import { makeCreateBatch, makeCreateTask, type ReferenceIds, type References } from '../../../../core/tasks/create.ts';
import { taskDraft } from '../../../../core/tasks/task.ts';
import { CALL, clockAt, makeFakeCommit, makeIds, NOW, only, refusalOf } from '../../fakes.ts';
import { orgUnit, qualification, taskType, template } from '../../records.ts';

const TYPES = [taskType(), taskType({ id: 'type-off', code: 'OFF', is_active: false }), taskType({ id: 'type-2' })];
const TEMPLATES = [
  template({ default_priority: 9 }),
  template({ id: 'template-off', template_key: 'old', is_active: false }),
];
const ORG_UNITS = [orgUnit(), orgUnit({ id: 'unit-off', code: 'OFF', is_active: false })];

const QUALIFICATIONS = [qualification()];

const makeScene = () => {
  const asked: ReferenceIds[] = [];
  const pick = <T extends { readonly id: string }>(records: readonly T[], ids: ReadonlySet<string>) =>
    new Map(records.filter(({ id }) => ids.has(id)).map((record) => [record.id, record]));
  const references: References = {
    read: async (_tenantId, ids) => {
      asked.push(ids);
      return {
        taskTypes: pick(TYPES, ids.taskTypes),
        templates: pick(TEMPLATES, ids.templates),
        orgUnits: pick(ORG_UNITS, ids.orgUnits),
        qualifications: QUALIFICATIONS.filter(({ code }) => ids.qualifications.has(code)),
      };
    },
  };
  const commit = makeFakeCommit();
  const ports = { references, commit, clock: clockAt(), newId: makeIds() };
  return { create: makeCreateTask(ports), createBatch: makeCreateBatch(ports), commit, asked };
};

const LEAST = { task_type_id: 'type-1', name: 'Inspect' };

describe('creating a task', () => {
  it('composes it from what it refers to, and answers with what it committed', async () => {
    const { create, commit } = makeScene();
    const answer = await create(CALL, taskDraft.parse({ ...LEAST, template_id: 'template-1', org_unit_id: 'unit-1' }));
    const committed = only(commit.commits);
    expect(committed.answer).toBe(answer);
    expect(committed.changes).toMatchObject([
      { kind: 'task_created', task: { id: 'id-1', tenant_id: 'tenant-1', priority: 9, org_unit_id: 'unit-1' } },
    ]);
    expect(answer).toMatchObject({ id: 'id-1', priority: 9, created_at: NOW, created_by: 'actor-1' });
  });

  it.each([
    ['an unknown type', { task_type_id: 'type-x' }, 'task_type_not_found'],
    ['an inactive type', { task_type_id: 'type-off' }, 'inactive_task_type'],
    ['an unknown template', { template_id: 'template-x' }, 'template_not_found'],
    ['an inactive template', { template_id: 'template-off' }, 'inactive_template'],
    ['a template of another type', { task_type_id: 'type-2', template_id: 'template-1' }, 'template_type_mismatch'],
    ['an unknown org unit', { org_unit_id: 'unit-x' }, 'org_unit_not_found'],
    ['an inactive org unit', { org_unit_id: 'unit-off' }, 'inactive_org_unit'],
  ] as const)('refuses %s', async (_, patch, code) => {
    const { create, commit } = makeScene();
    await refusalOf(() => create(CALL, taskDraft.parse({ ...LEAST, ...patch })), code);
    expect(commit.commits).toEqual([]);
  });
});

describe('creating a batch', () => {
  it('keeps the order of the request, in one commit with the record of the batch', async () => {
    const { createBatch, commit } = makeScene();
    const names = Array.from({ length: 99 }, (_, index) => `Task ${index}`);
    const answer = await createBatch(CALL, { tasks: names.map((name) => ({ ...LEAST, name })) });

    expect(answer.total).toBe(99);
    expect(answer.tasks.map(({ name }) => name)).toEqual(names);
    const { changes } = only(commit.commits);
    expect(changes).toHaveLength(100);
    expect(changes.at(-1)).toMatchObject({
      kind: 'batch_created',
      batch: { tenant_id: 'tenant-1', created_by: 'actor-1', task_ids: answer.tasks.map(({ id }) => id) },
    });
  });

  it('reads each distinct reference once, all together', async () => {
    const { createBatch, asked } = makeScene();
    const item = { ...LEAST, template_id: 'template-1', org_unit_id: 'unit-1', required_qualifications: ['UAV-A2'] };
    await createBatch(CALL, { tasks: [item, item, { ...LEAST, task_type_id: 'type-2' }] });
    expect(only(asked)).toEqual({
      taskTypes: new Set(['type-1', 'type-2']),
      templates: new Set(['template-1']),
      orgUnits: new Set(['unit-1']),
      qualifications: new Set(['UAV-A2']),
    });
  });

  it('reports every bad item with its index, those of the schema and those of stored state in one answer', async () => {
    const { createBatch, commit } = makeScene();
    const { problems, message } = await refusalOf(
      () =>
        createBatch(CALL, {
          tasks: [
            { ...LEAST, template_id: 'template-x', org_unit_id: 'unit-off' },
            LEAST,
            { ...LEAST, priority: 11, extra: true },
            'no task',
            { ...LEAST, task_type_id: 'type-off' },
            { ...LEAST, planned_start_at: '2026-03-01T10:00:00Z', planned_end_at: '2026-03-01T09:00:00Z' },
          ],
        }),
      'validation_failed',
    );
    expect(problems.map(({ pointer, index, code }) => [pointer, index, code])).toEqual([
      ['/tasks/0/template_id', 0, 'template_not_found'],
      ['/tasks/0/org_unit_id', 0, 'inactive_org_unit'],
      ['/tasks/2/priority', 2, 'too_big'],
      ['/tasks/2/extra', 2, 'unknown_field'],
      ['/tasks/3', 3, 'wrong_type'],
      ['/tasks/4/task_type_id', 4, 'inactive_task_type'],
      ['/tasks/5/planned_end_at', 5, 'rule_broken'],
    ]);
    expect(message).toContain("5 of the batch's tasks");
    expect(commit.commits).toEqual([]);
  });

  it('with nothing but bad references takes its code from the first of them', async () => {
    const { createBatch, commit } = makeScene();
    const tasks = Array.from({ length: 60 }, (_, index) =>
      index < 49 ? LEAST : { ...LEAST, template_id: index === 49 ? 'template-x' : 'template-off' },
    );
    const { problems, details } = await refusalOf(() => createBatch(CALL, { tasks }), 'template_not_found');
    expect(details).toEqual({ id: 'template-x' });
    expect(problems[0]).toMatchObject({ index: 49, pointer: '/tasks/49/template_id', code: 'template_not_found' });
    expect(problems.map(({ index }) => index)).toEqual([49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59]);
    expect(commit.commits).toEqual([]);
  });
});
