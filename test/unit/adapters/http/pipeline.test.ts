import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { route, type RouteContract } from '../../../../adapters/http/contract.ts';
import { makePipeline, type Observation, type Request } from '../../../../adapters/http/pipeline.ts';
import type { KeptReceipt, Receipt } from '../../../../core/call.ts';
import { DomainError } from '../../../../core/errors.ts';
import { LIMITS } from '../../../../core/limits.ts';
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
  { bootstrapKey, receipts = new Map() }: { bootstrapKey?: string; receipts?: Map<string, KeptReceipt> } = {},
) => {
  const observed: Observation[] = [];
  let time = 0;
  const handler = makePipeline({
    observe: (one) => {
      observed.push(one);
    },
    receipts: { find: async (tenantId, key) => receipts.get(`${tenantId} ${key}`) },
    measured: (run) => run(),
    stopwatch: () => (time += 5),
    bootstrapKey: async () => bootstrapKey,
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
      call: { tenantId: 'tenant-1', actorId: 'user-1', expectedVersions: [4], seal: expect.any(Object) },
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
  const ASKED_LIST: Asked = { params: { task_id: 'a' }, authorizer: AUTHORIZED, headers: { Host: 'api.example' } };

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
