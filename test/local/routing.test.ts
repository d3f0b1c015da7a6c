import { describe, expect, it } from 'vitest';
import type { Method } from '../../adapters/http/contract.ts';
import { DEPLOYED } from '../../functions/contracts.ts';
import { gatewayProblems, gatewayRoutes, makeRouteTable } from '../../local/routing.ts';

const row = (method: Method, path: `/${string}`, operation = `${method} ${path}`) => ({ method, path, operation });

describe('what API Gateway refuses to deploy', () => {
  it('accepts the contracts of the service', () => {
    expect(gatewayProblems(DEPLOYED)).toEqual([]);
  });

  it('accepts literal colons, variables, and a custom verb after a variable', () => {
    const contracts = [
      row('POST', '/tasks:batch-create'),
      row('POST', '/templates/{template_id}:clone'),
      row('GET', '/templates/{template_id}'),
      row('GET', '/docs/{proxy+}'),
    ];
    expect(gatewayProblems(contracts)).toEqual([]);
  });

  it.each([
    ['/tasks/a b', '"a b"'],
    ['/tasks/{id}.json', '"{id}.json"'],
    ['/tasks//x', '""'],
    ['/tasks/', '""'],
    ['/tasks/ü', '"ü"'],
    ['/tasks/{id', '"{id"'],
    ['/tasks%3Ax', '"tasks%3Ax"'],
  ] as const)('refuses the path part in %s', (path, part) => {
    expect(gatewayProblems([row('GET', path, 'op')])).toEqual([
      expect.stringContaining(`${part} is not a legal path part`),
    ]);
  });

  it('refuses sibling variables of different names, whatever the methods and the tails', () => {
    const [problem, ...others] = gatewayProblems([row('GET', '/tasks/{task_id}'), row('POST', '/tasks/{id}/notes')]);
    expect(problem).toContain('{id} stands beside {task_id}');
    expect(others).toEqual([]);
  });

  it('lets variables of one depth differ below different parents', () => {
    expect(gatewayProblems([row('GET', '/tasks/{task_id}'), row('GET', '/users/{user_id}')])).toEqual([]);
  });

  it('refuses two contracts at one method and path, naming both', () => {
    const contracts = [row('GET', '/tasks', 'listTasks'), row('GET', '/tasks', 'findTasks'), row('POST', '/tasks')];
    expect(gatewayProblems(contracts)).toEqual(['findTasks (GET /tasks): listTasks is served there already']);
  });

  it('refuses two verbs of one resource, which would be served at one path', () => {
    const contracts = [row('POST', '/tasks/{id}:copy', 'copy'), row('POST', '/tasks/{id}:move', 'move')];
    expect(gatewayProblems(contracts)).toEqual(['move (POST /tasks/{id}): copy is served there already']);
  });

  it('refuses a greedy variable that is not last', () => {
    expect(gatewayProblems([row('GET', '/a/{rest+}/b')])).toEqual([expect.stringContaining('must be the last part')]);
  });

  it('lists the routes of the gateway', () => {
    expect(gatewayRoutes([row('POST', '/x/tasks:batch-create'), row('POST', '/x/templates/{id}:clone')])).toEqual([
      'POST /x/tasks:batch-create',
      'POST /x/{custom_verb}',
      'POST /x/templates/{id}',
    ]);
  });
});

describe('matching', () => {
  const table = makeRouteTable([
    row('POST', '/x/tasks', 'create'),
    row('POST', '/x/tasks:batch-create', 'batch'),
    row('GET', '/x/tasks/{task_id}', 'get'),
    row('GET', '/x/tasks/mine', 'mine'),
    row('GET', '/x/tasks/{task_id}/history', 'history'),
    row('POST', '/x/templates/{template_id}:clone', 'clone'),
    row('GET', '/files/{path+}', 'file'),
  ]);
  const match = (method: string, path: string) => {
    const found = table.match(method, path);
    return found === undefined
      ? undefined
      : { operation: found.contract.operation, resource: found.resource, ...found.pathParameters };
  };

  it.each([
    ['a literal', 'POST', '/x/tasks', { operation: 'create', resource: '/x/tasks' }],
    ['a trailing slash', 'POST', '/x/tasks/', { operation: 'create', resource: '/x/tasks' }],
    ['a literal before a variable', 'GET', '/x/tasks/mine', { operation: 'mine', resource: '/x/tasks/mine' }],
    ['a variable', 'GET', '/x/tasks/42', { operation: 'get', resource: '/x/tasks/{task_id}', task_id: '42' }],
    [
      'a variable, still encoded',
      'GET',
      '/x/tasks/a%2Fb%20c/history',
      { operation: 'history', resource: '/x/tasks/{task_id}/history', task_id: 'a%2Fb%20c' },
    ],
    ['a literal colon', 'POST', '/x/tasks:batch-create', { operation: 'batch', resource: '/x/tasks:batch-create' }],
    [
      'an encoded colon',
      'POST',
      '/x/tasks%3Abatch-create',
      { operation: 'batch', resource: '/x/{custom_verb}', custom_verb: 'tasks%3Abatch-create' },
    ],
    [
      'a verb after a variable',
      'POST',
      '/x/templates/7:clone',
      { operation: 'clone', resource: '/x/templates/{template_id}', template_id: '7:clone' },
    ],
    [
      'an encoded verb after a variable',
      'POST',
      '/x/templates/7%3Aclone',
      { operation: 'clone', resource: '/x/templates/{template_id}', template_id: '7%3Aclone' },
    ],
    ['a greedy variable', 'GET', '/files/a/b', { operation: 'file', resource: '/files/{path+}', path: 'a/b' }],
  ])('finds %s', (_, method, path, expected) => {
    expect(match(method, path)).toEqual(expected);
  });

  it.each([
    ['another method', 'DELETE', '/x/tasks'],
    ['HEAD where there is no GET', 'HEAD', '/x/tasks:batch-create'],
    ['OPTIONS', 'OPTIONS', '/x/tasks'],
    ['a resource without methods', 'GET', '/x'],
    ['the root', 'GET', '/'],
    ['a longer path', 'GET', '/x/tasks/42/history/1'],
    ['an empty part', 'GET', '/x/tasks//history'],
    ['two trailing slashes', 'POST', '/x/tasks//'],
    ['other letter case', 'POST', '/x/Tasks/42'],
    ['a relative path', 'GET', 'x/tasks/42'],
  ])('does not find %s', (_, method, path) => {
    expect(match(method, path)).toBeUndefined();
  });
});
