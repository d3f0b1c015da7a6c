import { ScanCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { TenantSnapshot } from '../../core/audit/snapshot.ts';
import { isAbsence } from '../../core/calendar/calendar.ts';
import { refusalOf } from './faults.ts';
import {
  calendarKey,
  directoryKey,
  listPartition,
  revisionKey,
  rosterKey,
  singleKey,
  strategyKey,
  tallyKey,
  taskKey,
  tenantKey,
} from './keys.ts';
import { assetKey } from './resources/assets.ts';
import { holdingFrom } from './resources/calendars.ts';
import { templateKey } from './resources/templates.ts';
import { claimKeysOf, isAsset, isHolding, isRosterEntry, isTemplate, snapshotOf } from './snapshot-items.ts';
import type { TableReader } from './table-reader.ts';
import { KEY, TASK_INDEXES } from './table.ts';
import type { Item } from './transaction.ts';
import { assetResource, userResource } from '../../core/calendar/resource.ts';

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
   * and from their tasks; all else is read strongly from the partition of its kind. Batches are not read, nor claims of
   * what is not there.
   */
  readonly byPartitions: (tenantId: string) => Promise<TenantSnapshot>;
}

const DIRECTORIES = [
  directoryKey('role'),
  directoryKey('org_unit'),
  directoryKey('qualification'),
  directoryKey('task_type'),
];
const accessKey = singleKey('access');

/** Partitions that are read at the same time. */
const TOGETHER = 16;
const INDEX_PAGE = 200;
/** Around every sort key. */
const FIRST = ' ';
const LAST = '\uffff';

const idSchema = z.object({ id: z.string() });
const referencesSchema = z.object({
  assigned_to: z.string().nullish(),
  template_id: z.string().nullish(),
  asset_ids: z.array(z.string()).default([]),
});
const rosterSchema = z.object({ user_id: z.string() });

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
          strategyKey(tenantId, '').PK,
          ...DIRECTORIES.map((key) => key(tenantId, '').PK),
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
      const identity = await reader.getMany([
        ...[...userIds].map((id) => accessKey(tenantId, id)),
        ...claimKeysOf(tenantId, [...directory, ...users]),
      ]);
      return snapshotOf(tenantId, [...directory, ...users, ...identity, ...listed, ...unlisted, ...revisions]);
    },
  };
};
