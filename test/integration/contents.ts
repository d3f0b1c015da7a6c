import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import {
  calendarKey,
  chosenKey,
  directoryKey,
  listPartition,
  removalKey,
  revisionKey,
  rosterKey,
  tallyKey,
  WINDOWS_BEGIN,
} from '../../adapters/dynamodb/keys.ts';
import { KEY, TASK_INDEXES, type ListIndex } from '../../adapters/dynamodb/table.ts';
import type { Item } from '../../adapters/dynamodb/transaction.ts';
import { client, environment } from '../../adapters/runtime/composition.ts';
import * as z from 'zod';
import { assetResource, userResource } from '../../core/calendar/resource.ts';

/** What the table holds, read past the service: the tests' second witness. */
const TableName = environment.TABLE_NAME;

const query = async (index: ListIndex | undefined, partition: string): Promise<readonly Item[]> => {
  const items: Item[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName,
        ...(index === undefined ? { ConsistentRead: true } : { IndexName: index.name }),
        KeyConditionExpression: '#pk = :pk',
        ExpressionAttributeNames: { '#pk': index?.partition ?? KEY.partition },
        ExpressionAttributeValues: { ':pk': partition },
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return items;
};

const partitionOf = ({ [KEY.partition]: partition }: Item): string => String(partition);

const DIRECTORIES = ['task_type', 'template', 'asset', 'role', 'org_unit', 'qualification', 'plan'] as const;

/**
 * What there is of a tenant: the directory, everything that belongs to its tasks and users, the tallies, the roster, the
 * strategies, and who removed what. The engine's indexes are up to date, and a scan of the table would read the other tests' tenants, too.
 */
export const contentsOf = async (tenantId: string): Promise<readonly Item[]> => {
  const together = async (partitions: readonly string[]): Promise<readonly Item[]> =>
    (await Promise.all(partitions.map((partition) => query(undefined, partition)))).flat();
  const kinds = [
    ...[rosterKey(tenantId, '', true), tallyKey(tenantId, null), chosenKey(tenantId), removalKey(tenantId, '')],
    ...DIRECTORIES.map((kind) => directoryKey(kind)(tenantId, '')),
  ];
  const [tasks, listed] = await Promise.all([
    query(TASK_INDEXES.all, listPartition(tenantId)),
    together(kinds.map(({ PK }) => PK)),
  ]);
  const ids = (begins: string, field: string): readonly string[] =>
    listed.filter((item) => String(item[KEY.sort]).startsWith(begins)).map((item) => String(item[field]));
  const owned = await together([
    ...tasks.map(partitionOf),
    ...[...ids('ACTIVE#', 'user_id'), ...ids('INACTIVE#', 'user_id')].map(
      (id) => calendarKey(tenantId, userResource(id)).PK,
    ),
    ...ids('ASSET#', 'id').map((id) => calendarKey(tenantId, assetResource(id)).PK),
    ...ids('TEMPLATE#', 'id').map((id) => revisionKey(tenantId, id, 1).PK),
  ]);
  return [...listed, ...owned];
};

const windowSchema = z.object({ start: z.string(), end: z.string() });
const heldSchema = z.union([
  z.object({ task_id: z.string(), window: windowSchema }),
  z.object({ absence_id: z.string(), window: windowSchema }).transform(({ absence_id, window }) => ({
    task_id: absence_id,
    window,
  })),
]);
const calendarSchema = z.object({ version: z.number(), active_count: z.number() });

interface Held {
  /** Of an absence its own id. */
  readonly task_id: string;
  readonly start: string;
  readonly end: string;
}

/** What a user holds: the windows in the order of their starts, the number of open assignments, and the calendar. */
export const holdingsOf = async (
  tenantId: string,
  userId: string,
): Promise<{ windows: readonly Held[]; open: number; version: number; active_count: number }> => {
  const Items = await query(undefined, calendarKey(tenantId, userResource(userId)).PK);
  const sorted = (prefix: string): readonly Item[] => Items.filter((item) => String(item[KEY.sort]).startsWith(prefix));
  const windows = sorted(WINDOWS_BEGIN).map((item) => {
    const { task_id, window } = heldSchema.parse(item);
    return { task_id, ...window };
  });
  const { version, active_count } = calendarSchema.parse(sorted('CALENDAR')[0]);
  return { windows, open: sorted('OPEN#').length, version, active_count };
};

/** Pairs of windows that overlap: none, ever. */
export const overlapsAmong = (windows: readonly Held[]): readonly (readonly [Held, Held])[] =>
  windows.flatMap((a, at) =>
    windows.slice(at + 1).flatMap((b) => (a.start < b.end && b.start < a.end ? [[a, b]] : [])),
  );
