import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIMITS } from '../../core/limits.ts';
import { CONTRACTS } from '../../functions/contracts.ts';
import { contentsOf } from './contents.ts';
import { caller, startApi, type Answer, type Call, type TestApi } from './harness.ts';
import { makeWorld, type World } from './world.ts';

let api: TestApi;
let world: World;
let call: Call;
let ids: World['ids'];
let contents: Awaited<ReturnType<typeof contentsOf>>;
beforeAll(async () => {
  api = await startApi();
  world = await makeWorld(await api.tenant());
  ({ ids } = world);
  ({ call } = world.tenant);
  contents = await contentsOf(world.tenant.id);
});
/** Nothing that is refused here leaves a trace. */
afterAll(async () => {
  expect(await contentsOf(world.tenant.id)).toEqual(contents);
  await api.stop();
});

const TASKS = '/api/task-center/tasks';
const TEMPLATES = '/api/task-center/templates';
const TYPES = '/api/task-center/types';

/** A problem, with every member that one has, and the request named as in the header. */
const expectProblem = ({ status, body, headers }: Answer, expectedStatus: number, code: string): void => {
  expect({ status, code: body.code }).toEqual({ status: expectedStatus, code });
  expect(headers.get('Content-Type')).toBe('application/problem+json');
  expect(body).toMatchObject({
    type: `urn:task-center:problem:${code}`,
    title: expect.stringMatching(/\S/),
    status: expectedStatus,
    detail: expect.stringMatching(/^[A-Z].* /s),
    request_id: expect.stringMatching(/\S/),
  });
  expect(headers.get('X-Request-Id')).toBe(body.request_id);
};

const task = () => ({ task_type_id: ids['task_type_id'], name: 'Task' });

describe('400', () => {
  it.each([
    ['cut off', '{"code": "A"'],
    ['not JSON', 'code=A&name=A'],
    ['two values', '{} {}'],
    ['a trailing comma', '{"code": "A", "name": "A",}'],
    ['single quotes', "{'code': 'A'}"],
    ['a number that JSON does not know', '{"code": NaN}'],
  ])('for a body that is %s', async (_name, text) => {
    expectProblem(await call('POST', TYPES, text), 400, 'malformed_json');
  });

  it.each([
    ['a blank in Idempotency-Key', { 'Idempotency-Key': 'a b' }],
    ['an endless Idempotency-Key', { 'Idempotency-Key': 'x'.repeat(LIMITS.idempotencyKey + 1) }],
    ['an empty Idempotency-Key', { 'Idempotency-Key': '' }],
    ['an If-Match without quotes', { 'If-Match': '1' }],
    ['an If-Match that is cut off', { 'If-Match': '"1' }],
  ])('for %s', async (_name, headers) => {
    const path = `${TASKS}/${ids['task_id']}/comments`;
    expectProblem(await call('POST', path, { content: 'Hello' }, headers), 400, 'malformed_header');
  });

  it.each(['x', 'x.y', '', '.', 'eyJpZCI6IjEifQ.AAAA', '%00'])('for the cursor "%s"', async (cursor) => {
    expectProblem(await call('GET', `${TASKS}?cursor=${cursor}`), 400, 'malformed_cursor');
    expectProblem(await call('GET', `${TASKS}/${ids['task_id']}/history?cursor=${cursor}`), 400, 'malformed_cursor');
  });
});

describe('401', () => {
  const sign = async (
    { alg = 'HS256', kid, key, ...claims }: Record<string, unknown> & { key?: string; alg?: string },
    lifetime: string,
  ): Promise<string> => {
    const secrets = JSON.parse(process.env['LOCAL_SECRETS'] ?? '{}') as { signing: string };
    const keys = JSON.parse(secrets.signing) as { current: string } & Record<string, string>;
    return new SignJWT({ tenant_id: world.tenant.id, permissions: ['*'], ...claims })
      .setProtectedHeader({ alg, kid: typeof kid === 'string' ? kid : keys.current })
      .setSubject('someone')
      .setIssuer('task-center')
      .setAudience('task-center')
      .setIssuedAt('-2h')
      .setExpirationTime(lifetime)
      .sign(new TextEncoder().encode(key ?? keys[keys.current]));
  };
  const withHeader = (value: string): Promise<Answer> =>
    api.anonymous('POST', TASKS, task(), value === '' ? {} : { Authorization: value });

  it('for a token that is missing, no token at all, or of another scheme', async () => {
    const good = await sign({}, '1h');
    expect((await api.anonymous('GET', TASKS, undefined, { Authorization: `bearer ${good}` })).status).toBe(200);
    for (const value of ['', 'Bearer', 'Bearer x', 'Bearer a.b.c', `Basic ${good}`, good, `Bearer ${good} ${good}`])
      expectProblem(await withHeader(value), 401, 'unauthenticated');
  });

  it('for a token that is forged, expired, or lacks a claim', async () => {
    const good = await sign({}, '1h');
    const [header = '', , signature = ''] = good.split('.');
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { sub: 'x', tenant_id: world.tenant.id, permissions: ['*'], iss: 'task-center', aud: 'task-center' };
    const forged = [
      await sign({ key: 'k'.repeat(32) }, '1h'),
      await sign({ kid: 'nobody' }, '1h'),
      await sign({ kid: 'toString' }, '1h'),
      await sign({ alg: 'HS512' }, '1h'),
      await sign({}, '-1h'),
      await sign({ tenant_id: undefined }, '1h'),
      await sign({ tenant_id: '' }, '1h'),
      await sign({ permissions: 7 }, '1h'),
      `${header}.${encode({ ...claims, exp: 4_102_444_800 })}.${signature}`,
      `${encode({ alg: 'none' })}.${encode({ ...claims, exp: 4_102_444_800 })}.`,
      good.slice(0, -4),
    ];
    for (const token of forged) expectProblem(await withHeader(`Bearer ${token}`), 401, 'unauthenticated');
  });
});

describe('404', () => {
  it.each([
    ['POST', `${TEMPLATES}/{template_id}:nonsense`],
    ['POST', `${TEMPLATES}/{template_id}%3Anonsense`],
    ['POST', `${TEMPLATES}/{template_id}:clone:nonsense`],
    ['POST', `${TEMPLATES}/{template_id}`],
    ['POST', `${TEMPLATES}/{template_id}:`],
    ['POST', `${TASKS}:nonsense`],
    ['POST', `${TASKS}%3Anonsense`],
    ['POST', `${TASKS}:batch-create:nonsense`],
    ['POST', '/api/task-center/nonsense:batch-create'],
    ['POST', '/api/task-center/nonsense%3Abatch-create'],
    ['DELETE', `${TASKS}/{task_id}`],
    ['PUT', `${TASKS}/{task_id}`],
    ['GET', '/api/task-center'],
    ['GET', '/favicon.ico'],
  ])('for the route %s %s', async (method, path) => {
    const real = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? '');
    const body = method === 'GET' ? undefined : { template_key: 'K', name: 'N' };
    expectProblem(await call(method, real, body), 404, 'route_not_found');
  });

  it.each([
    ['unknown', '0199c0de-0000-7000-8000-000000000000'],
    ['no id', 'nobody'],
    ['a path', '..%2F..%2Ftypes'],
    ['a key', 'x%23TASK'],
    ['a blank', '%20'],
    ['endless', 'x'.repeat(2_000)],
    ['encoded badly', '%zz'],
  ])('for an id that is %s', async (name, id) => {
    const answers = [
      await call('GET', `${TASKS}/${id}`),
      await call('GET', `${TEMPLATES}/${id}`),
      await call('GET', `/api/identity/users/${id}`),
      await call('GET', `/api/assets/${id}`),
    ];
    const codes = ['task_not_found', 'template_not_found', 'user_not_found', 'asset_not_found'];
    for (const [at, code] of codes.entries()) {
      const answer = answers[at];
      if (answer !== undefined) expectProblem(answer, 404, name === 'encoded badly' ? 'route_not_found' : code);
    }
  });

  it.each(['task_type_id', 'template_id', 'org_unit_id'])('for a task whose %s names nothing', async (field) => {
    const answer = await call('POST', TASKS, { ...task(), [field]: 'nowhere' });
    expectProblem(answer, 404, `${field.replace('_id', '')}_not_found`);
    expect(answer.body).toMatchObject({ id: 'nowhere' });
  });
});

describe('custom verbs', () => {
  it('are accepted with a colon and with %3A', async () => {
    // In a tenant of their own: they do change something.
    const other = await makeWorld(await api.tenant());
    for (const colon of [':', '%3A', '%3a']) {
      const clone = await other.tenant.call('POST', `${TEMPLATES}/${other.ids['template_id']}${colon}clone`, {
        template_key: `clone ${colon}`,
        name: 'Clone',
      });
      expect([clone.status, clone.body.cloned_from]).toEqual([201, other.ids['template_id']]);
      const batch = await other.tenant.call('POST', `${TASKS}${colon}batch-create`, {
        tasks: [{ task_type_id: other.ids['task_type_id'], name: 'One' }],
      });
      expect([batch.status, batch.body.total]).toEqual([201, 1]);
    }
  });
});

describe('409', () => {
  it('for a code, key or name that is taken', async () => {
    const duplicates: readonly (readonly [string, object, string])[] = [
      [TYPES, { code: 'world', name: 'Again' }, 'code'],
      [TEMPLATES, { task_type_id: ids['task_type_id'], template_key: 'world', name: 'Again' }, 'template_key'],
      [`${TEMPLATES}/${ids['template_id']}:clone`, { template_key: 'world', name: 'Again' }, 'template_key'],
      ['/api/assets', { asset_type: 'UAV', asset_code: 'world', name: 'Again' }, 'asset_code'],
      ['/api/identity/roles', { name: 'world' }, 'name'],
      ['/api/identity/org-units', { code: 'world', name: 'Again' }, 'code'],
    ];
    for (const [path, body, field] of duplicates) {
      const answer = await call('POST', path, body);
      expectProblem(answer, 409, 'duplicate');
      expect(answer.body).toMatchObject({ field, errors: [{ pointer: `/${field}`, code: 'duplicate' }] });
    }
  });

  it('for what is not active, and for a template of another type', async () => {
    // In a tenant of its own: it needs inactive things.
    const other = await makeWorld(await api.tenant());
    const post = async (path: string, body: object): Promise<string> =>
      (await other.tenant.call('POST', path, body)).body.id as string;
    const { task_type_id } = other.ids;
    const inactiveType = await post(TYPES, { code: 'off', name: 'Off', is_active: false });
    const otherType = await post(TYPES, { code: 'other', name: 'Other' });
    const inactiveTemplate = await post(TEMPLATES, {
      task_type_id,
      template_key: 'off',
      name: 'Off',
      is_active: false,
    });
    const inactiveUnit = await post('/api/identity/org-units', { code: 'off', name: 'Off', is_active: false });
    const refused: readonly (readonly [string, object, string])[] = [
      [TASKS, { task_type_id: inactiveType, name: 'T' }, 'inactive_task_type'],
      [TEMPLATES, { task_type_id: inactiveType, template_key: 'K', name: 'T' }, 'inactive_task_type'],
      [TASKS, { task_type_id, template_id: inactiveTemplate, name: 'T' }, 'inactive_template'],
      [TASKS, { task_type_id, org_unit_id: inactiveUnit, name: 'T' }, 'inactive_org_unit'],
      ['/api/identity/org-units', { parent_id: inactiveUnit, code: 'K', name: 'T' }, 'inactive_org_unit'],
      [TASKS, { task_type_id: otherType, template_id: other.ids['template_id'], name: 'T' }, 'template_type_mismatch'],
    ];
    for (const [path, body, code] of refused) expectProblem(await other.tenant.call('POST', path, body), 409, code);
  });

  it('for a tenant that has users already', async () => {
    const answer = await api.anonymous('POST', '/api/identity/tenants', { name: 'New' });
    const admin = { tenant_id: answer.body.id as string, username: 'admin', password: 'secret' };
    expect((await api.anonymous('POST', '/api/identity/bootstrap-admin', admin)).status).toBe(201);
    expectProblem(await api.anonymous('POST', '/api/identity/bootstrap-admin', admin), 409, 'tenant_has_users');
    const nowhere = { ...admin, tenant_id: 'nowhere' };
    expectProblem(await api.anonymous('POST', '/api/identity/bootstrap-admin', nowhere), 404, 'tenant_not_found');
  });
});

describe('412', () => {
  it('for another version', async () => {
    const path = `${TASKS}/${ids['task_id']}/comments`;
    const answer = await call('POST', path, { content: 'Hello' }, { 'If-Match': '"7"' });
    expectProblem(answer, 412, 'precondition_failed');
    expect(answer.body).toMatchObject({ version: 1 });
  });
});

describe('413', () => {
  it('for a body of 5 MB, and for one that the gateway refuses itself, with limit and size', async () => {
    for (const megabytes of [5, 12]) {
      const text = JSON.stringify({ ...task(), description: 'x'.repeat(megabytes * 1024 * 1024) });
      const answer = await call('POST', TASKS, text);
      expectProblem(answer, 413, 'body_too_large');
      expect(answer.body.size).toBeGreaterThanOrEqual(text.length);
      expect(answer.body.size).toBeGreaterThan(answer.body.limit as number);
      expect(answer.body.detail).toContain(String(answer.body.limit));
    }
  });

  it('for a task that no item holds, with limit and size', async () => {
    const answer = await call('POST', TASKS, { ...task(), route_template: { path: 'x'.repeat(LIMITS.itemBytes) } });
    expectProblem(answer, 413, 'item_too_large');
    expect(answer.body).toMatchObject({ limit: LIMITS.itemBytes });
  });
});

describe('422', () => {
  const window = (planned_start_at: unknown, planned_end_at: unknown) => ({ planned_start_at, planned_end_at });

  it.each<readonly [string, object, readonly string[]]>([
    [
      'wrong types',
      { name: 7, priority: 'high', requires_approval: 'no' },
      ['/name', '/priority', '/requires_approval'],
    ],
    ['an over-long name', { name: 'x'.repeat(201) }, ['/name']],
    ['a blank name', { name: ' \t' }, ['/name']],
    ['fields that do not exist', { nmae: 'x', planned_at: 'x', 'a/b~c': 1 }, ['/a~1b~0c', '/nmae', '/planned_at']],
    ['priorities out of range', { priority: 11, risk_level: 0 }, ['/priority', '/risk_level']],
    ['half a number', { priority: 5.5 }, ['/priority']],
    ['an end before the start', window('2026-03-01T10:00:00Z', '2026-03-01T09:00:00Z'), ['/planned_end_at']],
    ['an end at the start', window('2026-03-01T10:00:00Z', '2026-03-01T11:00:00+01:00'), ['/planned_end_at']],
    ['a start alone', { planned_start_at: '2026-03-01T10:00:00Z' }, ['/planned_end_at']],
    ['an end alone', { planned_end_at: '2026-03-01T10:00:00Z' }, ['/planned_start_at']],
    ['a day that does not exist', window('2026-02-29T10:00:00Z', '2026-03-01T10:00:00Z'), ['/planned_start_at']],
    ['dates that are none', window('tomorrow', 5), ['/planned_end_at', '/planned_start_at']],
    ['a list for an object', { context_data: [], area_geom: 5 }, ['/area_geom', '/context_data']],
    ['an attachment without a name', { attachments: [{ url: 'https://example.com' }] }, ['/attachments/0/name']],
    ['an attachment that is nowhere', { attachments: [{ name: 'A', url: 'ftp://no' }] }, ['/attachments/0/url']],
    ['an endless checklist', { checklist: Array.from({ length: 201 }, () => 'x') }, ['/checklist']],
  ])('for %s', async (_name, fields, pointers) => {
    const answer = await call('POST', TASKS, { ...task(), ...fields });
    expectProblem(answer, 422, 'validation_failed');
    const errors = answer.body.errors as { pointer: string; code: string; message: string }[];
    expect([...new Set(errors.map(({ pointer }) => pointer))].sort()).toEqual(pointers);
    for (const error of errors) expect(error).toMatchObject({ code: expect.any(String), message: expect.any(String) });
  });

  it('for everything that is wrong with a body at once', async () => {
    const answer = await call('POST', TASKS, {
      priority: 11,
      nmae: 'x',
      ...window('2026-03-01T10:00:00Z', '2026-03-01T10:00:00Z'),
    });
    expectProblem(answer, 422, 'validation_failed');
    const pointers = (answer.body.errors as { pointer: string }[]).map(({ pointer }) => pointer);
    expect(pointers.toSorted()).toEqual(['/name', '/nmae', '/planned_end_at', '/priority', '/task_type_id']);
  });

  it.each([
    ['a text', '"text"'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a number', '7'],
    ['nothing', ''],
  ])('for a body that is %s where an object is needed', async (_name, text) => {
    expectProblem(await call('POST', TASKS, text === '' ? undefined : text), 422, 'validation_failed');
  });

  it('for a body that is nested too deeply, or that no text can hold', async () => {
    const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
    const base = `"task_type_id":"${ids['task_type_id']}","name":"Task"`;
    expectProblem(await call('POST', TASKS, `{${base},"context_data":${deep}}`), 422, 'validation_failed');
    expectProblem(await call('POST', TASKS, `{${base},"description":"\\ud800"}`), 422, 'validation_failed');
    expectProblem(await call('POST', TASKS, `{${base},"context_data":{"a":1e400}}`), 422, 'validation_failed');
  });

  it.each([
    ['limit=0', '?limit'],
    ['limit=-1', '?limit'],
    ['limit=ten', '?limit'],
    ['limit=1&limit=2', '?limit'],
    ['state=LOST', '?state/0'],
    ['state=DRAFT&state=DRAFT', '?state'],
    ['stat=DRAFT', '?stat'],
  ])('for the query %s', async (query, pointer) => {
    const answer = await call('GET', `${TASKS}?${query}`);
    expectProblem(answer, 422, 'validation_failed');
    expect(answer.body.errors).toMatchObject([{ pointer }]);
  });

  const NOTHING = '0199c0de-0000-7000-8000-000000000000';

  it('for fields and parameters that no route knows, on every route', async () => {
    for (const { method, path, access, operation, body } of CONTRACTS) {
      if (access === 'public' || access === 'bootstrap') continue;
      const real = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? NOTHING);
      const answer = await call(method, `${real}?surprise=1`, method === 'GET' ? undefined : {});
      expectProblem(answer, 422, 'validation_failed');
      const asked = (answer.body.errors as { pointer: string }[]).map(({ pointer }) => pointer);
      expect({ operation, asked }).toMatchObject({ asked: expect.arrayContaining(['?surprise']) });
      if (body === undefined) continue;
      const surprised = await call(method, real, { surprise: 1 });
      expectProblem(surprised, 422, 'validation_failed');
      const pointers = (surprised.body.errors as { pointer: string }[]).map(({ pointer }) => pointer);
      expect({ operation, pointers }).toMatchObject({ pointers: expect.arrayContaining(['/surprise']) });
    }
  });
});

describe('a POST whose fields are all optional', () => {
  it.each(['submit-approval', 'auto-dispatch'])('accepts an empty body: %s', async (verb) => {
    const other = await makeWorld(await api.tenant());
    const made = await other.tenant.call('POST', TASKS, {
      task_type_id: other.ids['task_type_id'],
      name: 'Task',
      requires_approval: verb === 'submit-approval',
    });
    for (const body of [undefined, ' ', '{}']) {
      const answer = await other.tenant.call('POST', `${TASKS}/${made.body.id}/${verb}`, body);
      expect(body === undefined ? answer.status : answer.body.code).toBe(
        body === undefined ? 200 : 'illegal_transition',
      );
    }
  });
});

describe('what a client may send and must get back', () => {
  it('is text of any language, numbers of any kind, and empty names', async () => {
    const other = await makeWorld(await api.tenant());
    const context_data = {
      '': 'an empty name',
      'a.b#c': '⛰️ 東京 \u0000 \u2028',
      numbers: [0, -0.5, 1e-7, 9_007_199_254_740_991, 1.7976931348623157e308],
      nested: { list: [[], {}, null, false, ''] },
    };
    const made = await other.tenant.call('POST', TASKS, {
      task_type_id: other.ids['task_type_id'],
      name: 'Ünïcode 東京',
      context_data,
    });
    const read = await other.tenant.call('GET', `${TASKS}/${made.body.id}`);
    expect(read.body).toMatchObject({ name: 'Ünïcode 東京', context_data });
    expect(read.body).toEqual(made.body);
  });
});

describe('a token of another tenant', () => {
  it('finds nothing', async () => {
    const stranger = await (await api.tenant()).as(['*']);
    expectProblem(await stranger('GET', `${TASKS}/${ids['task_id']}`), 404, 'task_not_found');
    expect((await caller(api.url)('GET', '/healthz')).body).toEqual({ status: 'ok' });
  });
});
