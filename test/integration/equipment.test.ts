import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTenantSnapshots } from '../../adapters/dynamodb/tenant-snapshot.ts';
import { client, environment, reader } from '../../adapters/runtime/composition.ts';
import { tokens } from '../../adapters/runtime/security.ts';
import { findBreaches } from '../../core/audit/invariants.ts';
import { contentsOf } from './contents.ts';
import { startGatewayProcess } from './gateways.ts';
import { caller, makeTasks, startApi, type Answer, type TestApi } from './harness.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const { byPartitions } = makeTenantSnapshots({ client, tableName: environment.TABLE_NAME, reader });
const breachesOf = async (tenantId: string) => findBreaches(await byPartitions(tenantId));

const CENTER = '/api/task-center';
const on = (from: number, to: number) => {
  const at = (hour: number): string => `2026-03-02T${String(hour).padStart(2, '0')}:00:00.000Z`;
  return { planned_start_at: at(from), planned_end_at: at(to) };
};
const MORNING = on(8, 10);
const NOON = on(12, 14);
const codeOf = ({ status, body }: Answer): string => (status < 300 ? String(status) : `${status} ${String(body.code)}`);

const setUp = async (...drafts: readonly object[]) => {
  const tenant = await api.tenant();
  const { id, call, user } = tenant;
  const users = await Promise.all([1, 2, 3].map(() => user()));
  const asset = async (asset_code: string, asset_type = 'UAV', region?: string): Promise<string> => {
    const made = await call('POST', '/api/assets', { asset_type, asset_code, name: asset_code });
    if (region !== undefined) await setAvailability(made.body.id as string, 'AVAILABLE', region);
    return made.body.id as string;
  };
  const setAvailability = (assetId: string, availability_status: string, region_code?: string): Promise<Answer> =>
    call('POST', `/api/assets/${assetId}/availability`, {
      availability_status,
      ...(region_code === undefined ? {} : { region_code }),
    });
  const tasks = drafts.length === 0 ? [] : await makeTasks(call, drafts);
  const paths = tasks.map((task) => `${CENTER}/tasks/${task.id}`);
  const dispatch = (task: number, person: number, more: object = {}): Promise<Answer> =>
    call('POST', `${paths[task]}/dispatch`, { assigned_to: users[person], ...more });
  return { id, call, user, users, asset, setAvailability, tasks, paths, dispatch };
};

describe('equipment that is named', () => {
  it('holds the window like a person, and is told of in task and history', async () => {
    const { id, call, asset, tasks, paths, dispatch } = await setUp(MORNING, on(9, 11), on(10, 12));
    const drone = await asset('UAV-1');
    const taken = await dispatch(0, 0, { asset_ids: [drone] });
    expect([codeOf(taken), taken.body.asset_ids]).toEqual(['200', [drone]]);
    const history = await call('GET', `${paths[0]}/history`);
    const entries = history.body as { detail: object }[];
    expect(entries.at(-1)?.detail).toMatchObject({ asset_ids: [drone] });

    const before = await contentsOf(id);
    const refused = await dispatch(1, 1, { asset_ids: [drone] });
    expect(codeOf(refused)).toBe('409 asset_conflict');
    const conflicts = [{ task_id: tasks[0]?.id, name: 'Task 1', ...MORNING }];
    expect(refused.body.violations).toEqual([{ rule: 'asset_conflict', asset_id: drone, conflicts }]);
    expect(refused.body.suggestions.slots[0]).toEqual({
      start_at: '2026-03-02T10:00:00.000Z',
      end_at: '2026-03-02T12:00:00.000Z',
    });
    expect(await contentsOf(id)).toEqual(before);
    // Touching is free.
    expect(codeOf(await dispatch(2, 1, { asset_ids: [drone] }))).toBe('200');
    expect(await breachesOf(id)).toEqual([]);
  });

  it('is thought of in what an automatic dispatch suggests when nobody is free', async () => {
    const { call, asset, users, paths, dispatch } = await setUp(MORNING, on(10, 12), MORNING);
    const drone = await asset('UAV-1');
    await dispatch(0, 0);
    await dispatch(1, 1, { asset_ids: [drone] });
    const body = { candidate_user_ids: [users[0]], asset_ids: [drone] };
    const refused = await call('POST', `${paths[2]}/auto-dispatch`, body);
    expect(codeOf(refused)).toBe('409 no_conflict_free_candidate');
    expect(refused.body.suggestions.slots[0].start_at).toBe('2026-03-02T12:00:00.000Z');
  });

  it('is refused with every rule that fails, the person’s first', async () => {
    const { asset, setAvailability, dispatch } = await setUp(MORNING, MORNING, MORNING);
    const [drone, other] = [await asset('UAV-1'), await asset('UAV-2')];
    await dispatch(0, 0, { asset_ids: [drone] });
    await setAvailability(other, 'MAINTENANCE');
    const refused = await dispatch(1, 0, { asset_ids: [drone, other] });
    expect(codeOf(refused)).toBe('409 schedule_conflict');
    const violations = refused.body.violations as { rule: string; asset_id?: string }[];
    expect(violations.map(({ rule, asset_id }) => [rule, asset_id])).toEqual([
      ['schedule_conflict', undefined],
      ['asset_conflict', drone],
      ['asset_unavailable', other],
    ]);
    const outOfUse = await dispatch(1, 1, { asset_ids: [other] });
    expect(codeOf(outOfUse)).toBe('409 asset_unavailable');
    // At no other time would it be to be had.
    expect(outOfUse.body.suggestions).toEqual({ slots: [], searched_until: null });
    expect(codeOf(await dispatch(1, 1, { asset_ids: ['nothing'] }))).toBe('404 asset_not_found');
  });

  it('has to be what the task demands', async () => {
    const required_assets = [{ asset_type: 'UAV', quantity: 2 }];
    const { asset, dispatch } = await setUp({ ...MORNING, required_assets });
    const [drone, battery, second] = [await asset('A'), await asset('B', 'BATTERY'), await asset('C')];
    const refused = await dispatch(0, 0, { asset_ids: [drone, battery] });
    expect(refused.body.violations).toEqual([
      { rule: 'asset_unavailable', asset_type: 'UAV', needed: 2, available: 1 },
    ]);
    const taken = await dispatch(0, 0, { asset_ids: [drone, battery, second] });
    expect([codeOf(taken), taken.body.asset_ids]).toEqual(['200', [drone, battery, second]]);
  });

  it('is given back with the person, moves with the window, and is swapped', async () => {
    const { id, call, users, asset, paths, dispatch } = await setUp(MORNING, MORNING, NOON);
    const [one, two] = [await asset('UAV-1'), await asset('UAV-2')];
    const schedule = (task: number, body: object) => call('PATCH', `${paths[task]}/schedule`, body);
    await dispatch(0, 0, { asset_ids: [one] });
    await dispatch(1, 1, { asset_ids: [two] });
    await dispatch(2, 2, { asset_ids: [one] });
    // Its own noon is taken by the third task.
    expect(codeOf(await schedule(0, on(12, 13)))).toBe('409 asset_conflict');
    expect(codeOf(await schedule(0, on(10, 12)))).toBe('200');
    expect(codeOf(await schedule(1, { ...MORNING, asset_ids: [one] }))).toBe('200');
    expect(await breachesOf(id)).toEqual([]);
    // To another person with other equipment, in one transaction; without a word the equipment stays.
    const free = await call('POST', `${paths[2]}/reassign`, { assigned_to: users[1], asset_ids: [two] });
    expect([codeOf(free), free.body.asset_ids]).toEqual(['200', [two]]);
    const stays = await call('POST', `${paths[2]}/reassign`, { assigned_to: users[2] });
    expect([codeOf(stays), stays.body.asset_ids]).toEqual(['200', [two]]);
    expect(codeOf(await call('POST', `${paths[2]}/unassign`, {}))).toBe('200');
    expect(codeOf(await call('POST', `${paths[1]}/transition`, { target_state: 'CANCELED' }))).toBe('200');
    expect(codeOf(await dispatch(2, 2, { asset_ids: [one, two] }))).toBe('200');
    expect(codeOf(await call('POST', `${paths[2]}/transition`, { target_state: 'IN_PROGRESS' }))).toBe('200');
    expect(await breachesOf(id)).toEqual([]);
  });

  it('keeps what it holds when it goes out of use, and takes nothing more', async () => {
    const { call, asset, setAvailability, paths, dispatch } = await setUp(MORNING, NOON);
    const drone = await asset('UAV-1');
    await dispatch(0, 0, { asset_ids: [drone] });
    await setAvailability(drone, 'MAINTENANCE');
    expect(codeOf(await call('PATCH', `${paths[0]}/schedule`, on(8, 9)))).toBe('200');
    expect(codeOf(await call('PATCH', `${paths[0]}/schedule`, on(8, 11)))).toBe('409 asset_unavailable');
    expect(codeOf(await dispatch(1, 0, { asset_ids: [drone] }))).toBe('409 asset_unavailable');
  });
});

describe('equipment that the service chooses', () => {
  const required_assets = [{ asset_type: 'UAV' }];

  it('is available, of the area and free; the least used first, then by code', async () => {
    const north = { ...MORNING, required_assets, area_code: 'NORTH' };
    const { asset, setAvailability, dispatch } = await setUp({ ...NOON, area_code: 'NORTH' }, north, north, north);
    const [b, a, c] = [
      await asset('UAV-B', 'UAV', 'NORTH'),
      await asset('UAV-A', 'UAV', 'NORTH'),
      await asset('UAV-C', 'UAV', 'NORTH'),
    ];
    await asset('UAV-0', 'UAV', 'SOUTH');
    await setAvailability(c, 'MAINTENANCE');
    await dispatch(0, 0, { asset_ids: [a] });
    const first = await dispatch(1, 0);
    expect([codeOf(first), first.body.asset_ids]).toEqual(['200', [b]]);
    expect((await dispatch(2, 1)).body.asset_ids).toEqual([a]);
    const refused = await dispatch(3, 2);
    expect(codeOf(refused)).toBe('409 asset_conflict');
    expect(refused.body.violations).toMatchObject([{ rule: 'asset_conflict', asset_type: 'UAV' }]);
    expect(refused.body.conflicts).toHaveLength(2);
  });

  it('comes by type, template and request, the nearest first, and is refused where there are too few', async () => {
    const { call, asset, users } = await setUp();
    const type = await call('POST', `${CENTER}/types`, { code: 'T', name: 'Inspection', required_assets });
    const task = async (body: object) =>
      (await call('POST', `${CENTER}/tasks`, { task_type_id: type.body.id, name: 'Task', ...MORNING, ...body })).body;
    const plain = await task({});
    expect(plain.required_assets).toEqual([{ asset_type: 'UAV', quantity: 1 }]);
    const bare = await task({ required_assets: [] });
    expect(bare.required_assets).toEqual([]);
    const go = (taskId: string, person: number) =>
      call('POST', `${CENTER}/tasks/${taskId}/dispatch`, { assigned_to: users[person] });
    const refused = await go(plain.id as string, 0);
    expect(refused.body.violations).toEqual([
      { rule: 'asset_unavailable', asset_type: 'UAV', needed: 1, available: 0 },
    ]);
    await asset('UAV-1');
    expect(codeOf(await go(plain.id as string, 0))).toBe('200');
    expect(codeOf(await go(bare.id as string, 1))).toBe('200');
    const provenance = await call('GET', `${CENTER}/tasks/${plain.id}/provenance`);
    expect(provenance.body.fields.required_assets).toBe('task_type');
    const twice = { asset_type: 'UAV', quantity: 6 };
    const wrong = await call('POST', `${CENTER}/types`, { code: 'X', name: 'X', required_assets: [twice, twice] });
    expect(wrong.status).toBe(422);
  });

  it('goes with an automatic dispatch: chosen once, kept in decision and plan', async () => {
    const { id, call, asset, paths, dispatch } = await setUp({ ...MORNING, required_assets }, MORNING);
    const [one, two] = [await asset('UAV-1'), await asset('UAV-2')];
    const auto = (body: object) => call('POST', `${paths[0]}/auto-dispatch`, body);
    const shown = await auto({ validate_only: true });
    expect(shown.body.task.asset_ids).toEqual([one]);
    expect(shown.body.assets_passed_over).toEqual([{ asset_id: two, reason: 'other_chosen' }]);
    await dispatch(1, 0, { asset_ids: [one] });
    const stale = await auto({ plan_token: shown.body.plan_token });
    expect(codeOf(stale)).toBe('409 plan_stale');
    expect(stale.body.differences).toContainEqual({ subject: 'asset', asset_id: one, before: 0, now: 1 });
    const done = await auto({});
    expect([codeOf(done), done.body.task.asset_ids]).toEqual(['200', [two]]);
    const [decision] = (await call('GET', `${paths[0]}/decisions`)).body;
    expect(decision.equipment).toEqual({
      asset_ids: [two],
      passed_over: [{ asset_id: one, reason: 'asset_conflict' }],
    });
    expect(await breachesOf(id)).toEqual([]);
  });

  it('is refused in an automatic dispatch when it is not to be had', async () => {
    const { asset, call, paths, dispatch } = await setUp({ ...MORNING, required_assets }, MORNING);
    const drone = await asset('UAV-1');
    await dispatch(1, 0, { asset_ids: [drone] });
    expect(codeOf(await call('POST', `${paths[0]}/auto-dispatch`, {}))).toBe('409 asset_conflict');
  });
});

describe('the calendar of an asset', () => {
  it('shows tasks and maintenance, and when it is free; both keep each other out', async () => {
    const { id, call, asset, tasks, dispatch } = await setUp(MORNING, NOON);
    const drone = `/api/assets/${await asset('UAV-1')}`;
    const asset_id = drone.slice(drone.lastIndexOf('/') + 1);
    await dispatch(0, 0, { asset_ids: [asset_id] });
    const at = ({ planned_start_at, planned_end_at }: typeof MORNING) => ({
      start_at: planned_start_at,
      end_at: planned_end_at,
    });
    const over = await call('POST', `${drone}/absences`, at(on(9, 11)));
    expect([codeOf(over), over.body.conflicts[0].task_id]).toEqual(['409 schedule_conflict', tasks[0]?.id]);
    const repair = await call('POST', `${drone}/absences`, { ...at(NOON), reason: 'New rotor' });
    expect(repair.body).toMatchObject({ asset_id, user_id: null, reason: 'New rotor' });
    expect(codeOf(await dispatch(1, 1, { asset_ids: [asset_id] }))).toBe('409 asset_unavailable');
    const range = 'from=2026-03-02T06:00:00Z&to=2026-03-02T18:00:00Z';
    const calendar = await call('GET', `${drone}/calendar?${range}`);
    expect(calendar.body).toMatchObject({
      ...{ asset_id, version: 2, active_count: 1 },
      windows: [
        { kind: 'task', task_id: tasks[0]?.id, ...at(MORNING) },
        { kind: 'absence', reason: 'New rotor', ...at(NOON) },
      ],
    });
    const free = await call('GET', `${drone}/free-slots?duration_minutes=120&${range}`);
    const slots = [on(6, 8), on(10, 12), on(14, 18)].map(at);
    expect(free.body).toMatchObject(slots);
    expect((await call('GET', `${drone}/absences`)).body).toEqual([repair.body]);
    expect(await breachesOf(id)).toEqual([]);
    expect((await call('DELETE', `${drone}/absences/${repair.body.id}`)).status).toBe(204);
    expect(codeOf(await dispatch(1, 1, { asset_ids: [asset_id] }))).toBe('200');
    expect(codeOf(await call('GET', `/api/assets/nothing/calendar?${range}`))).toBe('404 asset_not_found');
    expect(await breachesOf(id)).toEqual([]);
  });
});

describe('an asset that changes', () => {
  const day = (hours: number): string => new Date(Date.UTC(2100, 0, 4) + hours * 3_600_000).toISOString();
  const future = (from: number, to: number) => ({ planned_start_at: day(from), planned_end_at: day(to) });

  it('tells which held tasks it can no longer serve, beforehand, too; they stay, and stand among the violations', async () => {
    const { call, asset, tasks, dispatch } = await setUp(future(8, 10), future(12, 14));
    const drone = await asset('UAV-1');
    const path = `/api/assets/${drone}`;
    for (const index of [0, 1]) await dispatch(index, index, { asset_ids: [drone] });
    const told = (index: number, from: number, to: number) => ({
      ...{ task_id: tasks[index]?.id, name: `Task ${index + 1}`, ...future(from, to), rule: 'asset_unavailable' },
    });
    const hours = { time_zone: 'UTC', weekly: [{ days: ['mon'], start: '08:00', end: '12:00' }], exceptions: [] };
    const asked = await call('PUT', `${path}/working-hours`, { ...hours, validate_only: true });
    expect(asked.body.affected).toEqual([told(1, 12, 14)]);
    expect((await call('GET', `${path}/working-hours`)).body).toEqual({ asset_id: drone, working_hours: null });
    expect((await call('PUT', `${path}/working-hours`, hours)).body.affected).toEqual([told(1, 12, 14)]);
    const violations = async () =>
      ((await call('GET', `${CENTER}/violations`)).body as { task_id: string; rules: string[] }[]).map(
        ({ task_id, rules }) => [task_id, rules.join()],
      );
    expect(await violations()).toEqual([[tasks[1]?.id, 'asset_unavailable']]);
    const repair = { availability_status: 'MAINTENANCE' };
    const shown = await call('POST', `${path}/availability`, { ...repair, validate_only: true });
    expect(shown.body).toMatchObject({ ...repair, affected: [told(0, 8, 10)] });
    expect((await call('GET', path)).body.availability_status).toBe('AVAILABLE');
    expect((await call('POST', `${path}/availability`, repair)).body.affected).toEqual([told(0, 8, 10)]);
    expect(await violations()).toHaveLength(2);
    expect((await call('DELETE', `${path}/working-hours`)).status).toBe(204);
  });

  it('is not taken outside its hours of operation', async () => {
    const { call, asset, dispatch } = await setUp(future(8, 10), future(12, 14));
    const drone = await asset('UAV-1');
    const hours = { time_zone: 'UTC', weekly: [{ days: ['mon'], start: '08:00', end: '12:00' }], exceptions: [] };
    await call('PUT', `/api/assets/${drone}/working-hours`, hours);
    expect(codeOf(await dispatch(1, 0, { asset_ids: [drone] }))).toBe('409 asset_unavailable');
    expect(codeOf(await dispatch(0, 0, { asset_ids: [drone] }))).toBe('200');
  });
});

describe('buffers', () => {
  it('widen what is held, add up between neighbours, and show beside what is planned', async () => {
    const { id, call, users, paths, dispatch } = await setUp(
      { ...MORNING, buffer_before_minutes: 30, buffer_after_minutes: 60 },
      { ...on(11, 12), buffer_before_minutes: 15 },
      on(11, 12),
    );
    const taken = await dispatch(0, 0);
    expect(taken.body).toMatchObject({
      ...MORNING,
      held_start_at: '2026-03-02T07:30:00.000Z',
      held_end_at: '2026-03-02T11:00:00.000Z',
    });
    const range = 'from=2026-03-02T00:00:00Z&to=2026-03-03T00:00:00Z';
    const calendar = await call('GET', `${CENTER}/users/${users[0]}/calendar?${range}`);
    expect(calendar.body.windows).toMatchObject([
      { start_at: '2026-03-02T07:30:00.000Z', end_at: '2026-03-02T11:00:00.000Z', ...MORNING },
    ]);
    const refused = await dispatch(1, 0);
    expect(codeOf(refused)).toBe('409 schedule_conflict');
    expect(refused.body.conflicts).toMatchObject([MORNING]);
    // A slot is told as it is planned, and fits when it is taken.
    const [slot] = refused.body.suggestions.slots;
    expect(slot).toEqual({ start_at: '2026-03-02T11:15:00.000Z', end_at: '2026-03-02T12:15:00.000Z' });
    await call('PATCH', `${paths[1]}/schedule`, { planned_start_at: slot.start_at, planned_end_at: slot.end_at });
    expect(codeOf(await dispatch(1, 0))).toBe('200');
    // Touching is free, buffers included.
    expect(codeOf(await dispatch(2, 1))).toBe('200');
    expect(codeOf(await call('POST', `${paths[2]}/reassign`, { assigned_to: users[0] }))).toBe('409 schedule_conflict');
    expect(await breachesOf(id)).toEqual([]);
  });
});

describe('races for equipment, through two gateways', () => {
  it('have one winner for one drone; the others are told which task has it', async () => {
    const { id, call, user, asset } = await setUp();
    const drone = await asset('UAV-1');
    const people = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(() => user()));
    const tasks = await makeTasks(
      call,
      people.map(() => MORNING),
    );
    await withTwoGateways(id, async (calls) => {
      const answers = await Promise.all(
        people.map((assigned_to, index) =>
          calls[index % 2 === 0 ? 0 : 1]('POST', `${CENTER}/tasks/${tasks[index]?.id}/dispatch`, {
            assigned_to,
            asset_ids: [drone],
          }),
        ),
      );
      const winner = answers.findIndex(({ status }) => status === 200);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      const told = answers.flatMap(({ status, body }) => (status === 409 ? [body] : []));
      expect(told).toHaveLength(7);
      for (const body of told) {
        expect(body.code).toBe('asset_conflict');
        expect(body.conflicts[0].task_id).toBe(tasks[winner]?.id);
      }
    });
    expect(await breachesOf(id)).toEqual([]);
  });

  it('swap two drones without either being held twice', async () => {
    const { id, call, asset, paths, dispatch } = await setUp(MORNING, NOON);
    const [one, two] = [await asset('UAV-1'), await asset('UAV-2')];
    await dispatch(0, 0, { asset_ids: [one] });
    await dispatch(1, 1, { asset_ids: [two] });
    await withTwoGateways(id, async (calls) => {
      // Both move to one hour with the other's drone: at most one of them can.
      for (let round = 0; round < 6; round += 1) {
        const [mine, theirs] = round % 2 === 0 ? [two, one] : [one, two];
        const answers = await Promise.all([
          calls[0]('PATCH', `${paths[0]}/schedule`, { ...NOON, asset_ids: [mine] }),
          calls[1]('PATCH', `${paths[1]}/schedule`, { ...NOON, asset_ids: [theirs] }),
        ]);
        for (const answer of answers) expect(['200', '409 asset_conflict']).toContain(codeOf(answer));
        const held = await Promise.all(paths.map((path) => call('GET', path)));
        const [first, second] = held.map(({ body }) => body.asset_ids[0] as string);
        expect(first === second && held[0]?.body.planned_start_at === held[1]?.body.planned_start_at).toBe(false);
        expect(await breachesOf(id)).toEqual([]);
      }
    });
  });
});

const withTwoGateways = async (
  tenantId: string,
  run: (calls: readonly [ReturnType<typeof caller>, ReturnType<typeof caller>]) => Promise<void>,
): Promise<void> => {
  const gateways = await Promise.all([startGatewayProcess(), startGatewayProcess()]);
  try {
    const token = await tokens.issue({ sub: 'racer', tenant_id: tenantId, permissions: ['*'] });
    const [a, b] = gateways.map(({ url }) => caller(url, token));
    if (a === undefined || b === undefined) throw new Error('no gateways');
    await run([a, b]);
  } finally {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
  }
};
