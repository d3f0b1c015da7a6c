import { describe, expect, it } from 'vitest';
import {
  customVerb,
  gatewayPaths,
  grantsOf,
  honoursIdempotencyKey,
  methodsOf,
  type RouteContract,
} from '../../../../adapters/http/contract.ts';
import { LIMITS } from '../../../../core/limits.ts';
import { CONTRACTS } from '../../../../functions/contracts.ts';

describe('a custom verb', () => {
  it.each([
    ['/api/x/templates/{template_id}:clone', { parent: '/api/x/templates/', segment: '{template_id}', verb: 'clone' }],
    ['/api/x/tasks:batch-create', { parent: '/api/x/', segment: 'tasks', verb: 'batch-create' }],
    ['/api/x/tasks', undefined],
    ['/api/a:b/tasks', undefined],
    ['/api/x/tasks:Batch', undefined],
  ])('of %s is %j', (path, expected) => {
    expect(customVerb(path)).toEqual(expected);
  });

  it.each([
    ['/tasks/{task_id}', ['/tasks/{task_id}']],
    ['/templates/{template_id}:clone', ['/templates/{template_id}']],
    ['/x/tasks:batch-create', ['/x/tasks:batch-create', '/x/{custom_verb}']],
  ] as const)('is served by API Gateway: %s at %j', (path, expected) => {
    expect(gatewayPaths({ path })).toEqual(expected);
  });
});

const get = CONTRACTS.find(({ operation }) => operation === 'getTask');
const create = CONTRACTS.find(({ operation }) => operation === 'createTask');
const login = CONTRACTS.find(({ operation }) => operation === 'devLogin');
const strangers = CONTRACTS.filter(({ access }) => access === 'bootstrap');
const replay = CONTRACTS.find(({ operation }) => operation === 'replayDecision');

describe('grants', () => {
  it('of a POST that writes include those of its idempotency record', () => {
    expect(create === undefined ? [] : grantsOf(create)).toEqual(['BatchGetItem', 'PutItem', 'GetItem']);
    expect(get === undefined ? [] : grantsOf(get)).toEqual(['Query']);
  });
});

describe('the rows of the service', () => {
  it('honour an Idempotency-Key on every POST that has a caller and writes what could be done twice, and on nothing else', () => {
    const honouring = CONTRACTS.filter(honoursIdempotencyKey);
    const posts = CONTRACTS.filter(({ method }) => method === 'POST');
    const others = posts.filter((row) => !honouring.includes(row)).map(({ operation }) => operation);
    const expected = ['changeOwnPassword', 'createFeed', ...[...strangers, login, replay].map((row) => row?.operation)];
    expect(others.toSorted()).toEqual(expected.toSorted());
    expect(honouring.every(({ method }) => method === 'POST')).toBe(true);
  });

  it('have an operation, and a method at a path, of their own', () => {
    const unique = (of: (row: RouteContract) => string) =>
      expect(new Set(CONTRACTS.map(of)).size).toBe(CONTRACTS.length);
    unique(({ operation }) => operation);
    unique(({ method, path }) => `${method} ${path}`);
  });

  it('are served at HEAD wherever they are at GET', () => {
    for (const row of CONTRACTS) expect(methodsOf(row)).toEqual(row.method === 'GET' ? ['GET', 'HEAD'] : [row.method]);
  });

  it('take short bodies only where there is no caller yet, and wherever passwords are sent', () => {
    const identity = CONTRACTS.filter(({ tag, body }) => tag.name === 'identity' && body !== undefined);
    expect(identity.length).toBeGreaterThan(5);
    expect(identity.filter(({ bodyBytes }) => bodyBytes !== LIMITS.identityBodyBytes)).toEqual([]);
    const open = CONTRACTS.filter(({ access, body }) => (access === 'public' || access === 'bootstrap') && body);
    expect(open.filter((row) => !identity.includes(row))).toEqual([]);
  });

  it('take If-Match on every write to a task, and answer with an ETag where they answer with one', () => {
    const writes = CONTRACTS.filter(
      ({ path, method }) => path.includes('/tasks/{task_id}') && method !== 'GET' && path !== replay?.path,
    );
    expect(writes.length).toBeGreaterThan(6);
    expect(writes.filter(({ ifMatch }) => ifMatch !== true)).toEqual([]);
    expect(writes.filter(({ etag }) => etag !== true).map(({ operation }) => operation)).toEqual(['addComment']);
  });
});
