import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client } from '../../adapters/runtime/composition.ts';
import { casesOf, HOW_DRAWN, say } from './cases.ts';
import { makeInjector, type Injector } from './injector.ts';
import { makeWorld, type World } from './operations.ts';
import {
  dryRuns,
  expectAllOperations,
  expectInvariants,
  expectOneEffect,
  expectShown,
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

it('knows every operation', () => {
  expectAllOperations();
});

describe(`when one attempt of one call fails (${HOW_DRAWN})`, () => {
  it.each(waysOf(0))('%s does what it was asked, once', async (_way, contract) => {
    const runs = await dryRuns(injector, contract, world);
    const cases = runs.flatMap(({ calls, withKey }) => casesOf(contract, calls, withKey));
    await forAll(cases, async (one) => {
      const sending = { contract, world, ...(one.withKey ? { key: newKey() } : {}) };
      const prepared = await prepare(contract, world);
      const answer = await sendSuffering(injector, sending, prepared, ({ number, attempt }) =>
        number === one.call && attempt === 1 ? one : undefined,
      );
      const told = `${say(one)}: ${JSON.stringify(answer.body)}`;
      expect(answer.status, told).toBe(contract.status);
      if (!isWrite(contract)) return;
      expect(await prepared.effects?.(), told).toBe(1);
      await expectShown(prepared, answer);
      if (one.withKey) await expectOneEffect(sending, prepared, answer);
    });
  });

  it('leaves every invariant whole', () => expectInvariants(world));
});
