import type { Answer } from '../integration/harness.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client } from '../../adapters/runtime/composition.ts';
import { casesOf, HOW_DRAWN, isAmbiguous, isOfTransactions, isTransaction, say, type Case } from './cases.ts';
import { makeInjector, type Injector } from './injector.ts';
import { makeWorld, type World } from './operations.ts';
import {
  dryRuns,
  expectInvariants,
  expectOneEffect,
  forAll,
  isWrite,
  newKey,
  prepare,
  sendSuffering,
  waysOf,
} from './sweep.ts';
import { startTroubleServer, type TroubleServer } from './trouble.ts';

let server: TroubleServer;
let injector: Injector;
let world: World;
beforeAll(async () => {
  server = await startTroubleServer();
  injector = makeInjector(client, server);
  world = await makeWorld();
});
afterAll(() => server.stop());

const THROTTLES = new Set(['throughputExceeded', 'throttling', 'requestLimit', 'canceledThrottled']);

/** The documented answer to a call that fails however often it is sent. */
const refusalOf = (one: Case): { readonly status: number; readonly code: string } => {
  if (THROTTLES.has(one.name)) return { status: 429, code: 'throttled' };
  if (one.name === 'conflict') return { status: 503, code: 'busy' };
  return { status: 503, code: one.commits && isAmbiguous(one) ? 'outcome_unknown' : 'table_unavailable' };
};

/** They take several transactions, the last of which has the receipt. */
const BY_STEPS = new Set(['commitPlan', 'revertPlan']);
const UNKNOWN = { status: 503, code: 'outcome_unknown' };

const leftOut = ({ body }: Answer): number => (body?.left_out as unknown[] | undefined)?.length ?? 0;

interface Lasting extends Case {
  /** The whole table fails from the call on, or only its transactions. */
  readonly reach: 'everything' | 'transactions';
}

/** Reads that still work tell, with a key, what became of a commit. */
const lasting = (one: Case): readonly Lasting[] => [
  { ...one, reach: isOfTransactions(one) ? 'transactions' : 'everything' },
  ...(one.afterEffect && one.withKey && !isOfTransactions(one) ? [{ ...one, reach: 'transactions' as const }] : []),
];

describe(`when a call and all after it fail (${HOW_DRAWN})`, () => {
  // Most of it is waiting between attempts.
  it.concurrent.each(waysOf(1))('%s says so, and does it once when asked again', async (_way, contract) => {
    const runs = await dryRuns(injector, contract, world);
    const cases = runs.flatMap(({ calls, withKey }) => casesOf(contract, calls, withKey)).flatMap(lasting);
    await forAll(cases, async (one) => {
      const sending = { contract, world, ...(one.withKey ? { key: newKey() } : {}) };
      const prepared = await prepare(contract, world);
      const answer = await sendSuffering(injector, sending, prepared, ({ number, operation }) =>
        number >= one.call && (one.reach === 'everything' || isTransaction(operation)) ? one : undefined,
      );
      const told = `${say(one)}, of ${one.reach}: ${JSON.stringify(answer.body)}`;
      const effects = await prepared.effects?.();
      const isKnown = BY_STEPS.has(contract.operation)
        ? answer.status === contract.status
        : one.withKey && one.afterEffect && one.reach === 'transactions';
      if (BY_STEPS.has(contract.operation)) {
        // A step may be done when a later one fails: then the answer says that it is not known.
        if (!isKnown && effects === 1) expect(answer.body, told).toMatchObject({ code: 'outcome_unknown' });
        // What could not be had in the end is left out, and said to be.
        else expect(effects, told).toBe(isKnown && leftOut(answer) === 0 ? 1 : 0);
      } else if (isWrite(contract)) expect(effects, told).toBe(one.afterEffect ? 1 : 0);
      if (isKnown) expect(answer.status, told).toBe(contract.status);
      else {
        const { status, code } = effects === 1 && BY_STEPS.has(contract.operation) ? UNKNOWN : refusalOf(one);
        expect(answer, told).toMatchObject({ status, body: { code } });
        expect(answer.headers.get('Retry-After'), told).toBe('1');
      }
      if (one.withKey && !(isKnown && leftOut(answer) > 0))
        await expectOneEffect(sending, prepared, isKnown ? answer : undefined);
    });
  });

  it('leaves every invariant whole', () => expectInvariants(world));
});
