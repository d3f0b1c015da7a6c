/**
 * Write units of the life of a task, by the rules that AWS documents, for payloads of several sizes. They are computed
 * because DynamoDB Local reports about twice what AWS bills. Prints the tables of `docs/data-model.md`, or puts them
 * there (`--write`).
 */
import { readFile, writeFile } from 'node:fs/promises';
import { makeBookingCommit } from '../adapters/dynamodb/bookings.ts';
import { calendarCodec } from '../adapters/dynamodb/resources/calendars.ts';
import { taskWrites } from '../adapters/dynamodb/resources/tasks.ts';
import { KEY, LIST_INDEXES, type ListIndex } from '../adapters/dynamodb/table.ts';
import type { Action } from '../adapters/dynamodb/transaction.ts';
import type { Bookings } from '../core/calendar/bookings.ts';
import type { Calendar } from '../core/calendar/calendar.ts';
import { composeTask } from '../core/tasks/compose.ts';
import type { TaskChanges } from '../core/tasks/changes.ts';
import { changeTask, type TaskChange } from '../core/tasks/history.ts';
import { holdingOf } from '../core/tasks/rules.ts';
import { taskDraft, type Task } from '../core/tasks/task.ts';
import { parseInstant, type Instant } from '../core/time/instant.ts';
import { bytesOf, weightOf, type Item, type Units } from './weights.ts';

const PAYLOAD_BYTES = [0, 1_000, 4_000, 10_000];

/** A table that only knows what the expressions of a commit do to its items: enough to weigh them. */
const makeScales = (listIndexes: readonly ListIndex[]) => {
  const kept = new Map<string, Item>();
  const nameOf = (key: Item): string => `${String(key[KEY.partition])} ${String(key[KEY.sort])}`;

  const written = ({ write: { Put, Update, Delete } }: Action): { name: string; after: Item | undefined } => {
    if (Put?.Item !== undefined) return { name: nameOf(Put.Item), after: Put.Item };
    if (Delete?.Key !== undefined) return { name: nameOf(Delete.Key), after: undefined };
    if (Update?.Key === undefined) throw new Error('A commit sent what these scales do not know.');
    const name = nameOf(Update.Key);
    const values = Object.entries(Update.ExpressionAttributeValues ?? {}).filter(
      ([placeholder]) => Update.UpdateExpression?.startsWith('SET') === true && !placeholder.startsWith(':seen_'),
    );
    const set = Object.fromEntries(
      values.map(([placeholder, value]): [string, unknown] => [placeholder.slice(1), value]),
    );
    return { name, after: { ...kept.get(name), ...set } };
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
    undefined,
    { id: id(6), tenantId: TENANT, actorId: ACTOR, at: AT, newId: () => id(7) },
  );

const changed = (before: Task, change: Parameters<typeof changeTask>[2]): TaskChange =>
  changeTask(before, { actorId: ACTOR, at: AT, entryId: id(8) }, change);

/** The life of one task, weighed step by step. */
const weighLife = async (payloadBytes: number, listIndexes: readonly ListIndex[]) => {
  const scales = makeScales(listIndexes);
  scales.put(calendarCodec.toItem(CALENDAR));
  let units: Units = { items: 0, indexes: 0 };
  const transact = async (actions: readonly Action[]): Promise<void> => {
    units = scales.weigh(actions);
  };
  const commit = makeBookingCommit({ tableName: 'T', clock: () => AT, transact }, taskWrites);
  const weigh = async (change: TaskChanges, bookings: Bookings = {}): Promise<Units> => {
    await commit({ tenantId: TENANT, actorId: ACTOR }, [change], undefined, bookings);
    return units;
  };
  const task = newTask(payloadBytes);
  const holding = holdingOf(task, 'DISPATCHED');
  const dispatched = changed(task, {
    action: 'dispatched',
    patch: { state: 'DISPATCHED', dispatch_mode: 'MANUAL', assigned_to: USER, dispatched_by: ACTOR, dispatched_at: AT },
    detail: { assigned_to: USER, dispatch_mode: 'MANUAL', planned_start_at: AT, planned_end_at: AT },
  });
  const started = changed(dispatched.after, { action: 'state_changed', patch: { state: 'IN_PROGRESS' } });
  const risk = changed(started.after, { action: 'risk_checklist_updated', patch: { risk_level: 2 } });
  const accepted = changed(risk.after, { action: 'state_changed', patch: { state: 'ACCEPTED' } });
  const create = await weigh({ kind: 'task_created', task });
  const bytes = scales.largest();
  return {
    bytes,
    steps: [
      create,
      await weigh({ kind: 'task_changed', ...dispatched }, { take: { calendar: CALENDAR, holding } }),
      await weigh({ kind: 'task_changed', ...started }),
      await weigh({ kind: 'task_changed', ...risk }),
      await weigh({ kind: 'task_changed', ...accepted }, { release: { userId: USER, holding } }),
    ],
    bytesAtEnd: scales.largest(),
  };
};

const tableWith = async (listIndexes: readonly ListIndex[]): Promise<readonly string[]> => {
  const rows = [];
  for (const payloadBytes of PAYLOAD_BYTES) {
    const { bytes, steps, bytesAtEnd } = await weighLife(payloadBytes, listIndexes);
    const cells = steps.map(({ items, indexes }) => `${items} + ${indexes} = ${items + indexes}`);
    rows.push(`| ${payloadBytes} B | ${bytes} to ${bytesAtEnd} B | ${cells.join(' | ')} |`);
  }
  return [
    '| payload | item, new to accepted | create | dispatch | start | change of risk | accept, with release |',
    '|---:|---:|---:|---:|---:|---:|---:|',
    ...rows,
  ];
};

const DOCUMENT = new URL('../docs/data-model.md', import.meta.url);
const PLACE = /(?<=<!-- begin write units -->\n).*(?=<!-- end write units -->)/s;

const text = [
  '',
  ...(await tableWith(LIST_INDEXES)),
  '',
  'For comparison, with three indexes of whole items (all, by state, by assignee):',
  '',
  ...(await tableWith(LIST_INDEXES.slice(0, 3))),
  '',
  '',
].join('\n');
if (process.argv.includes('--write')) {
  const document = await readFile(DOCUMENT, 'utf8');
  await writeFile(
    DOCUMENT,
    document.replace(PLACE, () => text),
  );
} else {
  console.log(text.trim());
}
