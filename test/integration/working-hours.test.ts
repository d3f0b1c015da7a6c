import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contentsOf } from './contents.ts';
import { tokens } from '../../adapters/runtime/security.ts';
import { startGatewayProcess } from './gateways.ts';
import { caller, makeTasks, startApi, type Answer, type TestApi } from './harness.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const CENTER = '/api/task-center';
/** Mondays from eight to four in Berlin: in March 2026 until the 29th at seven to three of UTC. */
const MONDAYS = {
  time_zone: 'Europe/Berlin',
  weekly: [{ days: ['mon'], start: '08:00', end: '16:00' }],
  exceptions: [],
};
const on = (day: number, from: number, to: number) => {
  const at = (hour: number): string =>
    `2026-03-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:00:00.000Z`;
  return { planned_start_at: at(from), planned_end_at: at(to) };
};
const INSIDE = on(2, 8, 10);
const OUTSIDE = on(2, 14, 16);
const OFF = on(3, 8, 10);

const setUp = async (...windows: readonly object[]) => {
  const { id, call, user } = await api.tenant();
  const [a, b] = [await user(), await user()];
  const set = (userId: string, hours: object): Promise<Answer> =>
    call('PUT', `${CENTER}/users/${userId}/working-hours`, hours);
  expect((await set(a, MONDAYS)).status).toBe(200);
  const tasks = windows.length === 0 ? [] : await makeTasks(call, windows);
  const paths = tasks.map((task) => `${CENTER}/tasks/${task.id}`);
  const dispatch = (index: number, assigned_to: string, more: object = {}): Promise<Answer> =>
    call('POST', `${paths[index]}/dispatch`, { assigned_to, ...more });
  return { id, call, a, b, set, paths, tasks, dispatch };
};
const codeOf = ({ status, body }: Answer): string => (status < 300 ? String(status) : `${status} ${String(body.code)}`);
const REFUSED = '409 outside_working_hours';

describe('working hours of a user', () => {
  it('are set, read and removed; unchanged ones move nothing', async () => {
    const { call, a, set } = await setUp();
    const path = `${CENTER}/users/${a}/working-hours`;
    expect((await call('GET', path)).body).toEqual({ user_id: a, working_hours: MONDAYS });
    const calendar = `${CENTER}/users/${a}/calendar?from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z`;
    const version = async () => (await call('GET', calendar)).body.version as number;
    const before = await version();
    expect((await set(a, MONDAYS)).body).toMatchObject({ working_hours: MONDAYS, affected: [], affected_more: false });
    expect(await version()).toBe(before);
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('GET', path)).body.working_hours).toBeNull();
    expect(codeOf(await set('nobody', MONDAYS))).toBe('404 user_not_found');
    const wrong = await set(a, { ...MONDAYS, time_zone: 'Mars/Olympus' });
    expect([wrong.status, wrong.body.errors[0].pointer]).toEqual([422, '/time_zone']);
  });
});

describe('calendars of people with working hours', () => {
  it('say when each is at work within the range', async () => {
    const { call, a, b, set } = await setUp();
    await set(a, { ...MONDAYS, exceptions: [{ date: '2026-03-03', intervals: [{ start: '20:00', end: '02:00' }] }] });
    const workingOf = async (from: string, to: string) => {
      const { body } = await call(
        'GET',
        `${CENTER}/calendars?user_ids=${a},${b}&from=2026-03-${from}&to=2026-03-${to}`,
      );
      return (body as { working: { start_at: string; end_at: string }[] }[]).map(({ working }) =>
        working.map(({ start_at, end_at }) => `${start_at.slice(8, 16)} ${end_at.slice(8, 16)}`),
      );
    };
    expect(await workingOf('02T00:00:00Z', '05T00:00:00Z')).toEqual([
      ['02T07:00 02T15:00', '03T19:00 04T01:00'],
      ['02T00:00 05T00:00'],
    ]);
    expect(await workingOf('02T08:00:00Z', '03T20:00:00Z')).toEqual([
      ['02T08:00 02T15:00', '03T19:00 03T20:00'],
      ['02T08:00 03T20:00'],
    ]);
    expect(await workingOf('02T16:00:00Z', '02T18:00:00Z')).toEqual([[], ['02T16:00 02T18:00']]);
  });
});

describe('a window outside of working hours', () => {
  it('is refused by hand, with the nearest working time and slots that fit', async () => {
    const { id, a, dispatch } = await setUp(INSIDE, OUTSIDE, OFF);
    expect(codeOf(await dispatch(0, a))).toBe('200');
    const before = await contentsOf(id);
    const refused = await dispatch(1, a);
    expect(codeOf(refused)).toBe(REFUSED);
    expect(refused.body.violations).toEqual([
      {
        rule: 'outside_working_hours',
        nearest: [{ start_at: '2026-03-02T07:00:00.000Z', end_at: '2026-03-02T15:00:00.000Z' }],
      },
    ]);
    expect(refused.body.suggestions.slots[0]).toEqual({
      start_at: '2026-03-09T07:00:00.000Z',
      end_at: '2026-03-09T09:00:00.000Z',
    });
    expect(codeOf(await dispatch(1, a, { validate_only: true }))).toBe(REFUSED);
    expect(codeOf(await dispatch(2, a))).toBe(REFUSED);
    expect(await contentsOf(id)).toEqual(before);
  });

  it('is refused together with what else is wrong, by the first of it', async () => {
    const { call, a, paths, dispatch } = await setUp(on(2, 13, 15), OUTSIDE);
    await dispatch(0, a);
    const refused = await dispatch(1, a);
    expect(codeOf(refused)).toBe('409 schedule_conflict');
    expect((refused.body.violations as { rule: string }[]).map(({ rule }) => rule)).toEqual([
      'schedule_conflict',
      'outside_working_hours',
    ]);
    await call('POST', `${paths[0]}/unassign`, {});
    const time = { start_at: OUTSIDE.planned_start_at, end_at: OUTSIDE.planned_end_at };
    expect((await call('POST', `${CENTER}/users/${a}/absences`, time)).status).toBe(201);
    const absent = await dispatch(1, a);
    expect([codeOf(absent), (absent.body.violations as { rule: string }[]).map(({ rule }) => rule)]).toEqual([
      '409 unavailable',
      ['unavailable', 'outside_working_hours'],
    ]);
  });

  it('is not chosen automatically: excluded with its code, in previews and replays, too', async () => {
    const { call, a, b, paths } = await setUp(OUTSIDE, OFF);
    const body = { candidate_user_ids: [a, b] };
    const preview = await call('POST', `${paths[0]}/auto-dispatch`, { ...body, validate_only: true });
    expect(preview.body).toMatchObject({
      selected_user_id: b,
      excluded: [{ user_id: a, code: 'outside_working_hours' }],
    });
    const chosen = await call('POST', `${paths[0]}/auto-dispatch`, body);
    expect(chosen.body).toMatchObject({
      selected_user_id: b,
      excluded: [{ user_id: a, code: 'outside_working_hours' }],
    });
    const replay = await call('POST', `${paths[0]}/decisions/${chosen.body.decision_id}:replay`, {});
    expect(replay.body).toMatchObject({ selected_user_id: b, same_selection: true, reproduced: true });
    const nobody = await call('POST', `${paths[1]}/auto-dispatch`, { candidate_user_ids: [a] });
    expect(codeOf(nobody)).toBe('409 no_conflict_free_candidate');
    expect(nobody.body).toMatchObject({ counts: { outside_working_hours: 1 } });
    expect(nobody.body.suggestions.slots[0].start_at).toBe('2026-03-09T07:00:00.000Z');
  });

  it('makes a plan stale that was shown before the hours changed', async () => {
    const { call, a, set, paths } = await setUp(INSIDE);
    const preview = await call('POST', `${paths[0]}/auto-dispatch`, { candidate_user_ids: [a], validate_only: true });
    await set(a, { ...MONDAYS, weekly: [] });
    const commit = await call('POST', `${paths[0]}/auto-dispatch`, { plan_token: preview.body.plan_token });
    expect(codeOf(commit)).toBe('409 plan_stale');
  });

  it('is refused when a task is moved or given to another; what is held may shrink', async () => {
    const { call, a, b, set, paths, dispatch } = await setUp(INSIDE, OFF);
    await dispatch(0, a);
    const move = (window: object): Promise<Answer> => call('PATCH', `${paths[0]}/schedule`, window);
    expect(codeOf(await move(OUTSIDE))).toBe(REFUSED);
    expect(codeOf(await move(on(2, 7, 15)))).toBe('200');
    await dispatch(1, b);
    expect(codeOf(await call('POST', `${paths[1]}/reassign`, { assigned_to: a }))).toBe(REFUSED);
    const changed = await set(a, { ...MONDAYS, weekly: [] });
    expect(changed.body.affected).toEqual([]);
    expect(codeOf(await move(on(2, 8, 15)))).toBe('200');
    expect(codeOf(await move(on(2, 7, 15)))).toBe(REFUSED);
  });

  it('is nowhere among free slots and suggested users', async () => {
    const { call, a, b, dispatch } = await setUp(OFF, OFF);
    const range = 'from=2026-03-01T00:00:00Z&to=2026-03-15T00:00:00Z&duration_minutes=60';
    const free = await call('GET', `${CENTER}/users/${a}/free-slots?${range}`);
    expect((free.body as { start_at: string }[]).map(({ start_at }) => start_at)).toEqual([
      '2026-03-02T07:00:00.000Z',
      '2026-03-09T07:00:00.000Z',
    ]);
    await dispatch(0, b);
    const refused = await dispatch(1, b, { suggest_users: true });
    expect(refused.body.suggestions.user_ids).toEqual([]);
  });
});

describe('hours that change', () => {
  it('tell which held tasks no longer comply, beforehand, too, and leave them held', async () => {
    const day = (hours: number): string => new Date(Date.UTC(2100, 0, 4) + hours * 3_600_000).toISOString();
    const future = (from: number, to: number) => ({ planned_start_at: day(from), planned_end_at: day(to) });
    const { call, a, set, paths, tasks, dispatch } = await setUp(future(8, 10), future(12, 14));
    // 2100-01-04 is a Monday.
    for (const index of [0, 1]) expect(codeOf(await dispatch(index, a))).toBe('200');
    const shorter = { ...MONDAYS, weekly: [{ days: ['mon'], start: '08:00', end: '12:00' }] };
    const affected = [{ task_id: tasks[1]?.id, name: 'Task 2', ...future(12, 14), rule: 'outside_working_hours' }];
    const asked = await set(a, { ...shorter, validate_only: true });
    expect(asked.body).toMatchObject({ affected, affected_more: false });
    expect((await call('GET', `${CENTER}/users/${a}/working-hours`)).body.working_hours).toEqual(MONDAYS);
    expect((await set(a, shorter)).body.affected).toEqual(affected);
    expect((await call('GET', `${paths[1]}`)).body).toMatchObject({ state: 'DISPATCHED', assigned_to: a });
  });

  it('win or lose against a dispatch at the same moment, through two gateways, and never both', async () => {
    const { call, user, id } = await api.tenant();
    const gateway = await startGatewayProcess();
    const there = caller(gateway.url, await tokens.issue({ sub: 'rival', tenant_id: id, permissions: ['*'] }));
    for (let round = 0; round < 12; round += 1) {
      const a = await user();
      const [task] = await makeTasks(call, [OFF]);
      const [hours, dispatched] = await Promise.all([
        call('PUT', `${CENTER}/users/${a}/working-hours`, MONDAYS),
        there('POST', `${CENTER}/tasks/${task?.id}/dispatch`, { assigned_to: a }),
      ]);
      expect(hours.status).toBe(200);
      // Whoever dispatched before the hours counted holds the task; nobody does who came after.
      expect([200, 409]).toContain(dispatched.status);
      if (dispatched.status === 409) expect(dispatched.body.code).toBe('outside_working_hours');
      const [other] = await makeTasks(call, [on(4, 8, 10)]);
      expect(codeOf(await there('POST', `${CENTER}/tasks/${other?.id}/dispatch`, { assigned_to: a }))).toBe(REFUSED);
    }
    await gateway.stop();
  });
});
