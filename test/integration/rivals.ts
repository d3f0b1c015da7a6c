import { expect } from 'vitest';
import { makeTenantSnapshots } from '../../adapters/dynamodb/tenant-snapshot.ts';
import { client, environment, reader } from '../../adapters/runtime/composition.ts';
import { findBreaches } from '../../core/audit/invariants.ts';
import type { TenantSnapshot } from '../../core/audit/snapshot.ts';
import { overlaps, type Window } from '../../core/calendar/window.ts';
import type { Move } from '../../core/plans/moves.ts';
import type { HistoryEntry } from '../../core/tasks/history.ts';
import { holderOf } from '../../core/tasks/rules.ts';
import { contentVersionOf, heldWindowOf, type Task } from '../../core/tasks/task.ts';
import { makeTasks, type Answer, type Call, type TestTenant } from './harness.ts';
import { madePlan } from './planned.ts';
import type { makeRandom } from './random.ts';

type Random = ReturnType<typeof makeRandom>;
type Body = Answer['body'];

export const PLANS = '/api/task-center/plans';
const TASKS = '/api/task-center/tasks';
const USERS = '/api/task-center/users';

/** A crowded day that is planned, and rivals who know nothing of the plan. */
export interface Day {
  readonly tenant: TestTenant;
  readonly rival: Call;
  readonly users: readonly string[];
  readonly assets: readonly string[];
  readonly taskIds: readonly string[];
  readonly planId: string;
  readonly moves: readonly Move[];
}

const at = (hour: number): string => `2026-05-04T${String(hour).padStart(2, '0')}:00:00Z`;

const someTime = (random: Random): object => {
  const start = 6 + random.below(10);
  return { planned_start_at: at(start), planned_end_at: at(start + 1 + random.below(3)) };
};

const draftBy = (random: Random): object => ({
  ...someTime(random),
  priority: 1 + random.below(10),
  ...(random.below(3) === 0 ? { required_assets: [{ asset_type: 'UAV', quantity: 1 }] } : {}),
  ...(random.below(4) === 0 ? { buffer_after_minutes: 60 } : {}),
});

export const makeDay = async (tenant: TestTenant, random: Random): Promise<Day> => {
  const { call } = tenant;
  const users = await Promise.all(Array.from({ length: 4 }, () => tenant.user()));
  const assets = await Promise.all(
    ['A', 'B', 'C'].map(async (code) => {
      const { body } = await call('POST', '/api/assets', { asset_type: 'UAV', asset_code: code, name: code });
      await call('POST', `/api/assets/${body.id}/availability`, { availability_status: 'AVAILABLE' });
      return body.id as string;
    }),
  );
  const drafts = Array.from({ length: 16 }, () => draftBy(random));
  const taskIds = (await makeTasks(call, drafts)).map(({ id }) => id);
  // The last four are the rivals' own; some of the others somebody holds already.
  const asked = taskIds.slice(0, 12);
  for (const id of asked.slice(0, 5)) {
    await call('POST', `${TASKS}/${id}/dispatch`, { assigned_to: users[random.below(users.length)] });
  }
  const before = (await snapshots.byPartitions(tenant.id)).tasks.filter(({ id }) => asked.includes(id));
  const held = before.filter((task) => holderOf(task) !== undefined);
  const plan = await madePlan(tenant.id, call, {
    ...{ tasks: { task_ids: asked }, may_reassign: true, pinned_task_ids: held.slice(0, 1).map(({ id }) => id) },
  });
  const placed = new Map((plan.assignments as Body[]).map((one) => [one.task_id as string, one]));
  const moves = before
    .map((task): Move => ({
      ...{ task_id: task.id, from: task.assigned_to, to: placed.get(task.id)?.user_id ?? null },
      ...{ from_assets: task.asset_ids, to_assets: placed.get(task.id)?.asset_ids ?? [] },
    }))
    .filter(({ from, to }) => from !== to);
  const rival = await tenant.as(['*'], 'rival');
  return { tenant, rival, users, assets, taskIds, planId: plan.id as string, moves };
};

/** One request of a rival; it may be refused. */
export const rivalActs = async ({ rival, users, assets, taskIds }: Day, random: Random): Promise<void> => {
  const user = users[random.below(users.length)] ?? '';
  const path = `${TASKS}/${taskIds[random.below(taskIds.length)]}`;
  const kind = random.below(10);
  if (kind <= 2) await rival('POST', `${path}/dispatch`, { assigned_to: user });
  else if (kind <= 4) await rival('POST', `${path}/reassign`, { assigned_to: user });
  else if (kind === 5) await rival('PATCH', `${path}/schedule`, someTime(random));
  else if (kind === 6) await rival('POST', `${path}/unassign`);
  else if (kind === 7) await rival('PATCH', path, { priority: 1 + random.below(10) });
  else if (kind === 8) {
    const [start, end] = [at(random.below(6)), at(6 + random.below(6))];
    await rival('POST', `${USERS}/${user}/absences`, { start_at: start, end_at: end });
  } else {
    const asset = assets[random.below(assets.length)];
    await rival('POST', `/api/assets/${asset}/availability`, { availability_status: 'MAINTENANCE' });
  }
};

/** A task as it is, and what has become of it since the plan was made. */
interface Found {
  readonly version: number;
  readonly user: string | null;
  readonly assets: readonly string[];
  readonly window: Window | undefined;
  /** What the plan did to it, in order. */
  readonly byPlan: readonly ('commit' | 'revert')[];
  /** Whether the last change of it was made by the plan. */
  readonly isLastByPlan: boolean;
}

/** All of it at one moment. */
export interface Scene {
  readonly tasks: ReadonlyMap<string, Found>;
  /** The names of the tasks that rivals have changed since the plan was made, and of all whose time they took or gave. */
  readonly touched: ReadonlySet<string>;
  readonly absences: readonly { readonly user_id: string; readonly window: Window }[];
  readonly outOfUse: readonly string[];
}

export const nameOf = {
  task: (id: string): string => `task ${id}`,
  user: (id: string): string => `user ${id}`,
  asset: (id: string): string => `asset ${id}`,
};
const namesOf = (user: string | null, assets: readonly string[]): readonly string[] =>
  user === null ? [] : [nameOf.user(user), ...assets.map(nameOf.asset)];

const sceneOf = ({ planId }: Day, { tasks, history, assets, ...snapshot }: TenantSnapshot): Scene => {
  const absences = snapshot.absences.map(({ user_id, start_at, end_at }) => ({
    user_id: user_id ?? '',
    window: { start: start_at, end: end_at },
  }));
  const outOfUse = assets.filter((one) => one.availability_status !== 'AVAILABLE').map(({ id }) => id);
  const known = tasks.map((task) => {
    const own = history.filter(({ task_id }) => task_id === task.id);
    return {
      id: task.id,
      ...foundIn(
        task,
        own.toSorted((a, b) => a.version - b.version),
        planId,
      ),
    };
  });
  return {
    tasks: new Map(known.map(({ id, found }) => [id, found])),
    touched: new Set([
      ...known.flatMap(({ touched }) => touched),
      ...absences.map(({ user_id }) => nameOf.user(user_id)),
    ]),
    ...{ absences, outOfUse },
  };
};

const foundIn = (task: Task, history: readonly HistoryEntry[], planId: string) => {
  const byPlan: ('commit' | 'revert')[] = [];
  const touched: string[] = [];
  let [user, assets]: [string | null, readonly string[]] = [null, []];
  for (const entry of history) {
    const { action, actor_id } = entry;
    const detail: Body = entry.detail;
    const before = namesOf(user, assets);
    if (action === 'dispatched' || action === 'reassigned') {
      user = detail.assigned_to;
      assets = detail.asset_ids ?? (action === 'dispatched' ? [] : assets);
    } else if (action === 'unassigned') [user, assets] = [null, []];
    if (detail.plan_id === planId) byPlan.push(detail.is_revert === true ? 'revert' : 'commit');
    else if (actor_id === 'rival') {
      const now = namesOf(user, assets);
      // Equipment that stays with a task that somebody else gets is neither given back nor taken.
      const isTouched = (name: string): boolean =>
        action !== 'reassigned' || !(before.includes(name) && now.includes(name));
      touched.push(nameOf.task(task.id));
      if (action !== 'amended') touched.push(...[...before, ...now].filter(isTouched));
    }
  }
  expect([task.assigned_to, task.asset_ids], 'as the history says').toEqual([user, assets]);
  const isLastByPlan = history.at(-1)?.detail['plan_id'] === planId;
  const version = contentVersionOf(task);
  const found: Found = { version, user, assets, window: heldWindowOf(task), byPlan, isLastByPlan };
  return { found, touched };
};

/** The names of all whom a move concerns, the task aside. */
export const concernedBy = ({ from, to, from_assets, to_assets }: Move): readonly string[] => [
  ...[from, to].flatMap((user) => (user === null ? [] : [nameOf.user(user)])),
  ...from_assets.filter((id) => !to_assets.includes(id)).map(nameOf.asset),
  ...to_assets.filter((id) => !from_assets.includes(id)).map(nameOf.asset),
];

/** Moves that hang together: merged until no two groups share a name. */
export const groupsOf = (moves: readonly Move[]): readonly (readonly Move[])[] => {
  let groups: readonly (readonly Move[])[] = moves.map((move) => [move]);
  for (;;) {
    const [first, second] = groups.flatMap((one) =>
      groups.filter((other) => other !== one && areJoined(one, other)).map((other) => [one, other] as const),
    )[0] ?? [undefined, undefined];
    if (first === undefined) return groups;
    groups = [...groups.filter((one) => one !== first && one !== second), [...first, ...second]];
  }
};
const areJoined = (one: readonly Move[], other: readonly Move[]): boolean => {
  const names = new Set(one.flatMap(concernedBy));
  return other.flatMap(concernedBy).some((name) => names.has(name));
};

/** Whether moves may be made: nobody would hold two things at once, or take what is not to be had. */
export const isRoomFor = ({ tasks, absences, outOfUse }: Scene, moves: readonly Move[]): boolean => {
  const places = new Map([...tasks].map(([id, { user, assets }]) => [id, namesOf(user, assets)]));
  for (const { task_id, to, to_assets } of moves) places.set(task_id, namesOf(to, to_assets));
  return moves.every(({ task_id, to, from_assets, to_assets }) => {
    const window = tasks.get(task_id)?.window;
    if (window === undefined) return false;
    const names = places.get(task_id) ?? [];
    const isClash = [...places].some(([id, others]) => {
      const other = tasks.get(id)?.window;
      const isAtOnce = id !== task_id && other !== undefined && overlaps(other, window);
      return isAtOnce && others.some((name) => names.includes(name));
    });
    const isAway = absences.some((one) => one.user_id === to && overlaps(one.window, window));
    const isGone = to_assets.some((id) => outOfUse.includes(id) && !from_assets.includes(id));
    return !isClash && !isAway && !isGone;
  });
};

const snapshots = makeTenantSnapshots({ client, tableName: environment.TABLE_NAME, reader });

/** What holds at every moment, whoever has done what; and a plan does a thing once, and takes it back once. */
export const expectSound = async (day: Day): Promise<Scene> => {
  const snapshot = await snapshots.byPartitions(day.tenant.id);
  expect(findBreaches(snapshot)).toEqual([]);
  const scene = sceneOf(day, snapshot);
  for (const { byPlan } of scene.tasks.values()) expect([[], ['commit'], ['commit', 'revert']]).toContainEqual(byPlan);
  return scene;
};
