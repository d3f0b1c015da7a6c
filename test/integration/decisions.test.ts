import { gzipSync } from 'node:zlib';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decisionKey } from '../../adapters/dynamodb/keys.ts';
import { client, environment, newId } from '../../adapters/runtime/composition.ts';
import { STRATEGY_V2_0, type Weights } from '../../core/scoring/strategy.ts';
import { contentsOf } from './contents.ts';
import { makeTasks, startApi, type Answer, type TestApi } from './harness.ts';
import { IS_LONG, makeRandom, SEED } from './random.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const PREFIX = '/api/task-center';
const TASKS = `${PREFIX}/tasks`;

interface Score {
  readonly user_id: string;
  readonly total_score: number;
  readonly breakdown: Readonly<Record<string, number>>;
}
interface Flip {
  readonly user_id: string;
  readonly flip: 'none' | { readonly weight: keyof Weights; readonly from: number; readonly to: number };
}
interface Decision {
  readonly id: string;
  readonly task_id: string;
  readonly strategy: { readonly version: string };
  readonly candidates: readonly { readonly user_id: string }[];
  readonly selected_user_id: string;
  readonly ranking: readonly (readonly [string, number])[];
}

describe('a decision', () => {
  const setUp = async (count = 3) => {
    const tenant = await api.tenant();
    const users = (await Promise.all(Array.from({ length: count }, () => tenant.user()))).toSorted();
    const [made] = await makeTasks(tenant.call, [{ priority: 6 }]);
    const task = `${TASKS}/${made?.id}`;
    const decide = () => tenant.call('POST', `${task}/auto-dispatch`, { candidate_user_ids: users });
    const redecide = async () => {
      await tenant.call('POST', `${task}/unassign`);
      return decide();
    };
    return { ...tenant, users, task, decide, redecide };
  };

  it('is kept with everything that it was made from', async () => {
    const { call, users, task, decide } = await setUp();
    const { body } = await decide();
    const [first] = users;
    const { body: decisions } = await call('GET', `${task}/decisions`);
    expect(decisions).toEqual([
      {
        id: body.decision_id,
        task_id: body.task.id,
        made_at: body.task.dispatched_at,
        actor_id: body.task.dispatched_by,
        engine_version: 'ranking-3',
        strategy: STRATEGY_V2_0,
        task: { priority: 6, risk_level: 3, is_scheduled: false, available_assets: 0 },
        candidates: users.map((user_id) => ({ user_id, active_assignments: 0, is_member: false, overlaps: 0 })),
        selected_user_id: first,
        became_busy: [],
        ranking: users.map((user_id) => [user_id, 63.7]),
        shadow: null,
        equipment: { asset_ids: [], passed_over: [] },
      },
    ]);
  });

  it('is replayed to the bit, with whatever the world has become since', async () => {
    const { call, users, task, decide } = await setUp();
    const { body } = await decide();
    await call('PATCH', `${PREFIX.replace('task-center', 'identity')}/users/${users[0]}`, { is_active: false });
    await call('POST', '/api/assets', { asset_type: 'UAV', asset_code: 'x', name: 'X' });
    await call('POST', `${task}/unassign`);
    const replayed = await call('POST', `${task}/decisions/${String(body.decision_id)}:replay`);
    expect(replayed.status).toBe(200);
    expect(replayed.body).toEqual({
      decision_id: body.decision_id,
      engine_version: 'ranking-3',
      strategy: STRATEGY_V2_0,
      selected_user_id: users[0],
      same_selection: true,
      reproduced: true,
      scores: body.scores,
    });
  });

  it('replayed with other weights says what they would have decided, and changes nothing', async () => {
    const { id, call, users, task, decide } = await setUp();
    const unit = String((await call('POST', '/api/identity/org-units', { name: 'U', code: 'U' })).body.id);
    await call('POST', `/api/identity/users/${users[1]}/org-units/${unit}`, {});
    await call('PATCH', task, { org_unit_id: unit });
    const { body } = await decide();
    expect(body.selected_user_id).toBe(users[1]);
    const before = await contentsOf(id);
    const replay = (weights: unknown) =>
      call('POST', `${task}/decisions/${String(body.decision_id)}:replay`, { weights });
    const even = await replay({ org_match: 0 });
    expect(even.body).toMatchObject({
      strategy: { version: 'v2.0', weights: { ...STRATEGY_V2_0.weights, org_match: 0 } },
      selected_user_id: users[0],
      same_selection: false,
      reproduced: false,
    });
    expect((await replay({ workload: 8 })).body).toMatchObject({ same_selection: true, reproduced: true });
    for (const weights of [{ workload: -1 }, { workload: 0.0001 }, { workload: 1_001 }, { luck: 3 }, 7])
      expect((await replay(weights)).status).toBe(422);
    expect(await contentsOf(id)).toEqual(before);
  });

  it('is listed oldest first, in pages', async () => {
    const { call, task, decide, redecide } = await setUp(1);
    const made = [await decide(), await redecide(), await redecide(), await redecide(), await redecide()];
    const expected = made.map(({ body }) => body.decision_id as string);
    const seen: string[] = [];
    let next: string | undefined = `${task}/decisions?limit=2`;
    for (let pages = 0; next !== undefined && pages < 5; pages += 1) {
      const page: Answer = await call('GET', next);
      seen.push(...(page.body as Decision[]).map(({ id }) => id));
      const link: string | null = page.headers.get('Link');
      next =
        link === null
          ? undefined
          : new URL(link.slice(1, link.indexOf('>'))).pathname + new URL(link.slice(1, link.indexOf('>'))).search;
    }
    expect(seen).toEqual(expected);
  });

  it('of many candidates still fits into a page: a page of large ones ends early', async () => {
    const { id, call, users, task, decide } = await setUp(1);
    const { body } = await decide();
    const [kept] = (await call('GET', `${task}/decisions`)).body as Decision[];
    // As large as a thousand candidates make one, a dozen times.
    const candidates = Array.from({ length: 1_000 }, () => ({
      ...kept?.candidates[0],
      user_id: newId(),
    }));
    const ranking = candidates.map(({ user_id }) => [user_id, 66.7]);
    for (let at = 0; at < 12; at += 1) {
      const decision = { ...kept, id: newId(), tenant_id: id, candidates, ranking, selected_user_id: users[0] };
      const compressed = gzipSync(JSON.stringify(decision));
      const Item = { ...decisionKey(id, String(body.task.id), decision.id), compressed };
      await client.send(new PutCommand({ TableName: environment.TABLE_NAME, Item }));
    }
    const page = await call('GET', `${task}/decisions`);
    expect(page.status).toBe(200);
    expect((page.body as unknown[]).length).toBeGreaterThan(1);
    expect((page.body as unknown[]).length).toBeLessThan(13);
    expect(page.headers.get('Link')).toContain('rel="next"');
  });

  it('that is none, or of another task, is 404', async () => {
    const { call, task, decide } = await setUp(1);
    const { body } = await decide();
    const [other] = await makeTasks(call, [{}]);
    const codes = await Promise.all(
      [
        `${task}/decisions/nothing:replay`,
        `${TASKS}/${other?.id}/decisions/${String(body.decision_id)}:replay`,
        `${TASKS}/nothing/decisions/${String(body.decision_id)}:replay`,
        `${task}/decisions/${String(body.decision_id)}:undo`,
      ].map(async (path) => (await call('POST', path)).body.code as string),
    );
    expect(codes).toEqual(['decision_not_found', 'decision_not_found', 'task_not_found', 'route_not_found']);
    expect((await call('GET', `${TASKS}/nothing/decisions`)).body.code).toBe('task_not_found');
  });
});

/** Tasks of the random run. */
const COUNT = IS_LONG ? 60 : 12;

describe('a long random run', () => {
  it(`replays every decision to the bit, and every flip does what it says: SEED=${SEED}`, async () => {
    const random = makeRandom(SEED);
    const { call, user } = await api.tenant();
    const users = await Promise.all(Array.from({ length: 7 }, () => user()));
    const units = await Promise.all(
      ['A', 'B'].map(async (code) =>
        String((await call('POST', '/api/identity/org-units', { name: code, code })).body.id),
      ),
    );
    const someone = (): string => users[random.below(users.length)] ?? '';
    for (let at = 0; at < 8; at += 1)
      await call('POST', `/api/identity/users/${someone()}/org-units/${units[at % 2]}`, {});
    for (let at = 0; at < 3; at += 1)
      await call('POST', '/api/assets', { asset_type: 'UAV', asset_code: `a${at}`, name: 'A' });
    const hour = (at: number): string => new Date(Date.UTC(2026, 2, 1, at)).toISOString();
    const tasks = await makeTasks(
      call,
      Array.from({ length: COUNT }, (_, at) => {
        const from = random.below(16);
        return {
          priority: 1 + random.below(10),
          risk_level: 1 + random.below(5),
          ...(at % 3 === 0 ? {} : { org_unit_id: units[at % 2] }),
          ...(at % 5 === 0 ? {} : { planned_start_at: hour(from), planned_end_at: hour(from + 1 + random.below(4)) }),
        };
      }),
    );
    // In whole thousandths, divided once: a sum of fractions has noise, and is refused.
    const points = (max: number, from = 0): number => (from + random.below(max * 1_000)) / 1_000;
    const strategies = await Promise.all(
      [1, 2, 3].map(async (at) => {
        const weights = { ...STRATEGY_V2_0.weights, workload: points(20), org_match: points(30, 1) };
        const made = await call('POST', `${PREFIX}/strategies`, {
          version: `random-${at}`,
          weights,
          caps: STRATEGY_V2_0.caps,
        });
        expect(made.status).toBe(201);
        return String(made.body.id);
      }),
    );

    const answers: Answer[] = [];
    // What the run is to show whatever its seed: under each strategy one decision that a flip can turn, where the first by
    // id is no member, and one that none can, between two who are equal.
    const [first, second] = users.toSorted();
    const last = users.toSorted().at(-1);
    const unit = String((await call('POST', '/api/identity/org-units', { name: 'C', code: 'C' })).body.id);
    await call('POST', `/api/identity/users/${last}/org-units/${unit}`, {});
    const sure = await makeTasks(call, [{ org_unit_id: unit }, {}]);
    for (const id of ['v2-0', ...strategies, 'v2-0']) {
      expect((await call('POST', `${PREFIX}/strategies/${id}/activate`)).status).toBe(200);
      for (const [at, candidate_user_ids] of [
        [first, last],
        [first, second],
      ].entries()) {
        const path = `${TASKS}/${sure[at]?.id}`;
        answers.push(await call('POST', `${path}/auto-dispatch`, { candidate_user_ids }));
        await call('POST', `${path}/unassign`);
      }
    }
    const pathOf = (at: number): string => `${TASKS}/${tasks[at % tasks.length]?.id}`;
    const steps: readonly (() => Promise<unknown>)[] = [
      ...Array.from({ length: 2 * COUNT }, (_, at) => async () => {
        const candidates = Array.from({ length: 2 + random.below(6) }, someone);
        const body = random.below(4) === 0 ? {} : { candidate_user_ids: candidates };
        answers.push(await call('POST', `${pathOf(at)}/auto-dispatch`, body));
      }),
      ...Array.from({ length: COUNT / 2 }, () => () => call('POST', `${pathOf(random.below(COUNT))}/unassign`)),
      ...Array.from({ length: 8 }, () => () => {
        const from = 24 + random.below(100);
        const absence = { start_at: hour(from), end_at: hour(from + 1) };
        return call('POST', `${PREFIX}/users/${someone()}/absences`, absence);
      }),
      ...strategies.flatMap((id) => [
        () => call('POST', `${PREFIX}/strategies/${id}/activate`),
        () => call('POST', `${PREFIX}/strategies/${id}/shadow`),
      ]),
      () => call('POST', `${PREFIX}/strategies/v2-0/activate`),
    ];
    // Shuffled, and three at a time, so that they get into each other's way.
    const queue = steps
      .map((step) => ({ step, at: random.below(1_000_000) }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ step }) => step);
    const work = async (): Promise<void> => {
      for (let step = queue.pop(); step !== undefined; step = queue.pop()) await step();
    };
    await Promise.all([work(), work(), work()]);

    const done = answers.filter(({ status }) => status === 200);
    for (const { status, body } of answers)
      if (status !== 200) expect(['illegal_transition', 'no_conflict_free_candidate']).toContain(String(body.code));
    // Those above, and the unscheduled tasks, which somebody can always take.
    expect(done.length).toBeGreaterThanOrEqual(10 + tasks.length / 5);
    const versions = new Set<string>();
    let flips = 0;
    let nones = 0;
    for (const { body } of done) {
      const path = `${TASKS}/${String(body.task.id)}/decisions`;
      const decisions = (await call('GET', path)).body as Decision[];
      const kept = decisions.find(({ id }) => id === body.decision_id);
      versions.add(kept?.strategy.version ?? '');
      const replay = async (weights?: object) =>
        (await call('POST', `${path}/${String(body.decision_id)}:replay`, { weights })).body as {
          readonly selected_user_id: string;
          readonly scores: readonly Score[];
        };
      const replayed = await replay();
      expect(replayed).toMatchObject({
        selected_user_id: body.selected_user_id as string,
        same_selection: true,
        reproduced: true,
      });
      expect(replayed.scores).toEqual(body.scores);
      for (const { total_score, breakdown } of replayed.scores) {
        const sum = Object.values(breakdown).reduce((total, part) => total + Math.round(part * 1_000), 0);
        expect(Math.round(total_score * 1_000)).toBe(sum);
      }
      for (const { user_id, flip } of body.flips as Flip[]) {
        if (flip === 'none') {
          nones += 1;
          continue;
        }
        flips += 1;
        const { weight, from, to } = flip;
        expect((await replay({ [weight]: to })).selected_user_id).toBe(user_id);
        // Half of it, on the side of where it began: weights have three decimals.
        const half = Math.trunc(((to - from) / 2) * 1_000 + (to > from ? 1e-6 : -1e-6));
        const halfway = Math.round(from * 1_000 + half) / 1_000;
        expect((await replay({ [weight]: halfway })).selected_user_id).not.toBe(user_id);
      }
    }
    expect(versions).toEqual(new Set(['v2.0', 'random-1', 'random-2', 'random-3']));
    expect(flips).toBeGreaterThanOrEqual(5);
    expect(nones).toBeGreaterThanOrEqual(5);
  }, 300_000);
});
