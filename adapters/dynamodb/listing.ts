import { createHash } from 'node:crypto';
import { encodePart, listPartition } from './keys.ts';
import { LIST_INDEXES, type ListIndex } from './table.ts';

/**
 * The lists and what each may be filtered by. Filter `i` is bit `i` of the number of the index that answers a set of
 * filters, so every combination reads exactly its page. The first two filters should be the common ones: only their
 * indexes carry whole items.
 */
export const LISTS = {
  tasks: ['state', 'assigned_to', 'task_type_id', 'area_code'],
  templates: ['task_type_id', 'is_active'],
  task_types: ['is_active'],
  assets: ['availability_status', 'region_code'],
  users: [],
  roles: [],
  org_units: [],
} as const satisfies Record<string, readonly string[]>;
export type ListName = keyof typeof LISTS;

type Values = Readonly<Record<string, unknown>>;

const isSet = (value: unknown): value is string | boolean => typeof value === 'string' || typeof value === 'boolean';

/** One value stays readable; several are digested, because their texts would outweigh the item. */
const partitionOf = (list: ListName, tenantId: string, values: readonly (string | boolean)[]): string => {
  const texts = values.map((value) => encodePart(String(value)));
  const filters =
    texts.length < 2 ? texts.join('') : createHash('sha256').update(texts.join('#')).digest('base64url').slice(0, 16);
  return listPartition(tenantId, list, filters);
};

/** The index attributes of a record: one for each set of filters whose fields the record has. */
export const listAttributes = (list: ListName, tenantId: string, record: Values): Record<string, string> => {
  const fields: readonly string[] = LISTS[list];
  const attributes: Record<string, string> = {};
  for (let set = 0; set < 2 ** fields.length; set += 1) {
    const values = fields.filter((_, bit) => (set & (1 << bit)) !== 0).map((field) => record[field]);
    const index = LIST_INDEXES[set];
    if (index !== undefined && values.every(isSet)) attributes[index.partition] = partitionOf(list, tenantId, values);
  }
  return attributes;
};

/** The index that answers a set of filters exactly, and the partition of it that holds the matching records. */
export const indexFor = (
  list: ListName,
  tenantId: string,
  filters: Values,
): { index: ListIndex; partition: string } => {
  const fields: readonly string[] = LISTS[list];
  const set = fields.reduce((bits, field, bit) => (filters[field] === undefined ? bits : bits | (1 << bit)), 0);
  const index = LIST_INDEXES[set];
  if (index === undefined) throw new Error(`The list ${list} has more filters than the table has indexes.`);
  const values = fields.map((field) => filters[field]).filter(isSet);
  return { index, partition: partitionOf(list, tenantId, values) };
};
