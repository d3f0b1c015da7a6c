import { readFile } from 'node:fs/promises';
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as keys from '../../adapters/dynamodb/keys.ts';
import { makeTenantSnapshots } from '../../adapters/dynamodb/tenant-snapshot.ts';
import { client, environment, reader } from '../../adapters/runtime/composition.ts';
import { tokens } from '../../adapters/runtime/security.ts';
import { findBreaches } from '../../core/audit/invariants.ts';
import { KINDS, KINDS_SINCE, KEY_MAKERS, type Kept } from '../upgrade/kinds.ts';
import { caller, startApi, type Call, type TestApi } from './harness.ts';

/**
 * Data that earlier versions wrote, as `test/upgrade/write-fixture.ts` and `write-since.ts` kept it: today's version reads,
 * lists and changes all of it. A shape that was once written is a promise.
 */
type Item = Readonly<Record<string, unknown>>;
const fromText = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'base64' in value
    ? Buffer.from(String(value.base64), 'base64')
    : value;
const read = (name: string): Promise<string> => readFile(new URL(`../upgrade/${name}`, import.meta.url), 'utf8');
const itemsIn = async (name: string): Promise<readonly Item[]> =>
  (await read(name))
    .trimEnd()
    .split('\n')
    .map((line) => unmarshall(JSON.parse(line, fromText) as Record<string, AttributeValue>));
const kept = JSON.parse(await read('fixture-answers.json')) as Kept;
const fixture = await itemsIn('fixture.jsonl');
const keptSince = JSON.parse(await read('since-answers.json')) as Kept;
const since = await itemsIn('since.jsonl');

const { byScan } = makeTenantSnapshots({ client, tableName: environment.TABLE_NAME, reader });
const keyOf = ({ PK, SK }: Item): string => `${String(PK)} ${String(SK)}`;

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const load = async (items: readonly Item[]): Promise<void> => {
  for (let from = 0; from < items.length; from += 25) {
    const requests = items.slice(from, from + 25).map((Item) => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteCommand({ RequestItems: { [environment.TABLE_NAME]: requests } }));
  }
};

/** The same under another tenant, so that each test has one of its own. */
const movedTo = (tenantId: string, items: readonly Item[]): readonly Item[] =>
  JSON.parse(
    JSON.stringify(items, (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toJSON() : value,
    ).replaceAll(kept.tenantId, tenantId),
    (_, value: unknown) => (isBytes(value) ? Buffer.from(value.data) : value),
  ) as readonly Item[];
const isBytes = (value: unknown): value is { readonly data: number[] } =>
  typeof value === 'object' && value !== null && Reflect.get(value, 'type') === 'Buffer';

const asAdmin = async (tenantId: string): Promise<Call> =>
  caller(api.url, await tokens.issue({ sub: 'upgrade', tenant_id: tenantId, permissions: ['*'] }));

/** The paths that today's version answers otherwise than the one before. */
const differencesIn = async (call: Call, { answers }: Kept = kept): Promise<readonly string[]> => {
  const differences: string[] = [];
  for (const [path, was] of Object.entries(answers)) {
    const { status, body } = await call('GET', path);
    try {
      expect(status).toBe(200);
      // A version may tell more than the one before, never less or otherwise.
      if (Array.isArray(was)) expect(body).toHaveLength(was.length);
      expect(body).toMatchObject(was as object);
    } catch (error) {
      differences.push(`${path}: ${String(error).slice(0, 300)}`);
    }
  }
  return differences;
};

/** The items with a field under another name; what the trail says is no field of its own. */
const renamedIn = (items: readonly Item[], field: string): readonly Item[] =>
  items.map((item) =>
    field in item && !String(item['SK']).startsWith('ENTRY#')
      ? Object.fromEntries(Object.entries(item).map(([name, value]) => [name === field ? 'renamed' : name, value]))
      : item,
  );

const newTenant = (): string => crypto.randomUUID();

it('the fixtures hold every kind of item that there is', () => {
  for (const [kinds, items] of [[KINDS, fixture] as const, [KINDS_SINCE, since] as const]) {
    for (const [kind, pattern] of Object.entries(kinds))
      expect([kind, items.some((item) => pattern.test(keyOf(item)))]).toEqual([kind, true]);
  }
  const makers = keys as unknown as Readonly<Record<string, (...parts: unknown[]) => keys.Key>>;
  const patterns = [...Object.values(KINDS), ...Object.values(KINDS_SINCE)];
  for (const name of KEY_MAKERS.filter((one) => !['singleKey', 'directoryKey'].includes(one))) {
    const key = makers[name]?.('t', name === 'signInKey' ? {} : 'USERNAME', '2026-01-01T00:00:00.000Z', 'x');
    if (name === 'signInKey') continue;
    expect([name, patterns.some((pattern) => pattern.test(keyOf({ ...key })))]).toEqual([name, true]);
  }
});

describe('what an earlier version wrote', () => {
  // Each loads every item anew: what the one before renamed is as it was.
  it.each(['assigned_to', 'window', 'to_state', 'role_ids'])(
    'is not read as it was when a stored field has another name: %s',
    async (field) => {
      await load(renamedIn(fixture, field));
      expect(await differencesIn(await asAdmin(kept.tenantId))).not.toEqual([]);
    },
  );

  it.each(['qualifications', 'working_hours', 'required_qualifications', 'slot', 'committed_tasks'])(
    'is not read as it was when a field that came since has another name: %s',
    async (field) => {
      await load(renamedIn(since, field));
      expect(await differencesIn(await asAdmin(keptSince.tenantId), keptSince)).not.toEqual([]);
    },
  );

  it.each([
    ['at first', fixture, kept],
    ['since', since, keptSince],
  ])('is read and listed as that version answered it: %s', async (_, items, answered) => {
    await load(items);
    expect(await differencesIn(await asAdmin(answered.tenantId), answered)).toEqual([]);
    expect(findBreaches(await byScan(answered.tenantId))).toEqual([]);
  });

  it('has its decisions replayed to the bit, and its audit trail listed', async () => {
    await load(fixture);
    const call = await asAdmin(kept.tenantId);
    const decisions = fixture.filter(({ SK }) => String(SK).startsWith('DECISION#'));
    expect(decisions.length).toBeGreaterThan(3);
    for (const { PK, SK } of decisions) {
      const [task, decision] = [PK, SK].map((key) => String(key).split('#').at(-1));
      const replay = await call('POST', `/api/task-center/tasks/${task}/decisions/${decision}:replay`, {});
      expect(replay.body).toMatchObject({ same_selection: true, reproduced: true });
    }
    const entries = fixture.filter(({ SK }) => String(SK).startsWith('ENTRY#'));
    expect((await call('GET', '/api/audit?limit=200')).body).toHaveLength(entries.length);
  });

  it('lets its users sign in', async () => {
    await load(fixture);
    const { status, body } = await api.anonymous('POST', '/api/identity/dev-login', {
      tenant_id: kept.tenantId,
      ...kept.login,
    });
    expect([status, body.permissions]).toEqual([200, expect.arrayContaining(['*'])]);
  });

  it('is changed, all of it, and stays sound', async () => {
    const tenantId = newTenant();
    await load(movedTo(tenantId, fixture));
    const call = await asAdmin(tenantId);
    const done = async (method: string, path: string, body?: object): Promise<void> => {
      const answer = await call(method, path, body);
      expect([path, answer.status, answer.body]).toEqual([path, expect.toBeOneOf([200, 201, 204]), answer.body]);
    };
    const center = '/api/task-center';
    const listed = async (path: string) => (await call('GET', path)).body as Readonly<Record<string, unknown>>[];
    for (const { id, state } of await listed(`${center}/tasks?limit=200`)) {
      const path = `${center}/tasks/${String(id)}`;
      await done('POST', `${path}/comments`, { content: 'Read by the next version' });
      if (state === 'ARCHIVED' || state === 'CANCELED') continue;
      if (state === 'ACCEPTED') await done('POST', `${path}/transition`, { target_state: 'ARCHIVED' });
      else {
        const time = { planned_start_at: null, planned_end_at: null };
        await done('PATCH', `${path}/risk-checklist`, { risk_level: 1, checklist: ['Again'] });
        await done('PATCH', `${path}/schedule`, time);
        await done('POST', `${path}/transition`, { target_state: 'CANCELED' });
      }
    }
    for (const { id } of await listed(`${center}/types`))
      await done('PATCH', `${center}/types/${String(id)}`, { name: 'X' });
    for (const { id } of await listed(`${center}/templates`))
      await done('PATCH', `${center}/templates/${String(id)}`, { default_priority: 1, is_active: false });
    for (const { id } of await listed('/api/assets')) {
      await done('PATCH', `/api/assets/${String(id)}`, { name: 'X' });
      await done('POST', `/api/assets/${String(id)}/availability`, { availability_status: 'IN_USE', region_code: 'S' });
    }
    for (const { id } of await listed('/api/identity/roles'))
      await done('PATCH', `/api/identity/roles/${String(id)}`, { description: 'X' });
    for (const { id } of await listed('/api/identity/org-units'))
      await done('PATCH', `/api/identity/org-units/${String(id)}`, { name: 'X', is_active: false });
    for (const { id, username, is_active } of await listed('/api/identity/users')) {
      for (const absence of await listed(`${center}/users/${String(id)}/absences`))
        await done('DELETE', `${center}/users/${String(id)}/absences/${String(absence['id'])}`);
      if (username !== kept.login.username)
        await done('PATCH', `/api/identity/users/${String(id)}`, { is_active: is_active !== true });
    }
    for (const strategy of await listed(`${center}/strategies`))
      if (strategy['status'] === 'shadow') await done('POST', `${center}/strategies/${String(strategy['id'])}/retire`);
    await done('POST', `${center}/strategies/v2-0/activate`);
    expect(findBreaches(await byScan(tenantId))).toEqual([]);
  });
});
