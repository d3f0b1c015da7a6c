import * as z from 'zod';
import { isPlanned, matches, statesOf, type TaskFilters } from '../../../core/tasks/filters.ts';
import { isOpen, type State } from '../../../core/tasks/lifecycle.ts';
import { windowOf, type Task } from '../../../core/tasks/task.ts';
import { listPartition, planOrder, taskKey } from '../keys.ts';
import { whereFields, type Listing, type Source } from '../listing.ts';
import { keySchema } from '../pages.ts';
import { TASK_INDEXES, type ListIndex } from '../table.ts';
import type { Condition, TableReader } from '../table-reader.ts';
import type { Item } from '../transaction.ts';

const { all, state: byState, assignee, assigneeAndState, type: byType, area, planned } = TASK_INDEXES;

/** The keys of a task in the indexes. Each that is absent leaves the task out of its index. */
export const taskIndexAttributes = (task: Task): Readonly<Record<string, string>> => {
  const { tenant_id, id, state, assigned_to, task_type_id, area_code } = task;
  const window = windowOf(task);
  return {
    [all.partition]: listPartition(tenant_id),
    [byState.partition]: listPartition(tenant_id, state),
    [byType.partition]: listPartition(tenant_id, task_type_id),
    ...(assigned_to === null
      ? {}
      : {
          [assignee.partition]: listPartition(tenant_id, assigned_to),
          [assigneeAndState.partition]: listPartition(tenant_id, assigned_to, state),
        }),
    ...(area_code === null ? {} : { [area.partition]: listPartition(tenant_id, area_code) }),
    ...(window === undefined || !isOpen(state)
      ? {}
      : { [planned.partition]: listPartition(tenant_id), [planned.sort]: planOrder(window.start, id) }),
  };
};

const idAtStart = (position: string): string => decodeURIComponent(position.slice(position.indexOf('#') + 1));

/** Ids of the tasks in a range of time, in order of start, from their index alone: at most `limit`. */
export const taskIdsInRange = async (
  reader: Pick<TableReader, 'listPage'>,
  tenantId: string,
  filters: TaskFilters,
  limit: number,
): Promise<readonly string[]> => {
  const ids: string[] = [];
  for (const part of sourcesOf(tenantId, filters)) {
    let start: Item | undefined;
    do {
      const page = await reader.listPage({ part, descending: false, limit: limit * INDEX_STRIDE, start });
      ids.push(...page.items.map((item) => idAtStart(textSchema.parse(item[planned.sort]))));
      start = page.last;
    } while (start !== undefined && ids.length < limit);
  }
  return ids.slice(0, limit);
};
/** What a filter leaves out counts as read: so the first request, of 1 MB at most, mostly is the last. */
const INDEX_STRIDE = 4;

/** The narrowest indexes for the filters. What they do not say is filtered where the index is read. */
const sourcesOf = (tenantId: string, filters: TaskFilters): readonly Source[] => {
  const { assigned_to, task_type_id, area_code, unassigned } = filters;
  const states = statesOf(filters);
  const source = (
    index: ListIndex,
    values: readonly string[],
    where: readonly (readonly Condition[])[],
    idAt = (position: string) => position,
  ): Source => {
    const partition = { attribute: index.partition, value: listPartition(tenantId, ...values) };
    return {
      index: index.name,
      partition,
      where,
      keyAt: (position) => ({
        ...taskKey(tenantId, idAt(position)),
        [partition.attribute]: partition.value,
        [index.sort]: position,
      }),
    };
  };
  /** Drafts are dispatchable when they need no approval; of the other states the backlog has all. */
  const inBacklog = (state: State): readonly (readonly Condition[])[] =>
    unassigned === true && state === 'DRAFT' ? whereFields({ requires_approval: false }) : [];

  if (isPlanned(filters)) {
    if (states?.length === 0) return [];
    const { planned_from: from, planned_to: to } = filters;
    const where = [
      ...whereFields({ assigned_to, task_type_id, area_code }),
      ...(filters.state === undefined && unassigned !== true ? [] : [[{ attribute: 'state', among: states ?? [] }]]),
      ...(unassigned === true
        ? [[{ attribute: 'state', among: ['APPROVED'] }, ...whereFields({ requires_approval: false }).flat()]]
        : []),
      ...(from === undefined ? [] : [[{ attribute: 'planned_end_at', after: from }]]),
    ];
    const whole = source(planned, [], where, idAtStart);
    return [to === undefined ? whole : { ...whole, sort: { attribute: planned.sort, before: to } }];
  }
  const material = whereFields({ task_type_id, area_code });
  if (assigned_to !== undefined) {
    return states === undefined
      ? [source(assignee, [assigned_to], material)]
      : states.map((state) => source(assigneeAndState, [assigned_to, state], material));
  }
  if (states !== undefined) {
    return states.map((state) => source(byState, [state], [...material, ...inBacklog(state)]));
  }
  if (task_type_id !== undefined) return [source(byType, [task_type_id], whereFields({ area_code }))];
  if (area_code !== undefined) return [source(area, [area_code], [])];
  return [source(all, [], [])];
};

const textSchema = z.string();

/**
 * A list of tasks. The indexes say which tasks there are and in which order; the tasks themselves are read from the table,
 * and one that does not belong to the list any more, or stands elsewhere in it now, is left out.
 */
export const taskListing = (
  reader: Pick<TableReader, 'getMany'>,
  tenantId: string,
  filters: TaskFilters,
  taskOf: (item: Item) => Task,
): Listing<Task> => {
  const sort = isPlanned(filters) ? planned.sort : all.sort;
  const positionOf = (item: Item): string => textSchema.parse(item[sort]);
  return {
    sources: sourcesOf(tenantId, filters),
    descending: !isPlanned(filters),
    positionOf,
    load: async (read) => {
      const keys = read.map((item) => keySchema.parse(item));
      const whole = keys.length === 0 ? [] : await reader.getMany(keys, 'eventual');
      const byPosition = new Map(
        whole.filter((item) => item[sort] !== undefined).map((item) => [positionOf(item), item] as const),
      );
      return read
        .map((item) => byPosition.get(positionOf(item)))
        .filter((item) => item !== undefined)
        .map((item) => ({ item, record: taskOf(item) }))
        .filter(({ record }) => matches(record, filters));
    },
  };
};
