import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeSample } from '../../local/sample.ts';
import { caller, startApi } from '../integration/harness.ts';

it('the sample is a week of work that can be dispatched on, made once for a data folder', async () => {
  const api = await startApi();
  const folder = await mkdtemp(join(tmpdir(), 'sample-'));
  try {
    const login = await makeSample(api.url, folder);
    const { status, body } = await api.anonymous('POST', '/api/identity/dev-login', login);
    expect(status).toBe(200);
    const call = caller(api.url, body.access_token as string);
    const list = async (path: string) => (await call('GET', path)).body as Record<string, unknown>[];
    expect(await list('/api/identity/users?limit=200')).toHaveLength(31);
    expect((await list('/api/assets?limit=200')).length).toBeGreaterThan(5);
    const tasks = await list('/api/task-center/tasks?state=DISPATCHED&limit=200');
    expect(tasks.length).toBeGreaterThan(100);
    const backlog = await list('/api/task-center/tasks?unassigned=true&limit=200');
    expect(backlog.length).toBeGreaterThan(20);
    const best = await call('POST', `/api/task-center/tasks/${String(backlog[0]?.['id'])}/auto-dispatch`, {});
    expect([200, 409]).toContain(best.status);
    expect(await makeSample(api.url, folder)).toEqual(login);
    expect(await makeSample(api.url, undefined)).not.toEqual(login);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await api.stop();
  }
});
