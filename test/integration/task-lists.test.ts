import { beforeAll, describe, expect, it } from 'vitest';
import { makeCommit } from '../../adapters/dynamodb/commit.ts';
import { commitPorts, newId } from '../../adapters/runtime/composition.ts';
import { tasks } from '../../adapters/runtime/resources/tasks.ts';
import type { Page } from '../../core/page.ts';
import { LIMITS } from '../../core/limits.ts';
import { composeTask } from '../../core/tasks/compose.ts';
import type { TaskFilters } from '../../core/tasks/filters.ts';
import { changeTask } from '../../core/tasks/history.ts';
import { STATES, type State } from '../../core/tasks/lifecycle.ts';
import { taskDraft, type Task } from '../../core/tasks/task.ts';
import { instantAt, type Instant } from '../../core/time/instant.ts';
import { WRITES, type Change } from '../unit/writes.ts';
import { makeRandom, SEED } from './random.ts';

/**
 * Lists of tasks against a plain filter over all of them: random tasks, random filters, every page of each list, at rest
 * and while tasks change their states between the pages.
 */
const commit = makeCommit(commitPorts, WRITES);
const random = makeRandom(SEED);
const tenantId = newId();
const CALL = { tenantId, actorId: 'test', permissions: [] };

const hour = (number: number): Instant => {
  const at = instantAt(Date.UTC(2026, 0, 1, number));
  if (at === undefined) throw new Error(`There is no hour ${number}.`);
  return at;
};
const AT = hour(0);
const HOURS = 40;

const TYPES = ['type-1', 'type-2', 'type-3'] as const;
const AREAS = ['Nord/1', 'Süd', 'area#3'] as const;
const USERS = ['anna', 'bo#b', 'c'] as const;
const OPEN: readonly string[] = ['DRAFT', 'APPROVAL_PENDING', 'APPROVED', 'REJECTED', 'DISPATCHED', 'IN_PROGRESS'];
const isOneIn = (count: number): boolean => random.below(count) === 0;
/** Some states have many tasks and some few. */
const someState = (): State => (isOneIn(3) ? 'ARCHIVED' : random.pick(STATES));

const someTask = (): Task => {
  const start = random.below(HOURS);
  const window = {
    planned_start_at: hour(start),
    planned_end_at: hour(start + 1 + random.below(isOneIn(5) ? HOURS : 3)),
  };
  const draft = taskDraft.parse({
    task_type_id: random.pick(TYPES),
    name: 'Task',
    ...(isOneIn(4) ? {} : { area_code: random.pick(AREAS) }),
    ...(isOneIn(3) ? {} : window),
    requires_approval: isOneIn(2),
  });
  const task = composeTask(draft, {}, { id: newId(), tenantId, actorId: 'test', at: AT, newId });
  return { ...task, state: someState(), assigned_to: isOneIn(2) ? null : random.pick(USERS) };
};

/** All tasks as they are now. */
const all = new Map<string, Task>();
const keep = async (changes: readonly Change[]): Promise<void> => {
  for (let from = 0; from < changes.length; from += LIMITS.batchTasks / 3)
    await commit(CALL, changes.slice(from, from + LIMITS.batchTasks / 3), undefined);
};
beforeAll(async () => {
  const made = Array.from({ length: 240 }, someTask);
  for (const task of made) all.set(task.id, task);
  await keep(made.map((task) => ({ kind: 'task_created', task })));
});

const some = <T>(count: number, value: () => T): T | undefined => (isOneIn(count) ? value() : undefined);
const given = (filters: Readonly<Record<string, unknown>>): TaskFilters =>
  Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
const someFilters = (): TaskFilters => {
  const from = random.below(HOURS);
  const states = STATES.filter(() => isOneIn(3));
  return given({
    state: some(2, () => (states.length === 0 ? [random.pick(STATES)] : states)),
    assigned_to: some(4, () => random.pick([...USERS, 'nobody'])),
    task_type_id: some(3, () => random.pick(TYPES)),
    area_code: some(3, () => random.pick(AREAS)),
    unassigned: some(4, () => true),
    planned_from: some(5, () => hour(from)),
    planned_to: some(5, () => hour(from + 1 + random.below(HOURS))),
    sort: some(6, () => 'planned_start_at' as const),
  });
};

/** What a list has to hold, said as plainly as can be. */
const belongs = (task: Task, filters: TaskFilters): boolean => {
  const { state, assigned_to, task_type_id, area_code, unassigned, planned_from, planned_to, sort } = filters;
  const { planned_start_at: start, planned_end_at: end } = task;
  if (state !== undefined && !state.includes(task.state)) return false;
  if (assigned_to !== undefined && task.assigned_to !== assigned_to) return false;
  if (task_type_id !== undefined && task.task_type_id !== task_type_id) return false;
  if (area_code !== undefined && task.area_code !== area_code) return false;
  if (unassigned === true) {
    if (task.assigned_to !== null) return false;
    if (task.state !== 'APPROVED' && !(task.state === 'DRAFT' && !task.requires_approval)) return false;
  }
  if (planned_from === undefined && planned_to === undefined && sort === undefined) return true;
  if (start === null || end === null || !OPEN.includes(task.state)) return false;
  return (planned_from === undefined || end > planned_from) && (planned_to === undefined || start < planned_to);
};
const isByStart = ({ planned_from, planned_to, sort }: TaskFilters): boolean =>
  (planned_from ?? planned_to ?? sort) !== undefined;
const inOrder = (found: readonly Task[], filters: TaskFilters): readonly string[] =>
  found
    .toSorted((a, b) => {
      if (!isByStart(filters)) return a.id < b.id ? 1 : -1;
      const [one, other] = [a, b].map(({ planned_start_at, id }) => `${planned_start_at} ${id}`);
      return (one ?? '') < (other ?? '') ? -1 : 1;
    })
    .map(({ id }) => id);

/** Every page of a list; `between` runs after each but the last. */
const listed = async (
  filters: TaskFilters,
  limit: number,
  between: () => Promise<void> = () => Promise.resolve(),
): Promise<readonly Task[]> => {
  const found: Task[] = [];
  for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
    const page: Page<Task> = await tasks.list(tenantId, filters, { limit, after });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    found.push(...page.items);
    after = page.next;
    if (after !== undefined) await between();
  }
  return found;
};

/** Some tasks go to other states and holders, as if others worked meanwhile. */
const stir = async (): Promise<void> => {
  const ids = [...all.keys()];
  const chosen = new Set(Array.from({ length: 12 }, () => ids[random.below(ids.length)] ?? ''));
  const changes = [...chosen].flatMap((id): readonly Change[] => {
    const before = all.get(id);
    if (before === undefined) return [];
    const patch = { state: someState(), assigned_to: isOneIn(2) ? null : random.pick(USERS) };
    const at = { actorId: 'test', at: AT, entryId: newId() };
    return [{ kind: 'task_changed', ...changeTask(before, at, { action: 'state_changed', patch }) }];
  });
  await keep(changes);
  for (const change of changes) if (change.kind === 'task_changed') all.set(change.after.id, change.after);
};

describe(`the lists of random tasks by random filters (seed ${SEED})`, () => {
  it('are what a plain filter finds, in order', async () => {
    for (let round = 0; round < 50; round += 1) {
      const filters = someFilters();
      const expected = [...all.values()].filter((task) => belongs(task, filters));
      const limit = 1 + Math.floor(expected.length / (1 + random.below(6)));
      const found = await listed(filters, limit);
      expect({ filters, limit, ids: found.map(({ id }) => id) }).toEqual({
        ...{ filters, limit },
        ids: inOrder(expected, filters),
      });
      expect(found).toEqual(found.map(({ id }) => all.get(id)));
    }
  });

  it('hold, while tasks change between the pages, all that belong all the time, and none that never do', async () => {
    let changed = 0;
    for (let round = 0; round < 12; round += 1) {
      const filters = someFilters();
      const now = (): ReadonlySet<string> =>
        new Set([...all.values()].filter((task) => belongs(task, filters)).map(({ id }) => id));
      const moments = [now()];
      const limit = 2 + Math.floor((moments[0]?.size ?? 0) / 4);
      const found = await listed(filters, limit, async () => {
        await stir();
        changed += 1;
        moments.push(now());
      });
      const ids = found.map(({ id }) => id);
      const always = [...all.keys()].filter((id) => moments.every((moment) => moment.has(id)));
      const told = new Set(ids);
      expect({ filters, limit, twice: ids.length - told.size }).toEqual({ filters, limit, twice: 0 });
      expect({ filters, limit, missed: always.filter((id) => !told.has(id)) }).toEqual({ filters, limit, missed: [] });
      const strangers = ids.filter((id) => !moments.some((moment) => moment.has(id)));
      expect({ filters, limit, strangers }).toEqual({ filters, limit, strangers: [] });
      expect(ids).toEqual(inOrder(found, filters));
    }
    expect(changed).toBeGreaterThan(6);
  });
});
