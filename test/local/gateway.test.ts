import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import type {
  APIGatewayProxyEvent,
  APIGatewayProxyResult,
  APIGatewayRequestAuthorizerEvent,
  Statement,
} from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { LambdaAuthorizer, LambdaHandler, RefusedRequest, RunningGateway } from '../../local/gateway.ts';
import { startGateway } from '../../local/gateway.ts';
import { echoContract } from './echo-contracts.ts';

const refused: RefusedRequest[] = [];
const asked: APIGatewayRequestAuthorizerEvent[] = [];
let release: (() => void) | undefined;

const answer = (result: Partial<APIGatewayProxyResult>): APIGatewayProxyResult => ({
  statusCode: 200,
  body: '',
  ...result,
});

const handlers: Readonly<Record<string, LambdaHandler>> = {
  echo: async (event, { functionName, awsRequestId, getRemainingTimeInMillis }) =>
    answer({ body: JSON.stringify({ event, functionName, awsRequestId, remaining: getRemainingTimeInMillis() }) }),
  throws: async () => Promise.reject(new Error('secret cause')),
  malformed: async () => ({ statusCode: 'fine' }) as unknown as APIGatewayProxyResult,
  badHeader: async () => answer({ headers: { 'x-bad': 'a\nb' } }),
  huge: async () => answer({ body: 'x'.repeat(6 * 1024 * 1024 + 1) }),
  empty: async () => answer({ statusCode: 204 }),
  headers: async () =>
    answer({
      statusCode: 201,
      headers: { 'Content-Type': 'text/plain', 'X-One': 'single', ETag: '"1"', 'Content-Length': '999' },
      multiValueHeaders: { 'x-one': ['several', 'values'], 'Set-Cookie': ['a=1', 'b=2'] },
      body: 'grüße',
    }),
  base64: async () => answer({ body: 'aGk=', isBase64Encoded: true }),
  never: () => new Promise<never>(() => undefined),
  held: () =>
    new Promise((resolve) => {
      release = () => resolve(answer({ body: '{"held":true}' }));
    }),
};

const contracts = [
  echoContract('echo', 'POST', '/x/{id}'),
  echoContract('echo', 'GET', '/x/{id}'),
  echoContract('echo', 'GET', '/plain', 'bootstrap'),
  echoContract('echo', 'GET', '/guarded/{id}', 'mission.read'),
  ...['throws', 'malformed', 'badHeader', 'huge', 'empty', 'headers', 'base64', 'never', 'held', 'missing'].map(
    (name) => echoContract(name, 'GET', `/${name}`),
  ),
];

const authorizer: LambdaAuthorizer = async (event) => {
  asked.push(event);
  const token = event.headers?.['authorization'] ?? event.headers?.['Authorization'];
  if (token === 'bad') throw new Error('Unauthorized');
  if (token === 'broken') throw new Error('secret cause');
  const statement: Statement = {
    Effect: token === 'denied' ? 'Deny' : 'Allow',
    Action: 'execute-api:Invoke',
    Resource: '*',
  };
  return {
    principalId: 'u1',
    policyDocument: { Version: '2012-10-17', Statement: [statement] },
    context: { tenant_id: 't1', number: 5 },
  };
};

const handlerOf = async ({ handler }: { handler: string }): Promise<LambdaHandler> => {
  const found = handlers[handler];
  if (found === undefined) throw new Error(`Cannot find module ${handler}`);
  return found;
};

let gateway: RunningGateway;

beforeAll(async () => {
  gateway = await startGateway({
    contracts,
    authorizer,
    handlerOf,
    host: '127.0.0.1',
    port: 0,
    pages: { '/docs': (_, response) => response.end('a page') },
    onRefused: (request) => refused.push(request),
  });
});

afterAll(async () => {
  await gateway.close();
});

beforeEach(() => {
  refused.length = 0;
  asked.length = 0;
});

const echoed = z.object({
  event: z.custom<APIGatewayProxyEvent>(),
  functionName: z.string(),
  awsRequestId: z.string(),
  remaining: z.number(),
});
const problem = z.looseObject({
  type: z.string().startsWith('urn:task-center:problem:'),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  code: z.string(),
  request_id: z.uuid(),
});

const call = (path: string, init?: RequestInit): Promise<Response> => fetch(`${gateway.url}${path}`, init);

const echo = async (path: string, init?: RequestInit) => echoed.parse(await (await call(path, init)).json());

/** Sends a request with exactly these header lines, and answers with the echoed event. */
const rawEcho = async (path: string, headers: string[]) => {
  const request = httpRequest(`${gateway.url}${path}`, { headers: ['Host', 'api.test', ...headers] }).end();
  const [response] = (await once(request, 'response')) as [AsyncIterable<Buffer>];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return echoed.parse(JSON.parse(Buffer.concat(chunks).toString())).event;
};

/** The gateway's own refusal, with the line that it reported. */
const expectProblem = async (response: Response, status: number, code: string) => {
  const document = problem.parse(await response.json());
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(document).toMatchObject({ status, code });
  expect(response.headers.get('x-amzn-requestid')).toBe(document.request_id);
  expect(response.headers.get('x-request-id')).toBe(document.request_id);
  expect(refused).toEqual([expect.objectContaining({ status, code, request_id: document.request_id })]);
  return document;
};

describe('the event', () => {
  it('has the shape of a REST proxy event', async () => {
    const { event, functionName, remaining } = await echo('/x/42', { method: 'POST', body: '{"a":1}' });
    expect(event).toMatchObject({
      resource: '/x/{id}',
      path: '/x/42',
      httpMethod: 'POST',
      body: '{"a":1}',
      isBase64Encoded: false,
      stageVariables: null,
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: { id: '42' },
      requestContext: {
        stage: 'local',
        path: '/x/42',
        resourcePath: '/x/{id}',
        httpMethod: 'POST',
        accountId: '000000000000',
        apiId: 'local',
        protocol: 'HTTP/1.1',
        identity: { sourceIp: '127.0.0.1' },
        authorizer: null,
        requestId: expect.stringMatching(/^[\da-f-]{36}$/),
        requestTime: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        requestTimeEpoch: expect.any(Number),
      },
    });
    expect(functionName).toBe('echo');
    expect(remaining).toBeGreaterThan(0);
    expect(remaining).toBeLessThanOrEqual(29_000);
  });

  it('has null where there is no body and no path parameter', async () => {
    const { event } = await echo('/plain');
    expect(event).toMatchObject({ body: null, pathParameters: null });
  });

  it('passes path and path parameters as received, percent-encoded', async () => {
    const { event } = await echo('/x/a%2Fb%3Aclone%20%C3%BC');
    expect(event.path).toBe('/x/a%2Fb%3Aclone%20%C3%BC');
    expect(event.pathParameters).toEqual({ id: 'a%2Fb%3Aclone%20%C3%BC' });
  });

  it('decodes the query; the last of several values wins in the single map', async () => {
    const { event } = await echo('/x/1?state=A&state=B%20C&empty=&q=a%2Bb+c&flag&y=1?2');
    expect(event.queryStringParameters).toEqual({ state: 'B C', empty: '', q: 'a+b c', flag: '', y: '1?2' });
    expect(event.multiValueQueryStringParameters).toMatchObject({ state: ['A', 'B C'], q: ['a+b c'] });
  });

  it('keeps the spelling of header names, and every value', async () => {
    const event = await rawEcho('/x/1', [
      'X-MiXed',
      'one',
      'x-mixed',
      'two',
      'X-Forwarded-For',
      '9.9.9.9',
      'Connection',
      'close',
    ]);
    expect(event.headers).toMatchObject({
      Host: 'api.test',
      'X-MiXed': 'two',
      'X-Forwarded-For': '9.9.9.9, 127.0.0.1',
    });
    expect(event.multiValueHeaders['X-MiXed']).toEqual(['one', 'two']);
    expect(event.headers).not.toHaveProperty('x-mixed');
    expect(event.headers).not.toHaveProperty('Connection');
  });

  it('carries the body as UTF-8 text', async () => {
    const { event } = await echo('/x/1', { method: 'POST', body: '{"name":"Überflug 🚁"}' });
    expect(event.body).toBe('{"name":"Überflug 🚁"}');
  });

  it('has another request id each time, told to the client', async () => {
    const responses = await Promise.all([call('/x/1'), call('/x/1')]);
    const ids = responses.map((response) => response.headers.get('x-amzn-requestid'));
    expect(new Set(ids).size).toBe(2);
  });
});

describe('the answer', () => {
  it('has the status, the headers and the body of the result; several values win', async () => {
    const response = await call('/headers');
    expect(response.status).toBe(201);
    expect(await response.text()).toBe('grüße');
    expect(response.headers.get('content-type')).toBe('text/plain');
    expect(response.headers.get('x-one')).toBe('several, values');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(response.headers.get('content-length')).toBe('7');
  });

  it('is JSON unless it says otherwise, and nothing when it is empty', async () => {
    expect((await call('/x/1')).headers.get('content-type')).toBe('application/json');
    const empty = await call('/empty');
    expect([empty.status, await empty.text(), empty.headers.get('content-type')]).toEqual([204, '', null]);
  });

  it('stays base64 text, as without binary media types', async () => {
    expect(await (await call('/base64')).text()).toBe('aGk=');
  });
});

describe('refusals of the gateway', () => {
  it.each([
    ['GET', '/nowhere'],
    ['POST', '/plain'],
    ['OPTIONS', '/x/1'],
    ['GET', '/'],
    ['GET', '/docsomething'],
  ])('404 for %s %s', async (method, path) => {
    await expectProblem(await call(path, { method }), 404, 'route_not_found');
  });

  it('404 without a body for HEAD, where GET is one too', async () => {
    const response = await call('/nowhere/1', { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([404, '']);
  });

  it.each(['throws', 'malformed', 'badHeader', 'huge', 'missing'])('502 when a handler fails: %s', async (name) => {
    const document = await expectProblem(await call(`/${name}`), 502, 'internal_error');
    expect(JSON.stringify(document)).not.toContain('secret');
    expect(refused[0]?.error).toBeInstanceOf(Error);
  });

  it('504 when a handler takes too long', async () => {
    const impatient = await startGateway({
      ...{ contracts, authorizer, handlerOf, host: '127.0.0.1', port: 0, timeoutMs: 100 },
      onRefused: (request) => refused.push(request),
    });
    await expectProblem(await fetch(`${impatient.url}/never`), 504, 'gateway_timeout');
    await impatient.close();
  });

  it('413 for a body over 10 MB, which the client gets to see', async () => {
    const response = await call('/x/1', { method: 'POST', body: 'x'.repeat(12 * 1024 * 1024) });
    await expectProblem(response, 413, 'body_too_large');
  });

  it('413 for an event over the 6 MB of Lambda, counted as it is escaped', async () => {
    await expectProblem(
      await call('/x/1', { method: 'POST', body: 'x'.repeat(6.5 * 1024 * 1024) }),
      413,
      'body_too_large',
    );
    refused.length = 0;
    await expectProblem(
      await call('/x/1', { method: 'POST', body: '"'.repeat(4 * 1024 * 1024) }),
      413,
      'body_too_large',
    );
  });

  it('takes what is below', async () => {
    const { event } = await echo('/x/1', { method: 'POST', body: 'x'.repeat(2 * 1024 * 1024) });
    expect(event.body).toHaveLength(2 * 1024 * 1024);
  });

  it('outlives a client that goes away in the middle', async () => {
    const socket = connect(gateway.port, '127.0.0.1');
    socket.write('POST /x/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf', () => socket.destroy());
    await once(socket, 'close');
    expect((await call('/x/1')).status).toBe(200);
  });
});

describe('protected routes', () => {
  const guarded = (token?: string) =>
    call('/guarded/1?a=b', token === undefined ? {} : { headers: { Authorization: token } });

  it('401 without a token, and the authorizer is not asked', async () => {
    const response = await guarded();
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    await expectProblem(response, 401, 'unauthenticated');
    expect(asked).toEqual([]);
  });

  it('401 when the authorizer says so', async () => {
    await expectProblem(await guarded('bad'), 401, 'unauthenticated');
  });

  it('403 when its policy does not allow', async () => {
    await expectProblem(await guarded('denied'), 403, 'permission_denied');
  });

  it('500 when it breaks', async () => {
    const document = await expectProblem(await guarded('broken'), 500, 'internal_error');
    expect(JSON.stringify(document)).not.toContain('secret');
  });

  it("hand the authorizer's context to the handler", async () => {
    const { event } = echoed.parse(await (await guarded('good')).json());
    expect(event.requestContext.authorizer).toEqual({
      tenant_id: 't1',
      number: '5',
      principalId: 'u1',
      integrationLatency: expect.any(Number),
    });
    expect(asked).toEqual([
      expect.objectContaining({
        type: 'REQUEST',
        resource: '/guarded/{id}',
        path: '/guarded/1',
        pathParameters: { id: '1' },
        queryStringParameters: { a: 'b' },
        methodArn: 'arn:aws:execute-api:local:000000000000:local/local/GET/guarded/1',
      }),
    ]);
  });

  it('leave bootstrap and public routes alone', async () => {
    expect((await call('/plain')).status).toBe(200);
    expect(asked).toEqual([]);
  });
});

describe('the server', () => {
  it('serves pages of its own', async () => {
    expect(await (await call('/docs/a.css')).text()).toBe('a page');
    expect(await (await call('/docs?x')).text()).toBe('a page');
  });

  it('refuses at start what AWS would refuse at deploy', async () => {
    const start = startGateway({
      contracts: [echoContract('a', 'GET', '/a b'), echoContract('c', 'GET', '/{x}/y.{z}')],
      authorizer,
      handlerOf,
      host: '127.0.0.1',
      port: 0,
    });
    await expect(start).rejects.toMatchObject({
      name: 'StartupError',
      message: expect.stringMatching(/"a b".*\n.*"y\.\{z\}"/),
    });
  });

  it.each([
    ['a taken port', '127.0.0.1', /^Port \d+ on 127\.0\.0\.1 is taken/],
    ['a foreign address', '192.0.2.1', /not an address of this machine/],
  ])('says in a sentence that it cannot listen: %s', async (_, host, sentence) => {
    const start = startGateway({ contracts, authorizer, handlerOf, host, port: gateway.port });
    await expect(start).rejects.toMatchObject({ name: 'StartupError', message: expect.stringMatching(sentence) });
  });

  it('closes after the requests under way, idle connections or not', async () => {
    const second = await startGateway({ contracts, authorizer, handlerOf, host: '127.0.0.1', port: 0 });
    await (await fetch(`${second.url}/x/1`)).text();
    const underWay = fetch(`${second.url}/held`);
    await expect.poll(() => release).toBeDefined();
    const closed = second.close();
    release?.();
    expect(await (await underWay).json()).toEqual({ held: true });
    await closed;
    await expect(fetch(`${second.url}/x/1`)).rejects.toThrow();
  });
});
