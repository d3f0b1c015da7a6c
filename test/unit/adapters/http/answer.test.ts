import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { keep, render, renderPage, replayOf, toResult } from '../../../../adapters/http/answer.ts';
import { route } from '../../../../adapters/http/contract.ts';
import { openCursor, type CursorScope } from '../../../../adapters/http/cursor.ts';

const view = z.object({ id: z.string(), version: z.number() });
const row = route({
  operation: 'getThing',
  method: 'GET',
  path: '/things/{thing_id}',
  tag: { name: 'things', description: '' },
  summary: '',
  access: 'mission.read',
  handler: 'things/get',
  status: 200,
  response: view,
  etag: true,
  refusals: [],
  table: [],
});

describe('an answer', () => {
  it('holds what the contract declares, and nothing else', () => {
    expect(render(row, { id: 'a', version: 7, password_hash: 'secret' })).toEqual({
      status: 200,
      headers: { ETag: '"7"' },
      body: '{"id":"a","version":7}',
    });
  });

  it('that lacks a declared field is a bug', () => {
    expect(() => render(row, { id: 'a' })).toThrow();
  });

  it('has the version of the task that it holds as its ETag', () => {
    const holding = { ...row, response: z.object({ task: view, score: z.number() }) };
    expect(render(holding, { task: { id: 'a', version: 3 }, score: 1 }).headers).toEqual({ ETag: '"3"' });
  });

  it('of 204 is empty', () => {
    const rendered = render({ ...row, status: 204 }, { id: 'a' });
    expect(rendered).toEqual({ status: 204, headers: {}, body: '' });
    expect(toResult(rendered, 'request-1').headers).not.toHaveProperty('Content-Type');
  });

  it('is not to be cached, and names its request', () => {
    expect(toResult({ status: 200, headers: { ETag: '"1"' }, body: '{}' }, 'request-1')).toEqual({
      statusCode: 200,
      headers: {
        'Content-Type': 'application/json',
        'Cache-Control': 'no-store',
        'X-Request-Id': 'request-1',
        ETag: '"1"',
      },
      body: '{}',
    });
  });

  it('kept for a replay comes back to the byte, marked as replayed', () => {
    const rendered = { status: 201, headers: { ETag: '"1"' }, body: '{"name":"漢🙂"}' };
    expect(replayOf(keep(rendered))).toEqual({
      ...rendered,
      headers: { ETag: '"1"', 'Idempotency-Replayed': 'true' },
    });
    const { compressedBody } = keep({ ...rendered, body: 'x'.repeat(100_000) });
    expect(compressedBody.byteLength).toBeLessThan(1_000);
  });
});

describe('a page', () => {
  const list = { ...row, path: '/things' as const, response: z.array(view), paged: true as const, etag: undefined };
  const { etag: _, ...listRow } = list;
  const scope: CursorScope = {
    key: 'k',
    operation: 'listThings',
    tenantId: 'tenant-1',
    filters: { state: 'DRAFT', is_active: false, area: undefined },
  };
  const address = 'https://api.example/stage/here';
  const linkOf = (link: string | undefined): URL => {
    const [, url = '', rel] = /^<(.*)>; rel="(.*)"$/.exec(link ?? '') ?? [];
    expect(rel).toBe('next');
    return new URL(url);
  };

  it('is a plain array, with a link to the next one that keeps filters and limit', () => {
    const { body, headers } = renderPage(
      listRow,
      { items: [{ id: 'a', version: 1 }], next: 'there' },
      address,
      5,
      scope,
    );
    expect(body).toBe('[{"id":"a","version":1}]');
    const { origin, pathname, searchParams } = linkOf(headers['Link']);
    expect(origin + pathname).toBe('https://api.example/stage/here');
    const { cursor = '', ...rest } = Object.fromEntries(searchParams);
    expect(rest).toEqual({ state: 'DRAFT', is_active: 'false', limit: '5' });
    expect(openCursor(scope, cursor)).toBe('there');
  });

  it('that is the last has no link', () => {
    expect(renderPage(listRow, { items: [] }, address, 5, scope)).toEqual({ status: 200, headers: {}, body: '[]' });
  });

  it('keeps path parameters out of the query of the link', () => {
    const inPath = { ...listRow, path: '/tasks/{task_id}/things' as const };
    const filters = { task_id: 'task-1' };
    const { headers } = renderPage(inPath, { items: [], next: 'x' }, address, 5, { ...scope, filters });
    expect(linkOf(headers['Link']).searchParams.has('task_id')).toBe(false);
  });
});
