import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApi, makeTasks, type Call, type TestApi } from './harness.ts';
import { IS_LONG, makeRandom, SEED } from './random.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const CENTER = '/api/task-center';
const IDENTITY = '/api/identity';
const ROUNDS = IS_LONG ? 10 : 1;
const TASKS = 12;
const CHANGES = 12;

/** A zone without changes of the clock: here hours are read with an offset, without a calendar library. */
const ZONE = 'Asia/Kolkata';
const OFFSET_MS = 330 * 60_000;
const QUARTER_MS = 15 * 60_000;
const DAY_MS = 24 * 3_600_000;
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const NEXT_WEEK = Date.UTC(2100, 0, 4);

interface Interval {
  readonly start: string;
  readonly end: string;
}
interface Hours {
  readonly weekly: readonly (Interval & { readonly days: readonly string[] })[];
  readonly exceptions: readonly { readonly date: string; readonly intervals: readonly Interval[] }[];
}
interface Grant {
  readonly code: string;
  readonly valid_from: string | null;
  readonly valid_until: string | null;
}
interface HeldTask {
  readonly id: string;
  readonly name: string;
  readonly assigned_to: string;
  readonly asset_ids: readonly string[];
  readonly required_qualifications: readonly string[];
  readonly planned_start_at: string | null;
  readonly planned_end_at: string | null;
  readonly buffer_before_minutes: number;
  readonly buffer_after_minutes: number;
}

/** Everything that the rules speak of, as the API tells it. */
interface World {
  readonly tasks: readonly HeldTask[];
  readonly people: ReadonlyMap<string, { isActive: boolean; hours: Hours | null; grants: readonly Grant[] }>;
  readonly assets: ReadonlyMap<string, { isAvailable: boolean; hours: Hours | null }>;
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** The intervals of the local day that begins at this local midnight. */
const intervalsOn = ({ weekly, exceptions }: Hours, midnight: number): readonly Interval[] => {
  const day = new Date(midnight);
  const special = exceptions.find(({ date }) => date === day.toISOString().slice(0, 10));
  return special?.intervals ?? weekly.filter(({ days }) => days.includes(DAYS[day.getUTCDay()] ?? ''));
};

/** Whether a quarter of an hour is worked: in an interval of its day, or in one of the day before that goes on. */
const isWorked = (hours: Hours, at: number): boolean => {
  const local = at + OFFSET_MS;
  const midnight = local - (local % DAY_MS);
  const minute = (local - midnight) / 60_000;
  const isLate = ({ start, end }: Interval): boolean => minutesOf(end) <= minutesOf(start);
  return (
    intervalsOn(hours, midnight).some(
      (one) => minutesOf(one.start) <= minute && (isLate(one) || minute < minutesOf(one.end)),
    ) || intervalsOn(hours, midnight - DAY_MS).some((one) => isLate(one) && minute < minutesOf(one.end))
  );
};

const heldOf = (task: HeldTask): { readonly start: number; readonly end: number } | undefined =>
  task.planned_start_at === null || task.planned_end_at === null
    ? undefined
    : {
        start: Date.parse(task.planned_start_at) - task.buffer_before_minutes * 60_000,
        end: Date.parse(task.planned_end_at) + task.buffer_after_minutes * 60_000,
      };

const isWithin = (hours: Hours | null, task: HeldTask): boolean => {
  const held = heldOf(task);
  if (hours === null || held === undefined) return true;
  for (let at = held.start; at < held.end; at += QUARTER_MS) if (!isWorked(hours, at)) return false;
  return true;
};

const isCovered = (grants: readonly Grant[], task: HeldTask): boolean => {
  const now = Date.now();
  const { start, end } = heldOf(task) ?? { start: now, end: now };
  return task.required_qualifications.every((code) =>
    grants.some(
      (one) =>
        one.code === code &&
        (one.valid_from === null || Date.parse(one.valid_from) <= start) &&
        (one.valid_until === null || end <= Date.parse(one.valid_until)),
    ),
  );
};

const breachesByPerson = ({ people }: World, task: HeldTask): readonly string[] => {
  const person = people.get(task.assigned_to);
  if (person === undefined) throw new Error(`Nobody is ${task.assigned_to}.`);
  return [
    ...(person.isActive ? [] : ['inactive_user']),
    ...(isCovered(person.grants, task) ? [] : ['not_qualified']),
    ...(isWithin(person.hours, task) ? [] : ['outside_working_hours']),
  ];
};

const breachesByAsset = ({ assets }: World, task: HeldTask, assetId: string): readonly string[] => {
  const asset = assets.get(assetId);
  const isFit = asset?.isAvailable === true && isWithin(asset.hours, task);
  return isFit ? [] : ['asset_unavailable'];
};

/** The first rule that each task breaks now with a resource and did not before, of those that are not over. */
const newlyBroken = (before: World, after: World, resource: string): readonly object[] =>
  after.tasks.flatMap((task) => {
    const breaches = (world: World): readonly string[] => {
      if (task.assigned_to === resource) return breachesByPerson(world, task);
      return task.asset_ids.includes(resource) ? breachesByAsset(world, task, resource) : [];
    };
    const already = breaches(before);
    const rule = breaches(after).find((one) => !already.includes(one));
    const held = heldOf(task);
    if (rule === undefined || (held !== undefined && held.end <= Date.now())) return [];
    const { id: task_id, name, planned_start_at, planned_end_at } = task;
    return [{ task_id, name, planned_start_at, planned_end_at, rule }];
  });

const allBroken = (world: World): readonly object[] =>
  world.tasks.flatMap((task) => {
    const ofAssets = task.asset_ids.flatMap((id) => breachesByAsset(world, task, id));
    const rules = [...new Set([...breachesByPerson(world, task), ...ofAssets])];
    return rules.length === 0 ? [] : [{ task_id: task.id, rules }];
  });

const byTask = (rows: readonly object[]): readonly object[] =>
  rows.toSorted((a, b) => String(Reflect.get(a, 'task_id')).localeCompare(String(Reflect.get(b, 'task_id'))));

it(`a change that takes something away lists exactly the held tasks that it leaves against a rule (seed ${SEED})`, async () => {
  const { below, pick } = makeRandom(SEED);
  const iso = (at: number): string => new Date(at).toISOString();
  const quarter = (): string => `${String(below(24)).padStart(2, '0')}:${pick(['00', '15', '30', '45'])}`;
  /** Long ones more often: tasks are to fit in most of them. */
  const interval = (): Interval =>
    pick([
      { start: '06:00', end: '22:00' },
      { start: '00:00', end: '00:00' },
      { start: '20:00', end: '08:00' },
      { start: quarter(), end: quarter() },
    ]);
  const hours = () => ({
    time_zone: ZONE,
    weekly: [
      { days: DAYS.filter(() => below(5) > 0), ...interval() },
      { days: DAYS.filter(() => below(2) > 0), ...interval() },
    ].filter(({ days }) => days.length > 0),
    exceptions: Array.from({ length: below(3) }, (_, nth) => ({
      date: iso(NEXT_WEEK + (nth * 3 + below(3)) * DAY_MS).slice(0, 10),
      intervals: Array.from({ length: below(2) }, interval),
    })),
  });
  const validity = () => ({
    ...pick([{}, {}, { valid_from: iso(NEXT_WEEK + 3 * DAY_MS) }, { valid_from: '2020-01-01T00:00:00.000Z' }]),
    ...pick([{}, {}, { valid_until: iso(NEXT_WEEK + below(28) * 6 * 3_600_000 + DAY_MS * 4) }]),
  });
  const window = () => {
    const start = pick([NEXT_WEEK, NEXT_WEEK, NEXT_WEEK, Date.UTC(2020, 0, 6)]) + below(7 * 96) * QUARTER_MS;
    return { planned_start_at: iso(start), planned_end_at: iso(start + (1 + below(16)) * QUARTER_MS) };
  };

  let listed = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const { call, user } = await api.tenant();
    const people = [await user(), await user()] as const;
    const idOf = async (path: string, body: object): Promise<string> => (await call('POST', path, body)).body.id;
    const drone = (asset_code: string) => idOf('/api/assets', { asset_type: 'UAV', asset_code, name: asset_code });
    const assets = [await drone('UAV-1'), await drone('UAV-2')] as const;
    const qualification = (code: string) => idOf(`${IDENTITY}/qualifications`, { code, name: code });
    const qualifications = [await qualification('PILOT'), await qualification('ROPE')] as const;
    const grantPath = (): string => `${IDENTITY}/users/${pick(people)}/qualifications/${pick(qualifications)}`;
    for (const person of people) {
      for (const one of qualifications) await call('PUT', `${IDENTITY}/users/${person}/qualifications/${one}`, {});
    }
    const made = await makeTasks(
      call,
      Array.from({ length: TASKS }, () => ({
        ...(below(5) === 0 ? {} : window()),
        ...pick<object>([{}, { buffer_before_minutes: 30 }, { buffer_after_minutes: 45 }]),
        required_qualifications: pick([[], ['PILOT'], ['PILOT', 'ROPE']]),
      })),
    );
    for (const { id } of made) {
      const asset_ids = pick([[], [assets[0]], [assets[1]], [...assets]]);
      await call('POST', `${CENTER}/tasks/${id}/dispatch`, { assigned_to: pick(people), asset_ids });
    }

    /** A change, whose it is, and which resource it is about. */
    const change = (): { resource: string; ask: (isOnlyAsked: boolean) => ReturnType<Call> } => {
      const [person, asset] = [pick(people), pick(assets)];
      const draft = { availability_status: pick(['AVAILABLE', 'MAINTENANCE']) };
      const [is_active, wanted, holds, path] = [below(3) > 0, hours(), validity(), grantPath()];
      const holder = path.split('/')[4] ?? '';
      const sent = (method: string, to: string, body: object) => (validate_only: boolean) =>
        call(method, to, { ...body, validate_only });
      return pick([
        { resource: person, ask: sent('PUT', `${CENTER}/users/${person}/working-hours`, wanted) },
        { resource: asset, ask: sent('PUT', `/api/assets/${asset}/working-hours`, wanted) },
        { resource: asset, ask: sent('POST', `/api/assets/${asset}/availability`, draft) },
        { resource: person, ask: sent('PATCH', `${IDENTITY}/users/${person}`, { is_active }) },
        { resource: holder, ask: sent('PUT', path, holds) },
        { resource: holder, ask: (asked) => call('DELETE', `${path}?validate_only=${asked}`) },
      ]);
    };

    const bodyOf = async (path: string) => (await call('GET', path)).body;
    const readPerson = async (id: string) => ({
      isActive: (await bodyOf(`${IDENTITY}/users/${id}`)).is_active as boolean,
      hours: (await bodyOf(`${CENTER}/users/${id}/working-hours`)).working_hours as Hours | null,
      grants: (await bodyOf(`${IDENTITY}/users/${id}/qualifications`)) as readonly Grant[],
    });
    const readAsset = async (id: string) => ({
      isAvailable: (await bodyOf(`/api/assets/${id}`)).availability_status === 'AVAILABLE',
      hours: (await bodyOf(`/api/assets/${id}/working-hours`)).working_hours as Hours | null,
    });
    /** The world with one resource read again: nothing else is changed here, the held tasks least of all. */
    const readAgain = async (world: World, id: string): Promise<World> =>
      world.people.has(id)
        ? { ...world, people: new Map([...world.people, [id, await readPerson(id)] as const]) }
        : { ...world, assets: new Map([...world.assets, [id, await readAsset(id)] as const]) };

    const held = `${CENTER}/tasks?state=DISPATCHED&limit=100`;
    const tasks = (await bodyOf(held)) as readonly HeldTask[];
    let before: World = {
      tasks,
      people: new Map(await Promise.all(people.map(async (id) => [id, await readPerson(id)] as const))),
      assets: new Map(await Promise.all(assets.map(async (id) => [id, await readAsset(id)] as const))),
    };
    expect(before.tasks.length).toBeGreaterThan(TASKS / 4);
    expect(allBroken(before)).toEqual([]);
    for (let nth = 0; nth < CHANGES; nth += 1) {
      const { resource, ask } = change();
      const preview = await ask(true);
      const answer = await ask(false);
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      const after = await readAgain(before, resource);
      const due = newlyBroken(before, after, resource);
      const what = `round ${round}, change ${nth} of ${resource}: ${JSON.stringify(answer.body)}`;
      expect(byTask(answer.body.affected as object[]), what).toEqual(byTask(due));
      expect([preview.body.affected, answer.body.affected_more], what).toEqual([answer.body.affected, false]);
      const violations = (await call('GET', `${CENTER}/violations?limit=100`)).body as {
        task_id: string;
        rules: string[];
      }[];
      const told = violations.map(({ task_id, rules }) => ({ task_id, rules }));
      expect(byTask(told), what).toEqual(byTask(allBroken(after)));
      listed += due.length;
      before = after;
    }
    expect(await bodyOf(held)).toEqual(tasks);
  }
  expect(listed).toBeGreaterThan(ROUNDS);
});
