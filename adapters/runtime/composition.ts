import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as newUuid } from 'uuid';
import { makeGuard } from '../../core/calendar/guard.ts';
import { makeSuggest } from '../../core/calendar/suggest.ts';
import { makeRetry } from '../../core/retry.ts';
import { instantAt, type Clock } from '../../core/time/instant.ts';
import { makeClient } from '../dynamodb/client.ts';
import { makeLedger } from '../dynamodb/ledger.ts';
import { countRetry } from '../dynamodb/meter.ts';
import {
  makeAssets,
  makeCalendars,
  makeDecisions,
  makeStrategies,
  makeDirectory,
  makeReceipts,
  makeReferences,
  makeTasks,
  makeTaskTypes,
  makeTemplates,
} from '../dynamodb/stores.ts';
import { makeTableReader } from '../dynamodb/table-reader.ts';
import { makeTransact } from '../dynamodb/transaction.ts';
import { readEnvironment } from './environment.ts';

/**
 * The composition root: the one place that sees all adapters. Everything is made once per process, when a handler is
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

export const ledger = /* @__PURE__ */ makeLedger({ tableName, transact, clock });
/** A wait is before another attempt: log line and alarm count those whatever was in the way. */
const sleepBeforeRetry = (milliseconds: number): Promise<void> => {
  countRetry();
  return sleep(milliseconds);
};
export const retry = /* @__PURE__ */ makeRetry({ sleep: sleepBeforeRetry, random });

export const tasks = /* @__PURE__ */ makeTasks({ reader });
export const taskTypes = /* @__PURE__ */ makeTaskTypes({ reader });
export const templates = /* @__PURE__ */ makeTemplates({ reader });
export const references = /* @__PURE__ */ makeReferences({ reader });
export const assets = /* @__PURE__ */ makeAssets({ reader });
export const calendars = /* @__PURE__ */ makeCalendars({ reader });
export const directory = /* @__PURE__ */ makeDirectory({ reader });
export const receipts = /* @__PURE__ */ makeReceipts({ reader, clock });
export const decisions = /* @__PURE__ */ makeDecisions({ reader });
export const strategies = /* @__PURE__ */ makeStrategies({ reader });
export const suggest = /* @__PURE__ */ makeSuggest({ calendars });
export const guard = /* @__PURE__ */ makeGuard({ calendars, ledger });
