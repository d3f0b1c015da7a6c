import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTenantSnapshots } from '../../adapters/dynamodb/tenant-snapshot.ts';
import { client, environment, reader } from '../../adapters/runtime/composition.ts';
import { findBreaches } from '../../core/audit/invariants.ts';
import { contentsOf, holdingsOf } from './contents.ts';
import { makeTasks, startApi, type Answer, type Call, type TestApi } from './harness.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const { byPartitions } = makeTenantSnapshots({ client, tableName: environment.TABLE_NAME, reader });

const PREFIX = '/api/task-center';
const TASKS = `${PREFIX}/tasks`;
const DAY = '2026-03-01T';
const at = (time: string): string => `${DAY}${time}:00.000Z`;
const window = (start: string, end: string) => ({ planned_start_at: at(start), planned_end_at: at(end) });
const span = (start: string, end: string) => ({ start_at: at(start), end_at: at(end) });
const range = (from: string, to: string): string => new URLSearchParams({ from, to }).toString();
const WHOLE_DAY = range(at('00:00'), '2026-03-02T00:00:00Z');

const setUp = async (...windows: readonly object[]) => {
  const tenant = await api.tenant();
  const userId = await tenant.user();
  const made = windows.length === 0 ? [] : await makeTasks(tenant.call, windows);
  const dispatch = (index: number, assigned_to = userId, body: object = {}): Promise<Answer> =>
    tenant.call('POST', `${TASKS}/${made[index]?.id}/dispatch`, { assigned_to, ...body });
  const user = `${PREFIX}/users/${userId}`;
  return { ...tenant, userId, userPath: user, ids: made.map(({ id }) => id), dispatch };
};

const refusalOf = ({ status, body }: Answer): unknown => [status, body.code];

/** Every page of a list, by its links. */
const pagesOf = async (call: Call, path: string): Promise<readonly (readonly Record<string, unknown>[])[]> => {
  const pages: Record<string, unknown>[][] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const answer: Answer = await call('GET', next);
    expect(answer.status).toBe(200);
    pages.push(answer.body as Record<string, unknown>[]);
    const link: string | undefined = /^<(?<url>[^>]+)>; rel="next"$/.exec(answer.headers.get('Link') ?? '')?.[1];
    const url: URL | undefined = link === undefined ? undefined : new URL(link);
    next = url === undefined ? undefined : `${url.pathname}${url.search}`;
  }
  return pages;
};

describe('the calendar of a user', () => {
  it('shows what is held in a range, with state and version', async () => {
    const { call, userPath, userId, ids, dispatch } = await setUp(
      { ...window('08:00', '10:00'), name: 'Mast 7' },
      window('12:00', '13:00'),
      {},
    );
    const absence = await call('POST', `${userPath}/absences`, { ...span('10:00', '11:00'), reason: 'Dentist' });
    for (const index of [0, 1, 2]) expect((await dispatch(index)).status).toBe(200);
    await call('POST', `${TASKS}/${ids[0]}/transition`, { target_state: 'IN_PROGRESS' });
    const { status, body } = await call('GET', `${userPath}/calendar?${WHOLE_DAY}`);
    expect(status).toBe(200);
    const { version } = await holdingsOf(String((await call('GET', `${TASKS}/${ids[0]}`)).body.tenant_id), userId);
    const nothing = { task_id: null, absence_id: null, name: null, state: null, reason: null };
    const planned = (from: string, to: string) => {
      const { start_at, end_at } = span(from, to);
      return { start_at, end_at, planned_start_at: start_at, planned_end_at: end_at };
    };
    const unplanned = { planned_start_at: null, planned_end_at: null };
    expect(body).toEqual({
      user_id: userId,
      version,
      active_count: 3,
      // No hours are set.
      working: [{ start_at: at('00:00'), end_at: '2026-03-02T00:00:00.000Z' }],
      windows: [
        {
          ...nothing,
          kind: 'task',
          task_id: ids[0],
          name: 'Mast 7',
          state: 'IN_PROGRESS',
          ...planned('08:00', '10:00'),
        },
        {
          ...nothing,
          ...unplanned,
          kind: 'absence',
          absence_id: absence.body.id,
          reason: 'Dentist',
          ...span('10:00', '11:00'),
        },
        {
          ...nothing,
          kind: 'task',
          task_id: ids[1],
          name: 'Task 2',
          state: 'DISPATCHED',
          ...planned('12:00', '13:00'),
        },
      ],
    });
  });

  it.each([
    ['what touches the range is outside', '10:00', '12:00', []],
    ['what reaches into it from before is inside', '09:59', '12:00', [0]],
    ['what reaches out of it is inside', '10:00', '12:01', [1]],
    ['what spans it is inside', '08:30', '08:31', [0]],
  ])('is half-open: %s', async (_, from, to, expected) => {
    const { call, userPath, ids, dispatch } = await setUp(window('08:00', '10:00'), window('12:00', '14:00'));
    await dispatch(0);
    await dispatch(1);
    const { body } = await call('GET', `${userPath}/calendar?${range(at(from), at(to))}`);
    expect((body.windows as { task_id: string }[]).map(({ task_id }) => task_id)).toEqual(
      expected.map((index) => ids[index]),
    );
  });

  it('follows the task: moved, given back, deactivated user and all', async () => {
    const { call, userPath, userId, ids, dispatch } = await setUp(window('08:00', '10:00'));
    await dispatch(0);
    await call('PATCH', `${TASKS}/${ids[0]}/schedule`, window('09:00', '11:00'));
    await call('PATCH', `/api/identity/users/${userId}`, { is_active: false });
    const read = async () => (await call('GET', `${userPath}/calendar?${WHOLE_DAY}`)).body.windows as object[];
    expect(await read()).toMatchObject([span('09:00', '11:00')]);
    await call('POST', `${TASKS}/${ids[0]}/transition`, { target_state: 'CANCELED' });
    expect(await read()).toEqual([]);
  });

  it('is refused for a user who is not there, and for a range that is none', async () => {
    const { call, userPath } = await setUp();
    const stranger = await (await api.tenant()).user();
    for (const userId of ['nobody', stranger]) {
      const path = `${PREFIX}/users/${userId}`;
      expect(refusalOf(await call('GET', `${path}/calendar?${WHOLE_DAY}`))).toEqual([404, 'user_not_found']);
      expect(refusalOf(await call('GET', `${path}/free-slots?${WHOLE_DAY}&duration_minutes=5`))).toEqual([
        404,
        'user_not_found',
      ]);
    }
    for (const query of [
      '',
      `from=${at('08:00')}`,
      range(at('08:00'), at('08:00')),
      range(at('09:00'), at('08:00')),
      range(at('08:00'), '2027-03-03T08:00:00Z'),
      range('2026-02-30T00:00:00Z', at('08:00')),
      `${WHOLE_DAY}&state=DRAFT`,
    ]) {
      expect(refusalOf(await call('GET', `${userPath}/calendar?${query}`))).toEqual([422, 'validation_failed']);
    }
    // The longest range: a year and the day that it may have more.
    expect((await call('GET', `${userPath}/calendar?${range(at('08:00'), '2027-03-02T08:00:00Z')}`)).status).toBe(200);
  });
});

describe('the board', () => {
  const board = (call: Call, ids: readonly string[], days = WHOLE_DAY) =>
    call('GET', `${PREFIX}/calendars?user_ids=${ids.join(',')}&${days}`);

  it('shows users side by side, in the order asked for, each once, and leaves strangers out', async () => {
    const { call, user, userId, ids, dispatch } = await setUp(window('08:00', '10:00'), window('09:00', '10:00'));
    const other = await user();
    await dispatch(0);
    await dispatch(1, other);
    const { status, body } = await board(call, [other, 'nobody', userId, other]);
    expect(status).toBe(200);
    expect(body).toMatchObject([
      { user_id: other, windows: [{ task_id: ids[1] }] },
      { user_id: userId, windows: [{ task_id: ids[0] }] },
    ]);
  });

  it('takes up to 100 users', async () => {
    const { call, userId } = await setUp();
    const ids = (count: number) => [userId, ...Array.from({ length: count - 1 }, (_, index) => `u${index}`)];
    expect((await board(call, ids(100))).body).toHaveLength(1);
    for (const some of [ids(101), [], [',']])
      expect(refusalOf(await board(call, some))).toEqual([422, 'validation_failed']);
    expect(refusalOf(await board(call, ids(1), range(at('09:00'), at('08:00'))))).toEqual([422, 'validation_failed']);
  });
});

describe('free slots', () => {
  const slots = async (call: Call, userPath: string, query: string) =>
    (await pagesOf(call, `${userPath}/free-slots?${query}`))
      .flat()
      .map(({ start_at, end_at }) => ({ start_at, end_at }));

  it('are the gaps of a range that are long enough', async () => {
    const { call, userPath, dispatch } = await setUp(
      window('06:00', '08:00'),
      window('08:00', '09:00'),
      window('09:30', '11:00'),
      window('11:45', '23:00'),
    );
    for (const index of [0, 1, 2, 3]) await dispatch(index);
    const day = range(at('07:00'), at('23:40'));
    expect(await slots(call, userPath, `${day}&duration_minutes=30`)).toEqual([
      span('09:00', '09:30'),
      span('11:00', '11:45'),
      span('23:00', '23:40'),
    ]);
    expect(await slots(call, userPath, `${day}&duration_minutes=45`)).toEqual([span('11:00', '11:45')]);
    expect(await slots(call, userPath, `${day}&duration_minutes=46`)).toEqual([]);
    expect(await slots(call, userPath, `${range(at('07:00'), at('07:30'))}&duration_minutes=1`)).toEqual([]);
    const { body } = await call('GET', `${userPath}/free-slots?${day}&duration_minutes=45`);
    expect(body).toEqual([{ ...span('11:00', '11:45'), minutes: 45 }]);
  });

  it('come in pages, whatever their size, and the pages say all of them once', async () => {
    const count = 32;
    const minutes = (from: number): string => new Date(Date.UTC(2026, 2, 1, 0, from)).toISOString();
    const { call, userPath, dispatch } = await setUp(
      ...Array.from({ length: count }, (_, index) => ({
        planned_start_at: minutes(index * 20),
        planned_end_at: minutes(index * 20 + 10),
      })),
    );
    // One after the other: in a row they would wait for one another's calendar.
    for (let index = 0; index < count; index += 1) await dispatch(index);
    const expected = Array.from({ length: count }, (_, index) => ({
      start_at: minutes(index * 20 + 10),
      end_at: minutes(index * 20 + 20),
    }));
    const query = `${range(minutes(0), minutes(count * 20))}&duration_minutes=10`;
    for (const limit of [1, 7, 50]) {
      const pages = await pagesOf(call, `${userPath}/free-slots?${query}&limit=${limit}`);
      for (const page of pages) expect(page.length).toBeLessThanOrEqual(limit);
      expect(pages.flat().map(({ start_at, end_at }) => ({ start_at, end_at }))).toEqual(expected);
    }
  });

  it('need a duration that is a whole number of minutes', async () => {
    const { call, userPath } = await setUp();
    for (const duration of ['', '0', '-5', '1.5', '1e3', 'x', '12345678']) {
      const answer = await call('GET', `${userPath}/free-slots?${WHOLE_DAY}&duration_minutes=${duration}`);
      expect(refusalOf(answer)).toEqual([422, 'validation_failed']);
    }
    expect(refusalOf(await call('GET', `${userPath}/free-slots?${WHOLE_DAY}`))).toEqual([422, 'validation_failed']);
  });

  it('are a cursor’s own: one of another user or duration is refused', async () => {
    const { call, user, userPath, dispatch } = await setUp(window('08:00', '09:00'));
    await dispatch(0);
    const first = await call('GET', `${userPath}/free-slots?${WHOLE_DAY}&duration_minutes=30&limit=1`);
    const cursor = /cursor=(?<cursor>[^&>]+)/.exec(first.headers.get('Link') ?? '')?.[1] ?? '';
    expect(cursor).not.toBe('');
    const other = `${PREFIX}/users/${await user()}/free-slots?${WHOLE_DAY}&duration_minutes=30&cursor=${cursor}`;
    const longer = `${userPath}/free-slots?${WHOLE_DAY}&duration_minutes=31&cursor=${cursor}`;
    for (const path of [other, longer]) expect(refusalOf(await call('GET', path))).toEqual([400, 'malformed_cursor']);
  });
});

describe('absences', () => {
  it('are entered, listed and removed', async () => {
    const { id, call, userId, userPath } = await setUp();
    const entered = await call('POST', `${userPath}/absences`, { ...span('08:00', '10:00'), reason: 'Training' });
    expect(entered.status).toBe(201);
    expect(entered.body).toMatchObject({ user_id: userId, ...span('08:00', '10:00'), reason: 'Training' });
    const plain = await call('POST', `${userPath}/absences`, span('10:00', '12:00'));
    expect(plain.body.reason).toBeNull();
    const third = await call('POST', `${userPath}/absences`, span('12:00', '13:00'));
    expect((await call('GET', `${userPath}/absences`)).body).toEqual([entered.body, plain.body, third.body]);
    const removed = await call('DELETE', `${userPath}/absences/${String(plain.body.id)}`);
    expect([removed.status, removed.body]).toEqual([204, undefined]);
    // The audit does not take the mark that a removed one leaves for an absence.
    const snapshot = await byPartitions(id);
    expect(snapshot.absences).toHaveLength(2);
    expect(findBreaches(snapshot)).toEqual([]);
    // Nor does it leave a hole in the pages.
    for (const limit of [1, 2]) {
      const pages = await pagesOf(call, `${userPath}/absences?limit=${limit}`);
      expect(pages.flat()).toEqual([entered.body, third.body]);
      expect(pages.every((page) => page.length > 0)).toBe(true);
    }
    expect(refusalOf(await call('DELETE', `${userPath}/absences/${String(plain.body.id)}`))).toEqual([
      404,
      'absence_not_found',
    ]);
    expect((await call('GET', `${userPath}/calendar?${WHOLE_DAY}`)).body).toMatchObject({
      active_count: 0,
      windows: [{ absence_id: entered.body.id }, { absence_id: third.body.id }],
    });
  });

  it('over a held task are refused, and the tasks are listed', async () => {
    const { id, call, userPath, ids, dispatch } = await setUp(
      { ...window('08:00', '09:00'), name: 'Mast 7' },
      { ...window('10:00', '11:00'), name: 'Mast 8' },
    );
    await dispatch(0);
    await dispatch(1);
    const before = await contentsOf(id);
    const refused = await call('POST', `${userPath}/absences`, span('08:30', '12:00'));
    expect(refusalOf(refused)).toEqual([409, 'schedule_conflict']);
    expect(refused.body.detail).toContain('overlapping assignment');
    expect((refused.body.conflicts as { task_id: string }[]).map(({ task_id }) => task_id).toSorted()).toEqual(
      ids.toSorted(),
    );
    expect(await contentsOf(id)).toEqual(before);
    // Touching is free on both sides.
    expect((await call('POST', `${userPath}/absences`, span('09:00', '10:00'))).status).toBe(201);
    const over = await call('POST', `${userPath}/absences`, span('09:30', '09:31'));
    expect(refusalOf(over)).toEqual([409, 'unavailable']);
    expect(over.body.absences).toMatchObject([span('09:00', '10:00')]);
  });

  it('refuse a dispatch into them, with suggestions; removed, they let it through', async () => {
    const { call, user, userPath, dispatch } = await setUp(window('09:00', '11:00'));
    const other = await user();
    const absence = await call('POST', `${userPath}/absences`, { ...span('10:00', '12:00'), reason: 'Dentist' });
    const refused = await dispatch(0, undefined, { suggest_users: true });
    expect(refusalOf(refused)).toEqual([409, 'unavailable']);
    expect(refused.body).toMatchObject({
      absences: [{ absence_id: absence.body.id, ...span('10:00', '12:00'), reason: 'Dentist' }],
      suggestions: {
        slots: [span('12:00', '14:00'), span('14:00', '16:00'), span('16:00', '18:00')],
        user_ids: [other],
      },
    });
    await call('DELETE', `${userPath}/absences/${String(absence.body.id)}`);
    expect((await dispatch(0)).status).toBe(200);
  });

  it('need an active user of the tenant, and an end behind the start', async () => {
    const { call, user } = await setUp();
    const post = async (userId: string, body: object) =>
      refusalOf(await call('POST', `${PREFIX}/users/${userId}/absences`, body));
    const userId = await user();
    expect(await post('nobody', span('08:00', '09:00'))).toEqual([404, 'user_not_found']);
    expect(await post(await user({ is_active: false }), span('08:00', '09:00'))).toEqual([409, 'inactive_user']);
    for (const body of [
      span('09:00', '09:00'),
      span('09:00', '08:00'),
      { start_at: at('08:00') },
      { ...span('08:00', '09:00'), x: 1 },
    ])
      expect(await post(userId, body)).toEqual([422, 'validation_failed']);
    expect(refusalOf(await call('GET', `${PREFIX}/users/nobody/absences`))).toEqual([404, 'user_not_found']);
    expect(refusalOf(await call('DELETE', `${PREFIX}/users/${userId}/absences/none`))).toEqual([
      404,
      'absence_not_found',
    ]);
  });

  it('and dispatches into the same time: one of them gets it, however many come at once', async () => {
    const { id, call, userId, userPath, dispatch } = await setUp(
      ...Array.from({ length: 6 }, () => window('08:00', '10:00')),
    );
    const answers = await Promise.all([
      ...Array.from({ length: 6 }, (_, index) => dispatch(index)),
      ...Array.from({ length: 6 }, () => call('POST', `${userPath}/absences`, span('09:00', '11:00'))),
    ]);
    expect(answers.filter(({ status }) => status < 300)).toHaveLength(1);
    for (const { status, body } of answers)
      if (status >= 300)
        expect([status, ['schedule_conflict', 'unavailable'].includes(String(body.code))]).toEqual([409, true]);
    const held = (await call('GET', `${userPath}/calendar?${WHOLE_DAY}`)).body.windows as object[];
    expect(held).toHaveLength(1);
    expect((await holdingsOf(id, userId)).active_count).toBeLessThanOrEqual(1);
  });

  it('are removed once, however often it is asked', async () => {
    const { call, userPath } = await setUp();
    const { body } = await call('POST', `${userPath}/absences`, span('08:00', '10:00'));
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => call('DELETE', `${userPath}/absences/${String(body.id)}`)),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 404, 404, 404, 404]);
  });
});

describe('days that change the clock, said with the offsets of both sides', () => {
  const planned = (planned_start_at: string, planned_end_at: string) => ({ planned_start_at, planned_end_at });

  // Vienna: on 29 March 2026 02:00+01:00 is 03:00+02:00; on 25 October 03:00+02:00 is 02:00+01:00.
  it('the short day has 23 hours, and its missing hour is no time at all', async () => {
    const { call, userPath, dispatch } = await setUp(
      planned('2026-03-29T01:30:00+01:00', '2026-03-29T03:30:00+02:00'),
      planned('2026-03-29T03:30:00+02:00', '2026-03-29T04:00:00+02:00'),
      planned('2026-03-29T01:00:00+01:00', '2026-03-29T03:00:00+02:00'),
    );
    expect((await dispatch(0)).status).toBe(200);
    expect((await dispatch(1)).status).toBe(200);
    const refused = await dispatch(2);
    expect(refusalOf(refused)).toEqual([409, 'schedule_conflict']);
    // An hour long, though its clock times are two hours apart: half past one to half past two UTC follow the others.
    expect(refused.body.suggestions.slots[0]).toEqual({
      start_at: '2026-03-29T02:00:00.000Z',
      end_at: '2026-03-29T03:00:00.000Z',
    });
    const day = range('2026-03-29T00:00:00+01:00', '2026-03-30T00:00:00+02:00');
    const { body } = await call('GET', `${userPath}/free-slots?${day}&duration_minutes=1`);
    const free = (body as { minutes: number }[]).reduce((sum, { minutes }) => sum + minutes, 0);
    expect(free).toBe(23 * 60 - 60 - 30);
    expect((await call('GET', `${userPath}/calendar?${day}`)).body.windows).toMatchObject([
      { start_at: '2026-03-29T00:30:00.000Z', end_at: '2026-03-29T01:30:00.000Z' },
      { start_at: '2026-03-29T01:30:00.000Z', end_at: '2026-03-29T02:00:00.000Z' },
    ]);
  });

  it('the long day has 25, and the hour that comes twice is two hours', async () => {
    const { call, userPath, dispatch } = await setUp(
      planned('2026-10-25T02:00:00+02:00', '2026-10-25T03:00:00+02:00'),
      planned('2026-10-25T02:00:00+01:00', '2026-10-25T03:00:00+01:00'),
      planned('2026-10-25T02:30:00+02:00', '2026-10-25T02:30:00+01:00'),
    );
    expect((await dispatch(0)).status).toBe(200);
    expect((await dispatch(1)).status).toBe(200);
    const both = await dispatch(2);
    expect(refusalOf(both)).toEqual([409, 'schedule_conflict']);
    expect(both.body.conflicts).toHaveLength(2);
    const absence = { start_at: '2026-10-25T02:59:00+02:00', end_at: '2026-10-25T02:00:00+01:00' };
    expect(refusalOf(await call('POST', `${userPath}/absences`, absence))).toEqual([409, 'schedule_conflict']);
    const day = range('2026-10-25T00:00:00+02:00', '2026-10-26T00:00:00+01:00');
    const { body } = await call('GET', `${userPath}/free-slots?${day}&duration_minutes=1`);
    expect((body as { minutes: number }[]).reduce((sum, { minutes }) => sum + minutes, 0)).toBe(25 * 60 - 120);
  });
});
