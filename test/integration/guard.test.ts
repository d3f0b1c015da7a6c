import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTasks, startApi, type TestApi } from './harness.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const WINDOW = { planned_start_at: '2026-03-01T08:00:00Z', planned_end_at: '2026-03-01T10:00:00Z' };

describe('manual dispatch', () => {
  it('refuses a window that overlaps one the user holds, and says which', async () => {
    const { call, user } = await api.tenant();
    const [first, second] = await makeTasks(call, [
      WINDOW,
      { ...WINDOW, planned_start_at: '2026-03-01T09:59:00Z', planned_end_at: '2026-03-01T11:00:00Z' },
    ]);
    const userId = await user();

    const taken = await call('POST', `/api/task-center/tasks/${first?.id}/dispatch`, { assigned_to: userId });
    const refused = await call('POST', `/api/task-center/tasks/${second?.id}/dispatch`, { assigned_to: userId });

    expect(taken.status).toBe(200);
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ code: 'schedule_conflict', conflicts: [{ task_id: first?.id }] });
    expect(refused.body.detail).toContain('overlapping assignment');
  });
});
