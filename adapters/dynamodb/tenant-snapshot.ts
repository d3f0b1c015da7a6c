import { ScanCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { KeptHolding, TenantSnapshot } from '../../core/audit/snapshot.ts';
import { isAbsence } from '../../core/calendar/calendar.ts';
import { refusalOf } from './faults.ts';
import {
  ABSENCE_PREFIX,
  ACTIVE_PREFIX,
  INACTIVE_PREFIX,
  listPartition,
  revisionKey,
  ATTACHMENT_PREFIX,
  calendarKey,
  DECISION_PREFIX,
  historyKey,
  openAssignmentKey,
  receiptKey,
  REVISION_PREFIX,
  rosterKey,
  SORT_KEYS,
  tallyKey,
  taskKey,
  tenantKey,
  userKey,
  WINDOWS_BEGIN,
} from './keys.ts';
import { absenceCodec, isRemoved } from './resources/absences.ts';
import { assetCodec, assetKey } from './resources/assets.ts';
import { assetCalendarCodec, calendarCodec, holdingFrom } from './resources/calendars.ts';
import { historyCodec, taskCodec } from './resources/tasks.ts';
import { templateKey } from './resources/templates.ts';
import { userCodec } from './resources/users.ts';
import type { TableReader } from './table-reader.ts';
import { KEY, TASK_INDEXES } from './table.ts';
import type { Item } from './transaction.ts';
import { assetResource, userResource, type Resource } from '../../core/calendar/resource.ts';

/** Reads everything of a tenant that its invariants speak of. Every item is read strongly consistent. */
export interface TenantSnapshots {
  /**
   * Reads the whole table and keeps what is the tenant's: the only reading that misses nothing, receipts and batches
   * included. It costs one read unit per 4 KB of the table, whoever the items belong to, so it is for audits.
   */
  readonly byScan: (tenantId: string) => Promise<TenantSnapshot>;
  /**
   * Reads the tenant's partitions: about one read unit per task, user and template, and the index of tasks. Tasks come
   * from that index, which may lag by a moment; one that is held is found through its holding. Users come from the roster
   * and from their tasks; all else is read strongly from the partition of its kind. Batches are not read.
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
const referencesSchema = z.object({
  assigned_to: z.string().nullish(),
  template_id: z.string().nullish(),
  asset_ids: z.array(z.string()).default([]),
});
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
    const items: Item[] = [];
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
      items.push(...(page.Items ?? []));
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    return items;
  };

  const taskIdsListed = async (tenantId: string): Promise<readonly string[]> => {
    const { name, partition } = TASK_INDEXES.all;
    const part = { index: name, partition: { attribute: partition, value: listPartition(tenantId) }, where: [] };
    const ids: string[] = [];
    let start: Item | undefined;
    do {
      const page = await reader.listPage({ part, descending: true, limit: INDEX_PAGE, start });
      ids.push(...page.items.map((item) => idSchema.parse(item).id));
      start = page.last;
    } while (start !== undefined);
    return ids;
  };

  const partitions = async (names: readonly string[]): Promise<readonly Item[]> => {
    const items: Item[] = [];
    for (let from = 0; from < names.length; from += TOGETHER) {
      const some = names.slice(from, from + TOGETHER);
      items.push(
        ...(await Promise.all(some.map((partition) => reader.range({ partition, from: FIRST, to: LAST })))).flat(),
      );
    }
    return items;
  };

  return {
    byScan: async (tenantId) => snapshotOf(tenantId, await scan(tenantId)),
    byPartitions: async (tenantId) => {
      const tasksOf = (ids: readonly string[]): Promise<readonly Item[]> =>
        partitions(ids.map((id) => taskKey(tenantId, id).PK));
      const [directory, taskIds] = await Promise.all([
        partitions([
          rosterKey(tenantId, '', true).PK,
          tallyKey(tenantId, null).PK,
          templateKey(tenantId, '').PK,
          assetKey(tenantId, '').PK,
        ]),
        taskIdsListed(tenantId),
      ]);
      const listed = await tasksOf(taskIds);
      const references = listed.map((item) => referencesSchema.parse(item));
      const userIds = new Set([
        ...directory.filter(isRosterEntry).map((entry) => rosterSchema.parse(entry).user_id),
        ...references.flatMap(({ assigned_to }) => assigned_to ?? []),
      ]);
      const assetIds = new Set([
        ...directory.filter(isAsset).map((item) => idSchema.parse(item).id),
        ...references.flatMap(({ asset_ids }) => asset_ids),
      ]);
      const resources = [...[...userIds].map(userResource), ...[...assetIds].map(assetResource)];
      const users = await partitions(resources.map((resource) => calendarKey(tenantId, resource).PK));
      const held = users.filter(isHolding).flatMap((item) => {
        const holding = holdingFrom(item);
        return isAbsence(holding) ? [] : holding.task_id;
      });
      const unlisted = await tasksOf([...new Set(held)].filter((id) => !taskIds.includes(id)));
      const templateIds = new Set([
        ...directory.filter(isTemplate).map((item) => idSchema.parse(item).id),
        ...references.flatMap(({ template_id }) => template_id ?? []),
      ]);
      const revisions = await partitions([...templateIds].map((id) => revisionKey(tenantId, id, 1).PK));
      return snapshotOf(tenantId, [...directory, ...users, ...listed, ...unlisted, ...revisions]);
    },
  };
};

/** What an item is, by its sort key. */
const SORT = {
  task: SORT_KEYS.task.is,
  template: SORT_KEYS.template.begins,
  asset: SORT_KEYS.asset.begins,
  history: historyKey('', '', 0).SK.slice(0, -10),
  user: userKey('', '').SK,
  calendar: calendarKey('', userResource('')).SK,
  open: openAssignmentKey('', userResource(''), '').SK,
  batch: SORT_KEYS.batch.is,
  receipt: receiptKey('', '').SK,
} as const;

const beginsWith =
  (...prefixes: readonly string[]) =>
  (item: Item): boolean => {
    const { SK } = keySchema.parse(item);
    return prefixes.some((prefix) => SK.startsWith(prefix));
  };
const isHolding = beginsWith(WINDOWS_BEGIN, SORT.open);
const isRosterEntry = beginsWith(ACTIVE_PREFIX, INACTIVE_PREFIX);
const isTemplate = beginsWith(SORT.template);
const isAsset = beginsWith(SORT.asset);

const snapshotOf = (tenantId: string, items: readonly Item[]): TenantSnapshot => {
  const keyed = items.map((item) => ({ ...keySchema.parse(item), item }));
  const sorted = (is: (SK: string) => boolean): readonly Item[] =>
    keyed.filter(({ SK }) => is(SK)).map(({ item }) => item);
  const assets = sorted((SK) => SK.startsWith(SORT.asset)).map(assetCodec.fromItem);
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
    revisions: items.filter(beginsWith(SORT.template, REVISION_PREFIX)).map((item) => {
      const { id: template_id, revision } = revisionSchema.parse(item);
      return { template_id, revision };
    }),
    users: sorted((SK) => SK === SORT.user).map(userCodec.fromItem),
    roster: items.filter(isRosterEntry).map((item) => ({
      user_id: rosterSchema.parse(item).user_id,
      is_active: beginsWith(ACTIVE_PREFIX)(item),
    })),
    calendars: [
      ...sorted((SK) => SK === SORT.calendar).map(calendarCodec.fromItem),
      ...sorted((SK) => SK === SORT_KEYS.asset_calendar.is).map(assetCalendarCodec.fromItem),
    ],
    holdings: keyed
      .filter(({ item }) => isHolding(item))
      .map(({ PK, item }): KeptHolding => ({
        resource: holderNamed(tenantId, PK),
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

/** Whose partition it is. */
const holderNamed = (tenantId: string, PK: string): Resource => {
  const ofAssets = calendarKey(tenantId, assetResource('')).PK;
  return PK.startsWith(ofAssets)
    ? assetResource(idBehind(ofAssets, PK))
    : userResource(idBehind(userKey(tenantId, '').PK, PK));
};

/** The id at the end of a key. */
const idBehind = (prefix: string, key: string): string => decodeURIComponent(key.slice(prefix.length));

/** The areas by their sort keys. A long code is not in its key, but the assets there know it; else its key names it. */
const areaNames = (tenantId: string, assets: TenantSnapshot['assets']) => {
  const codes = assets.flatMap(({ region_code }) => region_code ?? []);
  const codeOf = new Map(codes.map((code) => [tallyKey(tenantId, code).SK, code]));
  const prefix = tallyKey(tenantId, '').SK;
  return (SK: string): string | null => {
    if (SK === tallyKey(tenantId, null).SK) return null;
    const encoded = SK.slice(prefix.length);
    return codeOf.get(SK) ?? (encoded.startsWith('%%') ? encoded : decodeURIComponent(encoded));
  };
};
