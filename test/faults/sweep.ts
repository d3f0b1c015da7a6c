import { v7 as newUuid } from 'uuid';
import { expect } from 'vitest';
import { honoursIdempotencyKey, type RouteContract } from '../../adapters/http/contract.ts';
import { makeTenantSnapshots } from '../../adapters/dynamodb/tenant-snapshot.ts';
import { client, environment, reader } from '../../adapters/runtime/composition.ts';
import { findBreaches } from '../../core/audit/invariants.ts';
import { CONTRACTS } from '../../functions/contracts.ts';
import type { Answer } from '../integration/harness.ts';
import { IS_LONG } from '../integration/random.ts';
import { IS_COMPLETE } from './cases.ts';
import type { Injector, Plan } from './injector.ts';
import { OPERATIONS, type Prepared, type World } from './operations.ts';

const snapshots = makeTenantSnapshots({ client, tableName: environment.TABLE_NAME, reader });

/** Pieces of work under way at a time: most of each is waiting between attempts. */
const TOGETHER = 12;

/** Does work for each, some at a time. */
export const forAll = async <T>(all: readonly T[], work: (one: T) => Promise<unknown>): Promise<void> => {
  const left = [...all];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
};

/** A contract, and one way to request it. */
export interface Way extends RouteContract {
  readonly way: string;
}

const operationOf = (way: string): string => way.split(', ')[0] ?? '';

/** Every way to request every operation, in the order of the contracts. */
export const WAYS: readonly Way[] = CONTRACTS.flatMap((contract: RouteContract) =>
  Object.keys(OPERATIONS)
    .filter((way) => operationOf(way) === contract.operation)
    .map((way) => ({ ...contract, way })),
);

/**
 * The ways that are tried: all in the long run, and with `FAULTS=all`; else every sixth, in each file others, named
 * beside the way for a title.
 */
export const waysOf = (file: 0 | 1): readonly (readonly [string, Way])[] =>
  WAYS.filter((_, at) => IS_LONG || IS_COMPLETE || (at + 3 * file) % 6 === 0).map((contract) => [
    contract.way,
    contract,
  ]);

export const expectAllOperations = (): void => {
  const known = new Set(Object.keys(OPERATIONS).map(operationOf));
  expect([...known].toSorted()).toEqual(CONTRACTS.map(({ operation }) => operation).toSorted());
};

export const prepare = async (contract: Way, world: World): Promise<Prepared> => {
  const prepared = await OPERATIONS[contract.way]?.(world);
  if (prepared === undefined) throw new Error(`Nobody says how to request ${contract.way}`);
  if (isWrite(contract) && prepared.effects === undefined)
    throw new Error(`${contract.way} writes, and nobody says how to tell what it did`);
  return prepared;
};

interface Sending {
  readonly contract: Way;
  readonly world: World;
  /** Absent: without an Idempotency-Key. */
  readonly key?: string;
}

export const send = ({ contract, world, key }: Sending, { call, path, body }: Prepared): Promise<Answer> =>
  (call ?? world.tenant.call)(contract.method, path, body, key === undefined ? {} : { 'Idempotency-Key': key });

export const newKey = (): string => newUuid();

export const isWrite = ({ method, safe }: RouteContract): boolean => method !== 'GET' && safe !== true;

interface DryRun {
  readonly withKey: boolean;
  readonly calls: readonly string[];
}

/** The calls of the SDK that an operation makes when nothing goes wrong: with a key where it takes one, and without. */
export const dryRuns = async (injector: Injector, contract: Way, world: World): Promise<readonly DryRun[]> => {
  const run = async (withKey: boolean): Promise<DryRun> => {
    const prepared = await prepare(contract, world);
    const sending = { contract, world, ...(withKey ? { key: newKey() } : {}) };
    const { result, calls } = await injector.during(
      () => undefined,
      () => send(sending, prepared),
    );
    expect(result.status, JSON.stringify(result.body)).toBe(contract.status);
    return { withKey, calls };
  };
  return honoursIdempotencyKey(contract) ? [await run(true), await run(false)] : [await run(false)];
};

/** Sends a request that suffers a fault. Fails when nothing was there to suffer it. */
export const sendSuffering = async (
  injector: Injector,
  sending: Sending,
  prepared: Prepared,
  plan: Plan,
): Promise<Answer> => {
  const { result, hits } = await injector.during(plan, () => send(sending, prepared));
  expect(hits, 'attempts that suffered the fault').toBeGreaterThan(0);
  return result;
};

/** The answer shows what there is: the effect, as any other request sees it. */
export const expectShown = async (prepared: Prepared, answer: Answer): Promise<void> => {
  if (prepared.shown !== undefined) expect(await prepared.shown(answer)).toEqual(answer.body);
};

/** A client that sends the request again with its key gets the answer of the one effect. */
export const expectOneEffect = async (sending: Sending, prepared: Prepared, first?: Answer): Promise<void> => {
  const again = await send(sending, prepared);
  expect(again.status, JSON.stringify(again.body)).toBe(sending.contract.status);
  if (first !== undefined) {
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('Idempotency-Replayed')).toBe('true');
  }
  expect(await prepared.effects?.()).toBe(1);
  await expectShown(prepared, again);
};

export const expectInvariants = async ({ tenant }: World): Promise<void> => {
  expect(findBreaches(await snapshots.byScan(tenant.id))).toEqual([]);
};
