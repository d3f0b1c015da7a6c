import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIMITS } from '../../core/limits.ts';
import { CONTRACTS } from '../../functions/contracts.ts';
import { makeTasks, startApi, type Answer, type Call, type TestApi } from './harness.ts';
import { makeWorld, pathOf, type World } from './world.ts';

let api: TestApi;
let world: World;
let call: Call;
beforeAll(async () => {
  api = await startApi();
  world = await makeWorld(await api.tenant());
  ({ call } = world.tenant);
});
afterAll(() => api.stop());

const TASKS = '/api/task-center/tasks';
const TYPES = '/api/task-center/types';
const TEMPLATES = '/api/task-center/templates';
const ASSETS = '/api/assets';
const IDENTITY = '/api/identity';

/** Names from the prototype chain, and others that go wrong where names are no data. */
const ODD = [
  '__proto__',
  'constructor',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'prototype',
  '',
  ' ',
  '0',
  'a.b',
  '#',
];
const name = fc.oneof(fc.constantFrom(...ODD), fc.string({ unit: 'grapheme', maxLength: 4 }));
const value: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1.5, 2 ** 53, 1e308, 5e-324, '', ' x ', '\u200b', '\ud83d\ude42'),
  fc.array(fc.constantFrom<unknown>(1, 'x', null, {}), { maxLength: 3 }),
  fc.array(fc.tuple(name, fc.constantFrom<unknown>(1, 'x', null)), { maxLength: 3 }).map(Object.fromEntries),
);
const freeObject = fc.array(fc.tuple(name, value), { maxLength: 5 }).map(Object.fromEntries) as fc.Arbitrary<object>;
const objects = (numRuns: number): readonly object[] => fc.sample(freeObject, { numRuns, seed: 11 });

interface Kept {
  readonly id: string;
  readonly context_data: object;
  readonly route_template: object;
  readonly payload_template: object;
  readonly checklist: readonly object[];
}

describe('free JSON', () => {
  it('comes back exactly as it went in, from a task, its list and its history', async () => {
    const given = objects(396).map((free, index) => ({
      task_type_id: world.ids['task_type_id'],
      name: `Free ${index}`,
      area_code: 'FREE',
      context_data: { payload: free },
      route_template: free,
      payload_template: free,
      checklist: [free],
    }));
    const ids: string[] = [];
    for (let from = 0; from < given.length; from += LIMITS.batchTasks) {
      const batch = await call('POST', `${TASKS}:batch-create`, { tasks: given.slice(from, from + LIMITS.batchTasks) });
      expect(batch.status).toBe(201);
      ids.push(...(batch.body.tasks as Kept[]).map(({ id }) => id));
    }
    const listed = new Map<string, Kept>();
    for (let path: string | undefined = `${TASKS}?area_code=FREE&limit=200`; path !== undefined;) {
      const page: Answer = await call('GET', path);
      for (const task of page.body as Kept[]) listed.set(task.id, task);
      path = /<https?:\/\/[^/]+(?<path>[^>]+)>/.exec(page.headers.get('Link') ?? '')?.groups?.['path'];
    }
    for (const [index, { route_template: free }] of given.entries()) {
      const { context_data, route_template, payload_template, checklist } = listed.get(ids[index] ?? '') ?? {};
      const back = [Reflect.get(context_data ?? {}, 'payload'), route_template, payload_template, checklist?.[0]];
      for (const one of back) expect(JSON.stringify(one)).toBe(JSON.stringify(free));
    }
    const [id] = ids;
    const [, changed] = objects(2);
    await call('PATCH', `${TASKS}/${id}/risk-checklist`, { checklist: [changed] });
    const { body } = await call('GET', `${TASKS}/${id}/history`);
    const entries = body as { detail: { after?: { checklist: unknown } } }[];
    expect(JSON.stringify(entries.at(-1)?.detail.after?.checklist)).toBe(JSON.stringify([changed]));
  });

  it('is merged by name, whatever the names: templates, tasks and amendments', async () => {
    for (const [index, free] of objects(12).entries()) {
      const template = await call('POST', TEMPLATES, {
        task_type_id: world.ids['task_type_id'],
        template_key: `merged ${index}`,
        name: 'Merged',
        default_payload: { ...free, constructor: 'of the template' },
      });
      const draft = {
        task_type_id: world.ids['task_type_id'],
        template_id: template.body.id as string,
        name: 'Merged',
      };
      const own = JSON.parse('{"__proto__":"of the task"}') as object;
      const task = await call('POST', TASKS, { ...draft, context_data: own });
      const amended = await call('PATCH', `${TASKS}/${task.body.id}`, { context_data: { toString: 'amended' } });
      const expected = { ...free, constructor: 'of the template', ...own, toString: 'amended' };
      for (const [key, field] of Object.entries(expected)) {
        if (['route_template', 'payload_template', 'template_version', 'schedule'].includes(key)) continue;
        const kept = Object.getOwnPropertyDescriptor(amended.body.context_data, key)?.value as unknown;
        expect(JSON.stringify(kept), key).toBe(JSON.stringify(field));
      }
    }
  });

  it('has a provenance, whatever its names', async () => {
    const template = await call('POST', TEMPLATES, {
      task_type_id: world.ids['task_type_id'],
      template_key: 'provenance',
      name: 'Provenance',
      default_payload: { kept: 1 },
    });
    const { body: task } = await call('POST', TASKS, {
      task_type_id: world.ids['task_type_id'],
      template_id: template.body.id as string,
      name: 'Provenance',
    });
    const newest = Object.fromEntries(ODD.map((key) => [key, `newest of ${key}`]));
    await call('PATCH', `${TEMPLATES}/${template.body.id}`, { default_payload: newest });
    const { body } = await call('GET', `${TASKS}/${task.id}/provenance`);
    expect(body.differences).toEqual(
      expect.arrayContaining([
        { field: 'context_data.kept', current: 1, newest: null },
        ...ODD.map((key) => ({ field: `context_data.${key}`, current: null, newest: `newest of ${key}` })),
      ]),
    );
  });
});

/** Sends bytes as they are, with any headers: what `fetch` would not. */
const raw = (
  path: string,
  { method = 'POST', body, headers = {} }: { method?: string; body?: Uint8Array; headers?: Record<string, string> },
): Promise<{ status: number; headers: Readonly<Record<string, unknown>>; text: string }> =>
  new Promise((resolve, reject) => {
    const sent = request(`${api.url}${path}`, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });

describe('a body', () => {
  const TENANTS = `${IDENTITY}/tenants`;

  it.each([
    ['not UTF-8', Buffer.from('7b226e616d65223a2280227d', 'hex'), {}, 400, 'malformed_json'],
    ['UTF-16', Buffer.from('{"name":"x"}', 'utf16le'), {}, 400, 'malformed_json'],
    ['encoded', Buffer.from('{"name":"x"}'), { 'Content-Encoding': 'gzip' }, 415, 'unsupported_encoding'],
    ['a member twice', Buffer.from('{"name":"x","n\\u0061me":"y"}'), {}, 400, 'malformed_json'],
    ['more than 16 KB for identity', Buffer.from(`{"name":"${'x'.repeat(16_384)}"}`), {}, 413, 'body_too_large'],
  ])('that is %s is refused', async (_name, body, headers, status, code) => {
    const answer = await raw(TENANTS, { body, headers });
    expect([answer.status, (JSON.parse(answer.text) as { code: string }).code]).toEqual([status, code]);
  });

  it('may begin with a byte order mark', async () => {
    expect((await raw(TENANTS, { body: Buffer.from('\ufeff{"name":"Mark"}') })).status).toBe(201);
  });

  it('with a number that cannot be kept is refused with its place', async () => {
    const { status, body } = await call(
      'POST',
      TASKS,
      `{"task_type_id":"${world.ids['task_type_id']}","name":"N","context_data":{"a":[0,9007199254740993]}}`,
    );
    expect([status, body.errors]).toMatchObject([422, [{ pointer: '/context_data/a/1', code: 'number_not_exact' }]]);
  });

  it('with fields whose names are in the prototype chain is refused by name', async () => {
    const text = '{"code":"P","name":"P","__proto__":{"is_active":false},"constructor":1}';
    const { status, body } = await call('POST', TYPES, text);
    const pointers = (body.errors as { pointer: string }[]).map(({ pointer }) => pointer);
    expect([status, pointers.toSorted()]).toEqual([422, ['/__proto__', '/constructor']]);
  });
});

describe('names', () => {
  it('are kept composed and trimmed, so that a twin is the same', async () => {
    const first = await call('POST', TYPES, { code: ' A\u030a 1 ', name: '\tInspection\n' });
    expect(first.body).toMatchObject({ code: 'Å 1', name: 'Inspection' });
    for (const code of ['Å 1', 'A\u030a 1', '\u212b 1', ' Å 1\u00a0'])
      expect((await call('POST', TYPES, { code, name: 'Twin' })).body.code).toBe('duplicate');
    for (const code of ['Å\u200b 1', 'Å 1\u2060', '\u202eÅ 1', 'Å\u00a01', '\u2800', '\u3164'])
      expect((await call('POST', TYPES, { code, name: 'Twin' })).body.code, code).toBe('validation_failed');
  });

  it('of users are compared without case, at sign-in too', async () => {
    const tenant = await api.tenant();
    const draft = { password: 'secret-1' };
    const user = await tenant.call('POST', `${IDENTITY}/users`, { ...draft, username: 'Zoë Straße' });
    expect(user.body.username).toBe('Zoë Straße');
    for (const username of ['zoë strasse', 'ZOE\u0308 STRASSE', ' Zoë straße '])
      expect((await tenant.call('POST', `${IDENTITY}/users`, { ...draft, username })).body.code).toBe('duplicate');
    const login = { tenant_id: tenant.id, username: 'zoë STRASSE', password: 'secret-1' };
    expect((await api.anonymous('POST', `${IDENTITY}/dev-login`, login)).status).toBe(200);
  });
});

describe('what existing clients send', () => {
  it('asset codes are unique per type, and lists may ask for a type', async () => {
    const tenant = await api.tenant();
    const register = (asset_type: string, asset_code: string) =>
      tenant.call('POST', ASSETS, { asset_type, asset_code, name: 'N' });
    expect((await register('UAV', '7')).status).toBe(201);
    expect((await register('DOCK', '7')).status).toBe(201);
    const twin = await register('UAV', ' 7 ');
    expect([twin.status, twin.body.code, twin.body.detail]).toEqual([409, 'duplicate', expect.stringContaining('"7"')]);
    const codesOf = async (query: string) =>
      ((await tenant.call('GET', `${ASSETS}?${query}`)).body as { asset_type: string }[]).map((one) => one.asset_type);
    expect(await codesOf('asset_type=DOCK')).toEqual(['DOCK']);
    expect(await codesOf('asset_type=UAV&availability_status=AVAILABLE')).toEqual(['UAV']);
    expect(await codesOf('asset_type=BATTERY')).toEqual([]);
  });

  it('null clears the region of an asset; left out it stays', async () => {
    const { body: asset } = await call('POST', ASSETS, { asset_type: 'DOCK', asset_code: 'R', name: 'R' });
    const move = async (fields: object) =>
      (await call('POST', `${ASSETS}/${asset.id}/availability`, { availability_status: 'IN_USE', ...fields })).body
        .region_code as unknown;
    expect([
      await move({ region_code: 'N' }),
      await move({}),
      await move({ region_code: null }),
      await move({}),
    ]).toEqual(['N', 'N', null, null]);
  });

  it('attachments at creation may be as the API returned them', async () => {
    const first = await call('POST', TASKS, {
      task_type_id: world.ids['task_type_id'],
      name: 'First',
      attachments: [{ name: 'Plan', url: '/uploads/plan.pdf' }],
    });
    const [attachment] = first.body.attachments as { id: string; url: string }[];
    const second = await call('POST', TASKS, {
      task_type_id: world.ids['task_type_id'],
      name: 'Second',
      attachments: first.body.attachments as object[],
    });
    const [copied] = second.body.attachments as { id: string; url: string }[];
    expect([second.status, copied?.url, copied?.id === attachment?.id]).toEqual([201, '/uploads/plan.pdf', false]);
    const refused = await call('POST', `${TASKS}/${first.body.id}/attachments`, {
      name: 'Script',
      url: 'java\nscript:alert(1)',
    });
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, '/url']);
  });

  it('one candidate named many times counts once', async () => {
    const [task] = await makeTasks(call, [{}]);
    const userId = world.ids['user_id'];
    const dispatch = (candidate_user_ids: unknown[]) =>
      call('POST', `${TASKS}/${task?.id}/auto-dispatch`, { candidate_user_ids, validate_only: true });
    const answer = await dispatch(Array.from({ length: 1_500 }, () => userId));
    expect([answer.status, answer.body.scores]).toMatchObject([200, [{ user_id: userId }]]);
    const distinct = await dispatch(Array.from({ length: LIMITS.candidates + 1 }, (_, index) => `user-${index}`));
    expect([distinct.status, distinct.body.errors]).toMatchObject([422, [{ pointer: '/candidate_user_ids' }]]);
  });

  it('a task without a template says template_version v2 in its context data', async () => {
    const [task] = await makeTasks(call, [{}]);
    expect((await call('GET', `${TASKS}/${task?.id}`)).body.context_data.template_version).toBe('v2');
  });

  it('a refusal for the size of the kept answer says that; without the key the same is done', async () => {
    const tasks = Array.from({ length: 60 }, (_, index) => ({
      task_type_id: world.ids['task_type_id'],
      name: `Random ${index}`,
      context_data: { bytes: randomBytes(8_000).toString('base64') },
    }));
    const refused = await call('POST', `${TASKS}:batch-create`, { tasks }, { 'Idempotency-Key': 'large' });
    expect([refused.status, refused.body]).toMatchObject([
      413,
      { code: 'kept_answer_too_large', limit: LIMITS.keptAnswerBytes },
    ]);
    expect((await call('POST', `${TASKS}:batch-create`, { tasks })).status).toBe(201);
  });
});

describe('an Idempotency-Key', () => {
  it('does not depend on the order of members', async () => {
    const headers = { 'Idempotency-Key': 'order' };
    const first = await call('POST', TYPES, '{"code":"order","name":"Order"}', headers);
    const again = await call('POST', TYPES, '{ "name": "Order", "code": "order" }', headers);
    expect([again.status, again.body, again.headers.get('Idempotency-Replayed')]).toEqual([201, first.body, 'true']);
  });

  it('of strangers is not honoured: two of them do not share an answer', async () => {
    const create = () =>
      api.anonymous('POST', `${IDENTITY}/tenants`, { name: 'Strangers' }, { 'Idempotency-Key': 'strangers' });
    const [one, other] = [await create(), await create()];
    expect([one.status, other.status, one.body.id === other.body.id]).toEqual([201, 201, false]);
  });
});

const reads = CONTRACTS.filter(({ method, operation }) => method === 'GET' && operation !== 'getDecision').map(
  (contract) => ({ contract, path: contract.path }),
);

describe.each(reads)('GET $path', ({ contract }) => {
  it('has an ETag, is 304 for whoever has it, and answers HEAD as GET without the body', async () => {
    const path = pathOf(contract, world.ids);
    const got = await call('GET', path);
    expect(got.status).toBe(200);
    const tag = got.headers.get('ETag') ?? '';
    expect(tag).toMatch(/^"[\w-]+"$/);
    const again = await call('GET', path, undefined, { 'If-None-Match': `"another,", W/${tag}` });
    expect([again.status, again.body, again.headers.get('ETag')]).toEqual([304, undefined, tag]);
    const changed = await call('GET', path, undefined, { 'If-None-Match': '"another"' });
    expect([changed.status, changed.body]).toEqual([200, got.body]);

    const head = await call('HEAD', path);
    expect([head.status, head.body]).toEqual([200, undefined]);
    for (const name of ['ETag', 'Content-Type', 'Link', 'Cache-Control'])
      expect(head.headers.get(name), name).toBe(got.headers.get(name));
    expect((await call('HEAD', path, undefined, { 'If-None-Match': tag })).status).toBe(304);
  });
});

describe('HEAD', () => {
  it('is refused as GET is', async () => {
    expect((await api.anonymous('HEAD', TASKS)).status).toBe(401);
    expect((await call('HEAD', `${TASKS}/nobody`)).status).toBe(404);
    expect((await (await world.tenant.as([]))('HEAD', TASKS)).status).toBe(403);
  });
});

describe('the version of a template', () => {
  it('is its ETag, and guards the next change of it', async () => {
    const { body: template, headers } = await call('POST', TEMPLATES, {
      task_type_id: world.ids['task_type_id'],
      template_key: 'guarded',
      name: 'Guarded',
    });
    expect(headers.get('ETag')).toBe('"1"');
    const revise = (body: object, tag: string) =>
      call('PATCH', `${TEMPLATES}/${template.id}`, body, { 'If-Match': tag });
    const off = await revise({ is_active: false }, '"1"');
    expect([off.status, off.headers.get('ETag')]).toEqual([200, '"2"']);
    const late = await revise({ name: 'Late' }, '"1"');
    expect([late.status, late.body]).toMatchObject([412, { code: 'precondition_failed', version: 2 }]);
    expect((await revise({ name: 'In time' }, '"1", "2"')).body).toMatchObject({ name: 'In time', version: 3 });
  });
});

describe('the address of the service', () => {
  it('is what links name, whatever Host the client sends', async () => {
    await makeTasks(call, [{}, {}]);
    const { headers } = await call('GET', `${TASKS}?limit=1`);
    const link = headers.get('Link') ?? '';
    expect(link.startsWith(`<${api.url}${TASKS}?`)).toBe(true);
    const spoofed = await raw('/', { method: 'GET', headers: { Host: 'evil.example', Accept: 'text/html' } });
    expect([spoofed.status, spoofed.headers['location']]).toEqual([302, `${api.url}/board`]);
  });

  it('leads a browser to the board, and tells a program where to go', async () => {
    expect((await api.anonymous('GET', '/', undefined, { Accept: '*/*' })).body).toEqual({
      board: '/board',
      openapi: '/openapi.json',
      healthz: '/healthz',
      readyz: '/readyz',
    });
    expect((await api.anonymous('GET', '/readyz')).body).toEqual({ status: 'ready' });
  });
});
