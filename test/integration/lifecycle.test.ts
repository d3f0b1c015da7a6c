import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STATES, type State } from '../../core/tasks/lifecycle.ts';
import { holdingsOf } from './contents.ts';
import { makeTasks, startApi, type Answer, type Call, type TestApi } from './harness.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const TASKS = '/api/task-center/tasks';
interface Entry {
  readonly version: number;
  readonly action: string;
  readonly from_state: State | null;
  readonly to_state: State;
  readonly note: string | null;
  readonly actor_id: string;
  readonly detail: object;
  readonly created_at: string;
}

describe('a whole life', () => {
  it('is what its history says, to the letter', async () => {
    const tenant = await api.tenant();
    const { id, user } = tenant;
    const planner = await tenant.as(['mission.read', 'mission.write'], 'planner');
    const chief = await tenant.as(['mission.approve'], 'chief');
    const pilot = await user();
    const [made] = await makeTasks(planner, [
      {
        name: 'Roof',
        requires_approval: true,
        planned_start_at: '2026-03-01T09:00:00+01:00',
        planned_end_at: '2026-03-01T12:00:00+02:00',
        checklist: ['Battery'],
        attachments: [{ name: 'Plan', url: 'https://example.com/plan.pdf', media_type: 'application/pdf' }],
      },
    ]);
    const path = `${TASKS}/${made?.id}`;
    const does = async (call: Call, method: string, verb: string, body: object, status = 200): Promise<Answer> => {
      const answer = await call(method, `${path}/${verb}`, body);
      expect({ verb, status: answer.status }).toEqual({ verb, status });
      return answer;
    };

    await does(planner, 'POST', 'dispatch', { assigned_to: pilot }, 409);
    await does(planner, 'POST', 'submit-approval', { note: 'Please look' });
    await does(planner, 'POST', 'approve', { decision: 'APPROVE' }, 403);
    await does(planner, 'POST', 'dispatch', { assigned_to: pilot }, 409);
    await does(chief, 'POST', 'approve', { decision: 'REJECT', note: 'Too windy' });
    await does(planner, 'PATCH', 'risk-checklist', { risk_level: 5, checklist: ['Battery', { wind: 'measured' }] });
    await does(planner, 'POST', 'transition', { target_state: 'DRAFT', note: 'Once more' });
    await does(planner, 'POST', 'submit-approval', {});
    await does(chief, 'POST', 'approve', { decision: 'APPROVE' });
    const attached = await does(planner, 'POST', 'attachments', {
      name: 'Permit',
      url: 'https://example.com/permit.pdf',
      size_bytes: 1234,
      note: 'From the town',
    });
    await does(planner, 'POST', 'dispatch', { assigned_to: pilot, note: 'Go' });
    expect(await holdingsOf(id, pilot)).toMatchObject({
      windows: [{ task_id: made?.id, start: '2026-03-01T08:00:00.000Z', end: '2026-03-01T10:00:00.000Z' }],
    });
    const comment = await does(planner, 'POST', 'comments', { content: 'On the way' });
    await does(planner, 'POST', 'transition', { target_state: 'IN_PROGRESS' });
    await does(planner, 'POST', 'transition', { target_state: 'ACCEPTED' });
    expect(await holdingsOf(id, pilot)).toMatchObject({ windows: [], active_count: 0 });
    await does(planner, 'POST', 'transition', { target_state: 'ARCHIVED' });
    const late = await does(planner, 'POST', 'comments', { content: 'Well done' });
    await does(planner, 'PATCH', 'risk-checklist', { risk_level: 1 }, 409);

    const history = (await planner('GET', `${path}/history`)).body as Entry[];
    const told = history.map(({ action, from_state, to_state, actor_id, note }) =>
      [action, from_state, to_state, actor_id, note].join(' '),
    );
    expect(told).toEqual([
      'created  DRAFT planner ',
      'submitted_for_approval DRAFT APPROVAL_PENDING planner Please look',
      'rejected APPROVAL_PENDING REJECTED chief Too windy',
      'risk_checklist_updated REJECTED REJECTED planner ',
      'state_changed REJECTED DRAFT planner Once more',
      'submitted_for_approval DRAFT APPROVAL_PENDING planner ',
      'approved APPROVAL_PENDING APPROVED chief ',
      'attachment_added APPROVED APPROVED planner From the town',
      'dispatched APPROVED DISPATCHED planner Go',
      'comment_added DISPATCHED DISPATCHED planner ',
      'state_changed DISPATCHED IN_PROGRESS planner ',
      'state_changed IN_PROGRESS ACCEPTED planner ',
      'state_changed ACCEPTED ARCHIVED planner ',
      'comment_added ARCHIVED ARCHIVED planner ',
    ]);
    expect(history.map(({ version }) => version)).toEqual(history.map((_, at) => at + 1));
    const times = history.map(({ created_at }) => created_at);
    expect(times).toEqual(times.toSorted());
    const detailOf = (action: string): object => history.find((entry) => entry.action === action)?.detail ?? {};
    expect(detailOf('risk_checklist_updated')).toEqual({
      before: { risk_level: 3, checklist: ['Battery'] },
      after: { risk_level: 5, checklist: ['Battery', { wind: 'measured' }] },
    });
    expect(detailOf('attachment_added')).toEqual({ attachment: (attached.body.attachments as unknown[])[1] });
    expect(detailOf('dispatched')).toEqual({
      assigned_to: pilot,
      dispatch_mode: 'MANUAL',
      schedule: { planned_start_at: '2026-03-01T08:00:00.000Z', planned_end_at: '2026-03-01T10:00:00.000Z' },
    });
    expect(detailOf('rejected')).toEqual({ decision: 'REJECT' });
    expect(detailOf('approved')).toEqual({ decision: 'APPROVE' });
    expect(detailOf('comment_added')).toEqual({ comment_id: comment.body.id });

    const { body: task, headers } = await planner('GET', path);
    // Two comments and an attachment changed nothing.
    expect(headers.get('ETag')).toBe(`"${history.length - 3}"`);
    expect(task).toMatchObject({
      state: 'ARCHIVED',
      version: history.length - 3,
      risk_level: 5,
      assigned_to: pilot,
      dispatched_by: 'planner',
      canceled_at: null,
      attachments: [{ name: 'Plan' }, { name: 'Permit', size_bytes: 1234, media_type: null }],
      context_data: { schedule: { planned_start_at: '2026-03-01T08:00:00.000Z' } },
    });
    const at = (action: string, state: State): string | undefined =>
      history.find((entry) => entry.action === action && entry.to_state === state)?.created_at;
    expect(task).toMatchObject({
      dispatched_at: at('dispatched', 'DISPATCHED'),
      started_at: at('state_changed', 'IN_PROGRESS'),
      accepted_at: at('state_changed', 'ACCEPTED'),
      archived_at: at('state_changed', 'ARCHIVED'),
      updated_at: times.at(-1),
    });
    const comments = await planner('GET', `${path}/comments`);
    expect(comments.body).toEqual([comment.body, late.body]);
  });
});

/** How a task gets into each state, and whether it requires approval on the way. */
const WAYS: Readonly<Record<State, readonly string[]>> = {
  DRAFT: [],
  APPROVAL_PENDING: ['submit'],
  APPROVED: ['submit', 'APPROVE'],
  REJECTED: ['submit', 'REJECT'],
  DISPATCHED: ['dispatch'],
  IN_PROGRESS: ['dispatch', 'IN_PROGRESS'],
  ACCEPTED: ['dispatch', 'IN_PROGRESS', 'ACCEPTED'],
  ARCHIVED: ['dispatch', 'IN_PROGRESS', 'ACCEPTED', 'ARCHIVED'],
  CANCELED: ['CANCELED'],
};

/** Where each state leads, by what (contract section 5). Everything else is refused. */
const LEGAL: Readonly<Record<State, Readonly<Record<string, State>>>> = {
  DRAFT: { dispatch: 'DISPATCHED', auto: 'DISPATCHED', CANCELED: 'CANCELED' },
  APPROVAL_PENDING: { APPROVE: 'APPROVED', REJECT: 'REJECTED', CANCELED: 'CANCELED' },
  APPROVED: { dispatch: 'DISPATCHED', auto: 'DISPATCHED', CANCELED: 'CANCELED' },
  REJECTED: { DRAFT: 'DRAFT', CANCELED: 'CANCELED' },
  DISPATCHED: { IN_PROGRESS: 'IN_PROGRESS', CANCELED: 'CANCELED' },
  IN_PROGRESS: { ACCEPTED: 'ACCEPTED', CANCELED: 'CANCELED' },
  ACCEPTED: { ARCHIVED: 'ARCHIVED' },
  ARCHIVED: {},
  CANCELED: {},
};

const DEDICATED: readonly string[] = ['APPROVAL_PENDING', 'APPROVED', 'REJECTED', 'DISPATCHED'];
const STEPS = ['submit', 'APPROVE', 'REJECT', 'dispatch', 'auto', ...STATES.map((state) => `to ${state}`)];

describe('every step from every state', () => {
  let call: Call;
  let userId: string;
  beforeAll(async () => {
    const tenant = await api.tenant();
    ({ call } = tenant);
    userId = await tenant.user();
  });

  const step = (taskId: string, name: string): Promise<Answer> => {
    const path = `${TASKS}/${taskId}`;
    if (name === 'submit') return call('POST', `${path}/submit-approval`);
    if (name === 'APPROVE' || name === 'REJECT') return call('POST', `${path}/approve`, { decision: name });
    if (name === 'dispatch') return call('POST', `${path}/dispatch`, { assigned_to: userId });
    if (name === 'auto') return call('POST', `${path}/auto-dispatch`, { candidate_user_ids: [userId] });
    return call('POST', `${path}/transition`, { target_state: name.replace('to ', '') });
  };

  /** Tasks in a state. */
  const make = async (state: State, count: number): Promise<readonly string[]> => {
    const way = WAYS[state];
    const made = await makeTasks(
      call,
      Array.from({ length: count }, () => ({ requires_approval: way.includes('submit') })),
    );
    for (const { id } of made) for (const name of way) expect((await step(id, name)).status).toBe(200);
    return made.map(({ id }) => id);
  };

  it.each(STATES)('%s', async (state) => {
    const legal = Object.entries(LEGAL[state]);
    const [refusing = '', ...leading] = await make(state, 1 + legal.length);
    const before = (await call('GET', `${TASKS}/${refusing}`)).body as unknown;

    for (const name of STEPS) {
      const target = name.replace('to ', '');
      const isTransition = name.startsWith('to ');
      if (target in LEGAL[state]) continue;
      const { status, body } = await step(refusing, name);
      const code =
        isTransition && DEDICATED.includes(target)
          ? 'dedicated_endpoint'
          : name === 'submit' && !WAYS[state].includes('submit')
            ? 'approval_not_required'
            : 'illegal_transition';
      expect({ name, status, code: body.code }).toEqual({ name, status: 409, code });
    }
    expect((await call('GET', `${TASKS}/${refusing}`)).body).toEqual(before);

    for (const [at, [name, reached]] of legal.entries()) {
      const { status, body } = await step(leading[at] ?? '', name);
      expect({ name, status, state: (body.task ?? body).state }).toEqual({ name, status: 200, state: reached });
    }
  });

  it('leads a rejected task back to a draft that needs approval again', async () => {
    const [id = ''] = await make('REJECTED', 1);
    expect((await step(id, 'to DRAFT')).status).toBe(200);
    for (const name of ['dispatch', 'auto']) expect((await step(id, name)).body.code).toBe('approval_required');
    for (const name of ['submit', 'APPROVE', 'dispatch']) expect((await step(id, name)).status).toBe(200);
  });

  it.each(['ARCHIVED', 'CANCELED'] as const)('leaves risk and checklist of a task that is %s alone', async (state) => {
    const [id = ''] = await make(state, 1);
    const refused = await call('PATCH', `${TASKS}/${id}/risk-checklist`, { risk_level: 1 });
    expect([refused.status, refused.body.code, refused.body.state]).toEqual([409, 'task_closed', state]);
    expect((await call('GET', `${TASKS}/${id}`)).body).toMatchObject({ risk_level: 3 });
  });
});

describe('composition', () => {
  it('takes the request, else the template, else the constant', async () => {
    const { call } = await api.tenant();
    const type = await call('POST', '/api/task-center/types', { code: 'A', name: 'A' });
    const task_type_id = type.body.id as string;
    const template = await call('POST', '/api/task-center/templates', {
      task_type_id,
      template_key: 'K',
      name: 'Round',
      requires_approval: true,
      default_priority: 8,
      default_risk_level: 4,
      default_checklist: ['Battery'],
      route_template: { path: [1, 2] },
      payload_template: { camera: 'wide' },
      default_payload: { speed: 5, nested: { a: 1 }, schedule: 'overwritten', template_version: 'overwritten' },
    });
    const clone = await call('POST', `/api/task-center/templates/${template.body.id}:clone`, {
      template_key: 'K2',
      name: 'Copy',
    });
    const { id, template_key, name, cloned_from, created_at, updated_at, ...copied } = clone.body as Record<
      string,
      unknown
    >;
    expect({ template_key, name, cloned_from }).toEqual({
      template_key: 'K2',
      name: 'Copy',
      cloned_from: template.body.id,
    });
    expect(template.body).toMatchObject(copied);

    const schedule = { planned_start_at: null, planned_end_at: null };
    const create = async (fields: object): Promise<Record<string, unknown>> =>
      (await call('POST', TASKS, { task_type_id, name: 'T', ...fields })).body as Record<string, unknown>;
    expect(await create({})).toMatchObject({
      priority: 5,
      risk_level: 3,
      requires_approval: false,
      checklist: [],
      template_version: null,
      context_data: { route_template: {}, payload_template: {}, template_version: 'v2', schedule },
    });
    expect(await create({ template_id: id })).toMatchObject({
      priority: 8,
      risk_level: 4,
      requires_approval: true,
      checklist: ['Battery'],
      template_id: id,
      context_data: {
        speed: 5,
        nested: { a: 1 },
        route_template: { path: [1, 2] },
        payload_template: { camera: 'wide' },
        template_version: 'v2',
        schedule,
      },
    });
    const own = await create({
      template_id: id,
      priority: 1,
      requires_approval: false,
      checklist: [],
      route_template: {},
      payload_template: { lens: 'long' },
      context_data: { nested: { b: 2 }, wind: true, route_template: 'overwritten' },
    });
    expect(own).toMatchObject({
      priority: 1,
      risk_level: 4,
      requires_approval: false,
      checklist: [],
      route_template: {},
    });
    expect(own['context_data']).toEqual({
      speed: 5,
      nested: { b: 2 },
      wind: true,
      route_template: {},
      payload_template: { lens: 'long' },
      template_version: 'v2',
      schedule,
    });
    // The template's later life does not reach into the task.
    expect((await call('GET', `${TASKS}/${String(own['id'])}`)).body).toEqual(own);
  });
});
