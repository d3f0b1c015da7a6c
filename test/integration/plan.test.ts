import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STRATEGY_V2_0 } from '../../core/scoring/strategy.ts';
import { contentsOf } from './contents.ts';
import { makeTasks, startApi, type Answer, type TestApi } from './harness.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const TASKS = '/api/task-center/tasks';
const DAY = '2026-03-01T';
const window = (start: string, end: string) => ({
  planned_start_at: `${DAY}${start}:00.000Z`,
  planned_end_at: `${DAY}${end}:00.000Z`,
});
const MORNING = window('08:00', '10:00');

/** Three users, the second with one assignment, and tasks of the same morning. */
const setUp = async () => {
  const tenant = await api.tenant();
  const { call } = tenant;
  const [a, b, c] = (await Promise.all([tenant.user(), tenant.user(), tenant.user()])).toSorted() as [
    string,
    string,
    string,
  ];
  const made = await makeTasks(call, [MORNING, { ...MORNING, name: 'Rival' }, { name: 'Unscheduled' }]);
  const [task, rival, unscheduled] = made.map(({ id }) => `${TASKS}/${id}`) as [string, string, string];
  const [taskId, rivalId] = made.map(({ id }) => id) as [string, string];
  const preview = (body: object = {}) => call('POST', `${task}/auto-dispatch`, { ...body, validate_only: true });
  const commit = (token: unknown, body: object = {}) =>
    call('POST', `${task}/auto-dispatch`, { ...body, plan_token: token });
  return { ...tenant, a, b, c, task, rival, unscheduled, taskId, rivalId, preview, commit };
};

/** An answer without what differs from one request to the next. */
const lasting = ({ status, body }: Answer): unknown => {
  const text = JSON.stringify(body ?? null)
    .replaceAll(/"(request_id|decision_id)":"[^"]*"/g, '"$1":"-"')
    .replaceAll(/"(updated_at|created_at|dispatched_at)":"[^"]*"/g, '"$1":"-"')
    .replaceAll(/"plan_token":"[^"]*"/g, '"plan_token":"-"');
  return { status, body: JSON.parse(text) as unknown };
};

describe('validate_only', () => {
  it('of a dispatch gives the same answer and writes nothing', async () => {
    const { id, call, a, task } = await setUp();
    const before = await contentsOf(id);
    const shown = await call('POST', `${task}/dispatch`, { assigned_to: a, note: 'n', validate_only: true });
    expect(shown.status).toBe(200);
    expect(await contentsOf(id)).toEqual(before);
    const done = await call('POST', `${task}/dispatch`, { assigned_to: a, note: 'n' });
    expect(lasting(shown)).toEqual(lasting(done));
    expect(shown.headers.get('ETag')).toBe(done.headers.get('ETag'));
  });

  it('of a dispatch gives the same refusals', async () => {
    const { id, call, user, a, b, task, rival } = await setUp();
    const inactive = await user({ is_active: false });
    const [unapproved] = await makeTasks(call, [{ requires_approval: true }]);
    const absence = { start_at: `${DAY}09:00:00Z`, end_at: `${DAY}12:00:00Z` };
    await call('POST', `/api/task-center/users/${b}/absences`, absence);
    await call('POST', `${rival}/dispatch`, { assigned_to: a });
    const cases: readonly (readonly [string, string, object, Record<string, string>?])[] = [
      ['schedule_conflict', task, { assigned_to: a, suggest_users: true }],
      ['unavailable', task, { assigned_to: b }],
      ['inactive_user', task, { assigned_to: inactive }],
      ['user_not_found', task, { assigned_to: 'nobody' }],
      ['task_not_found', `${TASKS}/nothing`, { assigned_to: a }],
      ['illegal_transition', rival, { assigned_to: a }],
      ['approval_required', `${TASKS}/${unapproved?.id}`, { assigned_to: a }],
      ['precondition_failed', task, { assigned_to: a }, { 'If-Match': '"7"' }],
      ['validation_failed', task, { assigned_to: 7 }],
    ];
    const before = await contentsOf(id);
    for (const [code, path, body, headers] of cases) {
      const shown = await call('POST', `${path}/dispatch`, { ...body, validate_only: true }, headers);
      const done = await call('POST', `${path}/dispatch`, body, headers);
      expect(done.body.code).toBe(code);
      expect(lasting(shown)).toEqual(lasting(done));
    }
    expect(await contentsOf(id)).toEqual(before);
  });

  it('of an auto-dispatch gives the same answer, with a plan_token, and writes nothing', async () => {
    const { id, call, a, b, task, preview } = await setUp();
    const body = { candidate_user_ids: [b, a, 'nobody'] };
    const before = await contentsOf(id);
    const shown = await preview(body);
    expect(shown.status).toBe(200);
    expect(await contentsOf(id)).toEqual(before);
    const { plan_token, ...rest } = shown.body as Record<string, unknown>;
    expect(plan_token).toEqual(expect.any(String));
    const done = await call('POST', `${task}/auto-dispatch`, body);
    expect(done.body).not.toHaveProperty('plan_token');
    expect(lasting({ ...shown, body: rest })).toEqual(lasting(done));
  });

  it('of an auto-dispatch gives the same refusals', async () => {
    const { id, call, a, b, task, rival } = await setUp();
    await call('POST', `${rival}/dispatch`, { assigned_to: a });
    const before = await contentsOf(id);
    for (const [code, path, body] of [
      ['no_conflict_free_candidate', task, { candidate_user_ids: [a, 'nobody'], suggest_users: true }],
      ['no_candidates', task, { candidate_user_ids: ['nobody'] }],
      ['illegal_transition', rival, { candidate_user_ids: [b] }],
      ['task_not_found', `${TASKS}/nothing`, {}],
      ['malformed_plan', task, { plan_token: 'x.y' }],
    ] as const) {
      const shown = await call('POST', `${path}/auto-dispatch`, { ...body, validate_only: true });
      const done = await call('POST', `${path}/auto-dispatch`, body);
      expect(done.body.code).toBe(code);
      expect(lasting(shown)).toEqual(lasting(done));
    }
    expect(await contentsOf(id)).toEqual(before);
  });

  it('of a batch gives the same answer and the same refusals, and creates nothing', async () => {
    const { id, call } = await setUp();
    const type = await call('POST', '/api/task-center/types', { code: 'B', name: 'B' });
    const draft = { task_type_id: type.body.id as string, name: 'One', ...MORNING };
    const before = await contentsOf(id);
    const bad = [draft, { ...draft, priority: 11 }, { ...draft, task_type_id: 'none' }];
    for (const tasks of [bad, bad.slice(2), [], Array.from({ length: 100 }, () => draft)]) {
      const shown = await call('POST', `${TASKS}:batch-create`, { tasks, validate_only: true });
      expect(shown.status).toBeGreaterThan(400);
      expect(lasting(shown)).toEqual(lasting(await call('POST', `${TASKS}:batch-create`, { tasks })));
    }
    const tasks = [draft, { ...draft, name: 'Two' }];
    const shown = await call('POST', `${TASKS}:batch-create`, { tasks, validate_only: true });
    expect(await contentsOf(id)).toEqual(before);
    const done = await call('POST', `${TASKS}:batch-create`, { tasks });
    expect([shown.status, done.status]).toEqual([201, 201]);
    const withoutIds = ({ body }: Answer) =>
      (body.tasks as object[]).map((one) => ({ ...one, id: '-', created_at: '-', updated_at: '-' }));
    expect(withoutIds(shown)).toEqual(withoutIds(done));
    const shownId = (shown.body.tasks as { id: string }[])[0]?.id;
    expect((await call('GET', `${TASKS}/${shownId}`)).status).toBe(404);
  });

  it('leaves no idempotency record: the key is still free for the real thing', async () => {
    const { call, a, task } = await setUp();
    const headers = { 'Idempotency-Key': 'plan-1' };
    const dispatch = (body: object) => call('POST', `${task}/dispatch`, { assigned_to: a, ...body }, headers);
    const previews = [await dispatch({ validate_only: true }), await dispatch({ validate_only: true })];
    for (const shown of previews)
      expect([shown.status, shown.headers.get('Idempotency-Replayed')]).toEqual([200, null]);
    const done = await dispatch({});
    expect([done.status, done.headers.get('Idempotency-Replayed')]).toEqual([200, null]);
    const again = await dispatch({});
    expect([again.status, again.headers.get('Idempotency-Replayed')]).toEqual([200, 'true']);
    // Now the key stands for another request.
    expect((await dispatch({ validate_only: true })).body.code).toBe('idempotency_key_reused');
  });
});

describe('a plan', () => {
  it('is committed as it was shown', async () => {
    const { call, a, b, c, unscheduled, task, taskId, preview, commit } = await setUp();
    await call('POST', `${unscheduled}/dispatch`, { assigned_to: b });
    const shown = await preview({ candidate_user_ids: [c, 'nobody', b, a] });
    const done = await commit(shown.body.plan_token, { note: 'As shown' });
    const { plan_token, ...rest } = shown.body as Record<string, unknown>;
    expect(plan_token).toBeDefined();
    expect(lasting({ ...shown, body: rest })).toEqual(lasting(done));
    expect(done.body).toMatchObject({ selected_user_id: a, margin: 0 });
    expect((await call('GET', task)).body).toMatchObject({ state: 'DISPATCHED', assigned_to: a, version: 2 });
    const [, entry] = (await call('GET', `${task}/history`)).body as Record<string, unknown>[];
    expect(entry).toMatchObject({ note: 'As shown', detail: { decision_id: done.body.decision_id } });
    const decisions = (await call('GET', `${task}/decisions`)).body as Record<string, unknown>[];
    expect(decisions).toMatchObject([{ id: done.body.decision_id, task_id: taskId, selected_user_id: a }]);
  });

  it('is committed once, however often the token comes', async () => {
    const { call, task, preview, commit } = await setUp();
    const { body } = await preview();
    const answers = await Promise.all(Array.from({ length: 6 }, () => commit(body.plan_token)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409, 409, 409]);
    for (const { status, body: refusal } of answers) if (status === 409) expect(refusal.code).toBe('plan_stale');
    expect((await call('GET', `${task}/history`)).body).toHaveLength(2);
  });

  it('that a rival dispatch has made stale is refused, naming who took what, and changes nothing', async () => {
    const { id, call, a, b, rival, rivalId, preview, commit } = await setUp();
    const shown = await preview({ candidate_user_ids: [a, b] });
    expect(shown.body.selected_user_id).toBe(a);
    await call('POST', `${rival}/dispatch`, { assigned_to: a });
    const before = await contentsOf(id);
    const refused = await commit(shown.body.plan_token);
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({
      code: 'plan_stale',
      differences: [
        {
          subject: 'calendar',
          user_id: a,
          taken: [{ task_id: rivalId, name: 'Rival', ...MORNING }],
          absences: [],
          other_changes: 0,
        },
      ],
    });
    const [{ before: was, now }] = refused.body.differences as [{ before: number; now: number }];
    expect(now).toBe(was + 1);
    expect(await contentsOf(id)).toEqual(before);
    // A new preview goes on from there.
    const next = await preview({ candidate_user_ids: [a, b] });
    expect((await commit(next.body.plan_token)).body.selected_user_id).toBe(b);
  });

  /** What makes a plan stale, and the difference that it is refused with. */
  type Setting = Awaited<ReturnType<typeof setUp>>;
  const changes: readonly (readonly [string, (setting: Setting) => Promise<unknown>, (setting: Setting) => object])[] =
    [
      [
        'an absence of a candidate',
        ({ call, b }) =>
          call('POST', `/api/task-center/users/${b}/absences`, {
            start_at: `${DAY}09:00:00Z`,
            end_at: `${DAY}11:00:00Z`,
          }),
        ({ b }) => ({
          subject: 'calendar',
          user_id: b,
          taken: [],
          absences: [{ start_at: `${DAY}09:00:00.000Z`, end_at: `${DAY}11:00:00.000Z` }],
          other_changes: 0,
        }),
      ],
      [
        'a candidate who was given something and gave it back',
        async ({ call, b, rival }) => {
          await call('POST', `${rival}/dispatch`, { assigned_to: b });
          await call('POST', `${rival}/unassign`);
        },
        ({ b, rivalId }) => ({
          subject: 'calendar',
          user_id: b,
          taken: [{ task_id: rivalId }],
          other_changes: 1,
        }),
      ],
      [
        'a membership',
        async ({ call, b }) => {
          const unit = await call('POST', '/api/identity/org-units', { name: 'U', code: 'U' });
          await call('POST', `/api/identity/users/${b}/org-units/${String(unit.body.id)}`, {});
        },
        ({ b }) => ({ subject: 'calendar', user_id: b, taken: [], absences: [], other_changes: 1 }),
      ],
      [
        'a candidate who was deactivated',
        ({ call, b }) => call('PATCH', `/api/identity/users/${b}`, { is_active: false }),
        ({ b }) => ({ subject: 'calendar', user_id: b, other_changes: 1 }),
      ],
      [
        'an asset',
        ({ call }) => call('POST', '/api/assets', { asset_type: 'UAV', asset_code: 'x', name: 'X' }),
        () => ({ subject: 'available_assets', before: 0, now: 1 }),
      ],
      [
        'another strategy',
        async ({ call }) => {
          const made = await call('POST', '/api/task-center/strategies', { ...STRATEGY_V2_0, version: 'v3' });
          await call('POST', `/api/task-center/strategies/${String(made.body.id)}/activate`);
        },
        () => ({ subject: 'strategy', before: 'v2.0', now: 'v3' }),
      ],
      [
        'other material of the task',
        ({ call, task }) => call('PATCH', task, { priority: 9 }),
        () => ({ subject: 'task', before: 1, now: 2 }),
      ],
      [
        'a rival who dispatched the task itself',
        ({ call, task, c }) => call('POST', `${task}/dispatch`, { assigned_to: c }),
        () => ({ subject: 'task', before: 1, now: 2 }),
      ],
    ];
  it.each(changes)('is made stale by %s', async (_, change, difference) => {
    const setting = await setUp();
    const { id, a, b, preview, commit } = setting;
    const shown = await preview({ candidate_user_ids: [a, b] });
    expect(shown.status).toBe(200);
    await change(setting);
    const before = await contentsOf(id);
    const refused = await commit(shown.body.plan_token);
    expect([refused.status, refused.body.code]).toEqual([409, 'plan_stale']);
    expect((refused.body.differences as object[])[0]).toMatchObject(difference(setting));
    expect(await contentsOf(id)).toEqual(before);
  });

  it('is not made stale by what it did not look at', async () => {
    const { call, a, b, c, rival, preview, commit } = await setUp();
    const shown = await preview({ candidate_user_ids: [a, b] });
    await call('POST', `${rival}/dispatch`, { assigned_to: c });
    expect((await commit(shown.body.plan_token)).status).toBe(200);
  });

  it('takes the candidates named again, in any order, and no others', async () => {
    const { a, b, c, preview, commit } = await setUp();
    const { body } = await preview({ candidate_user_ids: [a, b, 'nobody'] });
    for (const candidate_user_ids of [[a], [a, b], [a, b, c], [a, b, 'nobody', c]]) {
      const refused = await commit(body.plan_token, { candidate_user_ids });
      expect([refused.status, refused.body.code]).toEqual([422, 'malformed_plan']);
      expect(refused.body.errors).toMatchObject([{ pointer: '/candidate_user_ids' }]);
    }
    expect((await commit(body.plan_token, { candidate_user_ids: ['nobody', b, a, b] })).status).toBe(200);
  });

  it('is good for its own task and tenant only, and as it was given out', async () => {
    const { call, rival, preview, commit } = await setUp();
    const token = String((await preview()).body.plan_token);
    const other = await setUp();
    const foreign = String((await other.preview()).body.plan_token);
    const refusals = await Promise.all([
      call('POST', `${rival}/auto-dispatch`, { plan_token: token }),
      commit(foreign),
      commit(`${token}x`),
      commit(token.slice(1)),
      commit('e30.x'),
    ]);
    for (const { status, body } of refusals) expect([status, body.code]).toEqual([422, 'malformed_plan']);
    expect((await commit(token)).status).toBe(200);
  });

  it('under fire is applied as shown or not at all', async () => {
    const { call, user } = await api.tenant();
    const users = await Promise.all([user(), user()]);
    const days = Array.from({ length: 12 }, (_, at) => `2026-04-${String(at + 1).padStart(2, '0')}T`);
    const tasks = await makeTasks(
      call,
      days.flatMap((day) =>
        [1, 2].map(() => ({ planned_start_at: `${day}08:00:00Z`, planned_end_at: `${day}09:00:00Z` })),
      ),
    );
    for (const at of days.keys()) {
      const [planned, rival] = [tasks[2 * at], tasks[2 * at + 1]];
      const path = `${TASKS}/${planned?.id}/auto-dispatch`;
      const shown = await call('POST', path, { candidate_user_ids: users, validate_only: true });
      const chosen = shown.body.selected_user_id as string;
      const [done] = await Promise.all([
        call('POST', path, { plan_token: shown.body.plan_token as string }),
        call('POST', `${TASKS}/${rival?.id}/dispatch`, { assigned_to: chosen }),
      ]);
      if (done.status === 200) expect(done.body.selected_user_id).toBe(chosen);
      else expect([done.status, done.body.code]).toEqual([409, 'plan_stale']);
    }
  });
});

describe('why, and why not', () => {
  const conflictOf = (id: string, name: string) => ({ task_id: id, name, ...MORNING });

  it('an auto-dispatch says of everyone who could not be chosen why', async () => {
    const { call, user, a, b, c, task, rival, rivalId } = await setUp();
    const inactive = await user({ is_active: false });
    await call('POST', `${rival}/dispatch`, { assigned_to: a });
    const absence = { start_at: `${DAY}06:00:00Z`, end_at: `${DAY}08:30:00Z`, reason: 'Training' };
    await call('POST', `/api/task-center/users/${b}/absences`, absence);
    const candidate_user_ids = [a, b, c, inactive, 'nobody'];
    const { status, body } = await call('POST', `${task}/auto-dispatch`, { candidate_user_ids });
    expect(status).toBe(200);
    expect(body.selected_user_id).toBe(c);
    expect(body.excluded).toEqual([
      {
        user_id: a,
        code: 'schedule_conflict',
        detail: 'The user holds 1 overlapping assignment.',
        conflicts: [conflictOf(rivalId, 'Rival')],
      },
      {
        user_id: b,
        code: 'unavailable',
        detail: `The user is absent: ${DAY}06:00:00.000Z to ${DAY}08:30:00.000Z.`,
        conflicts: [],
      },
      { user_id: inactive, code: 'inactive', detail: 'The user is not active.', conflicts: [] },
      { user_id: 'nobody', code: 'unknown_user', detail: 'The tenant has no such user.', conflicts: [] },
    ]);
    expect(body).toMatchObject({ margin: null, flips: [] });
  });

  it('lists a few of many windows in the way, and counts all', async () => {
    const { call, user } = await api.tenant();
    const [busy, free] = [await user(), await user()];
    const [all, ...hours] = await makeTasks(call, [
      window('00:00', '23:00'),
      ...Array.from({ length: 7 }, (_, at) => window(`0${at}:00`, `0${at}:30`)),
    ]);
    for (const { id } of hours) await call('POST', `${TASKS}/${id}/dispatch`, { assigned_to: busy });
    const { body } = await call('POST', `${TASKS}/${all?.id}/auto-dispatch`, { candidate_user_ids: [busy, free] });
    const [excluded] = body.excluded as [{ detail: string; conflicts: object[] }];
    expect(excluded.detail).toBe('The user holds 7 overlapping assignments.');
    expect(excluded.conflicts).toHaveLength(5);
  });

  it('a 409 with nobody free says the same, counts the reasons, and suggests', async () => {
    const { call, user, a, b, c, task, rival, rivalId } = await setUp();
    const inactive = await user({ is_active: false });
    await call('POST', `${rival}/dispatch`, { assigned_to: a });
    const absence = { start_at: `${DAY}07:00:00Z`, end_at: `${DAY}09:00:00Z` };
    await call('POST', `/api/task-center/users/${b}/absences`, absence);
    const body = { candidate_user_ids: [a, b, inactive, 'nobody'] };
    const refused = await call('POST', `${task}/auto-dispatch`, body);
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({
      code: 'no_conflict_free_candidate',
      counts: { schedule_conflict: 1, unavailable: 1, inactive: 1, unknown_user: 1 },
      excluded: [
        { user_id: a, code: 'schedule_conflict', conflicts: [conflictOf(rivalId, 'Rival')] },
        { user_id: b, code: 'unavailable' },
        { user_id: inactive, code: 'inactive' },
        { user_id: 'nobody', code: 'unknown_user' },
      ],
    });
    // Both are punished for one overlap; the one without an assignment ranks first, and is free from nine on.
    expect((refused.body.scores as { user_id: string }[]).map(({ user_id }) => user_id)).toEqual([b, a]);
    expect(refused.body.suggestions).toEqual({
      user_id: b,
      searched_until: null,
      slots: ['09', '11', '13'].map((hour) => ({
        start_at: `${DAY}${hour}:00:00.000Z`,
        end_at: `${DAY}${String(Number(hour) + 2).padStart(2, '0')}:00:00.000Z`,
      })),
    });
    const asked = await call('POST', `${task}/auto-dispatch`, { ...body, suggest_users: true });
    expect(asked.body.suggestions).toMatchObject({ user_id: b, user_ids: [c] });
    const nobody = await call('POST', `${task}/auto-dispatch`, { candidate_user_ids: [inactive, 'nobody'] });
    expect(nobody.body).toMatchObject({ code: 'no_candidates', counts: { inactive: 1, unknown_user: 1 } });
  });

  it('margin and flips: what a dispatcher needs to know to get the other one', async () => {
    const { call, a, b, task, unscheduled } = await setUp();
    const unit = String((await call('POST', '/api/identity/org-units', { name: 'U', code: 'U' })).body.id);
    await call('POST', `/api/identity/users/${b}/org-units/${unit}`, {});
    await call('PATCH', task, { org_unit_id: unit });
    await call('POST', `${unscheduled}/dispatch`, { assigned_to: b });
    const { body } = await call('POST', `${task}/auto-dispatch`, { candidate_user_ids: [a, b] });
    // b: 24 points as a member, less 8 for an assignment. a wins where that assignment weighs more than 24, and the
    // tie is a's already.
    expect(body).toMatchObject({
      selected_user_id: b,
      margin: 16,
      flips: [{ user_id: a, flip: { weight: 'workload', from: 8, to: 24, change: 16 } }],
    });
    const replay = (weights: object) =>
      call('POST', `${task}/decisions/${String(body.decision_id)}:replay`, { weights });
    expect((await replay({ workload: 24 })).body).toMatchObject({ selected_user_id: a, same_selection: false });
    expect((await replay({ workload: 16 })).body).toMatchObject({ selected_user_id: b, same_selection: true });
  });
});
