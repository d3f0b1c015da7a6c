import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexFor, listAttributes, LISTS, type ListName } from '../../../../adapters/dynamodb/listing.ts';
import { LIST_INDEXES } from '../../../../adapters/dynamodb/table.ts';
import { task } from '../../records.ts';

const TASK = task({ state: 'DISPATCHED', assigned_to: 'user-1', area_code: 'N' });
const FIELDS = LISTS.tasks;
const subsets = <T>(all: readonly T[]): readonly (readonly T[])[] =>
  all.reduce<readonly (readonly T[])[]>((sets, one) => [...sets, ...sets.map((set) => [...set, one])], [[]]);

describe('lists', () => {
  it.each(subsets(FIELDS))('an index answers the filters %s %s %s %s', (...given) => {
    const filters = Object.fromEntries(given.filter(Boolean).map((field) => [field, TASK[field]]));
    const { index, partition } = indexFor('tasks', 'tenant-1', filters);
    expect(listAttributes('tasks', 'tenant-1', TASK)[index.partition]).toBe(partition);
  });

  it('number their indexes by the bits of the filters', () => {
    const name = (filters: object) => indexFor('tasks', 't', { ...filters }).index.name;
    expect(name({})).toBe('LIST0');
    expect(name({ state: 'DRAFT' })).toBe('LIST1');
    expect(name({ assigned_to: 'u' })).toBe('LIST2');
    expect(name({ task_type_id: 'y', area_code: 'N' })).toBe('LIST12');
    expect(name({ state: 'DRAFT', assigned_to: 'u', task_type_id: 'y', area_code: 'N' })).toBe('LIST15');
  });

  it('list a record under every set of filters whose fields it has, and under no other', () => {
    const unassigned = listAttributes('tasks', 'tenant-1', { ...TASK, assigned_to: null });
    const withAssignee = LIST_INDEXES.filter((_, set) => (set & 2) !== 0).map(({ partition }) => partition);
    expect(Object.keys(unassigned)).toHaveLength(8);
    for (const name of withAssignee) expect(unassigned).not.toHaveProperty(name);
    expect(Object.keys(listAttributes('tasks', 'tenant-1', TASK))).toHaveLength(16);
  });

  it('keep one value readable and digest several', () => {
    expect(indexFor('tasks', 't', {}).partition).toBe('T#t#tasks');
    expect(indexFor('tasks', 't', { state: 'DRAFT' }).partition).toBe('T#t#tasks#DRAFT');
    expect(indexFor('tasks', 't', { state: 'DRAFT', area_code: 'N' }).partition).toMatch(/^T#t#tasks#[\w-]{16}$/);
    expect(indexFor('templates', 't', { is_active: false }).partition).toBe('T#t#templates#false');
  });

  it('find a record by filters exactly when it has their values', () => {
    const value = fc.constantFrom('a', 'b', '#', 'a#b', '%23', '');
    const record = fc.record({
      state: value,
      assigned_to: fc.option(value),
      task_type_id: value,
      area_code: fc.option(value),
    });
    const filters = fc.record(
      { state: value, assigned_to: value, task_type_id: value, area_code: value },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(record, filters, (kept, asked) => {
        const { index, partition } = indexFor('tasks', 't', asked);
        const fields: readonly (keyof typeof asked)[] = FIELDS;
        const fits = fields.every((field) => asked[field] === undefined || asked[field] === kept[field]);
        expect(listAttributes('tasks', 't', kept)[index.partition] === partition).toBe(fits);
      }),
      { numRuns: 1_000 },
    );
  });

  it('keep tenants and kinds apart in one index', () => {
    const lists = Object.keys(LISTS) as ListName[];
    const partitions = lists.flatMap((list) =>
      ['t', 't2', 't#tasks'].map((tenant) => indexFor(list, tenant, {}).partition),
    );
    expect(new Set(partitions).size).toBe(partitions.length);
  });

  it('have no more filters than there are indexes for', () => {
    for (const fields of Object.values(LISTS)) expect(2 ** fields.length).toBeLessThanOrEqual(LIST_INDEXES.length);
  });
});
