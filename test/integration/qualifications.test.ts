import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calendars } from '../../adapters/runtime/resources/calendars.ts';
import { commit } from '../../adapters/runtime/resources/identity.ts';
import { moved } from '../../core/calendar/calendar.ts';
import { LIMITS } from '../../core/limits.ts';
import { tokens } from '../../adapters/runtime/security.ts';
import { contentsOf } from './contents.ts';
import { startGatewayProcess } from './gateways.ts';
import { caller, instant, makeTasks, startApi, type Answer, type Call, type TestApi } from './harness.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const CENTER = '/api/task-center';
const IDENTITY = '/api/identity';
const codeOf = ({ status, body }: Answer): string => (status < 300 ? String(status) : `${status} ${String(body.code)}`);
const march = (day: number, hour = 0): string =>
  `2026-03-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:00:00.000Z`;

const on = (day: number, from: number, to: number) => ({
  planned_start_at: march(day, from),
  planned_end_at: march(day, to),
});
const PLANNED = on(2, 8, 10);
const REFUSED = '409 not_qualified';

const setUp = async (...drafts: readonly object[]) => {
  const { id, call, user, as } = await api.tenant();
  const [a, b] = [await user(), await user()];
  const qualification = async (code: string): Promise<string> =>
    (await call('POST', `${IDENTITY}/qualifications`, { code, name: code })).body.id as string;
  const [pilot, rope] = [await qualification('PILOT'), await qualification('ROPE')];
  const pathOf = (userId: string, qualificationId: string): string =>
    `${IDENTITY}/users/${userId}/qualifications/${qualificationId}`;
  const grant = (userId: string, qualificationId: string, body: object = {}): Promise<Answer> =>
    call('PUT', pathOf(userId, qualificationId), body);
  const withdraw = (userId: string, qualificationId: string, query = ''): Promise<Answer> =>
    call('DELETE', `${pathOf(userId, qualificationId)}${query}`);
  const grants = async (userId: string) =>
    (await call('GET', `${IDENTITY}/users/${userId}/qualifications`)).body as { code: string }[];
  const tasks = drafts.length === 0 ? [] : await makeTasks(call, drafts);
  const paths = tasks.map((task) => `${CENTER}/tasks/${task.id}`);
  const dispatch = (index: number, assigned_to: string, more: object = {}): Promise<Answer> =>
    call('POST', `${paths[index]}/dispatch`, { assigned_to, ...more });
  return { id, call, user, as, a, b, pilot, rope, qualification, grant, withdraw, grants, tasks, paths, dispatch };
};

describe('the qualifications of a user', () => {
  it('are granted, said anew, listed by code and withdrawn; what is there already moves nothing', async () => {
    const { call, a, pilot, rope, grant, withdraw, grants } = await setUp();
    const version = async () =>
      (await call('GET', `${CENTER}/users/${a}/calendar?from=${march(1)}&to=${march(2)}`)).body.version as number;
    const before = await version();
    expect(codeOf(await grant(a, rope))).toBe('200');
    const granted = await grant(a, pilot, { valid_until: march(9), reference: 'DE-7' });
    const content = { code: 'PILOT', valid_from: null, valid_until: march(9), reference: 'DE-7' };
    expect(granted.body).toMatchObject({ user_id: a, qualification_id: pilot, ...content, affected: [] });
    expect((await grant(a, pilot, { valid_until: march(9), reference: 'DE-7' })).body).toEqual(granted.body);
    expect(await version()).toBe(before + 2);
    const renewed = await grant(a, pilot, { valid_from: march(2) });
    expect(renewed.body).toMatchObject({ valid_from: march(2), valid_until: null, reference: null });
    expect(renewed.body.granted_at).toBe(granted.body.granted_at);
    expect((await grants(a)).map(({ code }) => code)).toEqual(['PILOT', 'ROPE']);
    expect((await withdraw(a, pilot)).body).toMatchObject({ user_id: a, qualification_id: pilot, affected: [] });
    expect(codeOf(await withdraw(a, pilot))).toBe('200');
    expect((await grants(a)).map(({ code }) => code)).toEqual(['ROPE']);
    expect(await version()).toBe(before + 4);
  });

  it('are of what is in use: an inactive one is renewed, and given to nobody new', async () => {
    const { call, a, b, pilot, rope, grant } = await setUp();
    await grant(a, pilot);
    await call('PATCH', `${IDENTITY}/qualifications/${pilot}`, { is_active: false });
    expect(codeOf(await grant(a, pilot, { valid_until: march(9) }))).toBe('200');
    expect(codeOf(await grant(b, pilot))).toBe('409 inactive_qualification');
    expect(codeOf(await grant(a, 'none'))).toBe('404 qualification_not_found');
    expect(codeOf(await grant('nobody', rope))).toBe('404 user_not_found');
    const wrong = await grant(a, rope, { valid_from: march(9), valid_until: march(9) });
    expect([wrong.status, wrong.body.errors[0].pointer]).toEqual([422, '/valid_until']);
  });

  it('are at most a hundred', async () => {
    const { id, a, pilot, rope, grant } = await setUp();
    const before = await calendars.find(id, a);
    if (before === undefined) throw new Error('No calendar.');
    const one = { valid_from: null, valid_until: null, reference: null, granted_at: instant(march(1)) };
    const others = Array.from({ length: LIMITS.qualificationsPerUser - 1 }, (_, at) => {
      return { qualification_id: `id-${at}`, code: `Q-${at}`, ...one };
    });
    const after = moved(before, { qualifications: others });
    const change = { kind: 'calendar_changed' as const, before, after };
    await commit({ tenantId: id, actorId: 'test', permissions: [] }, [change], undefined);
    expect(codeOf(await grant(a, pilot))).toBe('200');
    expect(codeOf(await grant(a, pilot, { reference: 'Renewed' }))).toBe('200');
    expect(codeOf(await grant(a, rope))).toBe('409 limit_reached');
  });
});

describe('what a task demands', () => {
  it('is what its type, its template and its request demand, and says who does', async () => {
    const { call, qualification } = await setUp();
    for (const code of ['B-TYPE', 'A-TEMPLATE', 'C-REQUEST']) await qualification(code);
    const type = await call('POST', `${CENTER}/types`, { code: 'T', name: 'T', required_qualifications: ['B-TYPE'] });
    expect(type.body.required_qualifications).toEqual(['B-TYPE']);
    const template = await call('POST', `${CENTER}/templates`, {
      ...{ task_type_id: type.body.id, template_key: 'K', name: 'K' },
      required_qualifications: ['B-TYPE', 'A-TEMPLATE'],
    });
    const draft = { task_type_id: type.body.id, template_id: template.body.id, name: 'Roof' };
    const made = await call('POST', `${CENTER}/tasks`, {
      ...draft,
      required_qualifications: ['C-REQUEST', 'C-REQUEST', 'A-TEMPLATE'],
    });
    const codes = ['A-TEMPLATE', 'B-TYPE', 'C-REQUEST'];
    expect([made.status, made.body.required_qualifications]).toEqual([201, codes]);
    const path = `${CENTER}/tasks/${made.body.id}`;
    const provenance = async () => (await call('GET', `${path}/provenance`)).body;
    expect((await provenance()).fields).toMatchObject({
      'required_qualifications.A-TEMPLATE': 'request',
      'required_qualifications.B-TYPE': 'task_type',
      'required_qualifications.C-REQUEST': 'request',
    });
    // Fixed from then on, whatever becomes of type and template.
    await call('PATCH', `${CENTER}/types/${type.body.id}`, { required_qualifications: [] });
    await call('PATCH', `${CENTER}/templates/${template.body.id}`, { required_qualifications: ['PILOT'] });
    expect((await call('GET', path)).body.required_qualifications).toEqual(codes);
    expect((await provenance()).differences).toEqual([
      { field: 'required_qualifications', current: codes, newest: ['A-TEMPLATE', 'C-REQUEST', 'PILOT'] },
    ]);
    const amended = await call('PATCH', path, { required_qualifications: ['ROPE'] });
    expect([amended.status, amended.body.required_qualifications]).toEqual([200, ['B-TYPE', 'ROPE']]);
    expect((await provenance()).differences).toEqual([
      { field: 'required_qualifications', current: ['B-TYPE', 'ROPE'], newest: ['ROPE'] },
    ]);
    expect((await call('PATCH', path, { required_qualifications: [] })).body.required_qualifications).toEqual([
      'B-TYPE',
    ]);
  });

  it('has to exist and to be in use where it is demanded anew', async () => {
    const { call, pilot, paths } = await setUp({ required_qualifications: ['PILOT'] });
    const type = await call('POST', `${CENTER}/types`, { code: 'T', name: 'T', required_qualifications: ['PILOT'] });
    const task_type_id = type.body.id as string;
    const ofType = `${CENTER}/types/${task_type_id}`;
    const key = { task_type_id, template_key: 'K', name: 'K', required_qualifications: ['PILOT'] };
    const template = await call('POST', `${CENTER}/templates`, key);
    const demands = (required_qualifications: string[]): Promise<readonly Answer[]> =>
      Promise.all([
        call('POST', `${CENTER}/types`, { code: 'X', name: 'X', required_qualifications }),
        call('POST', `${CENTER}/templates`, { task_type_id, template_key: 'X', name: 'X', required_qualifications }),
        call('POST', `${CENTER}/tasks`, { task_type_id, name: 'X', required_qualifications }),
        call('POST', `${CENTER}/tasks:batch-create`, { tasks: [{ task_type_id, name: 'X', required_qualifications }] }),
      ]);
    for (const answer of await demands(['NONE'])) expect(codeOf(answer)).toBe('404 qualification_not_found');
    await call('PATCH', `${IDENTITY}/qualifications/${pilot}`, { is_active: false });
    const refused = await demands(['PILOT']);
    for (const answer of refused) expect(codeOf(answer)).toBe('409 inactive_qualification');
    expect(refused.at(-1)?.body.errors).toMatchObject([{ pointer: '/tasks/0/required_qualifications', index: 0 }]);
    // What demanded it before goes on.
    const more = { required_qualifications: ['PILOT', 'ROPE'] };
    for (const path of [ofType, `${CENTER}/templates/${template.body.id}`, paths[0] ?? ''])
      expect((await call('PATCH', path, more)).body.required_qualifications).toEqual(['PILOT', 'ROPE']);
    const made = await call('POST', `${CENTER}/tasks`, { task_type_id, name: 'X' });
    expect([made.status, made.body.required_qualifications]).toEqual([201, ['PILOT', 'ROPE']]);
    expect(codeOf(await call('PATCH', paths[0] ?? '', { required_qualifications: ['NONE'] }))).toBe(
      '404 qualification_not_found',
    );
  });
});

describe('a task that demands qualifications', () => {
  const BOTH = { required_qualifications: ['PILOT', 'ROPE'] };

  it('is refused to who lacks one or has one for a part of the window only, with each told apart', async () => {
    const { id, a, b, pilot, rope, grant, dispatch } = await setUp({ ...PLANNED, ...BOTH });
    await grant(a, pilot, { valid_until: march(2, 9) });
    const before = await contentsOf(id);
    const refused = await dispatch(0, a);
    expect(codeOf(refused)).toBe(REFUSED);
    expect(refused.body.violations).toEqual([
      {
        rule: 'not_qualified',
        missing: ['ROPE'],
        expired: [{ code: 'PILOT', valid_from: null, valid_until: march(2, 9) }],
      },
    ]);
    expect(refused.body.suggestions).toMatchObject({ slots: [], searched_until: null });
    expect(codeOf(await dispatch(0, a, { validate_only: true }))).toBe(REFUSED);
    expect(await contentsOf(id)).toEqual(before);
    for (const qualified of [pilot, rope]) await grant(b, qualified, { valid_from: march(2, 8) });
    const suggested = await dispatch(0, a, { suggest_users: true });
    expect(suggested.body.suggestions.user_ids).toEqual([b]);
    // To the millisecond of both ends.
    await grant(a, pilot, { valid_from: march(2, 8), valid_until: march(2, 10) });
    await grant(a, rope, { valid_from: '2026-03-02T08:00:00.001Z' });
    expect(codeOf(await dispatch(0, a))).toBe(REFUSED);
    await grant(a, rope, { valid_from: march(2, 8) });
    expect(codeOf(await dispatch(0, a))).toBe('200');
  });

  it('is refused together with what else is wrong, in order, and offered when all of it is right', async () => {
    const { call, a, pilot, grant, dispatch } = await setUp(PLANNED, {
      ...PLANNED,
      required_qualifications: ['PILOT'],
    });
    await dispatch(0, a);
    await grant(a, pilot, { valid_from: march(9) });
    const hours = { time_zone: 'UTC', weekly: [{ days: ['tue'], start: '08:00', end: '12:00' }] };
    await call('PUT', `${CENTER}/users/${a}/working-hours`, hours);
    const refused = await dispatch(1, a);
    expect([codeOf(refused), (refused.body.violations as { rule: string }[]).map(({ rule }) => rule)]).toEqual([
      '409 schedule_conflict',
      ['schedule_conflict', 'not_qualified', 'outside_working_hours'],
    ]);
    // 10 March is the first Tuesday on which the grant holds.
    expect(refused.body.suggestions.slots[0]).toEqual({ start_at: march(10, 8), end_at: march(10, 10) });
  });

  it('without a window asks for what holds now', async () => {
    const { call, a, b, pilot, grant, paths, dispatch } = await setUp(
      { required_qualifications: ['PILOT'] },
      { required_qualifications: ['PILOT'] },
    );
    await grant(a, pilot, { valid_until: '2026-01-01T00:00:00Z' });
    await grant(b, pilot, { valid_from: '2026-01-01T00:00:00Z' });
    expect(codeOf(await dispatch(0, a))).toBe(REFUSED);
    const chosen = await call('POST', `${paths[0]}/auto-dispatch`, { candidate_user_ids: [a, b] });
    expect(chosen.body).toMatchObject({ selected_user_id: b, excluded: [{ user_id: a, code: 'not_qualified' }] });
    expect(codeOf(await dispatch(1, b))).toBe('200');
  });

  it('is not given automatically to who lacks one, in previews, commits and replays', async () => {
    const { call, a, b, pilot, rope, grant, withdraw, paths } = await setUp(
      { ...PLANNED, ...BOTH },
      { ...PLANNED, ...BOTH },
    );
    await grant(a, pilot);
    for (const qualified of [pilot, rope]) await grant(b, qualified);
    const body = { candidate_user_ids: [a, b] };
    const out = { selected_user_id: b, excluded: [{ user_id: a, code: 'not_qualified' }] };
    const preview = await call('POST', `${paths[0]}/auto-dispatch`, { ...body, validate_only: true });
    expect(preview.body).toMatchObject(out);
    await withdraw(b, rope);
    const plan_token = preview.body.plan_token as string;
    expect(codeOf(await call('POST', `${paths[0]}/auto-dispatch`, { plan_token }))).toBe('409 plan_stale');
    const nobody = await call('POST', `${paths[0]}/auto-dispatch`, body);
    expect(codeOf(nobody)).toBe('409 no_conflict_free_candidate');
    expect(nobody.body).toMatchObject({ counts: { not_qualified: 2 } });
    await grant(b, rope);
    const chosen = await call('POST', `${paths[0]}/auto-dispatch`, body);
    expect(chosen.body).toMatchObject(out);
    const replay = await call('POST', `${paths[0]}/decisions/${chosen.body.decision_id}:replay`, {});
    expect(replay.body).toMatchObject({ engine_version: 'ranking-3', selected_user_id: b, reproduced: true });
  });

  it('is moved and handed over within them only; what is held may shrink', async () => {
    const { call, a, b, pilot, grant, paths, dispatch } = await setUp({
      ...PLANNED,
      required_qualifications: ['PILOT'],
    });
    await grant(a, pilot, { valid_until: march(3) });
    expect(codeOf(await dispatch(0, a))).toBe('200');
    const move = (window: object): Promise<Answer> => call('PATCH', `${paths[0]}/schedule`, window);
    expect(codeOf(await move(on(3, 8, 10)))).toBe(REFUSED);
    expect(codeOf(await call('POST', `${paths[0]}/reassign`, { assigned_to: b }))).toBe(REFUSED);
    await grant(a, pilot, { valid_until: march(1) });
    expect(codeOf(await move(on(2, 8, 9)))).toBe('200');
    expect(codeOf(await move(PLANNED))).toBe(REFUSED);
    await grant(b, pilot);
    expect(codeOf(await call('POST', `${paths[0]}/reassign`, { assigned_to: b }))).toBe('200');
  });
});

describe('a qualification that is taken away', () => {
  it('tells which held tasks comply no longer, beforehand, too, and leaves them held', async () => {
    const future = { planned_start_at: '2100-01-04T08:00:00.000Z', planned_end_at: '2100-01-04T10:00:00.000Z' };
    const demanding = { required_qualifications: ['PILOT'] };
    const { call, a, pilot, grant, withdraw, paths, tasks, dispatch } = await setUp(
      { ...future, ...demanding },
      { ...on(2, 8, 10), ...demanding },
      demanding,
      { planned_start_at: '2100-01-05T08:00:00Z', planned_end_at: '2100-01-05T10:00:00Z' },
    );
    await grant(a, pilot);
    for (const index of tasks.keys()) expect(codeOf(await dispatch(index, a))).toBe('200');
    const scheduled = { task_id: tasks[0]?.id, name: 'Task 1', ...future, rule: 'not_qualified' };
    const none = { planned_start_at: null, planned_end_at: null };
    const unscheduled = { task_id: tasks[2]?.id, name: 'Task 3', ...none, rule: 'not_qualified' };
    const shorter = { valid_until: '2100-01-04T09:00:00Z' };
    expect((await grant(a, pilot, { ...shorter, validate_only: true })).body.affected).toEqual([scheduled]);
    expect((await grant(a, pilot, shorter)).body.affected).toEqual([scheduled]);
    // What complied no longer before is nothing new.
    expect((await withdraw(a, pilot, '?validate_only=true')).body.affected).toEqual([unscheduled]);
    await grant(a, pilot);
    const taken = await withdraw(a, pilot);
    expect(taken.body).toMatchObject({ affected: [scheduled, unscheduled], affected_more: false });
    expect((await call('GET', `${paths[0]}`)).body).toMatchObject({ state: 'DISPATCHED', assigned_to: a });
  });

  it('wins or loses against a dispatch at the same moment, through two gateways, and never both', async () => {
    const { id, call, user, pilot, grant, withdraw } = await setUp();
    const gateway = await startGatewayProcess();
    const there = caller(gateway.url, await tokens.issue({ sub: 'rival', tenant_id: id, permissions: ['*'] }));
    const future = { planned_start_at: '2100-01-04T08:00:00Z', planned_end_at: '2100-01-04T10:00:00Z' };
    for (let round = 0; round < 12; round += 1) {
      const a = await user();
      await grant(a, pilot);
      const draft = { ...future, required_qualifications: ['PILOT'] };
      const [task, other] = await makeTasks(call, [draft, { ...draft, ...PLANNED }]);
      const [taken, dispatched] = await Promise.all([
        withdraw(a, pilot),
        there('POST', `${CENTER}/tasks/${task?.id}/dispatch`, { assigned_to: a }),
      ]);
      expect(taken.status).toBe(200);
      // Whoever dispatched before the withdrawal holds the task; nobody does who came after.
      expect(codeOf(dispatched)).toBeOneOf(['200', REFUSED]);
      const left = await call('GET', `${CENTER}/tasks/${task?.id}`);
      expect(left.body.state).toBe(dispatched.status === 200 ? 'DISPATCHED' : 'DRAFT');
      expect(codeOf(await there('POST', `${CENTER}/tasks/${other?.id}/dispatch`, { assigned_to: a }))).toBe(REFUSED);
    }
    await gateway.stop();
  });
});

describe('a rule that is set aside', () => {
  const OVERRIDE = { rules: ['not_qualified', 'outside_working_hours'], reason: 'The renewal is in the post' };
  const DEMANDING = { ...PLANNED, required_qualifications: ['PILOT'] };
  const detailOf = async (call: Call, path = '') =>
    ((await call('GET', `${path}/history`)).body as { detail: object }[]).at(-1)?.detail;

  it('stands in the history with the reason, if it was really broken', async () => {
    const { call, a, b, pilot, grant, paths, dispatch } = await setUp(DEMANDING, { ...DEMANDING, ...on(3, 8, 10) });
    const override = { rules: ['not_qualified'], reason: OVERRIDE.reason };
    expect(codeOf(await dispatch(0, a, { override: OVERRIDE, validate_only: true }))).toBe('200');
    expect(codeOf(await dispatch(0, a, { override: OVERRIDE }))).toBe('200');
    expect(await detailOf(call, paths[0])).toMatchObject({ assigned_to: a, override });
    const moved = await call('PATCH', `${paths[0]}/schedule`, { ...on(2, 12, 14), override });
    expect([codeOf(moved), await detailOf(call, paths[0])]).toEqual(['200', expect.objectContaining({ override })]);
    const handed = await call('POST', `${paths[0]}/reassign`, { assigned_to: b, override });
    expect([codeOf(handed), await detailOf(call, paths[0])]).toEqual(['200', expect.objectContaining({ override })]);
    await grant(a, pilot);
    expect(codeOf(await dispatch(1, a, { override: OVERRIDE }))).toBe('200');
    expect(await detailOf(call, paths[1])).not.toHaveProperty('override');
  });

  it("is named, and nothing else is: time is nobody's to give", async () => {
    const { call, a, dispatch } = await setUp(DEMANDING, PLANNED, PLANNED);
    await call('PUT', `${CENTER}/users/${a}/working-hours`, { time_zone: 'UTC', weekly: [] });
    const hours = { rules: ['outside_working_hours'], reason: 'Agreed by phone' };
    const refused = await dispatch(0, a, { override: hours });
    expect([codeOf(refused), refused.body.violations]).toEqual([
      REFUSED,
      [{ rule: 'not_qualified', missing: ['PILOT'], expired: [] }],
    ]);
    expect(codeOf(await dispatch(1, a, { override: hours }))).toBe('200');
    expect(codeOf(await dispatch(2, a, { override: OVERRIDE }))).toBe('409 schedule_conflict');
    expect((await dispatch(2, a, { override: { rules: ['schedule_conflict'], reason: 'No' } })).status).toBe(422);
    expect((await dispatch(2, a, { override: { rules: ['not_qualified'], reason: ' ' } })).status).toBe(422);
  });

  it('takes a permission of its own, and is no part of automatic dispatch', async () => {
    const { as, call, a, b, paths, dispatch } = await setUp(DEMANDING);
    const dispatcher = await as(['mission.write']);
    const body = { assigned_to: a, override: OVERRIDE };
    const denied = await dispatcher('POST', `${paths[0]}/dispatch`, body);
    expect([codeOf(denied), denied.body.permission]).toEqual(['403 permission_denied', 'mission.override']);
    for (const answer of [
      await dispatcher('PATCH', `${paths[0]}/schedule`, { ...PLANNED, override: OVERRIDE }),
      await dispatcher('POST', `${paths[0]}/reassign`, { assigned_to: b, override: OVERRIDE }),
    ])
      expect(codeOf(answer)).toBe('403 permission_denied');
    const auto = { candidate_user_ids: [a], override: OVERRIDE };
    expect((await call('POST', `${paths[0]}/auto-dispatch`, auto)).status).toBe(422);
    const chief = await as(['mission.write', 'mission.override']);
    expect(codeOf(await chief('POST', `${paths[0]}/dispatch`, body))).toBe('200');
    expect(codeOf(await dispatch(0, b))).toBe('409 illegal_transition');
  });
});

describe('held tasks that break a rule now', () => {
  it('are listed, whichever rule, and told by a user who goes inactive', async () => {
    const future = (day: number) => ({
      planned_start_at: `2100-01-0${day}T08:00:00.000Z`,
      planned_end_at: `2100-01-0${day}T10:00:00.000Z`,
    });
    const demanding = { required_qualifications: ['PILOT'] };
    const { call, a, b, pilot, grant, withdraw, tasks, dispatch } = await setUp(
      { ...future(4), ...demanding },
      future(5),
      demanding,
      future(6),
    );
    await grant(a, pilot);
    for (const index of [0, 1, 2]) await dispatch(index, a);
    await dispatch(3, b);
    const violations = async () => (await call('GET', `${CENTER}/violations`)).body as object[];
    expect(await violations()).toEqual([]);
    await withdraw(a, pilot);
    // 2100-01-04 is a Monday.
    const mondays = { time_zone: 'UTC', weekly: [{ days: ['mon'], start: '08:00', end: '12:00' }] };
    await call('PUT', `${CENTER}/users/${a}/working-hours`, mondays);
    const none = { planned_start_at: null, planned_end_at: null };
    const row = (index: number, times: object, rules: readonly string[]) => ({
      ...{ task_id: tasks[index]?.id, name: `Task ${index + 1}`, assigned_to: a, ...times, rules },
    });
    expect(await violations()).toEqual([
      row(2, none, ['not_qualified']),
      row(1, future(5), ['outside_working_hours']),
      row(0, future(4), ['not_qualified']),
    ]);
    const path = `${IDENTITY}/users/${b}`;
    const affected = [{ task_id: tasks[3]?.id, name: 'Task 4', ...future(6), rule: 'inactive_user' }];
    expect((await call('PATCH', path, { is_active: false, validate_only: true })).body).toMatchObject({ affected });
    expect((await call('GET', path)).body.is_active).toBe(true);
    expect((await call('PATCH', path, { is_active: false })).body).toMatchObject({ is_active: false, affected });
    expect(await violations()).toContainEqual({ ...row(3, future(6), ['inactive_user']), assigned_to: b });
    const first = await call('GET', `${CENTER}/violations?limit=1`);
    expect(first.headers.get('Link')).toContain('rel="next"');
  });
});
