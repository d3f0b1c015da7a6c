import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { LambdaHandler } from '../../local/gateway.ts';
import { startGateway } from '../../local/gateway.ts';
import { firstSteps } from '../../local/first-steps.ts';
import { echoContract } from './echo-contracts.ts';

describe('the first steps', () => {
  it('work when they are pasted into bash one after the other', async () => {
    const seen: unknown[] = [];
    const answers: Readonly<Record<string, object>> = {
      '/api/identity/tenants': { id: 't-1', name: 'First tenant' },
      '/api/identity/bootstrap-admin': { tenant_id: 't-1', id: 'u-1' },
      '/api/identity/dev-login': { access_token: 'a.b-c_d', token_type: 'bearer' },
      '/api/task-center/types': { tenant_id: 't-1', id: 'y-1' },
      '/api/task-center/tasks': { id: 'k-1', name: 'First task' },
    };
    const handler: LambdaHandler = async ({ path, headers, body }) => {
      seen.push([path, headers['Content-Type'], headers['Authorization'], JSON.parse(body ?? 'null')]);
      return { statusCode: 201, body: JSON.stringify(answers[path]) };
    };
    const gateway = await startGateway({
      contracts: Object.keys(answers).map((path) => echoContract(path, 'POST', path as `/${string}`)),
      authorizer: () => Promise.reject(new Error('Unauthorized')),
      handlerOf: async () => handler,
      host: '127.0.0.1',
      port: 0,
    });
    try {
      const { stdout, stderr } = await promisify(execFile)('bash', ['-c', firstSteps(gateway.url).join('\n')]);
      expect(stderr).toBe('');
      expect(stdout).toContain('"name":"First task"');
    } finally {
      await gateway.close();
    }
    const json = 'application/json';
    const login = { tenant_id: 't-1', username: 'admin', password: 'change-me' };
    expect(seen).toEqual([
      ['/api/identity/tenants', json, undefined, { name: 'First tenant' }],
      ['/api/identity/bootstrap-admin', json, undefined, login],
      ['/api/identity/dev-login', json, undefined, login],
      [
        '/api/task-center/types',
        json,
        'Bearer a.b-c_d',
        { code: expect.stringMatching(/^FIRST-\d+$/), name: 'First type' },
      ],
      ['/api/task-center/tasks', json, 'Bearer a.b-c_d', { task_type_id: 'y-1', name: 'First task' }],
    ]);
  });
});
