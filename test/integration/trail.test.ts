import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeTrailWriter } from '../../adapters/dynamodb/resources/trail.ts';
import { client, environment } from '../../adapters/runtime/composition.ts';
import { groupBy } from '../../core/audit/finding.ts';
import { PERMISSIONS } from '../../core/identity/permission.ts';
import type { Entry, TrailWriter } from '../../core/trail/entry.ts';
import { noEventsFolder } from '../../local/events-folder.ts';
import { openTableStream } from '../../local/events-stream.ts';
import { startPublisher } from '../../local/events.ts';
import { makeWorld } from '../faults/operations.ts';
import { isWrite, newKey, prepare, send, WAYS } from '../faults/sweep.ts';
import { contentsOf } from './contents.ts';
import { startApi, type Answer, type Call, type TestApi, type TestTenant } from './harness.ts';
import { makeRandom, SEED } from './random.ts';

// Before anything reads the environment: a table of its own, whose whole stream is read here again and again.
vi.hoisted(() => {
  process.env['TABLE_NAME'] = `task-center-trail-${process.pid}`;
});

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const IDENTITY = '/api/identity';
const writer = makeTrailWriter({ client, tableName: environment.TABLE_NAME, days: 400 });
const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Reads the whole stream of the table, and ends. */
const publish = async (trail: TrailWriter, pageSize?: number): Promise<void> => {
  const stream = await openTableStream({
    endpoint: environment.DYNAMODB_ENDPOINT ?? '',
    tableName: environment.TABLE_NAME,
    pageSize,
  });
  const folder = { ...noEventsFolder };
  await (await startPublisher({ stream, folder, trail, log: QUIET })).stop();
};

const nextOf = ({ headers }: Answer): string | undefined => {
  const link = /<([^>]+)>/.exec(headers.get('Link') ?? '')?.[1];
  if (link === undefined) return undefined;
  const { pathname, search } = new URL(link, api.url);
  return `${pathname}${search}`;
};

/** All pages, newest first. */
const trailOf = async (call: Call, query = '', limit = 200): Promise<readonly Entry[]> => {
  const found: Entry[] = [];
  let next: string | undefined = `/api/audit?limit=${limit}${query}`;
  while (next !== undefined) {
    const page: Answer = await call('GET', next);
    expect(page.status, JSON.stringify(page.body)).toBe(200);
    found.push(...(page.body as Entry[]));
    next = nextOf(page);
  }
  return found;
};

const ok = (answer: Answer): Answer => {
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return answer;
};

/** One change of each kind, by one who is not the one before, each with what the trail says of it. */
const changesOf = async ({ call, as, user }: TestTenant) => {
  const other = await as(['*'], 'other');
  const expected: { action: string; subject: string; before: object | null; after: object | null; request: string }[] =
    [];
  const changed = (answer: Answer, action: string, subject: string, before: object | null, after: object | null) => {
    expected.push({ action, subject, before, after, request: ok(answer).headers.get('X-Request-Id') ?? '' });
    return answer;
  };
  const userId = await user();
  const role = ok(await other('POST', `${IDENTITY}/roles`, { name: 'Chief' }));
  const roleSubject = `role/${role.body.id}`;
  changed(role, 'created', roleSubject, null, { name: 'Chief', permissions: [] });
  const permission = `${IDENTITY}/roles/${role.body.id}/permissions/${PERMISSIONS[3].id}`;
  const [none, some] = [{ permissions: [] }, { permissions: ['mission.read'] }];
  changed(await other('POST', permission), 'changed', roleSubject, none, some);
  const give = `${IDENTITY}/users/${userId}/roles/${role.body.id}`;
  const userSubject = `user/${userId}`;
  changed(await other('POST', give), 'changed', userSubject, { role_ids: [] }, { role_ids: [role.body.id] });
  changed(await other('DELETE', give), 'changed', userSubject, { role_ids: [role.body.id] }, { role_ids: [] });
  const removal = await other('DELETE', `${IDENTITY}/roles/${role.body.id}`);
  changed(removal, 'deleted', roleSubject, { name: 'Chief', description: null, ...some }, null);
  const hidden = { password: '***' };
  const password = await other('PATCH', `${IDENTITY}/users/${userId}`, { password: 'a new secret' });
  changed(password, 'changed', userSubject, hidden, hidden);
  const off = await other('PATCH', `${IDENTITY}/users/${userId}`, { is_active: false });
  changed(off, 'changed', userSubject, { is_active: true }, { is_active: false });
  const unit = ok(await other('POST', `${IDENTITY}/org-units`, { name: 'North', code: 'N' }));
  changed(unit, 'created', `org_unit/${unit.body.id}`, null, { name: 'North', code: 'N', is_active: true });
  const member = await other('POST', `${IDENTITY}/users/${userId}/org-units/${unit.body.id}`);
  changed(member, 'changed', userSubject, { memberships: [] }, { memberships: [{ org_unit_id: unit.body.id }] });
  const license = ok(await other('POST', `${IDENTITY}/qualifications`, { code: 'A2', name: 'Remote pilot' }));
  changed(license, 'created', `qualification/${license.body.id}`, null, { code: 'A2', is_active: true });
  const granted = await other('PUT', `${IDENTITY}/users/${userId}/qualifications/${license.body.id}`, {});
  changed(granted, 'changed', userSubject, { qualifications: [] }, { qualifications: [{ code: 'A2' }] });
  const asset = ok(await other('POST', '/api/assets', { asset_type: 'UAV', asset_code: 'U', name: 'Drone' }));
  const assetSubject = `asset/${asset.body.id}`;
  changed(asset, 'created', assetSubject, null, { asset_code: 'U', availability_status: 'AVAILABLE', detail: {} });
  const where = { availability_status: 'MAINTENANCE', region_code: 'N' };
  const placed = await other('POST', `/api/assets/${asset.body.id}/availability`, where);
  changed(placed, 'changed', assetSubject, { availability_status: 'AVAILABLE', region_code: null }, where);
  const type = ok(await other('POST', '/api/task-center/types', { code: 'T', name: 'Type' }));
  changed(type, 'created', `task_type/${type.body.id}`, null, { code: 'T', is_active: true });
  const long = { text: 'x'.repeat(5_000) };
  const template = { task_type_id: type.body.id, template_key: 'K', name: 'N', default_payload: long };
  const made = ok(await other('POST', '/api/task-center/templates', template));
  const digested = { length: JSON.stringify(long).length, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) };
  changed(made, 'created', `template/${made.body.id}`, null, { template_key: 'K', default_payload: digested });
  const draft = { task_type_id: type.body.id, name: 'Roof', checklist: ['Rope'] };
  const task = ok(await other('POST', '/api/task-center/tasks', draft));
  const taskSubject = `task/${task.body.id}`;
  changed(task, 'created', taskSubject, null, { name: 'Roof', state: 'DRAFT', checklist: ['Rope'] });
  const path = `/api/task-center/tasks/${task.body.id}`;
  const amended = await other('PATCH', path, { priority: 9 });
  changed(amended, 'amended', taskSubject, { priority: 5 }, { priority: 9 });
  changed(await other('POST', `${path}/comments`, { content: 'Wet' }), 'comment_added', taskSubject, {}, {});
  const time = { start_at: '2026-05-01T08:00:00.000Z', end_at: '2026-05-01T09:00:00.000Z' };
  ok(await call('PATCH', `${IDENTITY}/users/${userId}`, { is_active: true }));
  const absences = `/api/task-center/users/${userId}/absences`;
  const absence = ok(await other('POST', absences, { ...time, reason: 'Leave' }));
  const absenceSubject = `absence/${absence.body.id}`;
  changed(absence, 'created', absenceSubject, null, { user_id: userId, ...time });
  const back = await other('DELETE', `${absences}/${absence.body.id}`);
  changed(back, 'deleted', absenceSubject, { user_id: userId, ...time }, null);
  return { expected, userId, taskId: task.body.id as string };
};

describe('the audit trail', () => {
  let tenant: TestTenant;
  let made: Awaited<ReturnType<typeof changesOf>>;
  beforeAll(async () => {
    tenant = await api.tenant();
    made = await changesOf(tenant);
    await publish(writer);
  });

  it('says of each change who made it, when, what it was and is, and in which request; no secret', async () => {
    const { expected } = made;
    const trail = (await trailOf(tenant.call, '&actor_id=other')).toReversed();
    expect(trail.map(({ action, subject, request_id }) => ({ action, subject, request_id }))).toEqual(
      expected.map(({ action, subject, request }) => ({ action, subject, request_id: request })),
    );
    for (const [at, { before, after }] of expected.entries()) expect(trail[at]).toMatchObject({ before, after });
    expect(JSON.stringify(await contentsOf(tenant.id))).toContain('password_hash');
    expect(JSON.stringify(trail)).not.toMatch(/password_hash|scrypt|a new secret/);
    const times = trail.map(({ at }) => at);
    expect(times).toEqual(times.toSorted());
  });

  it('is found by actor, subject, id and time, in pages, and tells nobody what they may not see elsewhere', async () => {
    const { userId, taskId } = made;
    const all = await trailOf(tenant.call);
    expect(await trailOf(tenant.call, '', 7)).toEqual(all);
    const subjects = async (call: Call, query: string) =>
      new Set((await trailOf(call, query)).map(({ subject }) => subject));
    expect(await subjects(tenant.call, `&subject=user/${userId}`)).toEqual(new Set([`user/${userId}`]));
    expect(await subjects(tenant.call, `&subject=${taskId}`)).toEqual(new Set([`task/${taskId}`]));
    const middle = all[Math.floor(all.length / 2)]?.at ?? '';
    const [old, recent] = [await trailOf(tenant.call, `&to=${middle}`), await trailOf(tenant.call, `&from=${middle}`)];
    expect([...recent, ...old]).toEqual(all);
    expect(await trailOf(tenant.call, '&to=2100-01-01T00:00:00Z')).toEqual(all);
    // However long nothing happened before: a short trail is one page.
    for (const query of ['', '&to=2100-01-01T00:00:00Z'])
      expect((await tenant.call('GET', `/api/audit?limit=200${query}`)).headers.has('Link')).toBe(false);
    expect(await trailOf(tenant.call, '&from=2099-01-01T00:00:00Z&to=2100-01-01T00:00:00Z')).toEqual([]);
    const single = await tenant.call('GET', '/api/audit?limit=1');
    expect(single.body).toEqual(all.slice(0, 1));
    const kinds = async (...permissions: string[]) =>
      [...(await subjects(await tenant.as(permissions), ''))].map((one) => one.split('/')[0] ?? '');
    expect(new Set(await kinds('identity.read'))).toEqual(new Set(['user', 'role', 'org_unit', 'qualification']));
    expect(new Set(await kinds('identity.read', 'registry.read'))).toContain('asset');
    expect((await (await tenant.as(['mission.read']))('GET', '/api/audit')).status).toBe(403);
    const stranger = await api.tenant();
    expect(await trailOf(stranger.call)).toEqual([]);
    const backwards = await tenant.call('GET', '/api/audit?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z');
    expect([backwards.status, backwards.body.errors[0].pointer]).toEqual([422, '?to']);
  });

  it('goes back over the edges of months, and its pages end', async () => {
    const { id: tenant_id, call } = await api.tenant();
    const at = ['2025-11-30T23:59:59.999Z', '2025-12-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z'];
    const entries = at.flatMap((instant, month): Entry[] =>
      [0, 1, 2].map((number) => ({
        ...{
          id: `0199c0de-0000-7000-8000-0000000000${month}${number}`,
          tenant_id,
          at: instant as Entry['at'],
        },
        ...{ actor_id: 'a', request_id: null, action: 'changed', subject: 'user/u', before: {}, after: {} },
      })),
    );
    await writer.record(entries);
    await writer.record(entries);
    const pages: string[][] = [];
    let next: string | undefined = '/api/audit?limit=2&from=2025-01-01T00:00:00Z&to=2026-06-01T00:00:00Z';
    while (next !== undefined) {
      const page: Answer = await call('GET', next);
      pages.push((page.body as Entry[]).map(({ id }) => id));
      next = nextOf(page);
    }
    expect(pages.flat()).toEqual(entries.map(({ id }) => id).toReversed());
    const upTo = await trailOf(call, `&from=${at[0]}&to=${at[1]}`);
    expect(upTo).toHaveLength(3);
  });

  it('holds every committed change of every operation once, also when its writer fails and begins again', async () => {
    const world = await makeWorld();
    for (const contract of WAYS.filter(isWrite)) {
      const prepared = await prepare(contract, world);
      ok(await send({ contract, world, key: newKey() }, prepared));
    }
    const random = makeRandom(SEED);
    // Half of the time it writes a part and dies; the publisher then tries the whole again.
    const failing: TrailWriter = {
      record: async (entries) => {
        if (entries.length === 0 || random.below(2) === 0) return writer.record(entries);
        await writer.record(entries.slice(0, random.below(entries.length)));
        throw new Error('killed');
      },
    };
    for (let attempt = 0; attempt < 3; attempt += 1) await publish(failing, 100);
    await publish(writer);
    const { call, id } = world.tenant;
    const trail = await trailOf(call);
    expect(new Set(trail.map((entry) => entry.id)).size).toBe(trail.length);
    const items = await contentsOf(id);
    const taskIds = items.filter(({ SK }) => SK === 'TASK').map((task) => String(task['id']));
    expect(taskIds.length).toBeGreaterThan(20);
    // As they are kept, in the order of their versions: the first entry of a task is derived.
    const entries = items.filter(({ SK }) => String(SK).startsWith('HIST#'));
    const histories = groupBy(entries, (entry) => String(entry['task_id']));
    const bySubject = groupBy(trail.toReversed(), ({ subject }) => subject);
    for (const taskId of taskIds) {
      const actions = (histories.get(taskId) ?? []).map(({ action }) => action);
      expect(bySubject.get(`task/${taskId}`)?.map(({ action }) => action)).toEqual(['created', ...actions]);
    }
    const told = new Set(trail.map((entry) => entry.id));
    const edits = items.flatMap((item) => {
      const edit = (item['last_edit'] as { edit_id: string } | undefined)?.edit_id;
      return edit === undefined ? [] : [{ edit, key: `${String(item['PK'])} ${String(item['SK'])}` }];
    });
    // A role says who changed how many have it: what changed is the user, whose entry it is.
    const missing = edits.filter(({ edit, key }) => !told.has(edit) && !/#ROLES ROLE#| CHOSEN$/.test(key));
    expect(missing).toEqual([]);
  });
});
