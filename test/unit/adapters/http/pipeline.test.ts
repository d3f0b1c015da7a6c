import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { route, type RouteContract } from '../../../../adapters/http/contract.ts';
import { makePipeline, type Observation, type Request } from '../../../../adapters/http/pipeline.ts';
import type { KeptReceipt, Receipt } from '../../../../core/call.ts';
import { DomainError } from '../../../../core/errors.ts';
import { LIMITS } from '../../../../core/limits.ts';
import { makeTenantShare, type TenantShare } from '../../../../core/tenant-share.ts';
import { only } from '../../fakes.ts';
import { authorizedAs, CONTEXT, eventOf, type Asked } from './events.ts';

const changeThing = route({
  operation: 'changeThing',
  method: 'POST',
  path: '/things/{task_id}',
  tag: { name: 'things', description: '' },
  summary: '',
  access: 'mission.write',
  handler: 'things/change',
  params: z.object({ task_id: z.string() }),
  body: z.strictObject({ name: z.string().optional(), size: z.number().max(9).optional() }),
  status: 200,
  response: z.object({ id: z.string(), name: z.string(), version: z.number() }),
  etag: true,
  ifMatch: true,
  refusals: [],
  table: [],
});
type Work<C extends RouteContract> = (request: Request<C>) => Promise<unknown>;

const AUTHORIZED = authorizedAs('mission.write');
const ASKED: Asked = { params: { task_id: 'a' }, body: '{"name":"x"}', authorizer: AUTHORIZED };
const THING = { id: 'a', name: 'x', version: 4, secret: 's' };

/** A pipeline around some work, with the records of earlier requests, and what it told of itself. */
const makeScene = <const C extends RouteContract>(
  contract: C,
  work: Work<C>,
  {
    bootstrapKey,
    publicUrl,
    receipts = new Map(),
    share = makeTenantShare(1),
  }: { bootstrapKey?: string; publicUrl?: string; receipts?: Map<string, KeptReceipt>; share?: TenantShare } = {},
) => {
  const observed: Observation[] = [];
  let time = 0;
  const handler = makePipeline({
    observe: (one) => {
      observed.push(one);
    },
    receipts: { find: async (tenantId, key) => receipts.get(`${tenantId} ${key}`) },
    measured: (run) => run(),
    share,
    stopwatch: () => (time += 5),
    bootstrapKey: async () => bootstrapKey,
    publicUrl,
  })(contract, work);
  const ask = async (asked: Asked) => {
    const { statusCode, headers = {}, body } = await handler(eventOf(asked), CONTEXT);
    return { status: statusCode, headers, body: body === '' ? undefined : (JSON.parse(body) as object), text: body };
  };
  return { ask, observed };
};

const serving = (work: Work<typeof changeThing> = async () => THING) => makeScene(changeThing, work);

describe('the pipeline', () => {
  it('hands the work what the contract reads, and answers what the contract declares', async () => {
    const seen: unknown[] = [];
    const { ask, observed } = serving(async (request) => {
      seen.push(request);
      return THING;
    });
    const answer = await ask({ ...ASKED, headers: { 'if-match': '"4"' } });

    expect(answer).toMatchObject({ status: 200, body: { id: 'a', name: 'x', version: 4 } });
    expect(answer.text).not.toContain('secret');
    expect(answer.headers).toMatchObject({
      ETag: '"4"',
      'X-Request-Id': 'request-1',
      'Content-Type': 'application/json',
    });
    expect(only(seen)).toEqual({
      params: { task_id: 'a' },
      query: {},
      body: { name: 'x' },
      page: { limit: 50 },
      address: '192.0.2.1',
      serviceUrl: 'https://api.example',
      call: {
        tenantId: 'tenant-1',
        actorId: 'user-1',
        requestId: 'request-1',
        permissions: ['mission.write'],
        expectedVersions: [4],
        seal: expect.any(Object),
      },
    });
    expect(observed).toEqual([
      {
        request_id: 'request-1',
        operation: 'changeThing',
        method: 'POST',
        path: '/here',
        status: 200,
        duration_ms: 5,
        tenant_id: 'tenant-1',
        user_id: 'user-1',
      },
    ]);
  });

  it('charges a tenant for the time of its requests, and refuses what comes when its share is used up', async () => {
    const charged: (readonly [string, number])[] = [];
    let isUsedUp = false;
    const share: TenantShare = {
      admit: () => {
        if (isUsedUp) throw new DomainError('throttled', 'Used up.', {});
      },
      charge: (tenantId, _, worked) => charged.push([tenantId, worked]),
    };
    let calls = 0;
    const { ask } = makeScene(changeThing, async () => ((calls += 1), THING), { share });

    expect((await ask(ASKED)).status).toBe(200);
    expect((await ask({ ...ASKED, body: '{' })).status).toBe(400);
    isUsedUp = true;
    const refused = await ask(ASKED);

    expect(refused).toMatchObject({ status: 429, body: { code: 'throttled' }, headers: { 'Retry-After': '1' } });
    expect(calls).toBe(1);
    // The refused one is not charged.
    expect(charged).toEqual([
      ['tenant-1', 5],
      ['tenant-1', 5],
    ]);
    // Who has no tenant is nobody's neighbour.
    expect((await ask({ ...ASKED, authorizer: {} })).status).toBe(401);
  });

  it('takes an empty body where every field is optional', async () => {
    const { body: _, ...empty } = ASKED;
    expect((await serving().ask(empty)).status).toBe(200);
  });

  it.each<[string, Asked, number, string]>([
    ['no token', { ...ASKED, authorizer: {} }, 401, 'unauthenticated'],
    ['a permission missing', { ...ASKED, authorizer: authorizedAs('mission.read') }, 403, 'permission_denied'],
    ['no permission at all', { ...ASKED, authorizer: authorizedAs() }, 403, 'permission_denied'],
    ['an id that can be none', { ...ASKED, params: { task_id: 'a b' } }, 404, 'task_not_found'],
    ['a body that is not JSON', { ...ASKED, body: '{' }, 400, 'malformed_json'],
    ['a bad If-Match', { ...ASKED, headers: { 'If-Match': '4' } }, 400, 'malformed_header'],
    ['a bad Idempotency-Key', { ...ASKED, headers: { 'Idempotency-Key': 'a b' } }, 400, 'malformed_header'],
    ['a body too large', { ...ASKED, body: `"${'x'.repeat(LIMITS.bodyBytes)}"` }, 413, 'body_too_large'],
    ['a broken rule', { ...ASKED, body: '{"size":10,"nmae":"x"}' }, 422, 'validation_failed'],
    ['an unknown filter', { ...ASKED, query: { x: ['1'] } }, 422, 'validation_failed'],
  ])('answers %s with a problem, without doing the work', async (_, asked, status, code) => {
    let calls = 0;
    const { ask, observed } = serving(async () => {
      calls += 1;
      return THING;
    });
    const answer = await ask(asked);
    expect(answer).toMatchObject({ status, body: { status, code, request_id: 'request-1' } });
    expect(answer.headers).toMatchObject({
      'Content-Type': 'application/problem+json',
      'X-Request-Id': 'request-1',
    });
    expect(calls).toBe(0);
    expect(only(observed)).toMatchObject({ status, code });
    expect(only(observed)).not.toHaveProperty('error');
  });

  it('names the permission that is missing, and lets `*` through', async () => {
    const refused = await serving().ask({ ...ASKED, authorizer: authorizedAs('mission.read') });
    expect(refused.body).toMatchObject({
      permission: 'mission.write',
      detail: expect.stringContaining('mission.write'),
    });
    expect((await serving().ask({ ...ASKED, authorizer: authorizedAs('*') })).status).toBe(200);
  });

  it('reports every problem of a body at once', async () => {
    const { body } = await serving().ask({ ...ASKED, body: '{"size":10,"nmae":"x","name":5}' });
    expect(body).toMatchObject({
      errors: [
        { pointer: '/name', code: 'wrong_type' },
        { pointer: '/size', code: 'too_big' },
        { pointer: '/nmae', code: 'unknown_field' },
      ],
    });
  });

  it('answers a refusal of the work by its code', async () => {
    const { ask, observed } = serving(() =>
      Promise.reject(new DomainError('busy', 'Too many others.', {}, { cause: new Error('inner') })),
    );
    const answer = await ask(ASKED);
    expect(answer).toMatchObject({ status: 503, headers: { 'Retry-After': '1' }, body: { code: 'busy' } });
    expect(answer.text).not.toContain('inner');
    expect(only(observed)).not.toHaveProperty('error');
  });

  it.each<[string, Work<typeof changeThing>]>([
    ['an error', () => Promise.reject(new Error('password is hunter2'))],
    ['an answer that the contract does not declare', async () => ({ id: 5, name: 'hunter2' })],
  ])('tells nothing of a bug but the id of the request: %s', async (_, work) => {
    const { ask, observed } = serving(work);
    const answer = await ask(ASKED);
    expect(answer).toMatchObject({ status: 500, body: { code: 'internal_error', request_id: 'request-1' } });
    expect(answer.text).not.toContain('hunter2');
    expect(only(observed)).toMatchObject({ status: 500, code: 'internal_error', error: expect.any(Error) });
  });

  it('keeps requests apart that run at the same time', async () => {
    const { ask } = serving(async ({ body: { name = '' }, call }) => ({ id: call.actorId, name, version: 1 }));
    const names = ['a', 'b', 'c', 'd'];
    const answers = await Promise.all(names.map((name) => ask({ ...ASKED, body: JSON.stringify({ name }) })));
    expect(answers.map(({ body }) => body)).toMatchObject(names.map((name) => ({ name })));
  });
});

describe('routes without a token', () => {
  it('that are public let anyone in, and observe nobody', async () => {
    const { access: _, ...rest } = changeThing;
    const { ask, observed } = makeScene({ ...rest, access: 'public' as const }, async () => THING);
    const { authorizer: __, ...anonymous } = ASKED;
    expect((await ask(anonymous)).status).toBe(200);
    expect(only(observed)).not.toHaveProperty('tenant_id');
  });

  const bootstrap = { ...changeThing, access: 'bootstrap' as const };
  const { authorizer: _authorizer, ...anonymous } = ASKED;

  it.each([
    [undefined, undefined, 200],
    [undefined, 'anything', 200],
    ['the key', 'the key', 200],
    ['the key', undefined, 401],
    ['the key', '', 401],
    ['the key', 'the kez', 401],
    ['the key', 'the key and more', 401],
  ])('with a bootstrap key %j let %j in: %d', async (bootstrapKey, given, status) => {
    const { ask } = makeScene(bootstrap, async () => THING, bootstrapKey === undefined ? {} : { bootstrapKey });
    const headers = given === undefined ? {} : { 'x-bootstrap-key': given };
    expect((await ask({ ...anonymous, headers })).status).toBe(status);
  });
});

describe('an idempotent write', () => {
  /** The service in small: the work commits its receipt with its effect, unless it is refused. */
  const makeWorld = (refuse?: (receipt: Receipt) => DomainError | undefined) => {
    const receipts = new Map<string, KeptReceipt>();
    let effects = 0;
    const work: Work<typeof changeThing> = async ({ call: { receipt }, body }) => {
      const refusal = receipt === undefined ? undefined : refuse?.(receipt);
      if (refusal !== undefined) throw refusal;
      effects += 1;
      const answer = { id: 'a', name: body.name ?? '', version: effects };
      if (receipt !== undefined) {
        const { tenantId, key, fingerprint } = receipt;
        receipts.set(`${tenantId} ${key}`, { fingerprint, answer: receipt.seal(answer) });
      }
      return answer;
    };
    return { ...makeScene(changeThing, work, { receipts }), receipts, effects: () => effects };
  };
  const KEYED: Asked = { ...ASKED, headers: { 'Idempotency-Key': 'k' } };

  it('is done once; a repetition replays the first answer, and says so', async () => {
    const { ask, observed, effects } = makeWorld();
    const first = await ask(KEYED);
    const again = await ask({ ...KEYED, body: '{ "name" : "x" }' });
    expect(again).toMatchObject({ status: first.status, text: first.text });
    expect(first.headers).not.toHaveProperty('Idempotency-Replayed');
    expect(again.headers).toMatchObject({ ETag: '"1"', 'Idempotency-Replayed': 'true' });
    expect(observed.map(({ replayed }) => replayed)).toEqual([undefined, true]);
    expect(effects()).toBe(1);
  });

  it.each<[string, Asked]>([
    ['another body', { ...KEYED, body: '{"name":"y"}' }],
    ['another resource', { ...KEYED, params: { task_id: 'b' } }],
  ])('is refused for %s under the same key', async (_, asked) => {
    const { ask, effects } = makeWorld();
    await ask(KEYED);
    expect(await ask(asked)).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    expect(effects()).toBe(1);
  });

  it.each<[string, Asked]>([
    ['another key', { ...KEYED, headers: { 'Idempotency-Key': 'k2' } }],
    ['another user', { ...KEYED, authorizer: { ...AUTHORIZED, sub: 'user-2' } }],
    ['another tenant', { ...KEYED, authorizer: { ...AUTHORIZED, tenant_id: 'tenant-2' } }],
    ['no key', ASKED],
  ])('is another one for %s', async (_, asked) => {
    const { ask, effects } = makeWorld();
    await ask(KEYED);
    expect((await ask(asked)).status).toBe(200);
    expect(effects()).toBe(2);
  });

  it('whose twin was faster answers as the twin did, whatever the twin made it fail with', async () => {
    const twin = makeWorld();
    const first = await twin.ask(KEYED);
    for (const code of ['twin_committed', 'illegal_transition', 'busy', 'outcome_unknown'] as const) {
      const world = makeWorld(() => {
        // The twin commits while this one runs.
        for (const [key, kept] of twin.receipts) world.receipts.set(key, kept);
        return new DomainError(code, 'Refused.', { from: '', to: '' });
      });
      const answer = await world.ask(KEYED);
      expect(answer).toMatchObject({ status: 200, text: first.text, headers: { 'Idempotency-Replayed': 'true' } });
    }
  });

  it('that is refused leaves no record: a repetition is tried anew', async () => {
    let refusals = 0;
    const { ask, effects } = makeWorld(() => {
      refusals += 1;
      return refusals === 1 ? new DomainError('throttled', 'Slow down.', {}) : undefined;
    });
    expect((await ask(KEYED)).status).toBe(429);
    expect((await ask(KEYED)).status).toBe(200);
    expect(effects()).toBe(1);
  });

  it('looks for no record of a twin behind a bug', async () => {
    const world = makeScene(changeThing, () => Promise.reject(new Error('bug')));
    expect((await world.ask(KEYED)).status).toBe(500);
  });
});

describe('the fingerprint of an idempotent request', () => {
  const fingerprintOf = async (body: string, authorizer: object = AUTHORIZED): Promise<string> => {
    const seen: Receipt[] = [];
    const contract = { ...changeThing, body: z.strictObject({ password: z.string(), name: z.string() }) };
    const { ask } = makeScene(contract, async ({ call: { receipt } }) => {
      if (receipt !== undefined) seen.push(receipt);
      return THING;
    });
    await ask({ ...ASKED, body, authorizer, headers: { 'Idempotency-Key': 'k' } });
    return only(seen).fingerprint;
  };

  it('does not depend on the order of members', async () => {
    const one = await fingerprintOf('{"name":"x","password":"secret-1"}');
    expect(await fingerprintOf('{ "password": "secret-1", "name": "x" }')).toBe(one);
    expect(await fingerprintOf('{"name":"x","password":"secret-2"}')).not.toBe(one);
  });

  it('is keyed: whoever reads it cannot try passwords out', async () => {
    const body = '{"name":"x","password":"secret-1"}';
    const one = await fingerprintOf(body);
    expect(await fingerprintOf(body, { ...AUTHORIZED, cursor_key: 'another key' })).not.toBe(one);
  });
});

describe('a read', () => {
  const { body: _, ifMatch: __, etag: ___, ...rest } = changeThing;
  const getThing = { ...rest, operation: 'getThing', method: 'GET' } as const satisfies RouteContract;
  const { body: ____, ...ASKED_READ } = ASKED;
  const tagOf = (headers: object): string => String(Reflect.get(headers, 'ETag'));

  it('has the digest of its answer as its ETag, and is 304 for whoever names that', async () => {
    let name = 'x';
    const { ask, observed } = makeScene(getThing, async () => ({ ...THING, name }));
    const first = await ask(ASKED_READ);
    const tag = tagOf(first.headers);
    expect(tag).toMatch(/^"[\w-]{22}"$/);
    for (const known of [tag, `W/${tag}`, `"a,b", ${tag}`, '*']) {
      const again = await ask({ ...ASKED_READ, headers: { 'if-none-match': known } });
      expect(again, known).toMatchObject({ status: 304, text: '' });
      expect(again.headers).toEqual({ 'Cache-Control': 'no-store', 'X-Request-Id': 'request-1', ETag: tag });
    }
    name = 'y';
    const changed = await ask({ ...ASKED_READ, headers: { 'If-None-Match': tag } });
    expect(changed).toMatchObject({ status: 200, body: { name: 'y' } });
    expect(tagOf(changed.headers)).not.toBe(tag);
    expect(observed.map(({ status }) => status)).toEqual([200, 304, 304, 304, 304, 200]);
  });

  it('of a task has its version', async () => {
    const { ask } = makeScene({ ...getThing, etag: true as const }, async () => THING);
    expect((await ask({ ...ASKED_READ, headers: { 'If-None-Match': '"4"' } })).status).toBe(304);
    expect((await ask({ ...ASKED_READ, headers: { 'If-None-Match': '"3"' } })).headers).toMatchObject({ ETag: '"4"' });
  });

  it('is answered to HEAD as to GET, without the body', async () => {
    const { ask } = makeScene(getThing, async () => THING);
    const [got, asked] = [await ask(ASKED_READ), await ask({ ...ASKED_READ, httpMethod: 'HEAD' })];
    expect(asked).toEqual({ ...got, text: '', body: undefined });
    const [refused, silently] = [await ask({}), await ask({ httpMethod: 'HEAD' })];
    expect(silently).toEqual({ ...refused, text: '', body: undefined });
  });

  it('that fails is no 304', async () => {
    const { ask } = makeScene(getThing, () => Promise.reject(new DomainError('busy', 'Too many others.', {})));
    expect((await ask({ ...ASKED_READ, headers: { 'If-None-Match': '*' } })).status).toBe(503);
  });

  it('that has a page for browsers sends them there', async () => {
    const { ask } = makeScene({ ...getThing, access: 'public' as const, browsersTo: '/board' }, async () => THING);
    const browser = await ask({ ...ASKED_READ, headers: { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });
    expect(browser).toMatchObject({
      status: 302,
      text: '',
      headers: { Location: 'https://api.example/stage/here/board' },
    });
    expect((await ask({ ...ASKED_READ, headers: { Accept: '*/*' } })).status).toBe(200);
  });
});

describe('a body', () => {
  it('that its sender may not send is not read', async () => {
    const large = { ...ASKED, body: `"${'x'.repeat(LIMITS.bodyBytes)}"` };
    expect((await serving().ask({ ...large, authorizer: authorizedAs('mission.read') })).status).toBe(403);
    expect((await serving().ask({ ...large, authorizer: {} })).status).toBe(401);
    expect((await serving().ask(large)).status).toBe(413);
  });

  it('is as long as its route takes at most', async () => {
    const { ask } = makeScene({ ...changeThing, bodyBytes: 20 }, async () => THING);
    expect((await ask({ ...ASKED, body: '{"name":"xxxxxxxxx"}' })).status).toBe(200);
    expect(await ask({ ...ASKED, body: '{"name":"xxxxxxxxxx"}' })).toMatchObject({ status: 413, body: { limit: 20 } });
  });
});

describe('a list', () => {
  const { body: _, etag: __, ifMatch: ___, ...rest } = changeThing;
  const listThings = {
    ...rest,
    operation: 'listThings',
    method: 'GET',
    response: z.array(z.object({ id: z.string() })),
    query: z.strictObject({ state: z.string().optional() }),
    paged: true,
  } as const satisfies RouteContract;
  const ASKED_LIST: Asked = { params: { task_id: 'a' }, authorizer: AUTHORIZED, headers: { Host: 'evil.example' } };

  const { ask } = makeScene(listThings, async ({ page: { after, limit } }) => ({
    items: [{ id: `${after ?? 'start'} ${limit}` }],
    ...(after === undefined ? { next: 'second' } : {}),
  }));
  const cursorOf = (headers: object): string => {
    const link: unknown = Reflect.get(headers, 'Link');
    const [, url = ''] = /^<(.*)>; rel="next"$/.exec(String(link)) ?? [];
    return new URL(url).searchParams.get('cursor') ?? '';
  };

  it('leads from page to page by its Link, and ends without one', async () => {
    const first = await ask({ ...ASKED_LIST, query: { state: ['S'], limit: ['3'] } });
    const cursor = cursorOf(first.headers);
    const second = await ask({ ...ASKED_LIST, query: { state: ['S'], limit: ['3'], cursor: [cursor] } });
    expect([first.body, second.body]).toEqual([[{ id: 'start 3' }], [{ id: 'second 3' }]]);
    expect(second.headers).not.toHaveProperty('Link');
  });

  it('links to the address of the service, never to the Host of the request', async () => {
    const { headers } = await ask(ASKED_LIST);
    expect(Reflect.get(headers, 'Link')).toMatch(/^<https:\/\/api\.example\/stage\/here\?/);
    const configured = makeScene(listThings, async () => ({ items: [], next: 'second' }), {
      publicUrl: 'https://plans.example/v2/',
    });
    const { headers: others } = await configured.ask(ASKED_LIST);
    expect(Reflect.get(others, 'Link')).toMatch(/^<https:\/\/plans\.example\/v2\/here\?/);
  });

  it.each<[string, Asked]>([
    ['another tenant', { authorizer: { ...AUTHORIZED, tenant_id: 'tenant-2' } }],
    ['another filter', { query: { state: ['T'] } }],
    ['another parent', { params: { task_id: 'b' } }],
  ])('refuses a cursor carried to %s', async (_, patch) => {
    const first = await ask(ASKED_LIST);
    const query = { ...patch.query, cursor: [cursorOf(first.headers)] };
    expect(await ask({ ...ASKED_LIST, ...patch, query })).toMatchObject({
      status: 400,
      body: { code: 'malformed_cursor' },
    });
  });
});
