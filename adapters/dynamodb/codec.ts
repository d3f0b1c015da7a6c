import * as z from 'zod';
import type { Key } from './keys.ts';
import type { TableReader } from './table-reader.ts';
import type { Item } from './transaction.ts';

/** How records of one kind are kept. */
export interface Codec<T> {
  readonly toItem: (record: T) => Item & Key;
  /** Checks what it reads: an item that does not fit is a bug, and is said to be one. */
  readonly fromItem: (item: Item) => T;
}

/**
 * Opaque JSON is kept as JSON text: it comes back as it came, whatever its numbers, its empty names and its depth, which
 * DynamoDB's own types would change or refuse.
 */
export const makeCodec = <T extends Readonly<Record<string, unknown>>>({
  schema,
  key,
  documents = [],
  sparse = [],
  indexed,
}: {
  readonly schema: z.ZodType<T>;
  readonly key: (record: T) => Key;
  readonly documents?: readonly (keyof T & string)[];
  /** Fields that most records have nothing in: then they are left out, and read as the schema's default. */
  readonly sparse?: readonly (keyof T & string)[];
  /** The keys of a record in the indexes. */
  readonly indexed?: (record: T) => Readonly<Record<string, string>>;
}): Codec<T> => ({
  toItem: (record) => {
    const texts = documents.map((name) => [name, JSON.stringify(record[name])] as const);
    const left = new Set<string>(sparse.filter((name) => isNothing(record[name])));
    const kept = Object.entries(record).filter(([name]) => !left.has(name));
    return { ...Object.fromEntries(kept), ...Object.fromEntries(texts), ...indexed?.(record), ...key(record) };
  },
  fromItem: (item) => {
    const values = documents.map((name) => {
      const kept = item[name];
      return [name, typeof kept === 'string' ? (JSON.parse(kept) as unknown) : kept] as const;
    });
    const result = schema.safeParse({ ...item, ...Object.fromEntries(values) });
    if (result.success) return result.data;
    throw new Error(`An item of the table is malformed: ${z.prettifyError(result.error)}`, { cause: result.error });
  },
});

const isNothing = (value: unknown): boolean =>
  value === 0 || value === false || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

/** A record that names its tenant and itself. */
export interface Owned {
  readonly tenant_id: string;
  readonly id: string;
}
export const owned =
  (of: (tenantId: string, id: string) => Key) =>
  ({ tenant_id, id }: Owned): Key =>
    of(tenant_id, id);

/** What the reads of a resource need. */
export interface Reads {
  readonly reader: TableReader;
}

export const find = async <T>({ reader }: Reads, codec: Codec<T>, key: Key): Promise<T | undefined> => {
  const item = await reader.get(key);
  return item === undefined ? undefined : codec.fromItem(item);
};
