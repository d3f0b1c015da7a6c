import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contentsOf, holdingsOf, overlapsAmong } from './contents.ts';
import { makeTasks, startApi, type Answer, type TestApi } from './harness.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const TASKS = '/api/task-center/tasks';
const DAY = '2026-03-01T';
const at = (time: string): string => `${DAY}${time}:00.000Z`;
const window = (start: string, end: string) => ({ planned_start_at: at(start), planned_end_at: at(end) });
const slot = (start: string, end: string) => ({ start_at: at(start), end_at: at(end) });
const UNSCHEDULED = { planned_start_at: null, planned_end_at: null };

const refusalOf = ({ status, body }: Answer): unknown => [status, body.code];

const setUp = async (...drafts: readonly object[]) => {
  const tenant = await api.tenant();
  const { id, call } = tenant;
  const [a, b] = (await Promise.all([tenant.user(), tenant.user()])).toSorted() as [string, string];
  const made = await makeTasks(call, drafts);
  const paths = made.map((task) => `${TASKS}/${task.id}`);
  const dispatch = (index: number, assigned_to: string): Promise<Answer> =>
    call('POST', `${paths[index]}/dispatch`, { assigned_to });
  const schedule = (index: number, body: object, headers?: Record<string, string>): Promise<Answer> =>
    call('PATCH', `${paths[index]}/schedule`, body, headers);
  const post = (index: number, verb: string, body: object = {}, headers?: Record<string, string>): Promise<Answer> =>
    call('POST', `${paths[index]}/${verb}`, body, headers);
  const heldBy = async (userId: string) => {
    const { windows, open, active_count } = await holdingsOf(id, userId);
    return { windows: windows.map(({ start, end }) => [start, end]), open, active_count };
  };
  const lastEntry = async (index: number) =>
    ((await call('GET', `${paths[index]}/history`)).body as Record<string, unknown>[]).at(-1);
  const [first = ''] = paths;
  return {
    ...tenant,
    a,
    b,
    ids: made.map((task) => task.id),
    paths,
    first,
    dispatch,
    schedule,
    post,
    heldBy,
    lastEntry,
  };
};

describe('PATCH schedule', () => {
  it.each([
    ['shrinks', window('09:00', '09:30'), [[at('09:00'), at('09:30')]], 0],
    ['moves', window('14:00', '16:00'), [[at('14:00'), at('16:00')]], 0],
    ['moves into its own old time', window('09:00', '11:00'), [[at('09:00'), at('11:00')]], 0],
    ['lengthens', window('07:00', '12:00'), [[at('07:00'), at('12:00')]], 0],
    ['removes', UNSCHEDULED, [], 1],
  ])('%s the window of a dispatched task, which stays its user’s', async (_, body, windows, open) => {
    const { call, a, first, dispatch, schedule, heldBy, lastEntry } = await setUp(window('08:00', '10:00'));
    await dispatch(0, a);
    const { status, body: task, headers } = await schedule(0, { ...body, note: 'Rain' });
    expect(status).toBe(200);
    expect(task).toMatchObject({ ...body, state: 'DISPATCHED', assigned_to: a, version: 3 });
    expect(task.context_data.schedule).toEqual(body);
    expect(headers.get('ETag')).toBe('"3"');
    expect((await call('GET', first)).body).toEqual(task);
    expect(await heldBy(a)).toEqual({ windows, open, active_count: 1 });
    expect(await lastEntry(0)).toMatchObject({
      action: 'rescheduled',
      from_state: 'DISPATCHED',
      to_state: 'DISPATCHED',
      note: 'Rain',
      detail: { before: window('08:00', '10:00'), after: body },
    });
  });

  it('gives an unscheduled dispatched task a window', async () => {
    const { a, dispatch, schedule, heldBy } = await setUp({});
    await dispatch(0, a);
    expect((await schedule(0, window('08:00', '10:00'))).status).toBe(200);
    expect(await heldBy(a)).toEqual({ windows: [[at('08:00'), at('10:00')]], open: 0, active_count: 1 });
  });

  it('is refused where another task holds the time, with suggestions; nothing changes', async () => {
    const { id, user, a, b, ids, dispatch, schedule } = await setUp(window('08:00', '10:00'), {
      ...window('10:00', '11:00'),
      name: 'Mast 7',
    });
    const free = await user();
    await dispatch(0, a);
    await dispatch(1, a);
    const before = await contentsOf(id);
    const refused = await schedule(0, window('09:00', '11:00'));
    expect(refusalOf(refused)).toEqual([409, 'schedule_conflict']);
    expect(refused.body).toMatchObject({
      conflicts: [{ task_id: ids[1], name: 'Mast 7', ...window('10:00', '11:00') }],
      // Its own window is no obstacle, so the first one could begin while it still stands there: from nine there is an
      // hour, which is too short.
      suggestions: { slots: [slot('11:00', '13:00'), slot('13:00', '15:00'), slot('15:00', '17:00')] },
    });
    expect(refused.body.suggestions).not.toHaveProperty('user_ids');
    const asked = await schedule(0, { ...window('09:00', '11:00'), suggest_users: true });
    expect(asked.body.suggestions.user_ids).toEqual([b, free].toSorted());
    expect(await contentsOf(id)).toEqual(before);
    for (const { start_at, end_at } of refused.body.suggestions.slots as { start_at: string; end_at: string }[])
      expect((await schedule(0, { planned_start_at: start_at, planned_end_at: end_at })).status).toBe(200);
  });

  it('suggests time that only the task itself holds', async () => {
    const { a, dispatch, schedule } = await setUp(window('10:00', '12:00'), window('08:00', '10:00'));
    await dispatch(0, a);
    await dispatch(1, a);
    const refused = await schedule(0, window('09:00', '11:00'));
    expect(refused.body.suggestions.slots[0]).toEqual(slot('10:00', '12:00'));
  });

  it('is refused over an absence', async () => {
    const { call, a, dispatch, schedule } = await setUp(window('08:00', '10:00'));
    await dispatch(0, a);
    await call('POST', `/api/task-center/users/${a}/absences`, slot('12:00', '13:00'));
    expect(refusalOf(await schedule(0, window('11:00', '12:30')))).toEqual([409, 'unavailable']);
  });

  it('works in every open state, and in no closed one', async () => {
    const { call, a, first, dispatch, schedule, post } = await setUp({ requires_approval: true });
    const states: string[] = [];
    const move = async (): Promise<Answer> => {
      const answer = await schedule(0, window('08:00', `09:0${states.length}`));
      states.push(String((await call('GET', first)).body.state));
      return answer;
    };
    const steps: readonly (() => Promise<unknown>)[] = [
      () => Promise.resolve(),
      () => post(0, 'submit-approval'),
      () => post(0, 'approve', { decision: 'REJECT' }),
      () => post(0, 'transition', { target_state: 'DRAFT' }),
      async () => {
        await post(0, 'submit-approval');
        await post(0, 'approve', { decision: 'APPROVE' });
      },
      () => dispatch(0, a),
      () => post(0, 'transition', { target_state: 'IN_PROGRESS' }),
    ];
    for (const step of steps) {
      await step();
      expect((await move()).status).toBe(200);
    }
    expect(states).toEqual(['DRAFT', 'APPROVAL_PENDING', 'REJECTED', 'DRAFT', 'APPROVED', 'DISPATCHED', 'IN_PROGRESS']);
    for (const target_state of ['ACCEPTED', 'ARCHIVED']) {
      await post(0, 'transition', { target_state });
      expect(refusalOf(await move())).toEqual([409, 'task_closed']);
    }
  });

  it.each([
    ['one end', { planned_start_at: at('08:00') }],
    ['one end null', { planned_start_at: at('08:00'), planned_end_at: null }],
    ['the end before the start', window('10:00', '08:00')],
    ['no length', window('10:00', '10:00')],
    ['no day', { planned_start_at: '2026-02-30T08:00:00Z', planned_end_at: at('10:00') }],
    ['nothing', {}],
    ['an unknown field', { ...window('08:00', '09:00'), start: 1 }],
  ])('is refused with %s', async (_, body) => {
    const { schedule } = await setUp({});
    expect(refusalOf(await schedule(0, body))).toEqual([422, 'validation_failed']);
  });

  it('and other moves into the same time: one of them gets it, however many come at once', async () => {
    const { id, a, dispatch, schedule } = await setUp(
      ...Array.from({ length: 6 }, (_, index) => window(`0${index}:00`, `0${index}:30`)),
      window('12:00', '13:00'),
    );
    for (let index = 0; index < 6; index += 1) await dispatch(index, a);
    const answers = await Promise.all([
      ...Array.from({ length: 6 }, (_, index) => schedule(index, window('12:00', '12:30'))),
      dispatch(6, a),
    ]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const answer of answers)
      if (answer.status !== 200) expect(refusalOf(answer)).toEqual([409, 'schedule_conflict']);
    const { windows } = await holdingsOf(id, a);
    expect(overlapsAmong(windows)).toEqual([]);
  });
});

describe('reassign', () => {
  it('gives a task to another user in one go', async () => {
    const { a, b, dispatch, post, heldBy, lastEntry } = await setUp(window('08:00', '10:00'));
    await dispatch(0, a);
    const { status, body } = await post(0, 'reassign', { assigned_to: b, note: 'a fell ill' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ state: 'DISPATCHED', assigned_to: b, dispatch_mode: 'MANUAL', version: 3 });
    expect(await heldBy(a)).toEqual({ windows: [], open: 0, active_count: 0 });
    expect(await heldBy(b)).toEqual({ windows: [[at('08:00'), at('10:00')]], open: 0, active_count: 1 });
    expect(await lastEntry(0)).toMatchObject({
      action: 'reassigned',
      note: 'a fell ill',
      detail: { from: a, assigned_to: b, schedule: window('08:00', '10:00') },
    });
  });

  it('keeps work that has begun going', async () => {
    const { a, b, dispatch, post, heldBy } = await setUp({});
    await dispatch(0, a);
    const { body: started } = await post(0, 'transition', { target_state: 'IN_PROGRESS' });
    const { body } = await post(0, 'reassign', { assigned_to: b });
    expect(body).toMatchObject({ state: 'IN_PROGRESS', assigned_to: b, started_at: started.started_at });
    expect([await heldBy(a), await heldBy(b)]).toMatchObject([
      { open: 0, active_count: 0 },
      { open: 1, active_count: 1 },
    ]);
  });

  it('is refused where the new one’s time is taken: the old one keeps the window', async () => {
    const { id, call, user, a, b, ids, dispatch, post, heldBy } = await setUp(
      window('08:00', '10:00'),
      window('09:00', '11:00'),
    );
    const [free, absent, inactive] = [await user(), await user(), await user({ is_active: false })];
    await dispatch(0, a);
    await dispatch(1, b);
    await call('POST', `/api/task-center/users/${absent}/absences`, slot('09:00', '10:00'));
    const before = await contentsOf(id);
    const refused = await post(0, 'reassign', { assigned_to: b, suggest_users: true });
    expect(refusalOf(refused)).toEqual([409, 'schedule_conflict']);
    expect(refused.body).toMatchObject({
      conflicts: [{ task_id: ids[1] }],
      suggestions: {
        slots: [slot('11:00', '13:00'), slot('13:00', '15:00'), slot('15:00', '17:00')],
        searched_until: null,
        user_ids: [free],
        users_searched: 4,
      },
    });
    expect(refusalOf(await post(0, 'reassign', { assigned_to: absent }))).toEqual([409, 'unavailable']);
    expect(refusalOf(await post(0, 'reassign', { assigned_to: inactive }))).toEqual([409, 'inactive_user']);
    expect(refusalOf(await post(0, 'reassign', { assigned_to: 'nobody' }))).toEqual([404, 'user_not_found']);
    expect(refusalOf(await post(0, 'reassign', { assigned_to: a }))).toEqual([409, 'already_assigned']);
    expect(await contentsOf(id)).toEqual(before);
    expect(await heldBy(a)).toMatchObject({ windows: [[at('08:00'), at('10:00')]], active_count: 1 });
  });

  it('takes nothing more for a holder who went inactive, who may keep less', async () => {
    const { call, a, dispatch, schedule } = await setUp(window('08:00', '10:00'));
    await dispatch(0, a);
    await call('PATCH', `/api/identity/users/${a}`, { is_active: false });
    for (const more of [window('07:00', '10:00'), window('09:00', '11:00'), window('12:00', '13:00')])
      expect(refusalOf(await schedule(0, more))).toEqual([409, 'inactive_user']);
    expect((await schedule(0, window('08:30', '10:00'))).status).toBe(200);
    expect((await schedule(0, UNSCHEDULED)).status).toBe(200);
    expect(refusalOf(await schedule(0, window('08:30', '10:00')))).toEqual([409, 'inactive_user']);
  });

  it('is refused for a task that nobody holds', async () => {
    const { a, post } = await setUp({});
    expect(refusalOf(await post(0, 'reassign', { assigned_to: a }))).toEqual([409, 'not_assigned']);
    await post(0, 'transition', { target_state: 'CANCELED' });
    expect(refusalOf(await post(0, 'reassign', { assigned_to: a }))).toEqual([409, 'not_assigned']);
  });

  it('in a crowd: every task ends with one holder, and nobody holds two at a time', async () => {
    const { id, call, user, a, b, paths, dispatch, post } = await setUp(
      ...Array.from({ length: 3 }, () => window('08:00', '10:00')),
    );
    const c = await user();
    const users = [a, b, c];
    for (const [index, userId] of users.entries()) await dispatch(index, userId);
    await post(2, 'unassign');
    // Two tasks of the same morning among three users, thrown about.
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => post(index % 2, 'reassign', { assigned_to: users[index % 3] })),
    );
    for (const answer of answers) if (answer.status !== 200) expect([409]).toContain(answer.status);
    const tasks = await Promise.all(
      paths.slice(0, 2).map(async (path) => (await call('GET', path)).body as { assigned_to: string }),
    );
    const held = await Promise.all(users.map(async (userId) => ({ userId, ...(await holdingsOf(id, userId)) })));
    for (const { userId, windows, active_count } of held) {
      expect(overlapsAmong(windows)).toEqual([]);
      expect(active_count).toBe(windows.length);
      expect(windows).toHaveLength(tasks.filter(({ assigned_to }) => assigned_to === userId).length);
    }
  });
});

describe('a preview of a change of plan', () => {
  it('answers or refuses as the change would, and changes nothing', async () => {
    const { id, dispatch, schedule, post, a, b } = await setUp(window('08:00', '10:00'), window('09:00', '11:00'));
    await dispatch(0, a);
    await dispatch(1, b);
    const before = await contentsOf(id);
    const isPreview = { validate_only: true };
    expect(refusalOf(await post(0, 'reassign', { assigned_to: b, ...isPreview }))).toEqual([409, 'schedule_conflict']);
    const moved = await schedule(0, { ...window('12:00', '13:00'), ...isPreview });
    expect([moved.status, moved.body.planned_start_at]).toEqual([200, at('12:00')]);
    expect(await contentsOf(id)).toEqual(before);
    expect((await post(0, 'reassign', { assigned_to: a, ...isPreview })).body.code).toBe('already_assigned');
    expect((await schedule(1, window('10:00', '11:00'))).status).toBe(200);
    const free = await post(0, 'reassign', { assigned_to: b, ...isPreview });
    expect([free.status, free.body.assigned_to, (await post(0, 'reassign', { assigned_to: b })).status]).toEqual([
      200,
      b,
      200,
    ]);
  });
});

describe('unassign', () => {
  it.each([
    [false, 'DRAFT'],
    [true, 'APPROVED'],
  ])('takes a task back to where it was before its dispatch (approval: %s): %s', async (requires_approval, state) => {
    const { call, a, first, dispatch, post, heldBy, lastEntry } = await setUp({
      ...window('08:00', '10:00'),
      requires_approval,
    });
    if (requires_approval) {
      await post(0, 'submit-approval');
      await post(0, 'approve', { decision: 'APPROVE' });
    }
    const { body: before } = await call('GET', first);
    expect(before.state).toBe(state);
    await dispatch(0, a);
    const { status, body } = await post(0, 'unassign', { note: 'Not today' });
    expect(status).toBe(200);
    expect(body).toEqual({ ...before, version: (before.version as number) + 2, updated_at: body.updated_at });
    expect(await heldBy(a)).toEqual({ windows: [], open: 0, active_count: 0 });
    expect(await lastEntry(0)).toMatchObject({
      action: 'unassigned',
      from_state: 'DISPATCHED',
      to_state: state,
      note: 'Not today',
      detail: { from: a },
    });
    expect((await dispatch(0, a)).status).toBe(200);
  });

  it('is refused once work has begun, and where nobody holds the task', async () => {
    const { a, dispatch, post } = await setUp({});
    expect(refusalOf(await post(0, 'unassign'))).toEqual([409, 'not_assigned']);
    await dispatch(0, a);
    await post(0, 'transition', { target_state: 'IN_PROGRESS' });
    const refused = await post(0, 'unassign');
    expect(refusalOf(refused)).toEqual([409, 'illegal_transition']);
    expect(refused.body).toMatchObject({ from: 'IN_PROGRESS', to: 'DRAFT' });
  });

  it('and what else may become of a dispatched task: one of them wins at a time', async () => {
    const { id, call, a, b, first, dispatch, schedule, post } = await setUp(window('08:00', '10:00'));
    await dispatch(0, a);
    const answers = await Promise.all([
      post(0, 'unassign'),
      post(0, 'unassign'),
      post(0, 'reassign', { assigned_to: b }),
      schedule(0, window('09:00', '11:00')),
      post(0, 'transition', { target_state: 'CANCELED' }),
    ]);
    for (const { status } of answers) expect([200, 409]).toContain(status);
    const { body: task } = await call('GET', first);
    const history = (await call('GET', `${first}/history`)).body as { version: number }[];
    expect(history.map(({ version }) => version)).toEqual(history.map((_, index) => index + 1));
    expect(history).toHaveLength(2 + answers.filter(({ status }) => status === 200).length);
    const holder = task.state === 'DISPATCHED' ? (task.assigned_to as string) : undefined;
    for (const userId of [a, b]) expect((await holdingsOf(id, userId)).active_count).toBe(userId === holder ? 1 : 0);
  });
});

describe('PATCH task', () => {
  it('changes the material, and only what is given', async () => {
    const { call, first, lastEntry } = await setUp({
      ...window('08:00', '10:00'),
      description: 'Old',
      context_data: { camera: 'wide', lens: 1 },
    });
    const { body: before } = await call('GET', first);
    const patch = { name: 'New', priority: 9, description: null, context_data: { lens: 2 }, checklist: ['Rope'] };
    const { status, body } = await call('PATCH', first, { ...patch, note: 'Better' });
    expect(status).toBe(200);
    expect(body).toEqual({
      ...before,
      ...patch,
      context_data: { ...(before.context_data as object), lens: 2 },
      version: 2,
      updated_at: body.updated_at,
    });
    expect(await lastEntry(0)).toMatchObject({
      action: 'amended',
      note: 'Better',
      detail: { fields: ['name', 'description', 'priority', 'checklist', 'context_data'] },
    });
  });

  it('asks for a new approval: what was approved was the old material', async () => {
    const { call, a, first, dispatch, post } = await setUp({ requires_approval: true });
    await post(0, 'submit-approval');
    expect((await call('PATCH', first, { priority: 2 })).body.state).toBe('DRAFT');
    await post(0, 'submit-approval');
    await post(0, 'approve', { decision: 'APPROVE' });
    expect((await call('PATCH', first, { priority: 3 })).body.state).toBe('DRAFT');
    expect(refusalOf(await dispatch(0, a))).toEqual([409, 'approval_required']);
    await post(0, 'submit-approval');
    await post(0, 'approve', { decision: 'REJECT' });
    expect((await call('PATCH', first, { priority: 4 })).body.state).toBe('REJECTED');
  });

  it('is refused from the dispatch on, open again after it was taken back, and closed with the task', async () => {
    const { call, a, first, dispatch, post } = await setUp({});
    await dispatch(0, a);
    expect(refusalOf(await call('PATCH', first, { priority: 2 }))).toEqual([409, 'already_dispatched']);
    await post(0, 'unassign');
    expect((await call('PATCH', first, { priority: 2 })).status).toBe(200);
    await post(0, 'transition', { target_state: 'CANCELED' });
    expect(refusalOf(await call('PATCH', first, { priority: 3 }))).toEqual([409, 'task_closed']);
  });

  it('checks what it refers to, and refuses what is not its own', async () => {
    const { id, call, first } = await setUp({});
    const before = await contentsOf(id);
    expect(refusalOf(await call('PATCH', first, { org_unit_id: 'none' }))).toEqual([404, 'org_unit_not_found']);
    const unit = await call('POST', '/api/identity/org-units', { name: 'U', code: 'U', is_active: false });
    expect(refusalOf(await call('PATCH', first, { org_unit_id: unit.body.id }))).toEqual([409, 'inactive_org_unit']);
    for (const body of [
      { priority: 11 },
      { name: null, nam: 'x' },
      window('08:00', '09:00'),
      { state: 'APPROVED' },
      { assigned_to: 'x' },
    ])
      expect(refusalOf(await call('PATCH', first, body))).toEqual([422, 'validation_failed']);
    expect(refusalOf(await call('PATCH', `${TASKS}/none`, { priority: 2 }))).toEqual([404, 'task_not_found']);
    expect((await contentsOf(id)).length).toBe(before.length + 1);
  });
});

it('If-Match holds on every change of plan', async () => {
  const { id, call, a, b, first, dispatch, schedule, post } = await setUp(window('08:00', '10:00'));
  const stale = { 'If-Match': '"9"' };
  const before = await contentsOf(id);
  expect(refusalOf(await call('PATCH', first, { priority: 2 }, stale))).toEqual([412, 'precondition_failed']);
  expect(await contentsOf(id)).toEqual(before);
  await dispatch(0, a);
  const held = await contentsOf(id);
  for (const answer of [
    await schedule(0, window('12:00', '13:00'), stale),
    await post(0, 'reassign', { assigned_to: b }, stale),
    await post(0, 'unassign', {}, stale),
  ])
    expect(refusalOf(answer)).toEqual([412, 'precondition_failed']);
  expect(await contentsOf(id)).toEqual(held);
  const moved = await schedule(0, window('12:00', '13:00'), { 'If-Match': '"2"' });
  expect([moved.status, moved.headers.get('ETag')]).toEqual([200, '"3"']);
  const given = await post(0, 'reassign', { assigned_to: b }, { 'If-Match': '"3"' });
  expect([given.status, given.headers.get('ETag')]).toEqual([200, '"4"']);
  const back = await post(0, 'unassign', {}, { 'If-Match': '"4"' });
  expect([back.status, back.headers.get('ETag')]).toEqual([200, '"5"']);
});
