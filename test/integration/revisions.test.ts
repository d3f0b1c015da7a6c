import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contentsOf } from './contents.ts';
import { startApi, type Answer, type TestApi } from './harness.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const PREFIX = '/api/task-center';
const refusalOf = ({ status, body }: Answer): unknown => [status, body.code];

const setUp = async (template: object = {}) => {
  const tenant = await api.tenant();
  const { call } = tenant;
  const typeId = String((await call('POST', `${PREFIX}/types`, { code: 'A', name: 'A' })).body.id);
  const made = await call('POST', `${PREFIX}/templates`, {
    task_type_id: typeId,
    template_key: 'a',
    name: 'A',
    default_priority: 4,
    default_checklist: ['Rope'],
    default_payload: { camera: 'wide', lens: 1 },
    ...template,
  });
  const path = `${PREFIX}/templates/${String(made.body.id)}`;
  const task = (body: object = {}, template_id: unknown = made.body.id) =>
    call('POST', `${PREFIX}/tasks`, { task_type_id: typeId, name: 'T', template_id, ...body });
  const provenance = async ({ body }: Answer) =>
    (await call('GET', `${PREFIX}/tasks/${String(body.id)}/provenance`)).body as Record<string, unknown>;
  return {
    ...tenant,
    typeId,
    typePath: `${PREFIX}/types/${typeId}`,
    first: made.body as object,
    path,
    task,
    provenance,
  };
};

describe('PATCH template', () => {
  it('makes a new revision; the ones before stay as they were, and tasks keep theirs', async () => {
    const { call, first, path, task } = await setUp();
    const old = await task();
    const revised = await call('PATCH', path, { default_priority: 8, description: 'New' });
    expect(revised.status).toBe(200);
    expect(revised.body).toEqual({
      ...first,
      default_priority: 8,
      description: 'New',
      revision: 2,
      version: 2,
      updated_at: revised.body.updated_at,
    });
    const third = await call('PATCH', path, { name: 'B', description: null, default_payload: { lens: 3 } });
    expect(third.body).toMatchObject({ name: 'B', description: null, default_priority: 8, revision: 3 });
    expect((await call('GET', path)).body).toEqual(third.body);
    expect((await call('GET', `${path}/revisions`)).body).toEqual([first, revised.body, third.body]);

    expect(old.body).toMatchObject({ template_revision: 1, priority: 4 });
    expect((await call('GET', `${PREFIX}/tasks/${String(old.body.id)}`)).body).toEqual(old.body);
    expect((await task()).body).toMatchObject({ template_revision: 3, priority: 8, context_data: { lens: 3 } });
  });

  it('lists revisions in pages', async () => {
    const { call, path } = await setUp();
    for (let number = 2; number <= 5; number += 1) await call('PATCH', path, { default_priority: number });
    const seen: number[] = [];
    let next: string | undefined = `${path}/revisions?limit=2`;
    while (next !== undefined) {
      const page: Answer = await call('GET', next);
      seen.push(...(page.body as { revision: number }[]).map(({ revision }) => revision));
      const link: string | undefined = /^<(?<url>[^>]+)>/.exec(page.headers.get('Link') ?? '')?.[1];
      const url: URL | undefined = link === undefined ? undefined : new URL(link);
      next = url === undefined ? undefined : `${url.pathname}${url.search}`;
    }
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });

  it('of large revisions answers pages that can be sent', async () => {
    const { call, path } = await setUp({ default_payload: { long: 'x'.repeat(300_000) } });
    for (let number = 2; number <= 6; number += 1) await call('PATCH', path, { default_priority: number });
    const page = await call('GET', `${path}/revisions`);
    expect(page.status).toBe(200);
    expect((page.body as unknown[]).length).toBeLessThan(6);
    expect(page.headers.get('Link')).toContain('rel="next"');
  });

  it('side by side makes every revision once', async () => {
    const { call, path } = await setUp();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => call('PATCH', path, { default_payload: { index } })),
    );
    const made = answers.map(({ body }) => body as { revision: number });
    expect(made.map(({ revision }) => revision).toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    const kept = (await call('GET', `${path}/revisions`)).body as { revision: number }[];
    expect(kept.slice(1)).toEqual(made.toSorted((a, b) => a.revision - b.revision));
  });

  it('keeps its key and its type, and refuses what it does not know', async () => {
    const { id, call, path } = await setUp();
    const before = await contentsOf(id);
    for (const body of [{ template_key: 'b' }, { task_type_id: 'x' }, { default_priority: 11 }, { revision: 7 }])
      expect(refusalOf(await call('PATCH', path, body))).toEqual([422, 'validation_failed']);
    expect(refusalOf(await call('PATCH', `${PREFIX}/templates/none`, { name: 'B' }))).toEqual([
      404,
      'template_not_found',
    ]);
    expect(refusalOf(await call('GET', `${PREFIX}/templates/none/revisions`))).toEqual([404, 'template_not_found']);
    const stranger = (await api.tenant()).call;
    expect(refusalOf(await stranger('PATCH', path, { name: 'B' }))).toEqual([404, 'template_not_found']);
    expect(await contentsOf(id)).toEqual(before);
  });

  it('a clone begins at revision 1 with what the newest has', async () => {
    const { call, path } = await setUp();
    await call('PATCH', path, { default_priority: 8 });
    const clone = await call('POST', `${path}:clone`, { template_key: 'b', name: 'B' });
    expect(clone.body).toMatchObject({ revision: 1, default_priority: 8 });
    expect((await call('GET', `${PREFIX}/templates/${String(clone.body.id)}/revisions`)).body).toEqual([clone.body]);
  });
});

describe('types and templates', () => {
  it('are taken out of use and back: no new tasks meanwhile, and no new revision', async () => {
    const { call, path, typePath, task } = await setUp();
    const old = await task();
    expect((await call('PATCH', path, { is_active: false })).body).toMatchObject({ is_active: false, revision: 1 });
    expect(refusalOf(await task())).toEqual([409, 'inactive_template']);
    expect((await call('GET', `${PREFIX}/templates?is_active=true`)).body).toEqual([]);
    expect((await call('GET', `${path}/revisions`)).body).toHaveLength(1);
    expect((await call('PATCH', path, { is_active: true })).body).toMatchObject({ is_active: true, revision: 1 });
    expect((await task()).status).toBe(201);

    expect((await call('PATCH', typePath, { is_active: false })).body).toMatchObject({ is_active: false });
    expect(refusalOf(await task())).toEqual([409, 'inactive_task_type']);
    expect((await call('GET', `${PREFIX}/types?is_active=false`)).body).toHaveLength(1);
    expect((await call('PATCH', typePath, { is_active: true, name: 'B' })).body).toMatchObject({
      is_active: true,
      name: 'B',
    });
    expect((await task()).status).toBe(201);
    // What was made before is not touched.
    expect((await call('GET', `${PREFIX}/tasks/${String(old.body.id)}`)).body).toEqual(old.body);
    expect(refusalOf(await call('PATCH', `${PREFIX}/types/none`, { name: 'B' }))).toEqual([404, 'task_type_not_found']);
    expect(refusalOf(await call('PATCH', typePath, { code: 'B' }))).toEqual([422, 'validation_failed']);
  });

  it('a revision made while out of use stays out of use', async () => {
    const { call, path } = await setUp();
    await call('PATCH', path, { is_active: false });
    expect((await call('PATCH', path, { default_priority: 8 })).body).toMatchObject({ is_active: false, revision: 2 });
    expect((await call('PATCH', path, { default_priority: 9, is_active: true })).body).toMatchObject({
      is_active: true,
      revision: 3,
    });
  });
});

describe('provenance', () => {
  const CONSTANT = {
    requires_approval: 'constant',
    priority: 'constant',
    risk_level: 'constant',
    checklist: 'constant',
    route_template: 'constant',
    payload_template: 'constant',
    buffer_before_minutes: 'constant',
    buffer_after_minutes: 'constant',
    required_assets: 'constant',
    template_version: 'constant',
  };

  it('tells the layer of every composed field: constant, template, default payload, request', async () => {
    const { task, provenance } = await setUp();
    expect(await provenance(await task({}, null))).toMatchObject({ fields: CONSTANT });
    const plain = await task({ template_id: null, priority: 5, context_data: { gps: true } });
    expect(await provenance(plain)).toEqual({
      task_id: plain.body.id,
      template_id: null,
      template_revision: null,
      newest_revision: null,
      fields: { ...CONSTANT, priority: 'request', 'context_data.gps': 'request' },
      differences: [],
    });
    const made = await task({
      risk_level: 3,
      route_template: {},
      context_data: { lens: 2, schedule: 'is set by the service', gps: true },
    });
    expect(await provenance(made)).toMatchObject({
      template_id: made.body.template_id,
      template_revision: 1,
      newest_revision: 1,
      fields: {
        requires_approval: 'template',
        priority: 'template',
        risk_level: 'request',
        checklist: 'template',
        route_template: 'request',
        payload_template: 'template',
        template_version: 'template',
        'context_data.camera': 'default_payload',
        'context_data.lens': 'request',
        'context_data.gps': 'request',
      },
      differences: [],
    });
    expect((await provenance(made))['fields']).not.toHaveProperty('context_data.schedule');
  });

  it('tells what would differ under the newest revision, of what the request did not say', async () => {
    const { call, path, task, provenance } = await setUp();
    const made = await task({ checklist: ['Mine'], context_data: { lens: 2 } });
    await call('PATCH', path, { default_risk_level: 5 });
    await call('PATCH', path, {
      default_priority: 9,
      default_checklist: ['Theirs'],
      template_version: 'v3',
      payload_template: { codec: 'h265' },
      default_payload: { lens: 7, zoom: 2 },
    });
    const told = await provenance(made);
    expect(told).toMatchObject({ template_revision: 1, newest_revision: 3 });
    expect(told['differences']).toEqual([
      { field: 'priority', current: 4, newest: 9 },
      { field: 'risk_level', current: 3, newest: 5 },
      { field: 'payload_template', current: {}, newest: { codec: 'h265' } },
      { field: 'template_version', current: 'v2', newest: 'v3' },
      { field: 'context_data.camera', current: 'wide', newest: null },
      { field: 'context_data.zoom', current: null, newest: 2 },
    ]);
    // It is what a task made now has.
    const now = await task({ checklist: ['Mine'], context_data: { lens: 2 } });
    expect(now.body).toMatchObject({
      priority: 9,
      risk_level: 5,
      template_version: 'v3',
      context_data: { lens: 2, zoom: 2 },
    });
    expect((await provenance(now))['differences']).toEqual([]);
  });

  it('counts what was changed since as said by a request', async () => {
    const { call, path, task, provenance } = await setUp();
    const made = await task();
    const taskPath = `${PREFIX}/tasks/${String(made.body.id)}`;
    await call('PATCH', taskPath, { priority: 7, context_data: { camera: 'tele' } });
    await call('PATCH', `${taskPath}/risk-checklist`, { risk_level: 5, checklist: ['Helmet'] });
    await call('PATCH', path, {
      default_priority: 9,
      default_risk_level: 1,
      default_checklist: [],
      default_payload: { camera: 'none' },
    });
    const told = await provenance(made);
    expect(told['fields']).toMatchObject({
      priority: 'request',
      risk_level: 'request',
      checklist: 'request',
      'context_data.camera': 'request',
      'context_data.lens': 'default_payload',
    });
    expect(told['differences']).toEqual([{ field: 'context_data.lens', current: 1, newest: null }]);
  });

  it('is of tasks that exist', async () => {
    const { call } = await setUp();
    expect(refusalOf(await call('GET', `${PREFIX}/tasks/none/provenance`))).toEqual([404, 'task_not_found']);
  });
});
