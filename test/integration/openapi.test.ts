import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import document from '../../docs/openapi.json' with { type: 'json' };
import { nonconformities, type Exchange } from './conformance.ts';
import { startApi, type TestApi } from './harness.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

describe('GET /openapi.json', () => {
  it('answers with the committed document, without a token', async () => {
    const { status, body } = await api.anonymous('GET', '/openapi.json');
    expect(status).toBe(200);
    expect(body).toEqual(document);
  });
});

/** The check that every answer of the integration tests goes through must itself be able to fail. */
describe('an answer is outside the document', () => {
  const headers = (more: Record<string, string> = {}): Headers =>
    new Headers({ 'Content-Type': 'application/json', 'X-Request-Id': 'r', ...more });
  const problem = (code: string, status: number, title: string, more: object = {}): string =>
    JSON.stringify({
      type: `urn:task-center:problem:${code}`,
      title,
      status,
      detail: 'A sentence.',
      code,
      request_id: 'r',
      ...more,
    });
  const isProblem = { 'Content-Type': 'application/problem+json' };
  const healthy: Exchange = {
    method: 'GET',
    path: '/healthz',
    status: 200,
    headers: headers({ ETag: `"${'a'.repeat(22)}"` }),
    text: '{"status":"ok"}',
  };
  const notFound: Exchange = {
    method: 'GET',
    path: '/api/task-center/tasks/1?x=2',
    status: 404,
    headers: headers(isProblem),
    text: problem('task_not_found', 404, 'No such task', { id: '1' }),
  };

  it('not when it keeps to it', () => {
    expect(nonconformities(healthy)).toEqual([]);
    expect(nonconformities(notFound)).toEqual([]);
    expect(nonconformities({ ...notFound, path: '/api/task-center/tasks/1/' })).toEqual([]);
  });

  it.each<[string, Exchange, string]>([
    ['a status that is not declared', { ...healthy, status: 201 }, 'status 201'],
    ['a field that is not declared', { ...healthy, text: '{"status":"ok","secret":1}' }, 'secret'],
    ['a field that is missing', { ...healthy, text: '{}' }, 'status'],
    ['a body that is no JSON', { ...healthy, text: 'ok' }, 'the body'],
    ['another content type', { ...healthy, headers: headers({ 'Content-Type': 'text/html' }) }, 'text/html'],
    [
      'no request id',
      { ...healthy, headers: new Headers({ 'Content-Type': 'application/json' }) },
      'X-Request-Id is missing',
    ],
    [
      'a code that the route does not have',
      { ...notFound, text: problem('asset_not_found', 404, 'No such asset', { id: '1' }) },
      'the body',
    ],
    ['a problem without its details', { ...notFound, text: problem('task_not_found', 404, 'No such task') }, 'id'],
    [
      'a task without its ETag',
      { ...notFound, status: 200, headers: headers(), text: '{}' },
      'the header ETag is missing',
    ],
    [
      'a body where there is none',
      { ...healthy, method: 'POST', path: '/api/identity/users/1/roles/2', status: 204 },
      'a body where none is declared',
    ],
    [
      'a route that does not exist, served',
      { ...healthy, path: '/nowhere' },
      'status 200 for a route that the document does not have',
    ],
    [
      'a refusal of such a route with an unknown code',
      { ...notFound, path: '/nowhere', text: problem('nonsense', 404, 'Nonsense') },
      'nonsense',
    ],
  ])('with %s', (_name, exchange, complaint) => {
    expect(nonconformities(exchange).join('\n')).toContain(complaint);
  });
});
