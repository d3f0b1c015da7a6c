import type { Call } from '../../core/call.ts';
import type { Commit } from '../../core/commit.ts';
import type { Clock } from '../../core/time/instant.ts';
import { all, type Planned, type TablelessAction } from './actions.ts';
import { receiptPlan } from './resources/receipts.ts';
import { requireSizes } from './size.ts';
import type { Action } from './transaction.ts';

export interface CommitPorts {
  readonly tableName: string;
  readonly transact: (actions: readonly Action[]) => Promise<void>;
  readonly clock: Clock;
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
  ({ tableName, transact, clock }: CommitPorts) =>
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
    await transact(actions.map((action) => ({ ...action, write: named(tableName, action.write) })));
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
