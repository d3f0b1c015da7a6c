import { DomainError, type Moved } from '../../core/errors.ts';
import { claimKey, type Claim, type Key } from './keys.ts';
import { KEY } from './table.ts';
import type { Action, Item } from './transaction.ts';

type Written = Action['write'];
type OfAnyTable<W> = W extends object ? Omit<W, 'TableName'> : never;

/** An action of a transaction, whatever table it will be sent to. */
export interface TablelessAction extends Omit<Action, 'write'> {
  readonly write: {
    readonly Put?: OfAnyTable<Written['Put']>;
    readonly Update?: OfAnyTable<Written['Update']>;
    readonly Delete?: OfAnyTable<Written['Delete']>;
    readonly ConditionCheck?: OfAnyTable<Written['ConditionCheck']>;
  };
}

export type KeyedItem = Item & Key;

/** A change as actions, with the items that it writes: their sizes are checked before anything is sent. */
export interface Planned {
  readonly actions: readonly TablelessAction[];
  readonly written: readonly object[];
  /** Fields that the receipt of the call carries instead of the actions, where the call has one. */
  readonly inReceipt?: Readonly<Record<string, unknown>>;
}

/** How the changes of a resource are written: one function for each kind. A kind without one does not compile. */
export type Writes<C extends { readonly kind: string }> = {
  readonly [K in C['kind']]: (change: Extract<C, { readonly kind: K }>) => Planned;
};

/** What was read has moved on. */
export const stale = (moved: Moved = 'other'): DomainError =>
  new DomainError('stale_read', 'What was read has changed since.', { moved });

const duplicate = (field: string, value: string): DomainError =>
  new DomainError(
    'duplicate',
    `The ${field} "${value}" is taken in this tenant.`,
    { field },
    {
      problems: [{ pointer: `/${field}`, code: 'duplicate', message: `"${value}" is taken in this tenant.` }],
    },
  );

/** The condition that an item is there. */
export const exists = `attribute_exists(${KEY.partition})`;
const absent = `attribute_not_exists(${KEY.partition})`;

export const all = (...plans: readonly Planned[]): Planned => ({
  actions: plans.flatMap(({ actions }) => actions),
  written: plans.flatMap(({ written }) => written),
});

/** The writes of two resources that are committed together. A function, so that a bundler may leave out its unused result. */
export const joined = <A extends object, B extends object>(a: A, b: B): A & B => ({ ...a, ...b });

/** One action, refused with `stale_read` if nothing else is given. */
export const action = (
  label: string,
  write: TablelessAction['write'],
  {
    refusal = stale,
    written = [],
  }: { readonly refusal?: () => DomainError; readonly written?: readonly object[] } = {},
): Planned => ({ actions: [{ label, write, refusal }], written });

/** A new item. */
export const put = (label: string, item: KeyedItem, refusal: () => DomainError = stale): Planned =>
  action(label, { Put: { Item: item, ConditionExpression: absent } }, { refusal, written: [item] });

/** An item, whether or not it is there. */
export const putOver = (label: string, item: KeyedItem): Planned =>
  action(label, { Put: { Item: item } }, { written: [item] });

/** Replaces an item at the version seen; version 0 is one that is not there yet. */
export const putAtVersion = (label: string, item: KeyedItem, seen: number): Planned => {
  const condition =
    seen === 0
      ? { ConditionExpression: absent }
      : {
          ConditionExpression: '#version = :seen',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':seen': seen },
        };
  return action(label, { Put: { Item: item, ...condition } }, { written: [item] });
};

export const remove = (label: string, key: Key): Planned => action(label, { Delete: { Key: { ...key } } });

/** Removes an item, on the condition that it is still as it was seen. */
export const removeSeen = (label: string, key: Key, seen: Readonly<Record<string, unknown>>): Planned =>
  action(label, { Delete: { Key: { ...key }, ...seenCondition(seen) } });

/** Writes nothing: holds on the condition that an item is still as it was seen. */
export const checkSeen = (
  label: string,
  key: Key,
  seen: Readonly<Record<string, unknown>>,
  moved: Moved = 'other',
): Planned =>
  action(label, { ConditionCheck: { Key: { ...key }, ...seenCondition(seen) } }, { refusal: () => stale(moved) });

const seenCondition = (seen: Readonly<Record<string, unknown>>) => ({
  ConditionExpression: Object.keys(seen)
    .map((name) => `#${name} = :seen_${name}`)
    .join(' AND '),
  ExpressionAttributeNames: Object.fromEntries(Object.keys(seen).map((name) => [`#${name}`, name])),
  ExpressionAttributeValues: Object.fromEntries(Object.entries(seen).map(([name, value]) => [`:seen_${name}`, value])),
});

/** Claims a value that only one resource of the tenant may have. Refused with `duplicate`, which names the field. */
/** `shown` is the value as the caller wrote it, where the claim is on more or less than that. */
export const claim = (
  tenantId: string,
  kind: Claim,
  value: string,
  id: string,
  field: string,
  shown = value,
): Planned => put(`claim ${kind}`, { ...claimKey(tenantId, kind, value), owner_id: id }, () => duplicate(field, shown));

/** Writes only what changed, so that two versions of the code can run side by side on one table. */
export const update = (
  label: string,
  before: KeyedItem,
  after: KeyedItem,
  seen: Readonly<Record<string, unknown>>,
  moved: Moved = 'other',
): Planned => {
  const write = { Update: { Key: { ...keyOf(after) }, ...conditionOn(seen, differenceOf(before, after)) } };
  return action(label, write, { refusal: () => stale(moved), written: [after] });
};

/** Adds to numbers of an item, on the condition that it is still as it was seen. */
export const addSeen = (
  label: string,
  key: Key,
  amounts: Readonly<Record<string, number>>,
  seen: Readonly<Record<string, unknown>>,
): Planned => {
  const expression = {
    UpdateExpression: `ADD ${Object.keys(amounts)
      .map((name) => `#${name} :by_${name}`)
      .join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(Object.keys(amounts).map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(
      Object.entries(amounts).map(([name, amount]) => [`:by_${name}`, amount]),
    ),
  };
  return action(label, { Update: { Key: { ...key }, ...conditionOn(seen, expression) } });
};

/** Adds to numbers of an item, which may not be there yet. */
export const add = (
  label: string,
  key: Key,
  amounts: Readonly<Record<string, number>>,
  condition?: string,
): Planned => {
  const names = Object.keys(amounts);
  return action(label, {
    Update: {
      Key: { ...key },
      UpdateExpression: `ADD ${names.map((_, index) => `#a${index} :a${index}`).join(', ')}`,
      ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#a${index}`, name])),
      ExpressionAttributeValues: Object.fromEntries(names.map((name, index) => [`:a${index}`, amounts[name]])),
      ...(condition === undefined ? {} : { ConditionExpression: condition }),
    },
  });
};

export const keyOf = ({ PK, SK }: Key): Key => ({ PK, SK });

interface Expression {
  readonly UpdateExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Record<string, unknown>;
}

const isSameValue = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

/** The update that makes `before` into `after`, attribute by attribute. */
const differenceOf = (before: KeyedItem, after: KeyedItem): Expression => {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => !isSameValue(before[name], after[name]),
  );
  const set = names.filter((name) => after[name] !== undefined);
  const gone = names.filter((name) => after[name] === undefined);
  const clauses = [
    ...(set.length === 0 ? [] : [`SET ${set.map((name) => `#${name} = :${name}`).join(', ')}`]),
    ...(gone.length === 0 ? [] : [`REMOVE ${gone.map((name) => `#${name}`).join(', ')}`]),
  ];
  return {
    UpdateExpression: clauses.join(' '),
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(set.map((name) => [`:${name}`, after[name]])),
  };
};

/** The update, on the condition that the item is still as it was seen. */
const conditionOn = (seen: Readonly<Record<string, unknown>>, expression: Expression) => ({
  UpdateExpression: expression.UpdateExpression,
  ConditionExpression: seenCondition(seen).ConditionExpression,
  ExpressionAttributeNames: {
    ...expression.ExpressionAttributeNames,
    ...seenCondition(seen).ExpressionAttributeNames,
  },
  ExpressionAttributeValues: {
    ...expression.ExpressionAttributeValues,
    ...seenCondition(seen).ExpressionAttributeValues,
  },
});
