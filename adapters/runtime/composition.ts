import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as newUuid } from 'uuid';
import { makeRetry } from '../../core/retry.ts';
import { instantAt, type Clock } from '../../core/time/instant.ts';
import { makeTurns } from '../../core/turns.ts';
import { makeClient } from '../dynamodb/client.ts';
import type { CommitPorts } from '../dynamodb/commit.ts';
import { countRetry } from '../dynamodb/meter.ts';
import { makeReceipts } from '../dynamodb/resources/receipts.ts';
import { makeTableReader } from '../dynamodb/table-reader.ts';
import { makeTransact } from '../dynamodb/transaction.ts';
import { readEnvironment } from './environment.ts';

/**
 * The composition root, the one place that sees all adapters, is this folder: here is what every handler shares, and
 * `resources/` has the reads and the commit of each resource. Everything is made once per process, when a handler is
 * loaded, and `PURE` lets the bundler leave out what a handler does not use.
 */
export const environment = /* @__PURE__ */ readEnvironment(process.env);

export const clock: Clock = () => {
  const now = instantAt(Date.now());
  if (now === undefined) throw new Error('The clock of this machine is outside the years 0 to 9999.');
  return now;
};
export const newId = (): string => newUuid();

const random = Math.random;
const tableName = environment.TABLE_NAME;
// A name of its own: reading a property is nothing that the bundler may leave out.
const endpoint = environment.DYNAMODB_ENDPOINT;

export const client = /* @__PURE__ */ makeClient({ endpoint });
export const reader = /* @__PURE__ */ makeTableReader({ client, tableName, sleep, random });
const transact = /* @__PURE__ */ makeTransact({ client, sleep, random, newToken: newId });
/** What each commit is made of, besides the changes that it writes. */
export const commitPorts: CommitPorts = { tableName, transact, clock, newId };

/** A wait is before another attempt: log line and alarm count those whatever was in the way. */
const sleepBeforeRetry = (milliseconds: number): Promise<void> => {
  countRetry();
  return sleep(milliseconds);
};
export const retry = /* @__PURE__ */ makeRetry({ sleep: sleepBeforeRetry, random });
export const turns = /* @__PURE__ */ makeTurns();

export const receipts = /* @__PURE__ */ makeReceipts({ reader, clock });
