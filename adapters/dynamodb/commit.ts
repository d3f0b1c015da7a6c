import type { Call } from '../../core/call.ts';
import type { Commit } from '../../core/commit.ts';
import type { LastEdit } from '../../core/events/edit.ts';
import type { Clock } from '../../core/time/instant.ts';
import { all, type Planned, type TablelessAction } from './actions.ts';
import { receiptPlan } from './resources/receipts.ts';
import { requireSizes } from './size.ts';
import { SUBJECTS, type Audited } from '../../core/trail/subjects.ts';
import { isAmong, SORT_KEYS, type SortKeys } from './keys.ts';
import { KEY } from './table.ts';
import type { Action } from './transaction.ts';

export interface CommitPorts {
  readonly tableName: string;
  readonly transact: (actions: readonly Action[]) => Promise<void>;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** How each kind of change is written: the `Writes` of one resource, or of several that are joined. */
export type Registered<M> = { readonly [K in keyof M]: (change: M[K]) => Planned };
/** A change of any kind that is registered. */
export type ChangeOf<M> = { readonly [K in keyof M]: M[K] & { readonly kind: K } }[keyof M];

/**
 * Commits changes of the kinds that are registered: each becomes labelled actions of one transaction, labelled with what
 * their failed conditions mean.
 */
export const makeCommit = <M>(ports: CommitPorts, writes: Registered<M>): Commit<ChangeOf<M>> => {
  const send = makeSend(ports);
  return (call, changes, answer) => send(call, plansOf(writes, changes), answer);
};

export const plansOf = <M>(writes: Registered<M>, changes: readonly ChangeOf<M>[]): readonly Planned[] =>
  changes.map((change) => planOf<M, keyof M>(writes, change));

const planOf = <M, K extends keyof M>(writes: Registered<M>, change: M[K] & { readonly kind: K }): Planned =>
  writes[change.kind](change);

/** Sends plans as one transaction, in their order, with the receipt of the call. */
export const makeSend =
  ({ tableName, transact, clock, newId }: CommitPorts) =>
  async (call: Call, plans: readonly Planned[], answer: unknown): Promise<void> => {
    const { receipt } = call;
    const carried = Object.fromEntries(plans.flatMap(({ inReceipt = {} }) => Object.entries(inReceipt)));
    // Before the receipt is made: what is too large to be written is too large to be compressed for nothing.
    requireSizes(all(...plans).written);
    const { actions, written } =
      receipt === undefined
        ? all(...plans)
        : // The receipt comes first: when a twin was faster, that is the answer, whatever else the twin made fail.
          all(
            receiptPlan(receipt, answer, clock(), carried),
            ...plans.filter(({ inReceipt }) => inReceipt === undefined),
          );
    requireSizes(written);
    if (call.validateOnly === true || actions.length === 0) return;
    const at = clock();
    const signed = actions.map((action): TablelessAction => {
      const edit = { edit_id: newId(), actor_id: call.actorId, at, request_id: call.requestId ?? null };
      return { ...action, write: signedBy(edit, action.write) };
    });
    await transact(signed.map((action) => ({ ...action, write: named(tableName, action.write) })));
  };

/**
 * A write of an item whose changes are told says who made it. A calendar is written for each holding that is taken or
 * given back, which its task tells: only the fields that stand in the trail are its own.
 */
const signedBy = (edit: LastEdit, write: TablelessAction['write']): TablelessAction['write'] => {
  const { Put, Update } = write;
  if (Put !== undefined && isTold(Put.Item) && !isEmptyCalendar(Put.Item))
    return { Put: { ...Put, Item: { ...Put.Item, last_edit: edit } } };
  if (Update === undefined || !isTold(Update.Key)) return write;
  const { UpdateExpression = '', ExpressionAttributeNames: names, ExpressionAttributeValues: values } = Update;
  const sortKey: unknown = Update.Key?.[KEY.sort];
  const isOwn = SUBJECTS.calendar.fields.some((field) => names?.[`#${field}`] !== undefined);
  if (CALENDARS.some((is) => is === sortKey) && !isOwn) return write;
  return {
    Update: {
      ...Update,
      UpdateExpression: UpdateExpression.startsWith('SET ')
        ? UpdateExpression.replace('SET ', 'SET #last_edit = :last_edit, ')
        : `SET #last_edit = :last_edit ${UpdateExpression}`,
      ExpressionAttributeNames: { ...names, '#last_edit': 'last_edit' },
      ExpressionAttributeValues: { ...values, ':last_edit': edit },
    },
  };
};

const CALENDARS = [SORT_KEYS.calendar.is, SORT_KEYS.asset_calendar.is] as const;
/** The first taking of an asset puts its calendar, and its task tells that. */
const isEmptyCalendar = (item: Readonly<Record<string, unknown>> | undefined): boolean =>
  item?.[KEY.sort] === SORT_KEYS.asset_calendar.is && item['working_hours'] === 'null';

const TOLD: readonly SortKeys[] = [...(Object.keys(SUBJECTS) as Audited[]), 'removal' as const].map(
  (item) => SORT_KEYS[item],
);
const isTold = (key: Readonly<Record<string, unknown>> | undefined): boolean => {
  const sortKey = key?.[KEY.sort];
  return typeof sortKey === 'string' && TOLD.some((keys) => isAmong(keys, sortKey));
};

const named = (
  TableName: string,
  { Put, Update, Delete, ConditionCheck }: TablelessAction['write'],
): Action['write'] => ({
  ...(Put === undefined ? {} : { Put: { TableName, ...Put } }),
  ...(Update === undefined ? {} : { Update: { TableName, ...Update } }),
  ...(Delete === undefined ? {} : { Delete: { TableName, ...Delete } }),
  ...(ConditionCheck === undefined ? {} : { ConditionCheck: { TableName, ...ConditionCheck } }),
});
