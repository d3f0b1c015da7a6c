import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { route } from '../../../../adapters/http/contract.ts';
import { sealCursor, type CursorScope } from '../../../../adapters/http/cursor.ts';
import { readParams, readQuery, readWith } from '../../../../adapters/http/request.ts';
import type { Code } from '../../../../core/errors.ts';
import { refusalOf } from '../../fakes.ts';

const row = (path: `/${string}`) =>
  route({
    operation: 'do',
    method: 'POST',
    path,
    tag: { name: 't', description: '' },
    summary: '',
    access: 'mission.read',
    handler: 't/do',
    status: 200,
    response: z.unknown(),
    refusals: [],
    table: [],
  });

describe('path parameters', () => {
  const task = row('/tasks/{task_id}');
  const clone = row('/templates/{template_id}:clone');
  const batch = row('/tasks:batch-create');
  const grant = row('/roles/{role_id}/permissions/{permission_id}');

  it.each([
    [task, { task_id: '0199c0de-0000-7000-8000-000000000000' }, { task_id: '0199c0de-0000-7000-8000-000000000000' }],
    [task, { task_id: 'a%2Db' }, { task_id: 'a-b' }],
    [clone, { template_id: 'a:clone' }, { template_id: 'a' }],
    [clone, { template_id: 'a%3Aclone' }, { template_id: 'a' }],
    [clone, { template_id: 'a%3aclone' }, { template_id: 'a' }],
    [grant, { role_id: 'r', permission_id: 'p' }, { role_id: 'r', permission_id: 'p' }],
    [batch, null, {}],
    [batch, { custom_verb: 'tasks:batch-create' }, {}],
    [batch, { custom_verb: 'tasks%3Abatch-create' }, {}],
  ])('of $path are decoded once, the verb split off: %#', (contract, given, expected) => {
    expect(readParams(contract, given)).toEqual(expected);
  });

  it.each<[ReturnType<typeof row>, Record<string, string>, Code]>([
    [clone, { template_id: 'a:nonsense' }, 'route_not_found'],
    [clone, { template_id: 'a' }, 'route_not_found'],
    [clone, { template_id: 'clone' }, 'route_not_found'],
    [clone, { template_id: 'a%253Aclone' }, 'route_not_found'],
    [clone, { template_id: ':clone' }, 'template_not_found'],
    [clone, { template_id: 'a:b:clone' }, 'template_not_found'],
    [task, { task_id: 'a:clone' }, 'task_not_found'],
    [task, { task_id: 'a%2Fb' }, 'task_not_found'],
    [task, { task_id: 'a#b' }, 'task_not_found'],
    [task, { task_id: '%E6%BC%A2' }, 'task_not_found'],
    [task, { task_id: '%00' }, 'task_not_found'],
    [task, { task_id: 'x'.repeat(65) }, 'task_not_found'],
    [task, { task_id: '%' }, 'route_not_found'],
    [task, { task_id: '%ff' }, 'route_not_found'],
    [batch, { custom_verb: 'tasks:batch-delete' }, 'route_not_found'],
    [batch, { custom_verb: 'anything' }, 'route_not_found'],
    [grant, { role_id: 'r', permission_id: 'a b' }, 'permission_not_found'],
  ])('that can name nothing are not found: %#', async (contract, given, code) => {
    await refusalOf(() => readParams(contract, given), code);
  });
});

const scopeOf = (filters: Record<string, unknown>): CursorScope => ({
  key: 'k',
  operation: 'do',
  tenantId: 't',
  filters,
});

describe('the query', () => {
  const list = {
    ...row('/tasks'),
    paged: true as const,
    query: z.strictObject({ state: z.enum(['DRAFT']).optional(), area_code: z.string().optional() }),
  };
  const read = (query: Record<string, string[]> | null) => readQuery(list, query, scopeOf);

  it.each([
    [null, { query: {}, page: { limit: 50 } }],
    [{ state: ['DRAFT'] }, { query: { state: 'DRAFT' }, page: { limit: 50 } }],
    [{ limit: ['1'] }, { query: {}, page: { limit: 1 } }],
    [{ limit: ['200'] }, { query: {}, page: { limit: 200 } }],
    [{ limit: ['201'] }, { query: {}, page: { limit: 200 } }],
    [{ limit: ['9'.repeat(400)] }, { query: {}, page: { limit: 200 } }],
  ])('%j is read as %j', (query, expected) => {
    expect(read(query)).toEqual(expected);
  });

  it('leads on from a cursor made for these filters, and refuses any other', async () => {
    const cursor = sealCursor(scopeOf({ state: 'DRAFT' }), 'there');
    expect(read({ state: ['DRAFT'], cursor: [cursor], limit: ['7'] }).page).toEqual({ limit: 7, after: 'there' });
    await refusalOf(() => read({ cursor: [cursor] }), 'malformed_cursor');
    await refusalOf(() => read({ state: ['DRAFT'], cursor: ['x'] }), 'malformed_cursor');
  });

  it.each([
    [{ limit: ['0'] }, ['?limit wrong_format']],
    [{ limit: ['-1'] }, ['?limit wrong_format']],
    [{ limit: ['1.5'] }, ['?limit wrong_format']],
    [{ limit: ['ten'] }, ['?limit wrong_format']],
    [{ state: ['LOST'] }, ['?state not_one_of']],
    [{ state: ['DRAFT', 'DRAFT'] }, ['?state not_one_of']],
    [{ area_code: ['N', 'S'] }, ['?area_code wrong_type']],
    [{ stat: ['DRAFT'], limit: ['0'] }, ['?limit wrong_format', '?stat unknown_field']],
  ])('%j breaks a rule: %j', async (query, expected) => {
    const { problems } = await refusalOf(() => read(query), 'validation_failed');
    expect(problems.map(({ pointer, code }) => `${pointer} ${code}`)).toEqual(expected);
  });

  it('of a route that takes none takes none', async () => {
    expect(readQuery(row('/x'), null, scopeOf).query).toEqual({});
    await refusalOf(() => readQuery(row('/x'), { limit: ['5'] }, scopeOf), 'validation_failed');
  });
});

describe('a body read by a schema', () => {
  it('is refused with the first problem in a sentence and all of them in a list', async () => {
    const schema = z.strictObject({ name: z.string(), size: z.number().optional() });
    const { message, problems } = await refusalOf(() => readWith(schema, { size: 'x' }, 'body'), 'validation_failed');
    expect(message).toBe('The body breaks a rule: /name: This field is required. More problems are in errors.');
    expect(problems.map(({ pointer }) => pointer)).toEqual(['/name', '/size']);
    const one = await refusalOf(() => readWith(schema, [], 'body'), 'validation_failed');
    expect(one.message).toMatch(/^The body breaks a rule: the whole of it: /);
  });
});
