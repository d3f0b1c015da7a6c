import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clock } from '../../adapters/runtime/composition.ts';
import { calendars } from '../../adapters/runtime/resources/calendars.ts';
import { guard } from '../../adapters/runtime/resources/plans.ts';
import type { PlanDifference } from '../../core/dispatch/plan-token.ts';
import { isDomainError } from '../../core/errors.ts';
import type { Left } from '../../core/plans/carry-out.ts';
import { makeCommitPlan, type CommitPorts } from '../../core/plans/commit.ts';
import { makeRevertPlan } from '../../core/plans/revert.ts';
import type { Move } from '../../core/plans/moves.ts';
import { startApi, type TestApi } from './harness.ts';
import { portsOfPlanning, solveHere } from './planned.ts';
import { IS_LONG, makeRandom, SEED } from './random.ts';
import {
  concernedBy,
  expectSound,
  groupsOf,
  isRoomFor,
  makeDay,
  nameOf,
  PLANS,
  rivalActs,
  type Day,
  type Scene,
} from './rivals.ts';

const DAYS = IS_LONG ? 20 : 4;

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

type Random = ReturnType<typeof makeRandom>;
type Verb = 'commit' | 'revert';

/** Straight to the use cases: a gateway that is kept waiting gives up, and they would go on behind its back. */
const now = clock();
const ports = { ...portsOfPlanning, calendars, guard, clock: () => now };

interface Outcome {
  readonly done: readonly string[];
  readonly already: readonly string[];
  readonly left: readonly Left[];
}

const act = async ({ tenant, planId }: Day, verb: Verb, given: CommitPorts = ports): Promise<Outcome> => {
  const call = { tenantId: tenant.id, actorId: 'planner', permissions: [] };
  if (verb === 'commit') {
    const { committed, already_committed: already, left_out: left } = await makeCommitPlan(given)(call, planId, {});
    return { done: tasksIn(committed), already, left };
  }
  const { reverted, already_reverted: already, left_out: left } = await makeRevertPlan(given)(call, planId);
  return { done: tasksIn(reverted), already, left };
};

const times = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);
const sorted = (groups: readonly (readonly string[])[]): readonly (readonly string[])[] =>
  groups.map((ids) => ids.toSorted()).toSorted();
const idsOf = (moves: readonly Move[]): readonly string[] => moves.map(({ task_id }) => task_id);
const tasksIn = (components: readonly { readonly task_ids: readonly string[] }[]): readonly string[] =>
  components.flatMap(({ task_ids }) => task_ids);

/** As a process that is killed: from one transaction on, before it is sent or after, nothing more is done. */
const dying = (random: Random): CommitPorts => {
  let left = random.below(3);
  const isSent = random.below(2) === 0;
  return {
    ...ports,
    guard: async (...asked) => {
      left -= 1;
      if (left >= 0 || isSent) await guard(...asked);
      if (left < 0) throw new Error('killed');
    },
    commit: () => Promise.reject(new Error('killed')),
  };
};

/** All at once, so that nobody knows who comes first. */
const storm = async (day: Day, random: Random): Promise<void> => {
  const verbs: readonly Verb[] = random.below(2) === 0 ? ['commit', 'revert'] : ['commit'];
  const acting = [
    ...['commit' as const, ...verbs].map((verb) => act(day, verb)),
    ...verbs.map((verb) => act(day, verb, dying(random))),
  ];
  const rivals = times(6).map(() => rivalActs(day, random));
  const again = solveHere(day.tenant.id, day.planId, new AbortController().signal);
  const ends = await Promise.allSettled(acting);
  await Promise.all([...rivals, again]);
  for (const end of ends) {
    if (end.status === 'fulfilled') expectAnswer(end.value);
    else if (isDomainError(end.reason))
      expect(['plan_state', 'stale_read', 'outcome_unknown']).toContain(end.reason.code);
    else expect(end.reason).toEqual(new Error('killed'));
  }
};

/** What became of a task is said once, and of what was left why. */
const expectAnswer = ({ done, already, left }: Outcome): void => {
  const told = [...done, ...already, ...tasksIn(left)];
  expect(new Set(told).size).toBe(told.length);
  for (const { code, differences } of left) {
    expect(code === 'plan_stale').toBe(differences.length > 0);
    for (const one of differences) expect(one.before).not.toBe(one.now);
  }
};

const isDone = ({ tasks }: Scene, { task_id }: Move): boolean => tasks.get(task_id)?.byPlan.at(-1) === 'commit';

/** With no rival at work: what is not stale is committed, what is is explained, and the rest stays as it was. */
const expectCommit = async (day: Day, before: Scene, requests: number): Promise<Scene> => {
  const { touched } = before;
  // What was taken back once has moved, too.
  const isMoved = ({ task_id }: Move): boolean => before.tasks.get(task_id)?.byPlan.includes('revert') === true;
  const pending = groupsOf(day.moves.filter((move) => !isDone(before, move)));
  const reasonsOf = (group: readonly Move[]): readonly string[] => [
    ...group
      .filter((move) => touched.has(nameOf.task(move.task_id)) || isMoved(move))
      .map((move) => nameOf.task(move.task_id)),
    ...new Set(group.flatMap(concernedBy).filter((name) => touched.has(name))),
  ];
  // Equipment that is out of use is in no calendar: that it may not be taken any more is for the guard to say.
  const isRefused = (group: readonly Move[]): boolean =>
    group.some((move) => move.to_assets.some((id) => before.outOfUse.includes(id) && !move.from_assets.includes(id)));
  const staying = pending.filter((group) => reasonsOf(group).length > 0 || isRefused(group));
  const fresh = pending.filter((group) => !staying.includes(group)).flat();

  const answers = await Promise.all(times(requests).map(() => act(day, 'commit')));
  const after = await expectSound(day);
  for (const { done, already, left } of answers) {
    expect([...done, ...already, ...tasksIn(left)].toSorted()).toEqual(idsOf(day.moves).toSorted());
    expect(sorted(left.map(({ task_ids }) => task_ids))).toEqual(sorted(staying.map(idsOf)));
    if (requests === 1) expect(done.toSorted()).toEqual(idsOf(fresh).toSorted());
    for (const id of [...done, ...already]) expect(after.tasks.get(id)?.byPlan).toEqual(['commit']);
    for (const { task_ids, code, differences } of left) {
      const group = staying.find((moves) => idsOf(moves).includes(task_ids[0] ?? '')) ?? [];
      expect(differences.map(subjectOf).toSorted()).toEqual(reasonsOf(group).toSorted());
      expect(code).toBe(differences.length > 0 ? 'plan_stale' : 'asset_unavailable');
    }
  }
  for (const [id, was] of before.tasks) {
    const move = fresh.find(({ task_id }) => task_id === id);
    const is = after.tasks.get(id);
    if (move === undefined) expect(is).toEqual(was);
    else {
      expect(is).toMatchObject({ version: was.version + 1, user: move.to, byPlan: ['commit'] });
      expect(is?.assets.toSorted()).toEqual(move.to_assets.toSorted());
    }
  }
  const done = day.moves.filter((move) => isDone(after, move)).length;
  const state = done === day.moves.length ? 'COMMITTED' : done > 0 ? 'PARTLY_COMMITTED' : 'READY';
  const { body } = await day.tenant.call('GET', `${PLANS}/${day.planId}`);
  expect([body.state, body.committed_tasks]).toEqual([state, done]);
  return after;
};

const subjectOf = ({ task_id, user_id, asset_id }: PlanDifference): string =>
  task_id === undefined
    ? user_id === undefined
      ? nameOf.asset(asset_id ?? '')
      : nameOf.user(user_id)
    : nameOf.task(task_id);

const opposite = ({ task_id, from, to, from_assets, to_assets }: Move): Move => ({
  ...{ task_id, from: to, to: from, from_assets: to_assets, to_assets: from_assets },
});

/** With no rival at work: what nobody has touched goes back where there is room for it, and the rest stays. */
const expectRevert = async (day: Day, before: Scene, requests: number): Promise<Scene> => {
  const done = day.moves.filter((move) => isDone(before, move));
  const groups = groupsOf(done.filter(({ task_id }) => before.tasks.get(task_id)?.isLastByPlan).map(opposite));
  const back = groups.filter((group) => isRoomFor(before, group)).flat();
  const answers = await Promise.all(times(requests).map(() => act(day, 'revert')));
  const after = await expectSound(day);
  for (const { left } of answers) {
    const staying = idsOf(done).filter((id) => !idsOf(back).includes(id));
    expect(tasksIn(left).toSorted()).toEqual(staying.toSorted());
    for (const { task_ids, code } of left) {
      const isTouched = task_ids.some((id) => before.tasks.get(id)?.isLastByPlan === false);
      expect(code === 'plan_stale').toBe(isTouched);
    }
  }
  for (const [id, was] of before.tasks) {
    const move = back.find(({ task_id }) => task_id === id);
    if (move === undefined) expect(after.tasks.get(id)).toEqual(was);
    else expect(after.tasks.get(id)).toMatchObject({ version: was.version + 1, user: move.to, assets: move.to_assets });
  }
  const { body } = await day.tenant.call('GET', `${PLANS}/${day.planId}`);
  expect([body.state, body.committed_tasks]).toEqual(['REVERTED', done.length - back.length]);
  return after;
};

describe(`a plan and its rivals (SEED=${SEED})`, () => {
  it.each(times(DAYS))('quiet before the commit and before the revert, day %i', async (index) => {
    const random = makeRandom(SEED * 1_000 + index);
    const day = await makeDay(await api.tenant(), random);
    for (let left = random.below(4); left > 0; left -= 1) await rivalActs(day, random);
    const first = await expectCommit(day, await expectSound(day), 1 + (index % 2));
    const committed = await expectCommit(day, first, 1);
    if (!day.moves.some((move) => isDone(committed, move))) return;
    for (let left = random.below(5); left > 0; left -= 1) await rivalActs(day, random);
    const reverted = await expectRevert(day, await expectSound(day), 1 + (index % 2));
    await expectRevert(day, reverted, 1);
  });

  it.each(times(DAYS))('all at once, processes killed, messages twice, day %i', async (index) => {
    const random = makeRandom(SEED * 1_000 + 500 + index);
    const day = await makeDay(await api.tenant(), random);
    await storm(day, random);
    const found = await expectSound(day);
    const { body: plan } = await day.tenant.call('GET', `${PLANS}/${day.planId}`);
    const isOver = plan.state === 'REVERTED';
    const committed = isOver ? found : await expectCommit(day, found, 1);
    if (isOver || day.moves.some((move) => isDone(committed, move))) await expectRevert(day, committed, 1);
  });
});
