import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { metered } from '../../adapters/dynamodb/meter.ts';
import { clock, newId } from '../../adapters/runtime/composition.ts';
import { commit, references } from '../../adapters/runtime/resources/tasks.ts';
import { LIMITS } from '../../core/limits.ts';
import { makeCreateBatch } from '../../core/tasks/create.ts';
import { contentsOf } from './contents.ts';
import { startApi, type TestApi, type TestTenant } from './harness.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const PATH = '/api/task-center/tasks:batch-create';

/** A tenant with a task type, and what makes a batch of its tasks. */
const setUp = async () => {
  const tenant = await api.tenant();
  const type = await tenant.call('POST', '/api/task-center/types', { code: 'A', name: 'A' });
  const task_type_id = type.body.id as string;
  const draft = (index: number) => ({ task_type_id, name: `Task ${index}` });
  const template = async (fields: object): Promise<string> => {
    const made = await tenant.call('POST', '/api/task-center/templates', {
      task_type_id,
      template_key: newId(),
      name: 'Round',
      ...fields,
    });
    expect(made.status).toBe(201);
    return made.body.id as string;
  };
  return {
    ...tenant,
    task_type_id,
    draft,
    drafts: (length: number) => Array.from({ length }, (_, at) => draft(at)),
    template,
  };
};

const names = (tasks: readonly { name: string }[]): readonly string[] => tasks.map(({ name }) => name);
const expectUnchanged = async ({ id }: TestTenant, act: () => Promise<void>): Promise<void> => {
  const before = await contentsOf(id);
  await act();
  expect(await contentsOf(id)).toEqual(before);
};

describe('a batch', () => {
  it('of 99 is created in one transaction, in the order of the request', async () => {
    const { id, call, drafts } = await setUp();
    const { status, body } = await call('POST', PATH, { tasks: drafts(99) });
    expect(status).toBe(201);
    expect(body.total).toBe(99);
    expect(names(body.tasks)).toEqual(names(drafts(99)));
    expect(new Set((body.tasks as { id: string }[]).map((task) => task.id)).size).toBe(99);
    const listed = await call('GET', '/api/task-center/tasks?limit=200');
    expect(names(listed.body)).toEqual(names(drafts(99)).toReversed());

    const run = makeCreateBatch({ references, commit, clock, newId });
    const cost = await metered(async (counted) => {
      await run({ tenantId: id, actorId: 'test', permissions: [] }, { tasks: drafts(99) });
      return counted;
    });
    expect([...cost.operations].sort()).toEqual(['BatchGetItem', 'TransactWriteItems']);
    expect(cost.calls).toBe(2);
  });

  it('of 99 fits with an Idempotency-Key, and is done once', async () => {
    const tenant = await setUp();
    const batch = { tasks: tenant.drafts(99) };
    const first = await tenant.call('POST', PATH, batch, { 'Idempotency-Key': 'batch-1' });
    expect(first.status).toBe(201);
    await expectUnchanged(tenant, async () => {
      const again = await tenant.call('POST', PATH, batch, { 'Idempotency-Key': 'batch-1' });
      expect([again.status, again.body]).toEqual([201, first.body]);
    });
  });

  it('reads what its tasks refer to once each', async () => {
    const { id, drafts, template } = await setUp();
    const template_id = await template({});
    const run = makeCreateBatch({ references, commit, clock, newId });
    const cost = await metered(async (counted) => {
      await run(
        { tenantId: id, actorId: 'test', permissions: [] },
        { tasks: drafts(99).map((draft) => ({ ...draft, template_id })) },
      );
      return counted;
    });
    // Type and template: a unit each.
    expect(cost.readUnits).toBe(2);
  });

  it.each([
    ['nothing', 0],
    ['100', 100],
  ])('of %s is refused', async (_name, length) => {
    const tenant = await setUp();
    await expectUnchanged(tenant, async () => {
      const { status, body } = await tenant.call('POST', PATH, { tasks: tenant.drafts(length) });
      expect(status).toBe(422);
      expect(body).toMatchObject({ code: 'validation_failed', errors: [{ pointer: '/tasks' }] });
    });
  });

  it('whose 50th task names an unknown template creates nothing, and says index 49', async () => {
    const tenant = await setUp();
    const tasks = tenant.drafts(99).with(49, { ...tenant.draft(49), template_id: 'nowhere' } as never);
    await expectUnchanged(tenant, async () => {
      for (const headers of [{}, { 'Idempotency-Key': 'batch-2' }]) {
        const { status, body } = await tenant.call('POST', PATH, { tasks }, headers);
        expect(status).toBe(404);
        expect(body).toMatchObject({ code: 'template_not_found', id: 'nowhere' });
        expect(body.errors).toMatchObject([
          { pointer: '/tasks/49/template_id', index: 49, code: 'template_not_found' },
        ]);
      }
    });
  });

  it('reports every bad task in one answer', async () => {
    const tenant = await setUp();
    const inactive = await tenant.template({ is_active: false });
    const window = { planned_start_at: '2026-03-01T10:00:00Z', planned_end_at: '2026-03-01T10:00:00Z' };
    const tasks: readonly unknown[] = [
      tenant.draft(0),
      { ...tenant.draft(1), priority: 11, nmae: 'typo' },
      { ...tenant.draft(2), task_type_id: 'nowhere', org_unit_id: 'nowhere' },
      'a text',
      { ...tenant.draft(4), template_id: inactive },
      { ...tenant.draft(5), ...window },
      { ...tenant.draft(6), planned_start_at: '2026-03-01T10:00:00Z' },
    ];
    await expectUnchanged(tenant, async () => {
      const { status, body } = await tenant.call('POST', PATH, { tasks });
      expect(status).toBe(422);
      expect(body.code).toBe('validation_failed');
      const problems = body.errors as { pointer: string; index: number; code: string }[];
      const told = problems.map(({ pointer, index, code }) => `${index} ${pointer} ${code}`);
      expect(told.toSorted()).toEqual([
        '1 /tasks/1/nmae unknown_field',
        '1 /tasks/1/priority too_big',
        '2 /tasks/2/org_unit_id org_unit_not_found',
        '2 /tasks/2/task_type_id task_type_not_found',
        '3 /tasks/3 wrong_type',
        '4 /tasks/4/template_id inactive_template',
        '5 /tasks/5/planned_end_at rule_broken',
        '6 /tasks/6/planned_end_at rule_broken',
      ]);
      expect(problems.map(({ index }) => index)).toEqual([1, 1, 2, 2, 3, 4, 5, 6]);
    });
  });

  it('that one transaction cannot hold is refused with the limit and its size', async () => {
    const tenant = await setUp();
    // Templates that are small to name and large to copy.
    const template_id = await tenant.template({ default_payload: { text: 'x'.repeat(100_000) } });
    const tasks = tenant.drafts(45).map((draft) => ({ ...draft, template_id }));
    await expectUnchanged(tenant, async () => {
      const { status, body } = await tenant.call('POST', PATH, { tasks });
      expect(status).toBe(413);
      expect(body).toMatchObject({ code: 'transaction_too_large', limit: LIMITS.transactionBytes });
      expect(body.size).toBeGreaterThan(4_500_000);
      expect(body.detail).toContain(String(body.size));
    });
  });

  it('that one request cannot hold is refused with the limit and its size', async () => {
    const tenant = await setUp();
    const tasks = tenant.drafts(99).map((draft) => ({ ...draft, context_data: { text: 'x'.repeat(45_000) } }));
    const sent = JSON.stringify({ tasks });
    await expectUnchanged(tenant, async () => {
      const { status, body } = await tenant.call('POST', PATH, sent);
      expect(status).toBe(413);
      expect(body).toMatchObject({ code: 'body_too_large', limit: LIMITS.bodyBytes, size: sent.length });
    });
  });

  it('with a task larger than an item is refused with the limit and its size', async () => {
    const tenant = await setUp();
    const tasks = [{ ...tenant.draft(0), context_data: { text: 'x'.repeat(410_000) } }];
    await expectUnchanged(tenant, async () => {
      const { status, body } = await tenant.call('POST', PATH, { tasks });
      expect(status).toBe(413);
      expect(body).toMatchObject({ code: 'item_too_large', limit: LIMITS.itemBytes });
      expect(body.size).toBeGreaterThan(410_000);
    });
  });

  it('whose answer would be too large to send is refused before anything is created', async () => {
    const tenant = await setUp();
    // The answer tells each template twice: as the task's own field and in its context.
    const template_id = await tenant.template({ route_template: { path: 'x'.repeat(38_000) } });
    const tasks = tenant.drafts(99).map((draft) => ({ ...draft, template_id }));
    await expectUnchanged(tenant, async () => {
      const { status, body } = await tenant.call('POST', PATH, { tasks });
      expect(status).toBe(413);
      expect(body.size).toBeGreaterThan(body.limit as number);
    });
  });
});
