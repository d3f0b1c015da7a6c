import { ScanCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { KeptHolding, TenantSnapshot } from '../../core/audit/invariants.ts';
import { isAbsence } from '../../core/calendar/calendar.ts';
import { refusalOf } from './faults.ts';
import {
  ABSENCE_PREFIX,
  ACTIVE_PREFIX,
  ATTACHMENT_PREFIX,
  assetKey,
  batchKey,
  calendarKey,
  DECISION_PREFIX,
  historyKey,
  openAssignmentKey,
  receiptKey,
  REVISION_PREFIX,
  rosterKey,
  tallyKey,
  taskKey,
  templateKey,
  tenantKey,
  userKey,
  WINDOWS_BEGIN,
} from './keys.ts';
import { indexFor, type ListName } from './listing.ts';
import { absenceCodec, isRemoved } from './resources/absences.ts';
import { assetCodec } from './resources/assets.ts';
import { calendarCodec, holdingFrom } from './resources/calendars.ts';
import { historyCodec, taskCodec } from './resources/tasks.ts';
import { userCodec } from './resources/users.ts';
import type { TableReader } from './table-reader.ts';
import { KEY } from './table.ts';
import type { Item } from './transaction.ts';

/** Reads everything of a tenant that its invariants speak of. Every item is read strongly consistent. */
export interface TenantSnapshots {
  /**
   * Reads the whole table and keeps what is the tenant's: the only reading that misses nothing, receipts and batches
   * included. It costs one read unit per 4 KB of the table, whoever the items belong to, so it is for audits.
   */
  readonly byScan: (tenantId: string) => Promise<TenantSnapshot>;
  /**
   * Reads the tenant's partitions: about one read unit per task, user, template and asset, and the list index. Users
   * come from the roster, which is read strongly: nothing that a user holds is missed. Tasks, templates and assets come
   * from the list index, which may lag by a moment; a task that is held is found through its holding, a template
   * through its tasks. Batches are not read.
   */
  readonly byPartitions: (tenantId: string) => Promise<TenantSnapshot>;
}

/** Partitions that are read at the same time. */
const TOGETHER = 16;
const INDEX_PAGE = 200;
/** Around every sort key. */
const FIRST = ' ';
const LAST = '\uffff';

const keySchema = z.object({ [KEY.partition]: z.string(), [KEY.sort]: z.string() });
const idSchema = z.object({ id: z.string() });
const revisionSchema = z.object({ id: z.string(), revision: z.number().default(1) });
const originSchema = z.object({ template_id: z.string().nullable().optional() });
const rosterSchema = z.object({ user_id: z.string() });
const tallySchema = z.object({ total: z.number(), available: z.number() });
const batchSchema = z.object({ id: z.string(), task_ids: z.array(z.string()) });
const receiptSchema = z.object({ batch: batchSchema.optional() });

export const makeTenantSnapshots = ({
  client,
  tableName,
  reader,
}: {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly reader: TableReader;
}): TenantSnapshots => {
  const scan = async (tenantId: string): Promise<readonly Item[]> => {
    const { PK: tenant } = tenantKey(tenantId);
    const found: Item[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const page = await client
        .send(
          new ScanCommand({
            TableName: tableName,
            ConsistentRead: true,
            FilterExpression: '#pk = :tenant OR begins_with(#pk, :prefix)',
            ExpressionAttributeNames: { '#pk': KEY.partition },
            ExpressionAttributeValues: { ':tenant': tenant, ':prefix': `${tenant}#` },
            ...(start === undefined ? {} : { ExclusiveStartKey: start }),
          }),
        )
        .catch((error: unknown) => {
          throw refusalOf(error, 'read');
        });
      found.push(...(page.Items ?? []));
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    return found;
  };

  const idsListed = async (list: ListName, tenantId: string): Promise<readonly string[]> => {
    const { index, partition } = indexFor(list, tenantId, {});
    const ids: string[] = [];
    let after: Item | undefined;
    do {
      const page = await reader.indexPage({
        index: index.name,
        attribute: index.partition,
        partition,
        limit: INDEX_PAGE,
        after,
      });
      ids.push(...page.items.map((item) => idSchema.parse(item).id));
      after = page.last;
    } while (after !== undefined);
    return ids;
  };

  const partitions = async (names: readonly string[]): Promise<readonly Item[]> => {
    const found: Item[] = [];
    for (let from = 0; from < names.length; from += TOGETHER) {
      const some = names.slice(from, from + TOGETHER);
      found.push(
        ...(await Promise.all(some.map((partition) => reader.range({ partition, from: FIRST, to: LAST })))).flat(),
      );
    }
    return found;
  };

  return {
    byScan: async (tenantId) => snapshotOf(tenantId, await scan(tenantId)),
    byPartitions: async (tenantId) => {
      const [roster, tallies, taskIds, templateIds, userIds, assetIds] = await Promise.all([
        partitions([rosterKey(tenantId, '', true).PK]),
        partitions([tallyKey(tenantId, null).PK]),
        idsListed('tasks', tenantId),
        idsListed('templates', tenantId),
        idsListed('users', tenantId),
        idsListed('assets', tenantId),
      ]);
      const owners = new Set([...roster.map((entry) => rosterSchema.parse(entry).user_id), ...userIds]);
      const [users, assets] = await Promise.all([
        partitions([...owners].map((userId) => userKey(tenantId, userId).PK)),
        reader.getMany(assetIds.map((assetId) => assetKey(tenantId, assetId))),
      ]);
      const held = users
        .filter((item) => isHolding(item))
        .flatMap((item) => {
          const holding = holdingFrom(item);
          return isAbsence(holding) ? [] : holding.task_id;
        });
      const tasks = await partitions([...new Set([...taskIds, ...held])].map((id) => taskKey(tenantId, id).PK));
      const origins = tasks.flatMap((item) => originSchema.parse(item).template_id ?? []);
      const ids = [...new Set([...templateIds, ...origins])];
      const templates = await partitions(ids.map((id) => templateKey(tenantId, id).PK));
      return snapshotOf(tenantId, [...roster, ...tallies, ...users, ...assets, ...tasks, ...templates]);
    },
  };
};

/** What an item is, by its sort key. */
const SORT = {
  task: taskKey('', '').SK,
  template: templateKey('', '').SK,
  history: historyKey('', '', 0).SK.slice(0, -10),
  user: userKey('', '').SK,
  calendar: calendarKey('', '').SK,
  open: openAssignmentKey('', '', '').SK,
  inactive: rosterKey('', '', false).SK,
  asset: assetKey('', '').SK,
  batch: batchKey('', '').SK,
  receipt: receiptKey('', '').SK,
} as const;

const isHolding = (item: Item): boolean => {
  const { SK } = keySchema.parse(item);
  return SK.startsWith(WINDOWS_BEGIN) || SK.startsWith(SORT.open);
};

const snapshotOf = (tenantId: string, found: readonly Item[]): TenantSnapshot => {
  const keyed = found.map((item) => ({ ...keySchema.parse(item), item }));
  const sorted = (is: (SK: string) => boolean): readonly Item[] =>
    keyed.filter(({ SK }) => is(SK)).map(({ item }) => item);
  const assets = sorted((SK) => SK === SORT.asset).map(assetCodec.fromItem);
  const areaOf = areaNames(tenantId, assets);
  return {
    tasks: sorted((SK) => SK === SORT.task).map(taskCodec.fromItem),
    history: sorted((SK) => SK.startsWith(SORT.history)).map(historyCodec.fromItem),
    later_attachments: keyed
      .filter(({ SK }) => SK.startsWith(ATTACHMENT_PREFIX))
      .map(({ PK, item }) => ({ task_id: idBehind(taskKey(tenantId, '').PK, PK), id: idSchema.parse(item).id })),
    decisions: keyed
      .filter(({ SK }) => SK.startsWith(DECISION_PREFIX))
      .map(({ PK, SK }) => ({
        task_id: idBehind(taskKey(tenantId, '').PK, PK),
        id: idBehind(DECISION_PREFIX, SK),
      })),
    revisions: sorted((SK) => SK === SORT.template || SK.startsWith(REVISION_PREFIX)).map((item) => {
      const { id: template_id, revision } = revisionSchema.parse(item);
      return { template_id, revision };
    }),
    users: sorted((SK) => SK === SORT.user).map(userCodec.fromItem),
    roster: keyed
      .filter(({ SK }) => SK.startsWith(ACTIVE_PREFIX) || SK.startsWith(SORT.inactive))
      .map(({ SK, item }) => ({
        user_id: rosterSchema.parse(item).user_id,
        is_active: SK.startsWith(ACTIVE_PREFIX),
      })),
    calendars: sorted((SK) => SK === SORT.calendar).map(calendarCodec.fromItem),
    holdings: keyed
      .filter(({ item }) => isHolding(item))
      .map(({ PK, item }): KeptHolding => ({
        user_id: idBehind(userKey(tenantId, '').PK, PK),
        ...holdingFrom(item),
      })),
    absences: sorted((SK) => SK.startsWith(ABSENCE_PREFIX))
      .filter((item) => !isRemoved(item))
      .map(absenceCodec(tenantId).fromItem),
    assets,
    tallies: keyed
      .filter(({ PK }) => PK === tallyKey(tenantId, null).PK)
      .map(({ SK, item }) => ({ area_code: areaOf(SK), ...tallySchema.parse(item) })),
    batches: [
      ...sorted((SK) => SK === SORT.batch).map((item) => batchSchema.parse(item)),
      ...sorted((SK) => SK === SORT.receipt).flatMap((item) => receiptSchema.parse(item).batch ?? []),
    ],
  };
};

/** The id at the end of a key. */
const idBehind = (prefix: string, key: string): string => decodeURIComponent(key.slice(prefix.length));

/** The areas by their sort keys. A long code is not in its key, but the assets there know it; else its key names it. */
const areaNames = (tenantId: string, assets: TenantSnapshot['assets']) => {
  const codes = assets.flatMap(({ region_code }) => region_code ?? []);
  const known = new Map(codes.map((code) => [tallyKey(tenantId, code).SK, code]));
  const prefix = tallyKey(tenantId, '').SK;
  return (SK: string): string | null => {
    if (SK === tallyKey(tenantId, null).SK) return null;
    const encoded = SK.slice(prefix.length);
    return known.get(SK) ?? (encoded.startsWith('%%') ? encoded : decodeURIComponent(encoded));
  };
};
