import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STRATEGY_V2_0 } from '../../core/scoring/strategy.ts';
import { contentsOf } from './contents.ts';
import { makeTasks, startApi, type Answer, type TestApi } from './harness.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const PATH = '/api/task-center/strategies';
const TASKS = '/api/task-center/tasks';
/** Membership counts for nothing, workload for everything. */
const EVEN = { ...STRATEGY_V2_0, version: 'even', weights: { ...STRATEGY_V2_0.weights, org_match: 0, workload: 20 } };

const setUp = async () => {
  const tenant = await api.tenant();
  const { call } = tenant;
  const create = async (body: object = EVEN): Promise<string> => String((await call('POST', PATH, body)).body.id);
  const choose = (id: string, step: string, body?: object): Promise<Answer> =>
    call('POST', `${PATH}/${id}/${step}`, body);
  const statuses = async (): Promise<Record<string, string>> =>
    Object.fromEntries(
      ((await call('GET', PATH)).body as { version: string; status: string }[]).map(({ version, status }) => [
        version,
        status,
      ]),
    );
  return { ...tenant, create, choose, statuses };
};

const refusalOf = ({ status, body }: Answer): unknown => [status, body.code];

/** A member with an assignment and a stranger without: v2.0 takes the member, EVEN the stranger. */
const makeRivals = async ({ call, user }: Awaited<ReturnType<typeof setUp>>) => {
  const [member, stranger] = [await user(), await user()];
  const unit = String((await call('POST', '/api/identity/org-units', { name: 'U', code: 'U' })).body.id);
  await call('POST', `/api/identity/users/${member}/org-units/${unit}`, {});
  const [held] = await makeTasks(call, [{}]);
  await call('POST', `${TASKS}/${held?.id}/dispatch`, { assigned_to: member });
  /** A task that is decided, and taken back: the next one meets the same facts. */
  const decide = async (draft: object = { org_unit_id: unit }, body: object = {}) => {
    const [task] = await makeTasks(call, [draft]);
    const candidates = { candidate_user_ids: [member, stranger], ...body };
    const answer = await call('POST', `${TASKS}/${task?.id}/auto-dispatch`, candidates);
    await call('POST', `${TASKS}/${task?.id}/unassign`);
    return answer;
  };
  return { member, stranger, decide };
};

describe('a strategy', () => {
  it('is created, listed behind the built-in one, and decides nothing until it is activated', async () => {
    const { call, create, choose, statuses } = await setUp();
    expect((await call('GET', PATH)).body).toEqual([
      { id: 'v2-0', ...STRATEGY_V2_0, status: 'active', created_by: null, created_at: null },
    ]);
    const made = await call('POST', PATH, EVEN);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ ...EVEN, status: 'available' });
    await create({ ...EVEN, version: 'even-2' });
    expect(await statuses()).toEqual({ 'v2.0': 'active', even: 'available', 'even-2': 'available' });
    expect((await choose(String(made.body.id), 'activate')).body).toMatchObject({ version: 'even', status: 'active' });
    expect(await statuses()).toEqual({ 'v2.0': 'available', even: 'active', 'even-2': 'available' });
    expect((await choose('v2-0', 'activate')).body).toMatchObject({ version: 'v2.0', status: 'active' });
    expect(await statuses()).toEqual({ 'v2.0': 'active', even: 'available', 'even-2': 'available' });
  });

  it('that is active decides, and every decision names it', async () => {
    const setting = await setUp();
    const { call, create, choose } = setting;
    const { member, stranger, decide } = await makeRivals(setting);
    const before = await decide();
    expect(before.body).toMatchObject({ selected_user_id: member });
    await choose(await create(), 'activate');
    const { body } = await decide();
    expect(body).toMatchObject({
      selected_user_id: stranger,
      resource_snapshot: { score_strategy: { version: 'even', weights: EVEN.weights } },
    });
    expect((body.scores as { reasons: string[] }[])[0]?.reasons[0]).toBe('strategy=even');
    const decisions = `${TASKS}/${String(body.task.id)}/decisions`;
    expect((await call('GET', decisions)).body).toMatchObject([{ strategy: EVEN }]);
    // An old decision is replayed by the strategy that made it.
    const old = `${TASKS}/${String(before.body.task.id)}/decisions/${String(before.body.decision_id)}:replay`;
    expect((await call('POST', old)).body).toMatchObject({
      strategy: STRATEGY_V2_0,
      selected_user_id: member,
      reproduced: true,
    });
  });

  it('belongs to its tenant', async () => {
    const { create } = await setUp();
    const id = await create();
    const other = await setUp();
    for (const step of ['activate', 'shadow', 'retire'])
      expect(refusalOf(await other.choose(id, step))).toEqual([404, 'strategy_not_found']);
    expect(refusalOf(await other.call('GET', `${PATH}/${id}/shadow-report`))).toEqual([404, 'strategy_not_found']);
    expect(await other.statuses()).toEqual({ 'v2.0': 'active' });
  });

  it('is immutable: its version is given once', async () => {
    const { call, create } = await setUp();
    await create();
    for (const version of ['even', 'v2.0']) {
      const refused = await call('POST', PATH, { ...EVEN, version });
      expect(refusalOf(refused)).toEqual([409, 'duplicate']);
      expect(refused.body).toMatchObject({ field: 'version', errors: [{ pointer: '/version' }] });
    }
  });

  const weights = (patch: object) => ({ ...EVEN, weights: { ...EVEN.weights, ...patch } });
  const caps = (patch: object) => ({ ...EVEN, caps: { ...EVEN.caps, ...patch } });
  it.each([
    ['a negative weight', weights({ workload: -1 }), '/weights/workload', '>=0'],
    ['a negative cap', caps({ workload_min: -6 }), '/caps/workload_min', '>=0'],
    ['a weight beyond all measure', weights({ base: 1_001 }), '/weights/base', '<=1000'],
    ['a weight finer than scores are counted', weights({ base: 0.0001 }), '/weights/base', 'three decimals'],
    ['caps in the wrong order', caps({ workload_max: 5 }), '/caps/workload_min', 'above workload_max'],
    ['a workload weight between equal caps', caps({ workload_max: 6 }), '/weights/workload', 'never matter'],
    [
      'a resource weight under a cap of 0',
      caps({ resource_max: 0, resource_none: 0 }),
      '/weights/resource',
      'never matter',
    ],
    ['no asset worth more than any', caps({ resource_none: 25 }), '/caps/resource_none', 'above resource_max'],
    ['nothing that tells candidates apart', weights({ workload: 0 }), '/weights', 'tells candidates apart'],
    ['a weight that there is not', weights({ luck: 1 }), '/weights/luck', 'no field'],
    ['a weight that is missing', { ...EVEN, weights: {} }, '/weights/base', ''],
    ['a blank version', { ...EVEN, version: ' ' }, '/version', 'blank'],
  ])('is refused with the reason: %s', async (_, body, pointer, reason) => {
    const { id, call } = await setUp();
    const before = await contentsOf(id);
    const refused = await call('POST', PATH, body);
    expect(refusalOf(refused)).toEqual([422, 'validation_failed']);
    const problem = (refused.body.errors as { pointer: string; message: string }[]).find(
      (one) => one.pointer === pointer,
    );
    expect(problem?.message).toContain(reason);
    expect(await contentsOf(id)).toEqual(before);
  });

  it('that is retired is out of use for good', async () => {
    const { create, choose, statuses } = await setUp();
    const id = await create();
    await choose(id, 'activate');
    expect(refusalOf(await choose(id, 'retire'))).toEqual([409, 'strategy_active']);
    await choose('v2-0', 'activate');
    expect((await choose(id, 'retire')).body).toMatchObject({ status: 'retired' });
    for (const step of ['activate', 'shadow', 'retire'])
      expect(refusalOf(await choose(id, step))).toEqual([409, 'strategy_retired']);
    expect(await statuses()).toEqual({ 'v2.0': 'active', even: 'retired' });
    expect(refusalOf(await choose('v2-0', 'retire'))).toEqual([404, 'strategy_not_found']);
    expect(refusalOf(await choose('nothing', 'activate'))).toEqual([404, 'strategy_not_found']);
  });

  it('that is activated and retired at once is never both', async () => {
    const { create, choose, statuses } = await setUp();
    for (let round = 0; round < 6; round += 1) {
      const id = await create({ ...EVEN, version: `round-${round}` });
      const [activated, retired] = await Promise.all([choose(id, 'activate'), choose(id, 'retire')]);
      expect([activated.status, retired.status].toSorted()).toEqual([200, 409]);
      expect((await statuses())[`round-${round}`]).toBe(activated.status === 200 ? 'active' : 'retired');
    }
  });
});

describe('a strategy in shadow', () => {
  it('scores live decisions without effect, and says how often it disagrees, with examples', async () => {
    const setting = await setUp();
    const { call, create, choose, statuses } = setting;
    const { member, stranger, decide } = await makeRivals(setting);
    const id = await create();
    const report = async () => (await call('GET', `${PATH}/${id}/shadow-report`)).body as Record<string, unknown>;
    expect(await report()).toEqual({ strategy_id: id, decisions: 0, disagreements: 0, rate: null, examples: [] });
    await decide();
    expect((await choose(id, 'shadow')).body).toMatchObject({ status: 'shadow' });
    expect(await statuses()).toEqual({ 'v2.0': 'active', even: 'shadow' });

    const differing = [await decide(), await decide()];
    for (const { body } of differing) expect(body.selected_user_id).toBe(member);
    // Without an org unit both say the same.
    const agreeing = await decide({});
    expect(agreeing.body.selected_user_id).toBe(stranger);
    // A preview is no live decision.
    await decide({}, { validate_only: true });
    expect(await report()).toEqual({
      strategy_id: id,
      decisions: 3,
      disagreements: 2,
      rate: 2 / 3,
      examples: differing.toReversed().map(({ body }) => ({
        task_id: body.task.id,
        decision_id: body.decision_id,
        selected_user_id: member,
        shadow_user_id: stranger,
        made_at: body.task.dispatched_at,
      })),
    });
    const [first] = differing;
    const decisions = (await call('GET', `${TASKS}/${String(first?.body.task.id)}/decisions`)).body as object[];
    expect(decisions).toMatchObject([
      { strategy: STRATEGY_V2_0, shadow: { strategy: EVEN, selected_user_id: stranger, agrees: false } },
    ]);
  });

  it('is stopped, replaced by another, or ended by what becomes of it; its counts stay', async () => {
    const setting = await setUp();
    const { call, create, choose, statuses } = setting;
    const { decide } = await makeRivals(setting);
    const [id, other] = [await create(), await create({ ...EVEN, version: 'other' })];
    await choose(id, 'shadow');
    await decide();
    expect((await choose(id, 'shadow', { enabled: false })).body).toMatchObject({ status: 'available' });
    await decide();
    expect((await call('GET', `${PATH}/${id}/shadow-report`)).body).toMatchObject({ decisions: 1 });
    await choose(id, 'shadow');
    await choose(other, 'shadow');
    expect(await statuses()).toMatchObject({ even: 'available', other: 'shadow' });
    // Stopping one that does not run leaves the one that does.
    await choose(id, 'shadow', { enabled: false });
    expect(await statuses()).toMatchObject({ other: 'shadow' });
    await choose(other, 'activate');
    expect(await statuses()).toMatchObject({ other: 'active' });
    expect(refusalOf(await choose(other, 'shadow'))).toEqual([409, 'strategy_active']);
    await choose(id, 'shadow');
    await choose(id, 'retire');
    expect(await statuses()).toEqual({ 'v2.0': 'available', even: 'retired', other: 'active' });
    expect((await decide()).status).toBe(200);
    expect((await call('GET', `${PATH}/${id}/shadow-report`)).body).toMatchObject({ decisions: 1 });
    expect(refusalOf(await choose('v2-0', 'shadow'))).toEqual([404, 'strategy_not_found']);
  });

  it('loses no count when decisions are made side by side', async () => {
    const setting = await setUp();
    const { call, create, choose, user } = setting;
    const id = await create();
    await choose(id, 'shadow');
    const users = await Promise.all(Array.from({ length: 12 }, () => user()));
    const tasks = await makeTasks(
      call,
      users.map(() => ({})),
    );
    const answers = await Promise.all(
      tasks.map((task, at) => call('POST', `${TASKS}/${task.id}/auto-dispatch`, { candidate_user_ids: [users[at]] })),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect((await call('GET', `${PATH}/${id}/shadow-report`)).body).toMatchObject({
      decisions: 12,
      disagreements: 0,
      rate: 0,
    });
  });
});
