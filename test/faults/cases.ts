import { honoursIdempotencyKey, type RouteContract } from '../../adapters/http/contract.ts';
import { IS_LONG, makeRandom, SEED } from '../integration/random.ts';
import { TROUBLES, type Trouble } from './trouble.ts';

export type TroubleName = keyof typeof TROUBLES;

/** One fault at one call of one operation. */
export interface Case {
  /** Counted from 1. */
  readonly call: number;
  /** The call is a transaction. */
  readonly commits: boolean;
  readonly name: TroubleName;
  readonly trouble: Trouble;
  /** The table has carried the request out: only the answer is lost. */
  readonly afterEffect: boolean;
  readonly withKey: boolean;
}

/** What only a transaction can answer. */
const OF_TRANSACTIONS: ReadonlySet<TroubleName> = new Set(['conflict', 'canceledThrottled', 'inProgress']);
/** What leaves open whether the request was carried out: of a write, both are tried. */
const AMBIGUOUS: ReadonlySet<TroubleName> = new Set([
  'reset',
  'silent',
  'truncated',
  'internalError',
  'gatewayError',
  'inProgress',
]);
export const isAmbiguous = ({ name }: Case): boolean => AMBIGUOUS.has(name);
export const isOfTransactions = ({ name }: Case): boolean => OF_TRANSACTIONS.has(name);
export const isTransaction = (operation: string): boolean => operation.startsWith('Transact');
const NAMES = Object.keys(TROUBLES) as TroubleName[];

/** Every fault at every call. Without a key the reads are as with one, so that only the transactions differ. */
const allCases = (contract: RouteContract, calls: readonly string[], withKey: boolean): readonly Case[] =>
  calls.flatMap((operation, at) => {
    const commits = isTransaction(operation);
    if (!commits && !withKey && honoursIdempotencyKey(contract)) return [];
    return NAMES.filter((name) => commits || !OF_TRANSACTIONS.has(name)).flatMap((name) =>
      (commits && AMBIGUOUS.has(name) ? [false, true] : [false]).map((afterEffect) => ({
        call: at + 1,
        commits,
        name,
        trouble: TROUBLES[name],
        afterEffect,
        withKey,
      })),
    );
  });

/** Tried in every run: an acknowledgement that is lost, and rivals. */
const isEssential = ({ name, afterEffect, commits }: Case): boolean =>
  commits && ((name === 'reset' && afterEffect) || name === 'conflict');
/** Drawn for each transaction and each read, beside those; in a short run for one of the reads only. */
const DRAWN = { read: 1, transaction: IS_LONG ? 2 : 1 } as const;
/** Each request hashes a password, which takes a third of a second: nothing is drawn for these. */
const SLOW = new Set(['bootstrapAdmin', 'createUser', 'changeOwnPassword']);

const random = makeRandom(SEED);
export const IS_COMPLETE = process.env['FAULTS'] === 'all';

/**
 * The faults to try: all of them with `FAULTS=all`; else the essential ones and some that the seed draws, so that runs
 * differ and each can be repeated.
 */
export const casesOf = (contract: RouteContract, calls: readonly string[], withKey: boolean): readonly Case[] => {
  const all = allCases(contract, calls, withKey);
  if (IS_COMPLETE) return all;
  const essential = all.filter(isEssential);
  if (SLOW.has(contract.operation)) return withKey ? essential : [];
  const reads = calls.flatMap((operation, at) => (isTransaction(operation) ? [] : [at]));
  const chosen = reads[random.below(Math.max(1, reads.length))];
  const tried = calls.flatMap((operation, at) => (IS_LONG || at === chosen || isTransaction(operation) ? [at] : []));
  const drawn = tried.flatMap((at) => {
    const others = all.filter((one) => one.call === at + 1 && !isEssential(one));
    const count = others[0]?.commits === true ? DRAWN.transaction : DRAWN.read;
    return Array.from({ length: Math.min(count, others.length) }, () =>
      others.splice(random.below(others.length), 1),
    ).flat();
  });
  return [...essential, ...drawn];
};

export const say = ({ call, name, afterEffect, withKey }: Case): string =>
  `call ${call}, ${name} ${afterEffect ? 'after' : 'before'} the effect, ${withKey ? 'with' : 'without'} a key`;

/** Says in a title which faults are tried. */
export const HOW_DRAWN = IS_COMPLETE ? 'every fault' : `faults drawn by SEED=${SEED}`;
