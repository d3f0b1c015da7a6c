import { v7 as newUuid } from 'uuid';
import { historyCodec, taskCodec } from '../adapters/dynamodb/resources/tasks.ts';
import { LIST_INDEXES } from '../adapters/dynamodb/table.ts';
import { composeTask } from '../core/tasks/compose.ts';
import { changeTask } from '../core/tasks/history.ts';
import { taskDraft } from '../core/tasks/task.ts';
import { rounded, type Table } from './report.ts';
import { hour } from './seed.ts';
import { storedBytes } from './weights.ts';

/** US dollars, us-east-1, without free tiers; the sources are in `docs/cost.md`. */
const PRICES = {
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
  storageGbMonth: 0.25,
  backupGbMonth: 0.2,
  apiRequest: 3.5e-6,
  lambdaRequest: 0.2e-6,
  lambdaGbSecond: 13.3334e-6,
  event: 1e-6,
  logGb: 0.5,
  trace: 5e-6,
} as const;

/** What cannot be measured without an account. */
const ASSUMED = {
  /** Milliseconds that a function is billed for each sequential round trip to the table, and beside them. */
  msEachRoundTrip: 6,
  msBeside: 5,
  memoryGb: 1,
  /** Bytes of log of one request: our line, the access log, Lambda's own three lines. */
  logBytes: 1_600,
  /** X-Ray's default rule: one request a second, and of the others one in twenty. */
  tracedShare: 0.05,
  /** Requests for each question to the authorizer, whose answers are kept for five minutes. */
  requestsEachToken: 20,
  daysEachMonth: 30,
} as const;

/** What happens to each task: the names of operations, as `operations.ts` measures them, and how often. */
const LIFE: readonly (readonly [string, number])[] = [
  ['create a task', 1],
  ['dispatch', 1],
  ['start', 1],
  ['accept, window released', 1],
  ['archive', 1],
  ['get a task', 1],
  ['a page of history', 1],
  ['a page of tasks (50)', 1],
];
const CHANGES = 5;
/** Stream records that the publisher is called with, at the least: one for each change of a task. */
const OTHERS = ['create a batch of 99', 'auto-dispatch, 10 candidates named'];

interface Units {
  readonly roundTrips: number;
  readonly reads: number;
  readonly writes: number;
}

const lambda = (milliseconds: number): number =>
  PRICES.lambdaRequest + (milliseconds / 1_000) * ASSUMED.memoryGb * PRICES.lambdaGbSecond;
const lambdaOf = ({ roundTrips }: Units): number => lambda(ASSUMED.msBeside + ASSUMED.msEachRoundTrip * roundTrips);
const tableOf = ({ reads, writes }: Units): number => reads * PRICES.readUnit + writes * PRICES.writeUnit;

/** A task that was dispatched, started, accepted and archived, with its history, in bytes with all index entries. */
const bytesOfLife = (): number => {
  const [at, actorId, tenantId] = [hour(0), newUuid(), newUuid()];
  const draft = taskDraft.parse({
    task_type_id: newUuid(),
    template_id: newUuid(),
    org_unit_id: newUuid(),
    name: 'Task',
    area_code: 'NORTH',
    planned_start_at: hour(1),
    planned_end_at: hour(2),
  });
  const task = { ...composeTask(draft, {}, { id: newUuid(), tenantId, actorId, at, newId: newUuid }) };
  const { after, entry } = changeTask(
    { ...task, assigned_to: newUuid(), dispatched_by: actorId },
    { actorId, at, entryId: newUuid() },
    { action: 'state_changed', patch: { state: 'ARCHIVED' } },
  );
  const history = (CHANGES - 1) * storedBytes(historyCodec.toItem(entry), []);
  return storedBytes(taskCodec.toItem(after), LIST_INDEXES) + history;
};

const dollars = (value: number): string =>
  value >= 100 ? `$${Math.round(value).toLocaleString('en-US')}` : `$${rounded(value).toString()}`;

/** The price of a request, of the life of a task, and of a month, from what `operations.ts` measured. */
export const costTables = (measured: ReadonlyMap<string, Units>): readonly Table[] => {
  const unitsOf = (name: string): Units => {
    const units = measured.get(name);
    if (units === undefined) throw new Error(`The benchmark measured no "${name}".`);
    return units;
  };
  const requests = [...LIFE.map(([name]) => name), ...OTHERS].map((name) => {
    const units = unitsOf(name);
    const [table, run] = [tableOf(units), lambdaOf(units)];
    return [
      name,
      units.reads,
      units.writes,
      rounded(1e6 * table),
      rounded(1e6 * run),
      rounded(1e6 * PRICES.apiRequest),
      rounded(1e6 * (table + run + PRICES.apiRequest)),
    ];
  });

  const each = LIFE.map(([name, times]) => ({ units: unitsOf(name), times }));
  const count = each.reduce((sum, { times }) => sum + times, 0);
  const sumOf = (value: (units: Units) => number): number =>
    each.reduce((sum, { units, times }) => sum + times * value(units), 0);
  const bytes = bytesOfLife();
  const gigabytes = bytes / 1e9;
  const parts: readonly (readonly [string, string, number])[] = [
    ['DynamoDB, writes', `${sumOf(({ writes }) => writes)} units`, sumOf(({ writes }) => writes) * PRICES.writeUnit],
    ['DynamoDB, reads', `${sumOf(({ reads }) => reads)} units`, sumOf(({ reads }) => reads) * PRICES.readUnit],
    ['API Gateway', `${count} requests`, count * PRICES.apiRequest],
    ['Lambda', `${count} requests`, sumOf(lambdaOf)],
    [
      'Lambda, authorizer',
      `1 for ${ASSUMED.requestsEachToken} requests`,
      (count / ASSUMED.requestsEachToken) * lambda(10),
    ],
    ['Lambda, publisher', `${CHANGES} records, each alone`, CHANGES * lambda(15)],
    ['EventBridge', `${CHANGES} events`, CHANGES * PRICES.event],
    ['logs', `${(count * ASSUMED.logBytes) / 1_000} KB`, ((count * ASSUMED.logBytes) / 1e9) * PRICES.logGb],
    ['traces', `${100 * ASSUMED.tracedShare} % of the requests`, count * ASSUMED.tracedShare * PRICES.trace],
    [
      'storage and backup, one month',
      `${rounded(bytes / 1_000)} KB with all index entries`,
      gigabytes * (PRICES.storageGbMonth + PRICES.backupGbMonth),
    ],
  ];
  const perTask = parts.reduce((sum, [, , price]) => sum + price, 0);
  const month = (tasksADay: number, price: number): string => dollars(price * tasksADay * ASSUMED.daysEachMonth);
  return [
    {
      title: 'A million requests, in dollars',
      columns: ['request', 'read units', 'write units', 'DynamoDB', 'Lambda', 'API Gateway', 'together'],
      rows: requests,
    },
    {
      title: `A task's life, and a month of ${ASSUMED.daysEachMonth} days`,
      columns: ['', 'of one task', 'a million tasks', '1,000 tasks a day', '1,000,000 tasks a day'],
      rows: [
        ...parts.map(([name, what, price]) => [
          name,
          what,
          dollars(1e6 * price),
          month(1_000, price),
          month(1_000_000, price),
        ]),
        ['**together**', '', dollars(1e6 * perTask), month(1_000, perTask), month(1_000_000, perTask)],
      ],
    },
  ];
};
