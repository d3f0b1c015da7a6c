import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeTenantSnapshots } from '../../adapters/dynamodb/tenant-snapshot.ts';
import { client, environment, reader } from '../../adapters/runtime/composition.ts';
import { findBreaches } from '../../core/audit/invariants.ts';
import type { TenantSnapshot } from '../../core/audit/snapshot.ts';
import { makeTasks, startApi, type TestApi } from './harness.ts';

// A table of its own: a scan reads what all tests of a table have left there.
vi.hoisted(() => {
  process.env['TABLE_NAME'] = `task-center-snapshot-${process.pid}`;
});

const { byScan, byPartitions } = makeTenantSnapshots({ client, tableName: environment.TABLE_NAME, reader });

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

/** A tenant with something of everything that a snapshot speaks of. */
const lively = async () => {
  const { id, call, user } = await api.tenant();
  const [userId] = [await user(), await user({ is_active: false })];
  const window = { planned_start_at: '2026-03-01T08:00:00Z', planned_end_at: '2026-03-01T10:00:00Z' };
  const [scheduled, open, done] = await makeTasks(call, [window, {}, {}]);
  for (const task of [scheduled, open, done])
    await call('POST', `/api/task-center/tasks/${task?.id}/dispatch`, { assigned_to: userId });
  await call('POST', `/api/task-center/tasks/${done?.id}/transition`, { target_state: 'CANCELED' });
  await call('POST', `/api/task-center/tasks/${open?.id}/attachments`, { name: 'plan', url: 'https://example.org/p' });
  for (const [asset_code, region_code] of [
    ['a', 'north'],
    ['b', '域'.repeat(100)],
  ]) {
    const asset = await call('POST', '/api/assets', { asset_type: 'UAV', asset_code, name: 'Kestrel' });
    const where = { availability_status: 'IN_USE', region_code };
    await call('POST', `/api/assets/${asset.body.id}/availability`, where);
  }
  const type = await call('POST', '/api/task-center/types', { code: 'keyed', name: 'Keyed' });
  const tasks = [{ task_type_id: type.body.id, name: 'Keyed' }];
  await call('POST', '/api/task-center/tasks:batch-create', { tasks }, { 'Idempotency-Key': 'k' });
  return { id, taskIds: [scheduled, open, done].map((task) => task?.id) };
};

const sorted = (snapshot: TenantSnapshot): Record<string, readonly string[]> =>
  Object.fromEntries(
    Object.entries(snapshot)
      .filter(([name]) => name !== 'batches')
      .map(([name, records]) => [name, (records as readonly unknown[]).map((one) => JSON.stringify(one)).sort()]),
  );

describe('a snapshot of a tenant', () => {
  it('is the same by a scan of the table and by the partitions of the tenant, and only of that tenant', async () => {
    const [{ id, taskIds }] = [await lively(), await lively()];
    const [scanned, read] = [await byScan(id), await byPartitions(id)];
    expect(sorted(read)).toEqual(sorted(scanned));
    expect(findBreaches(scanned)).toEqual([]);
    expect(scanned.tasks).toHaveLength(4);
    expect(scanned.holdings.map((held) => ('task_id' in held ? held.task_id : ''))).toEqual(
      expect.arrayContaining(taskIds.slice(0, 2)),
    );
    const counts = Object.entries(scanned).map(([name, records]) => [name, (records as readonly unknown[]).length]);
    expect(Object.fromEntries(counts)).toMatchObject({
      ...{ users: 2, roster: 2, calendars: 2, holdings: 2, history: 5, later_attachments: 1 },
      ...{ assets: 2, tallies: 3, batches: 2 },
    });
  });

  it('of an empty tenant is empty', async () => {
    const { id } = await api.tenant();
    for (const snapshot of [await byScan(id), await byPartitions(id)])
      expect(Object.values(snapshot).flat()).toEqual([]);
  });
});
