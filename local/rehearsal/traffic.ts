import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import type { RouteContract } from '../../adapters/http/contract.ts';
import * as identity from '../../functions/identity/contract.ts';
import * as tasks from '../../functions/tasks/contract.ts';
import * as types from '../../functions/types/contract.ts';
import { makeClient, type Client, type RequestOf } from '../demo/client.ts';
import { isMismatch } from '../demo/expectation.ts';

/** The version that is replaced answers without the newest fields: this reads what every version has. */
const identified = z.object({ id: z.string() });
const task = z.object({ id: z.string(), risk_level: z.number() });
const createTenant = { ...identity.createTenant, response: identified };
const bootstrapAdmin = { ...identity.bootstrapAdmin, response: identified };
const devLogin = { ...identity.devLogin, response: z.object({ access_token: z.string() }) };
const createTaskType = { ...types.createTaskType, response: identified };
const createTask = { ...tasks.createTask, response: task };
const getTask = { ...tasks.getTask, response: task };
const updateRiskChecklist = { ...tasks.updateRiskChecklist, response: task };
const listHistory = { ...tasks.listHistory, response: z.array(z.object({ action: z.string() })) };
const listTasks = { ...tasks.listTasks, response: z.array(identified) };

const CALLERS = 4;
/**
 * A deployment replaces a function in milliseconds. The emulator replaces an API whose routes have changed, under an
 * address that is known only when the deployment ends, seconds later: docs/rehearsal.md.
 */
const ATTEMPTS = 40;
const PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2_000;
/** The order in which callers finish is not that in which their tasks were made: fewer than a page. */
const LISTED = 20;

/** What a deployment under traffic did to it. */
export interface TrafficReport {
  readonly requests: number;
  /** Requests that were answered as they should only when they were sent again. */
  readonly mended: number;
  readonly taskIds: readonly string[];
  readonly tenantId: string;
}

export interface Traffic {
  readonly tenantId: string;
  /** Where the requests go from now on. */
  readonly moveTo: (baseUrl: string) => void;
  /** Ends it, and reads everything that was acknowledged. Throws when something is lost, or was not mended. */
  readonly stop: () => Promise<TrafficReport>;
}

interface Made {
  readonly id: string;
  /** As the last acknowledged write left it. */
  readonly risk: number;
}

/** A tenant of its own, whose callers write and read until they are stopped, each write with an idempotency key. */
export const startTraffic = async (baseUrl: string, bootstrapKey: string): Promise<Traffic> => {
  let [requests, mended] = [0, 0];
  const open = (url: string, headers: Readonly<Record<string, string>>): Client =>
    makeClient({ baseUrl: url, headers, onAnswer: () => (requests += 1) });
  const first = open(baseUrl, { 'X-Bootstrap-Key': bootstrapKey });
  const suffix = randomBytes(4).toString('hex');
  const { body: tenant } = await first.send(createTenant, { body: { name: `Traffic ${suffix}` } });
  const credentials = { tenant_id: tenant.id, username: 'admin', password: randomUUID() };
  await first.send(bootstrapAdmin, { body: credentials });
  const { body: login } = await first.send(devLogin, { body: credentials });
  const openSignedIn = (url: string): Client => open(url, { Authorization: `Bearer ${login.access_token}` });
  let client = openSignedIn(baseUrl);
  const { body: type } = await client.send(createTaskType, { body: { code: 'traffic', name: 'Traffic' } });

  /** As a good client does: what fails is sent again, under the same key. */
  const persistently = async <const C extends RouteContract>(
    contract: C,
    request: RequestOf<C>,
  ): Promise<Awaited<ReturnType<typeof client.send<C>>>> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const reply = await client.send(contract, request);
        if (attempt > 1) mended += 1;
        return reply;
      } catch (error) {
        if (!isMismatch(error) || attempt === ATTEMPTS) throw error;
        await delay(Math.min(LONGEST_PAUSE_MS, PAUSE_MS * attempt));
      }
    }
  };

  const made: Made[] = [];
  let isOver = false;
  const call = async (): Promise<void> => {
    while (!isOver) {
      const headers = { 'Idempotency-Key': randomUUID() };
      const body = { task_type_id: type.id, name: 'Made while a version is deployed' };
      const { body: created } = await persistently(createTask, { headers, body });
      const risk = 1 + (made.length % 5);
      const change = { params: { task_id: created.id }, body: { risk_level: risk } };
      await persistently(updateRiskChecklist, change);
      made.push({ id: created.id, risk });
      await persistently(getTask, { params: { task_id: created.id } });
    }
  };
  const callers = Promise.all(Array.from({ length: CALLERS }, call));
  // Whoever stops it hears of the failure; until then nobody does.
  callers.catch(() => undefined);

  return {
    tenantId: tenant.id,
    moveTo: (url) => {
      client = openSignedIn(url);
    },
    stop: async () => {
      isOver = true;
      await callers;
      for (const { id, risk } of made) {
        const params = { task_id: id };
        const { body: found } = await persistently(getTask, { params });
        const { body: history } = await persistently(listHistory, { params });
        const actions = history.map(({ action }) => action).join();
        const isWhole = found.risk_level === risk && actions.startsWith('created');
        if (!isWhole)
          throw new Error(`Task ${id}: risk level ${found.risk_level} instead of ${risk}, history ${actions}.`);
      }
      // By an index, too: the first page of the list holds the newest.
      const { body: page } = await persistently(listTasks, { query: { task_type_id: type.id } });
      const listed = new Set(page.map(({ id }) => id));
      const unlisted = made.slice(-LISTED).filter(({ id }) => !listed.has(id));
      if (unlisted.length > 0) throw new Error(`The list lacks ${unlisted.length} of the newest ${LISTED} tasks.`);
      return { requests, mended, taskIds: made.map(({ id }) => id), tenantId: tenant.id };
    },
  };
};
