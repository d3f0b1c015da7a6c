import { userResource } from '../core/calendar/resource.ts';
import { makeBookingCommit } from '../adapters/dynamodb/bookings.ts';
import { calendarCodec } from '../adapters/dynamodb/resources/calendars.ts';
import { taskCodec, taskWrites } from '../adapters/dynamodb/resources/tasks.ts';
import { KEY, LIST_INDEXES, TASK_INDEXES } from '../adapters/dynamodb/table.ts';
import type { Action } from '../adapters/dynamodb/transaction.ts';
import type { Bookings } from '../core/calendar/bookings.ts';
import type { Calendar } from '../core/calendar/calendar.ts';
import { composeTask } from '../core/tasks/compose.ts';
import type { TaskChanges } from '../core/tasks/changes.ts';
import { changeTask, type TaskChange } from '../core/tasks/history.ts';
import { holdingOf } from '../core/tasks/rules.ts';
import { taskDraft, type Task } from '../core/tasks/task.ts';
import { parseInstant, type Instant } from '../core/time/instant.ts';
import { bytesOf, weightOf, type Item, type Units, type Weighed } from './weights.ts';

const PAYLOAD_BYTES = [0, 1_000, 4_000, 10_000];

/** A table that only knows what the expressions of a commit do to its items: enough to weigh them. */
const makeScales = (listIndexes: readonly Weighed[]) => {
  const kept = new Map<string, Item>();
  const keys = (indexes: readonly Weighed[]) => indexes.flatMap(({ partition, sort }) => [partition, sort]);
  const unused = keys(LIST_INDEXES).filter((name) => !keys(listIndexes).includes(name));
  /** The item, without the keys of indexes that these scales do not have. */
  const keptOf = (item: Item): Item =>
    Object.fromEntries(Object.entries(item).filter(([name]) => !unused.includes(name)));
  const nameOf = (key: Item): string => `${String(key[KEY.partition])} ${String(key[KEY.sort])}`;

  const written = ({ write: { Put, Update, Delete } }: Action): { name: string; after: Item | undefined } => {
    if (Put?.Item !== undefined) return { name: nameOf(Put.Item), after: keptOf(Put.Item) };
    if (Delete?.Key !== undefined) return { name: nameOf(Delete.Key), after: undefined };
    if (Update?.Key === undefined) throw new Error('A commit sent what these scales do not know.');
    const name = nameOf(Update.Key);
    const { UpdateExpression = '', ExpressionAttributeValues = {} } = Update;
    const [changes = '', removals = ''] = UpdateExpression.split(' REMOVE ');
    const values = Object.entries(ExpressionAttributeValues).filter(
      ([placeholder]) => changes.startsWith('SET') && !placeholder.startsWith(':seen_'),
    );
    const set = values.map(([placeholder, value]) => [placeholder.slice(1), value] as const);
    const gone = removals.split(', ').map((placeholder) => placeholder.slice(1));
    const after = Object.entries({ ...kept.get(name), ...Object.fromEntries(set) });
    return { name, after: keptOf(Object.fromEntries(after.filter(([field]) => !gone.includes(field)))) };
  };

  return {
    put: (item: Item) => kept.set(nameOf(item), item),
    weigh: (actions: readonly Action[]): Units => {
      let [items, indexes] = [0, 0];
      for (const action of actions) {
        const { name, after } = written(action);
        const before = kept.get(name);
        const weight = weightOf(before, after, listIndexes);
        items += weight.items;
        indexes += weight.indexes;
        if (after === undefined) kept.delete(name);
        else kept.set(name, after);
      }
      return { items, indexes };
    },
    largest: (): number => Math.max(...[...kept.values()].map(bytesOf)),
  };
};

const AT = ((): Instant => {
  const at = parseInstant('2026-03-01T08:00:00Z');
  if (at === undefined) throw new Error('This is an instant.');
  return at;
})();
const id = (number: number): string => `0199c0de-0000-7000-8000-${String(number).padStart(12, '0')}`;
const [TENANT, ACTOR, USER] = [id(1), id(2), id(3)];
const CALENDAR: Calendar = {
  tenant_id: TENANT,
  user_id: USER,
  version: 7,
  active_count: 2,
  is_active: true,
  memberships: [{ org_unit_id: id(4), is_primary: true, created_at: AT }],
  working_hours: null,
  qualifications: [],
  recent: [],
};

/** A scheduled task in an area, with a payload of so many bytes. */
const newTask = (payloadBytes: number): Task =>
  composeTask(
    taskDraft.parse({
      task_type_id: id(5),
      name: 'North section',
      org_unit_id: id(4),
      area_code: 'NORTH',
      payload_template: payloadBytes === 0 ? {} : { data: 'x'.repeat(payloadBytes) },
      planned_start_at: AT,
      planned_end_at: '2026-03-01T10:00:00Z',
    }),
    {},
    { id: id(6), tenantId: TENANT, actorId: ACTOR, at: AT, newId: () => id(7) },
  );

const changed = (before: Task, change: Parameters<typeof changeTask>[2]): TaskChange =>
  changeTask(before, { actorId: ACTOR, at: AT, entryId: id(8) }, change);

/** Commits changes to scales. */
const makeWeigher = (listIndexes: readonly Weighed[]) => {
  const scales = makeScales(listIndexes);
  let units: Units = { items: 0, indexes: 0 };
  const transact = async (actions: readonly Action[]): Promise<void> => {
    units = scales.weigh(actions);
  };
  const commit = makeBookingCommit({ tableName: 'T', clock: () => AT, transact, newId: () => id(9) }, taskWrites);
  return {
    scales,
    weigh: async (change: TaskChanges, bookings: Bookings = {}): Promise<Units> => {
      await commit(
        { tenantId: TENANT, actorId: ACTOR, requestId: id(10), permissions: [] },
        [change],
        undefined,
        bookings,
      );
      return units;
    },
  };
};

/** The life of one scheduled task in an area, weighed step by step. */
export const weighLife = async (payloadBytes: number, listIndexes: readonly Weighed[] = LIST_INDEXES) => {
  const { scales, weigh } = makeWeigher(listIndexes);
  scales.put(calendarCodec.toItem(CALENDAR));
  const task = newTask(payloadBytes);
  const holding = holdingOf(task, 'DISPATCHED');
  const dispatched = changed(task, {
    action: 'dispatched',
    patch: { state: 'DISPATCHED', dispatch_mode: 'MANUAL', assigned_to: USER, dispatched_by: ACTOR, dispatched_at: AT },
    detail: { assigned_to: USER, dispatch_mode: 'MANUAL', planned_start_at: AT, planned_end_at: AT },
  });
  const started = changed(dispatched.after, {
    action: 'state_changed',
    patch: { state: 'IN_PROGRESS', started_at: AT },
  });
  const accepted = changed(started.after, { action: 'state_changed', patch: { state: 'ACCEPTED', accepted_at: AT } });
  const archived = changed(accepted.after, { action: 'state_changed', patch: { state: 'ARCHIVED', archived_at: AT } });
  const create = await weigh({ kind: 'task_created', task });
  const bytes = scales.largest();
  const dispatch = await weigh(
    { kind: 'task_changed', ...dispatched },
    { take: [{ calendar: CALENDAR, holding, at: AT }] },
  );
  const start = await weigh({ kind: 'task_changed', ...started });
  const accept = await weigh(
    { kind: 'task_changed', ...accepted },
    { release: [{ resource: userResource(USER), holding }] },
  );
  const archive = await weigh({ kind: 'task_changed', ...archived });
  const steps = [create, dispatch, start, accept, archive];
  return {
    ...{ bytes, bytesAtEnd: scales.largest(), steps },
    total: steps.reduce((sum, { items, indexes }) => sum + items + indexes, 0),
  };
};

/** A change that moves nothing that a list is filtered by. */
export const weighRisk = (): Promise<Units> => {
  const { scales, weigh } = makeWeigher(LIST_INDEXES);
  const task = newTask(0);
  scales.put(taskCodec.toItem(task));
  return weigh({
    kind: 'task_changed',
    ...changed(task, { action: 'risk_checklist_updated', patch: { risk_level: 2 } }),
  });
};

const cellOf = ({ items, indexes }: Units): string => `${items} + ${indexes} = ${items + indexes}`;

const tableWith = async (listIndexes: readonly Weighed[]): Promise<readonly string[]> => {
  const rows = [];
  for (const payloadBytes of PAYLOAD_BYTES) {
    const { bytes, steps, bytesAtEnd, total } = await weighLife(payloadBytes, listIndexes);
    const cells = [`${bytes} to ${bytesAtEnd} B`, ...steps.map(cellOf), `**${total}**`];
    rows.push(`| ${payloadBytes} B | ${cells.join(' | ')} |`);
  }
  return [
    '| payload | item, new to archived | create | dispatch | start | accept, with release | archive | together |',
    '|---:|---:|---:|---:|---:|---:|---:|---:|',
    ...rows,
  ];
};

const WHOLE = [TASK_INDEXES.all, TASK_INDEXES.state, TASK_INDEXES.assignee].map((index): Weighed => ({
  ...index,
  holds: 'everything',
}));

/** The tables of `docs/data-model.md`. */
export const writeUnitTables = async (): Promise<string> =>
  [
    ...(await tableWith(LIST_INDEXES)),
    '',
    'For comparison, with three indexes of whole items (all, by state, by assignee) and no others:',
    '',
    ...(await tableWith(WHOLE)),
  ].join('\n');
