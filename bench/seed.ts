import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { v7 as newUuid } from 'uuid';
import { taskCodec } from '../adapters/dynamodb/resources/tasks.ts';
import { windowKey } from '../adapters/dynamodb/keys.ts';
import type { TaskHolding } from '../core/calendar/calendar.ts';
import { composeTask } from '../core/tasks/compose.ts';
import { taskDraft } from '../core/tasks/task.ts';
import { instantAt, type Instant } from '../core/time/instant.ts';
import { userResource, type Resource } from '../core/calendar/resource.ts';

export interface Target {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

const BATCH = 25;
/** More only queue in DynamoDB Local. */
const WRITERS = 8;

/** Writes items past the service, which would take a request for each. */
const seed = async (
  { client, tableName }: Target,
  count: number,
  itemAt: (at: number) => Record<string, unknown>,
): Promise<void> => {
  let next = 0;
  const write = async (): Promise<void> => {
    while (next < count) {
      const from = next;
      next += BATCH;
      const puts = Array.from({ length: Math.min(BATCH, count - from) }, (_, at) => ({
        PutRequest: { Item: itemAt(from + at) },
      }));
      const { UnprocessedItems = {} } = await client.send(
        new BatchWriteCommand({ RequestItems: { [tableName]: puts } }),
      );
      if (Object.keys(UnprocessedItems).length > 0) throw new Error('The table did not take all of a batch.');
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
};

/** Whole hours from the beginning of 2020, and minutes. */
export const hour = (number: number, minutes = 0): Instant => {
  const at = instantAt(Date.UTC(2020, 0, 1, number, minutes));
  if (at === undefined) throw new Error(`There is no hour ${number}.`);
  return at;
};

/**
 * Items that differ in their id only, made once and copied as text: the codecs would take longer than the table. `made`
 * is the item of the id that it was made with.
 */
const copies = (made: Record<string, unknown>, id: string) => {
  const text = JSON.stringify(made);
  return (): Record<string, unknown> => JSON.parse(text.replaceAll(id, newUuid())) as Record<string, unknown>;
};

/** Holds the first half of each hour for a user or an asset, so many hours long. */
export const fillCalendar = (target: Target, tenantId: string, resource: Resource, hours: number): Promise<void> =>
  seed(target, hours, (at) => {
    const window = { start: hour(at), end: hour(at, 30) };
    const holding: TaskHolding = { task_id: newUuid(), name: 'Held', state: 'DISPATCHED', window };
    return { ...windowKey(tenantId, resource, window.start, holding.task_id), ...holding };
  });

/** Holds so many windows of an hour and a half, in the calendars of users in turn, every other hour from one on. */
export const fillDay = (
  target: Target,
  tenantId: string,
  userIds: readonly string[],
  firstHour: number,
  count: number,
): Promise<void> =>
  seed(target, count, (at) => {
    const start = firstHour + 2 * Math.floor(at / userIds.length);
    const window = { start: hour(start), end: hour(start + 1, 30) };
    const holding: TaskHolding = { task_id: newUuid(), name: `Inspection ${at}`, state: 'DISPATCHED', window };
    const user = userResource(userIds[at % userIds.length] ?? '');
    return { ...windowKey(tenantId, user, window.start, holding.task_id), ...holding };
  });

/** So many tasks of one type, as the service would keep them. */
export const fillList = (target: Target, tenantId: string, typeId: string, count: number): Promise<void> => {
  const id = newUuid();
  const draft = taskDraft.parse({
    ...{ task_type_id: typeId, name: 'Seeded', area_code: 'NORTH' },
    ...{ planned_start_at: hour(0), planned_end_at: hour(1) },
  });
  const task = composeTask(draft, {}, { id, tenantId, actorId: 'bench', at: hour(0), newId: newUuid });
  return seed(target, count, copies(taskCodec.toItem(task), id));
};
