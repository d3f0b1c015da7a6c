import ICAL from 'ical.js';
import nodeIcal from 'node-ical';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client } from '../../adapters/runtime/composition.ts';
import { LIMITS } from '../../core/limits.ts';
import { makeTasks, startApi, type Answer, type TestApi, type TestTenant } from './harness.ts';

let api: TestApi;
let tenant: TestTenant;
beforeAll(async () => {
  api = await startApi();
  tenant = await api.tenant();
});
afterAll(() => api.stop());

const HOUR_MS = 3_600_000;
/** Whole seconds, as the calendar has them. */
const NOW_MS = Math.floor(Date.now() / 1_000) * 1_000;
const hours = (count: number): string => new Date(NOW_MS + count * HOUR_MS).toISOString();
const DAYS = 24;

const feedsOf = (userId: string): string => `/api/task-center/users/${userId}/calendar-feeds`;
const opened = async (
  userId: string,
): Promise<{ readonly id: string; readonly path: string; readonly url: string }> => {
  const { status, body } = await tenant.call('POST', feedsOf(userId));
  expect(status).toBe(201);
  return { id: body.id as string, url: body.url as string, path: new URL(body.url as string).pathname };
};
const heldBy = async (userId: string, draft: object): Promise<string> => {
  const [task] = await makeTasks(tenant.call, [draft]);
  const id = task?.id ?? '';
  const path = `/api/task-center/tasks/${id}/dispatch`;
  expect((await tenant.call('POST', path, { assigned_to: userId })).status).toBe(200);
  return id;
};
const window = (from: number, to: number) => ({ planned_start_at: hours(from), planned_end_at: hours(to) });

interface Shown {
  readonly uid: string;
  readonly summary: string;
  readonly start: string;
  readonly end: string;
  readonly sequence: number;
}
const byUid = (a: Shown, b: Shown): number => (a.uid < b.uid ? -1 : 1);

/** The events of a feed, as two parsers read them that know nothing of each other. */
const eventsIn = ({ status, body, headers }: Answer): readonly Shown[] => {
  expect([status, headers.get('Content-Type')]).toEqual([200, 'text/calendar; charset=utf-8']);
  const first = new ICAL.Component(ICAL.parse(body as string))
    .getAllSubcomponents('vevent')
    .map((component) => new ICAL.Event(component))
    .map(({ uid, summary, startDate, endDate, sequence }) => {
      expect([startDate.zone.tzid, endDate.zone.tzid]).toEqual(['UTC', 'UTC']);
      const [start, end] = [startDate.toJSDate().toISOString(), endDate.toJSDate().toISOString()];
      return { uid, summary, start, end, sequence };
    })
    .toSorted(byUid);
  const second = Object.values(nodeIcal.sync.parseICS(body as string))
    .flatMap((entry) => (entry?.type === 'VEVENT' ? [entry] : []))
    .map(({ uid, summary, start, end, sequence }) => ({
      ...{
        uid,
        summary: typeof summary === 'string' ? summary : summary?.val,
        start: start?.toISOString(),
        end: end?.toISOString(),
        sequence: Number(sequence),
      },
    }))
    .toSorted(({ uid: a = '' }, { uid: b = '' }) => (a < b ? -1 : 1));
  expect(second).toEqual(first);
  return first;
};
const read = async (path: string): Promise<readonly Shown[]> => eventsIn(await api.anonymous('GET', path));

describe('a calendar feed', () => {
  it('shows what its user holds from thirty days back, as planned, and nothing of others', async () => {
    const [user, other] = [await tenant.user(), await tenant.user()];
    const buffered = {
      name: 'Roof; north, "A" \\ 🚁',
      ...window(1, 2),
      buffer_before_minutes: 30,
      buffer_after_minutes: 15,
    };
    const now = await heldBy(user, buffered);
    const before = await heldBy(user, { name: 'Lately', ...window(-29 * DAYS, -29 * DAYS + 1) });
    await heldBy(user, { name: 'Long ago', ...window(-31 * DAYS, -31 * DAYS + 1) });
    await heldBy(user, { name: 'Some day' });
    await heldBy(other, { name: 'Of another', ...window(1, 2) });
    const absences = `/api/task-center/users/${user}/absences`;
    const away = { start_at: hours(10), end_at: hours(20), reason: 'Training,\nabroad' };
    const absence = await tenant.call('POST', absences, away);
    const gone = await tenant.call('POST', absences, { start_at: hours(30), end_at: hours(31) });
    expect((await tenant.call('DELETE', `${absences}/${gone.body.id}`)).status).toBe(204);

    const { path } = await opened(user);
    expect(await read(path)).toEqual(
      [
        { uid: `${now}@task-center`, summary: buffered.name, start: hours(1), end: hours(2), sequence: 2 },
        {
          uid: `${before}@task-center`,
          summary: 'Lately',
          ...{ start: hours(-29 * DAYS), end: hours(-29 * DAYS + 1), sequence: 2 },
        },
        {
          uid: `${absence.body.id}@task-center`,
          summary: 'Absent: Training,\nabroad',
          ...{ start: hours(10), end: hours(20), sequence: 0 },
        },
      ].toSorted(byUid),
    );
  });

  it('changes in the event of a task that moves, and in nothing else', async () => {
    const user = await tenant.user();
    const moving = await heldBy(user, { name: 'Moves', ...window(1, 2) });
    await heldBy(user, { name: 'Stays', ...window(3, 4) });
    const { path } = await opened(user);
    const before = await read(path);
    const moved = await tenant.call('PATCH', `/api/task-center/tasks/${moving}/schedule`, window(5, 7));
    expect(moved.status).toBe(200);

    const after = await read(path);
    const uid = `${moving}@task-center`;
    const [was] = before.filter((one) => one.uid === uid);
    expect(after).toEqual(
      before.map((one) =>
        one.uid === uid ? { ...one, start: hours(5), end: hours(7), sequence: moved.body.version as number } : one,
      ),
    );
    expect(moved.body.version).toBeGreaterThan(was?.sequence ?? Infinity);
    // Given back, it is gone.
    expect((await tenant.call('POST', `/api/task-center/tasks/${moving}/unassign`)).status).toBe(200);
    expect(await read(path)).toEqual(before.filter((one) => one.uid !== uid));
  });

  it('is read again only when it changed', async () => {
    const user = await tenant.user();
    await heldBy(user, { name: 'Stays', ...window(3, 4) });
    const { path } = await opened(user);
    const first = await api.anonymous('GET', path);
    const tag = first.headers.get('ETag') ?? '';
    const again = await api.anonymous('GET', path, undefined, { 'If-None-Match': tag });
    expect([again.status, again.body, again.headers.get('ETag')]).toEqual([304, undefined, tag]);
    expect(first.body).toContain('\r\nREFRESH-INTERVAL;VALUE=DURATION:PT15M\r\nX-PUBLISHED-TTL:PT15M\r\n');

    await heldBy(user, { name: 'New', ...window(5, 6) });
    const changed = await api.anonymous('GET', path, undefined, { 'If-None-Match': tag });
    expect(eventsIn(changed)).toHaveLength(2);
  });

  it('has an address of the service, which is shown once and kept nowhere', async () => {
    const user = await tenant.user();
    const sent: string[] = [];
    const name = 'what is sent to the table';
    client.middlewareStack.add(
      (next) => (args) => {
        sent.push(JSON.stringify(args.input));
        return next(args);
      },
      { step: 'initialize', name },
    );
    const { status, body } = await tenant.call('POST', feedsOf(user), undefined, {
      ...{ Host: 'evil.example', 'X-Forwarded-Host': 'evil.example', 'Idempotency-Key': `feed-${user}` },
    });
    client.middlewareStack.remove(name);
    expect(status).toBe(201);
    const [address, token = ''] = (body.url as string).split('/calendar-feeds/');
    expect([address, /^[\w-]{43}$/.test(token)]).toEqual([api.url, true]);
    expect(sent.filter((one) => one.includes('TransactItems') && one.includes(body.id as string))).toHaveLength(1);
    expect(sent.filter((one) => one.includes(token))).toEqual([]);

    const listed = await tenant.call('GET', feedsOf(user));
    const { url: _, ...shown } = body as Record<string, unknown>;
    expect(listed.body).toEqual([shown]);
    expect(Object.keys(shown).toSorted()).toEqual(['created_at', 'created_by', 'id']);
  });

  it('is 404 at once when it is revoked, and the others stay', async () => {
    const user = await tenant.user();
    const [first, second] = [await opened(user), await opened(user)];
    expect((await tenant.call('DELETE', `${feedsOf(user)}/${first.id}`)).status).toBe(204);
    const answers = [await api.anonymous('GET', first.path), await api.anonymous('GET', second.path)];
    expect(answers.map(({ status }) => status)).toEqual([404, 200]);
    const again = await tenant.call('DELETE', `${feedsOf(user)}/${first.id}`);
    expect([again.status, again.body.code]).toEqual([404, 'feed_not_found']);
    // Nor is it read with a token that is nearly the other's.
    const nearly = `${second.path.slice(0, -1)}${second.path.endsWith('A') ? 'E' : 'A'}`;
    const answer = await api.anonymous('GET', nearly);
    expect([answer.status, answer.body.code]).toEqual([404, 'route_not_found']);
  });

  it('ends with its user, and comes back with them', async () => {
    const user = await tenant.user();
    const { path } = await opened(user);
    const statuses: number[] = [];
    for (const is_active of [false, true]) {
      expect((await tenant.call('PATCH', `/api/identity/users/${user}`, { is_active })).status).toBe(200);
      statuses.push((await api.anonymous('GET', path)).status);
    }
    expect(statuses).toEqual([404, 200]);
  });

  it('is one of ten at the most, however many are asked for at once', async () => {
    const user = await tenant.user();
    const asked = LIMITS.feedsPerUser + 3;
    const answers = await Promise.all(Array.from({ length: asked }, () => tenant.call('POST', feedsOf(user))));
    const refused = answers.filter(({ status }) => status !== 201);
    expect(refused.map(({ body }) => body.code as string)).toEqual(Array(3).fill('limit_reached'));
    const { body } = await tenant.call('GET', feedsOf(user));
    expect(body).toHaveLength(LIMITS.feedsPerUser);
  });
});
