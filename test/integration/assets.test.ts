import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AVAILABILITY } from '../../core/assets/asset.ts';
import { makeTasks, startApi, type Call, type TestApi } from './harness.ts';
import { makeRandom, SEED } from './random.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const ASSETS = '/api/assets';

const register = async (call: Call, asset_code: string): Promise<string> => {
  const { status, body } = await call('POST', ASSETS, { asset_type: 'UAV', asset_code, name: `Drone ${asset_code}` });
  expect(status).toBe(201);
  return body.id as string;
};

/** Total and available assets, as an auto-dispatch of a task in the area sees them, and the points it gives for them. */
const snapshotOf = async (
  call: Call,
  area_code: string | null,
): Promise<{ total: number; available: number; points: number }> => {
  const [task] = await makeTasks(call, [{ area_code }]);
  const { body } = await call('POST', `/api/task-center/tasks/${task?.id}/auto-dispatch`);
  expect(body.resource_snapshot.scope_area_code).toBe(area_code);
  return {
    total: body.resource_snapshot.total_assets as number,
    available: body.resource_snapshot.available_assets as number,
    points: body.scores[0].breakdown.resource_availability as number,
  };
};

describe('an asset', () => {
  it('starts available, in no region, and is moved from there', async () => {
    const { id, call } = await api.tenant();
    const made = await call('POST', ASSETS, {
      asset_type: 'BATTERY',
      asset_code: 'B1',
      name: 'Battery',
      serial_number: 'S-1',
      detail: { volts: 12 },
    });
    expect(made.body).toEqual({
      id: expect.any(String),
      tenant_id: id,
      asset_type: 'BATTERY',
      asset_code: 'B1',
      name: 'Battery',
      serial_number: 'S-1',
      detail: { volts: 12 },
      availability_status: 'AVAILABLE',
      region_code: null,
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
    const path = `${ASSETS}/${made.body.id}`;
    const moved = await call('POST', `${path}/availability`, { availability_status: 'RESERVED', region_code: 'R1' });
    expect([moved.status, moved.body.availability_status, moved.body.region_code]).toEqual([200, 'RESERVED', 'R1']);
    const stayed = await call('POST', `${path}/availability`, { availability_status: 'MAINTENANCE' });
    expect([stayed.body.availability_status, stayed.body.region_code]).toEqual(['MAINTENANCE', 'R1']);
    expect(stayed.body).toEqual({ ...(await call('GET', path)).body, affected: [], affected_more: false });
  });
});

describe('the resource snapshot', () => {
  it('counts what is where, through every move', async () => {
    const { call, user } = await api.tenant();
    await user();
    expect(await snapshotOf(call, null)).toEqual({ total: 0, available: 0, points: 4 });
    const ids = [
      await register(call, 'A'),
      await register(call, 'B'),
      await register(call, 'C'),
      await register(call, 'D'),
    ];
    const [a, b] = ids;
    const move = (id: string | undefined, availability_status: string, region_code?: string) =>
      call('POST', `${ASSETS}/${id}/availability`, { availability_status, region_code });

    expect(await snapshotOf(call, null)).toEqual({ total: 4, available: 4, points: 24 });
    expect(await snapshotOf(call, 'R1')).toEqual({ total: 0, available: 0, points: 4 });
    await move(a, 'AVAILABLE', 'R1');
    await move(b, 'IN_USE', 'R1');
    expect(await snapshotOf(call, 'R1')).toEqual({ total: 2, available: 1, points: 8 });
    expect(await snapshotOf(call, null)).toEqual({ total: 4, available: 3, points: 24 });
    await move(b, 'AVAILABLE');
    expect(await snapshotOf(call, 'R1')).toEqual({ total: 2, available: 2, points: 16 });
    await move(a, 'AVAILABLE', 'R2');
    await move(a, 'AVAILABLE', 'R2');
    expect(await snapshotOf(call, 'R1')).toEqual({ total: 1, available: 1, points: 8 });
    expect(await snapshotOf(call, 'R2')).toEqual({ total: 1, available: 1, points: 8 });
    await move(a, 'MAINTENANCE', 'R1');
    expect(await snapshotOf(call, 'R1')).toEqual({ total: 2, available: 1, points: 8 });
    expect(await snapshotOf(call, 'R2')).toEqual({ total: 0, available: 0, points: 4 });
    expect(await snapshotOf(call, null)).toEqual({ total: 4, available: 3, points: 24 });
  });

  it(`is right after many moves at the same moment (seed ${SEED})`, async () => {
    const random = makeRandom(SEED);
    const { call, user } = await api.tenant();
    await user();
    const regions = ['R1', 'R2', 'R/3 #'] as const;
    const ids = await Promise.all(Array.from({ length: 8 }, (_, at) => register(call, `A${at}`)));
    const moves = Array.from({ length: 40 }, () => ({
      id: ids[random.below(ids.length)],
      body: { availability_status: random.pick(AVAILABILITY), region_code: random.pick(regions) },
    }));
    const answers = await Promise.all(moves.map(({ id, body }) => call('POST', `${ASSETS}/${id}/availability`, body)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));

    const all = (await call('GET', ASSETS)).body as { availability_status: string; region_code: string | null }[];
    for (const region of [null, ...regions]) {
      const here = all.filter(({ region_code }) => region === null || region_code === region);
      const available = here.filter(({ availability_status }) => availability_status === 'AVAILABLE').length;
      expect(await snapshotOf(call, region)).toMatchObject({ total: here.length, available });
    }
  });
});
