import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rosterKey } from '../../adapters/dynamodb/keys.ts';
import { client, environment, newId } from '../../adapters/runtime/composition.ts';
import { tokens } from '../../adapters/runtime/security.ts';
import { holdingsOf, overlapsAmong } from './contents.ts';
import { startGatewayProcess, type GatewayProcess } from './gateways.ts';
import { caller, instant, makeTasks, makeTenant, startApi, type Answer, type Call, type TestApi } from './harness.ts';
import { IS_LONG, makeRandom, SEED } from './random.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const DAY = '2026-03-01T';
const window = (start: string, end: string) => ({ planned_start_at: DAY + start, planned_end_at: DAY + end });
const UNSCHEDULED = {};

const dispatch = (call: Call, task: { readonly id: string } | undefined, userId: string): Promise<Answer> =>
  call('POST', `/api/task-center/tasks/${task?.id}/dispatch`, { assigned_to: userId });
const autoDispatch = (call: Call, task: { readonly id: string } | undefined, userIds: readonly string[]) =>
  call('POST', `/api/task-center/tasks/${task?.id}/auto-dispatch`, { candidate_user_ids: userIds });
const move = (call: Call, task: { readonly id: string } | undefined, target_state: string): Promise<Answer> =>
  call('POST', `/api/task-center/tasks/${task?.id}/transition`, { target_state });
const outcomeOf = ({ status, body }: Answer): string => `${status}${status === 200 ? '' : ` ${String(body.code)}`}`;
const count = (answers: readonly Answer[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const outcome of answers.map(outcomeOf)) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
};

describe('manual dispatch', () => {
  it('refuses a window that overlaps one the user holds, and says which', async () => {
    const { id, call, user } = await api.tenant();
    const [first, second] = await makeTasks(call, [
      { ...window('08:00:00Z', '10:00:00Z'), name: 'Mast 7' },
      window('09:59:00Z', '11:00:00Z'),
    ]);
    const userId = await user();

    const taken = await dispatch(call, first, userId);
    const refused = await dispatch(call, second, userId);

    expect(taken.status).toBe(200);
    expect(taken.body).toMatchObject({ state: 'DISPATCHED', dispatch_mode: 'MANUAL', assigned_to: userId, version: 2 });
    expect(refused.status).toBe(409);
    expect(refused.body.detail).toContain('overlapping assignment');
    expect(refused.body).toMatchObject({
      code: 'schedule_conflict',
      conflicts: [
        {
          task_id: first?.id,
          name: 'Mast 7',
          planned_start_at: '2026-03-01T08:00:00.000Z',
          planned_end_at: '2026-03-01T10:00:00.000Z',
        },
      ],
    });
    expect((await call('GET', `/api/task-center/tasks/${second?.id}`)).body).toMatchObject({
      state: 'DRAFT',
      assigned_to: null,
      dispatched_at: null,
      version: 1,
    });
    expect(await holdingsOf(id, userId)).toMatchObject({ windows: [{ task_id: first?.id }], active_count: 1 });
  });

  it('tells every relation of two windows right: touching is free, everything else that meets is not', async () => {
    // Allen's thirteen relations of the wanted window to the held one, 10:00 to 12:00, and the ways to write them.
    const held = window('10:00:00Z', '12:00:00Z');
    const relations: readonly (readonly [string, number, ReturnType<typeof window>])[] = [
      ['before', 200, window('08:00:00Z', '09:00:00Z')],
      ['meets', 200, window('08:00:00Z', '10:00:00Z')],
      ['overlaps', 409, window('09:00:00Z', '11:00:00Z')],
      ['overlaps by a millisecond', 409, window('09:00:00Z', '10:00:00.001Z')],
      ['finished by', 409, window('09:00:00Z', '12:00:00Z')],
      ['contains', 409, window('09:00:00Z', '13:00:00Z')],
      ['starts', 409, window('10:00:00Z', '11:00:00Z')],
      ['equals', 409, held],
      ['started by', 409, window('10:00:00Z', '13:00:00Z')],
      ['during', 409, window('10:30:00Z', '11:30:00Z')],
      ['finishes', 409, window('11:00:00Z', '12:00:00Z')],
      ['overlapped by', 409, window('11:00:00Z', '13:00:00Z')],
      ['overlapped by a millisecond', 409, window('11:59:59.999Z', '13:00:00Z')],
      ['met by', 200, window('12:00:00Z', '13:00:00Z')],
      ['after', 200, window('13:00:00Z', '14:00:00Z')],
      ['meets, seen from +05:30', 200, window('13:30:00+05:30', '15:30:00+05:30')],
      ['overlaps, seen from +05:30', 409, window('13:30:00+05:30', '15:31:00+05:30')],
      ['equals, seen from -08:00', 409, window('02:00:00-08:00', '04:00:00-08:00')],
      ['met by, without an offset', 200, window('12:00:00', '13:00:00')],
      ['overlapped by, without an offset', 409, window('11:59:00', '13:00:00')],
    ];
    const { call, user } = await api.tenant();
    const tasks = await makeTasks(
      call,
      relations.flatMap(([, , wanted]) => [held, wanted]),
    );
    const seen = await Promise.all(
      relations.map(async ([relation], at) => {
        const userId = await user();
        expect((await dispatch(call, tasks[2 * at], userId)).status).toBe(200);
        return [relation, (await dispatch(call, tasks[2 * at + 1], userId)).status];
      }),
    );
    expect(seen).toEqual(relations.map(([relation, expected]) => [relation, expected]));
  });

  it('names every window in the way, and only those', async () => {
    const { call, user } = await api.tenant();
    const userId = await user();
    const tasks = await makeTasks(call, [
      window('06:00:00Z', '07:00:00Z'),
      window('07:00:00Z', '08:30:00Z'),
      window('08:30:00Z', '09:00:00Z'),
      window('09:00:00Z', '12:00:00Z'),
      window('12:00:00Z', '13:00:00Z'),
      window('08:00:00Z', '12:00:00Z'),
    ]);
    for (const task of tasks.slice(0, 5)) expect((await dispatch(call, task, userId)).status).toBe(200);
    const refused = await dispatch(call, tasks[5], userId);
    const named = (refused.body.conflicts as { task_id: string }[]).map(({ task_id }) => task_id);
    expect(named.toSorted()).toEqual(tasks.slice(1, 4).map(({ id }) => id));
  });

  it('keeps the users of one tenant apart', async () => {
    const { call, user } = await api.tenant();
    const [first, second] = await makeTasks(call, [window('08:00:00Z', '10:00:00Z'), window('08:00:00Z', '10:00:00Z')]);
    expect((await dispatch(call, first, await user())).status).toBe(200);
    expect((await dispatch(call, second, await user())).status).toBe(200);
  });

  it.each([
    ['CANCELED', ['CANCELED']],
    ['IN_PROGRESS, CANCELED', ['IN_PROGRESS', 'CANCELED']],
    ['IN_PROGRESS, ACCEPTED', ['IN_PROGRESS', 'ACCEPTED']],
  ])('frees the window with %s, and not before', async (_name, path) => {
    const { id, call, user } = await api.tenant();
    const userId = await user();
    const [first, second] = await makeTasks(call, [window('08:00:00Z', '10:00:00Z'), window('09:00:00Z', '11:00:00Z')]);
    await dispatch(call, first, userId);
    for (const state of path) {
      expect(outcomeOf(await dispatch(call, second, userId))).toBe('409 schedule_conflict');
      expect(await holdingsOf(id, userId)).toMatchObject({ windows: [{ task_id: first?.id }], active_count: 1 });
      expect((await move(call, first, state)).status).toBe(200);
    }
    expect(await holdingsOf(id, userId)).toMatchObject({ windows: [], open: 0, active_count: 0 });
    expect((await dispatch(call, second, userId)).status).toBe(200);
    expect(await holdingsOf(id, userId)).toMatchObject({ windows: [{ task_id: second?.id }], active_count: 1 });
  });

  it('lets unscheduled tasks hold nothing, but counts them as workload', async () => {
    const { id, call, user } = await api.tenant();
    const userId = await user();
    const [first, second, scheduled, next] = await makeTasks(call, [
      UNSCHEDULED,
      UNSCHEDULED,
      window('08:00:00Z', '10:00:00Z'),
      UNSCHEDULED,
    ]);
    for (const task of [first, second, scheduled]) expect((await dispatch(call, task, userId)).status).toBe(200);
    expect(await holdingsOf(id, userId)).toMatchObject({
      windows: [{ task_id: scheduled?.id }],
      open: 2,
      active_count: 3,
    });
    expect((await move(call, first, 'CANCELED')).status).toBe(200);
    expect(await holdingsOf(id, userId)).toMatchObject({ open: 1, active_count: 2 });
    const { body } = await autoDispatch(call, next, [userId]);
    expect(body.scores[0].reasons).toContain('workload=2=>16');
    expect(String(body.scores[0].reasons)).not.toContain('overlap_conflicts');
  });

  it('refuses an unknown, a foreign and an inactive assignee', async () => {
    const { id, call, user } = await api.tenant();
    const [task] = await makeTasks(call, [window('08:00:00Z', '10:00:00Z')]);
    const foreigner = await (await api.tenant()).user();
    const inactive = await user({ is_active: true });
    const deactivated = await call('PATCH', `/api/identity/users/${inactive}`, { is_active: false });
    expect(deactivated.body).toMatchObject({ is_active: false });
    expect(outcomeOf(await dispatch(call, task, 'nobody'))).toBe('404 user_not_found');
    expect(outcomeOf(await dispatch(call, task, foreigner))).toBe('404 user_not_found');
    expect(outcomeOf(await dispatch(call, task, inactive))).toBe('409 inactive_user');
    expect(await holdingsOf(id, inactive)).toMatchObject({ windows: [], active_count: 0 });
  });

  it('refuses a task that requires approval, and one that is dispatched already', async () => {
    const { call, user } = await api.tenant();
    const userId = await user();
    const [draft, plain] = await makeTasks(call, [{ requires_approval: true }, UNSCHEDULED]);
    expect(outcomeOf(await dispatch(call, draft, userId))).toBe('409 approval_required');
    expect((await dispatch(call, plain, userId)).status).toBe(200);
    expect(outcomeOf(await dispatch(call, plain, userId))).toBe('409 illegal_transition');
    expect(outcomeOf(await autoDispatch(call, plain, [userId]))).toBe('409 illegal_transition');
  });
});

describe('auto-dispatch', () => {
  it('takes the best who is free, shows every score, and says how it came about', async () => {
    const { call, user } = await api.tenant();
    const [busy, member, idle] = [await user(), await user(), await user()];
    const unit = await call('POST', '/api/identity/org-units', { name: 'North', code: 'N' });
    await call('POST', `/api/identity/users/${busy}/org-units/${unit.body.id}`, {});
    await call('POST', `/api/identity/users/${member}/org-units/${unit.body.id}`, {});
    const asset = await call('POST', '/api/assets', { asset_type: 'UAV', asset_code: 'U1', name: 'Kestrel' });
    await call('POST', `/api/assets/${asset.body.id}/availability`, {
      availability_status: 'AVAILABLE',
      region_code: 'A1',
    });
    const scheduled = { ...window('08:00:00Z', '10:00:00Z'), org_unit_id: unit.body.id, area_code: 'A1', priority: 6 };
    const [first, second] = await makeTasks(call, [scheduled, scheduled]);
    await dispatch(call, first, busy);

    const { status, body } = await autoDispatch(call, second, [idle, busy, member, member, 'nobody']);

    expect(status).toBe(200);
    expect(body).toMatchObject({ selected_user_id: member, dispatch_mode: 'AUTO' });
    expect(body.task).toMatchObject({ assigned_to: member, dispatch_mode: 'AUTO', state: 'DISPATCHED' });
    expect((body.scores as { user_id: string }[]).map((score) => score.user_id)).toEqual([member, idle, busy]);
    expect(body.scores[0]).toEqual({
      user_id: member,
      total_score: 91.7,
      breakdown: {
        base: 16,
        workload: 32,
        org_match: 24,
        resource_availability: 8,
        priority: 7.2,
        risk: 4.5,
        conflict_penalty: 0,
      },
      reasons: [
        'strategy=v2.0',
        'base=16',
        'workload=0=>32',
        'org_match=true=>24',
        'available_assets=1=>8',
        'priority=6=>7.2',
        'risk_level=3=>4.5',
        'overlap_conflicts=0=>0',
      ],
    });
    expect(body.scores[2].reasons).toContain('overlap_conflicts=1=>-35');
    expect(body.resource_snapshot).toMatchObject({ scope_area_code: 'A1', total_assets: 1, available_assets: 1 });
    const history = await call('GET', `/api/task-center/tasks/${second?.id}/history`);
    expect((history.body as unknown[]).at(-1)).toMatchObject({
      action: 'dispatched',
      detail: {
        assigned_to: member,
        dispatch_mode: 'AUTO',
        schedule: { planned_start_at: '2026-03-01T08:00:00.000Z', planned_end_at: '2026-03-01T10:00:00.000Z' },
        scores: body.scores,
        scores_left_out: 0,
        resource_snapshot: body.resource_snapshot,
      },
    });
  });

  it('refuses when nobody is free, and when there is nobody', async () => {
    const { call, user } = await api.tenant();
    const userId = await user();
    const [first, second] = await makeTasks(call, [window('08:00:00Z', '10:00:00Z'), window('09:00:00Z', '11:00:00Z')]);
    await dispatch(call, first, userId);
    expect(outcomeOf(await autoDispatch(call, second, [userId]))).toBe('409 no_conflict_free_candidate');
    expect(outcomeOf(await autoDispatch(call, second, ['nobody']))).toBe('409 no_candidates');
  });

  it('looks at all active users when none are named, and leaves inactive ones out', async () => {
    const { call, user } = await api.tenant();
    const [active, inactive] = [await user(), await user()];
    await call('PATCH', `/api/identity/users/${inactive}`, { is_active: false });
    const [first, second] = await makeTasks(call, [UNSCHEDULED, UNSCHEDULED]);
    const all = await call('POST', `/api/task-center/tasks/${first?.id}/auto-dispatch`);
    const named = await autoDispatch(call, second, [active, inactive]);
    for (const { status, body } of [all, named]) {
      expect(status).toBe(200);
      expect(body.scores).toHaveLength(1);
      expect(body.selected_user_id).toBe(active);
    }
  });

  it('shows every score, and keeps the 50 best and the number of the others in the history', async () => {
    const { call, user } = await api.tenant();
    const userIds = await Promise.all(Array.from({ length: 60 }, () => user()));
    const [task] = await makeTasks(call, [UNSCHEDULED]);
    const { body } = await autoDispatch(call, task, userIds);
    // All alike: the ids decide.
    expect((body.scores as { user_id: string }[]).map((score) => score.user_id)).toEqual(userIds.toSorted());
    const history = await call('GET', `/api/task-center/tasks/${task?.id}/history`);
    const { detail } = (history.body as { detail: Record<string, unknown> }[])[1] ?? {};
    expect(detail?.['scores']).toEqual((body.scores as unknown[]).slice(0, 50));
    expect(detail?.['scores_left_out']).toBe(10);
  });

  it('looks at no more than 1,000: it asks to name them', async () => {
    const { id, call } = await api.tenant();
    const userIds = Array.from({ length: 1_001 }, () => newId());
    const [task] = await makeTasks(call, [UNSCHEDULED]);
    expect((await autoDispatch(call, task, userIds)).status).toBe(422);
    for (let from = 0; from < userIds.length; from += 25) {
      const puts = userIds
        .slice(from, from + 25)
        .map((user_id) => ({ PutRequest: { Item: { ...rosterKey(id, user_id, true), user_id } } }));
      await client.send(new BatchWriteCommand({ RequestItems: { [environment.TABLE_NAME]: puts } }));
    }
    const refused = await call('POST', `/api/task-center/tasks/${task?.id}/auto-dispatch`);
    expect(refused.body).toMatchObject({ status: 409, code: 'too_many_candidates', limit: 1_000 });
    expect(refused.body.detail).toContain('candidate_user_ids');
  });
});

describe('two gateways on one database', () => {
  let gateways: readonly [GatewayProcess, GatewayProcess];
  beforeAll(async () => {
    gateways = await Promise.all([startGatewayProcess(), startGatewayProcess()]);
  });
  afterAll(() => Promise.all(gateways.map(({ stop }) => stop())));

  /** A tenant, and one caller of it for each gateway. */
  const rivals = async () => {
    const tenant = await makeTenant(gateways[0].url);
    const token = await tokens.issue({ sub: 'rival', tenant_id: tenant.id, permissions: ['*'] });
    return { ...tenant, calls: gateways.map(({ url }) => caller(url, token)) };
  };
  /** One request for each task, all at the same moment, in turn through each of the gateways. */
  const together = <T>(
    calls: readonly Call[],
    tasks: readonly T[],
    send: (call: Call, task: T, at: number) => Promise<Answer>,
  ) => Promise.all(tasks.map((task, at) => send(calls[at % calls.length] ?? caller(''), task, at)));
  const at = (minute: number): string => new Date(Date.UTC(2026, 2, 1) + minute * 60_000).toISOString();
  const minutes = (start: number, end: number) => ({ planned_start_at: at(start), planned_end_at: at(end) });
  /** Twenty windows, no two the same, that all hold one moment. */
  const overlapping = (seed: number) => {
    const random = makeRandom(seed);
    return Array.from({ length: 20 }, () => minutes(600 - random.below(300), 601 + random.below(300)));
  };

  const seeds = IS_LONG ? [SEED, SEED + 1, SEED + 2] : [SEED];

  it.each(seeds)('give one user one of twenty overlapping tasks (seed %i)', async (seed) => {
    const { id, call, user, calls } = await rivals();
    const tasks = await makeTasks(call, overlapping(seed));
    const userId = await user();

    const answers = await together(calls, tasks, (rival, task) => dispatch(rival, task, userId));

    expect(count(answers)).toEqual({ '200': 1, '409 schedule_conflict': 19 });
    const winner = answers.find(({ status }) => status === 200)?.body.id as string;
    expect(await holdingsOf(id, userId)).toMatchObject({ windows: [{ task_id: winner }], active_count: 1, version: 2 });
    for (const { status, body } of answers)
      if (status !== 200) expect(body.conflicts).toMatchObject([{ task_id: winner }]);
  });

  it.each(seeds)('give two candidates two of twenty overlapping tasks (seed %i)', async (seed) => {
    const { id, call, user, calls } = await rivals();
    const tasks = await makeTasks(call, overlapping(seed));
    const userIds = [await user(), await user()];

    const answers = await together(calls, tasks, (rival, task) => autoDispatch(rival, task, userIds));

    expect(count(answers)).toEqual({ '200': 2, '409 no_conflict_free_candidate': 18 });
    const held = await Promise.all(userIds.map((userId) => holdingsOf(id, userId)));
    expect(held.map(({ windows, active_count }) => [windows.length, active_count])).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  it.each(seeds)('never let windows overlap, and refuse none that is free (seed %i)', async (seed) => {
    const random = makeRandom(seed);
    const { id, call, user, calls } = await rivals();
    const drafts = Array.from({ length: 30 }, () => {
      const start = random.below(600);
      return minutes(start, start + 1 + random.below(120));
    });
    const tasks = await makeTasks(call, drafts);
    const userIds = await Promise.all([user(), user(), user()]);
    const assignees = tasks.map(() => random.pick(['', ...userIds]));

    const answers = await together(calls, tasks, (rival, task, position) => {
      const userId = assignees[position] ?? '';
      return userId === '' ? autoDispatch(rival, task, userIds) : dispatch(rival, task, userId);
    });

    const held = await Promise.all(userIds.map((userId) => holdingsOf(id, userId)));
    for (const { windows, active_count } of held) {
      expect(overlapsAmong(windows)).toEqual([]);
      expect(active_count).toBe(windows.length);
    }
    const taken = held.flatMap(({ windows }) => windows.map(({ task_id }) => task_id));
    const dispatched = tasks.filter((_, position) => answers[position]?.status === 200).map((task) => task.id);
    expect(taken.toSorted()).toEqual(dispatched.toSorted());
    // Nothing was given back, so whoever was refused still finds the time taken.
    const refusals = answers.flatMap((answer, position) => (answer.status === 200 ? [] : [{ answer, position }]));
    for (const { answer, position } of refusals) {
      const draft = drafts[position];
      const wanted = {
        task_id: '',
        start: instant(draft?.planned_start_at ?? ''),
        end: instant(draft?.planned_end_at ?? ''),
      };
      const named = userIds.indexOf(assignees[position] ?? '');
      const asked = named === -1 ? held : held.slice(named, named + 1);
      expect(outcomeOf(answer)).toBe(named === -1 ? '409 no_conflict_free_candidate' : '409 schedule_conflict');
      for (const { windows } of asked)
        expect(windows.some((one) => overlapsAmong([one, wanted]).length > 0)).toBe(true);
    }
  });
});
