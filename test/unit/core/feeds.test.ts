import { describe, expect, it } from 'vitest';
import { feedTokens as tokens } from '../../../adapters/security/feed-tokens.ts';
import type { Absence, Calendar, HeldWindow } from '../../../core/calendar/calendar.ts';
import type { Feed } from '../../../core/feeds/feed.ts';
import { makeCreateFeed, makeDeleteFeed } from '../../../core/feeds/manage.ts';
import { makeReadFeed } from '../../../core/feeds/read.ts';
import { LIMITS } from '../../../core/limits.ts';
import type { Task } from '../../../core/tasks/task.ts';
import { shiftedBy } from '../../../core/time/instant.ts';
import { CALL, clockAt, makeFakeCommit, makeIds, NOW, only, refusalOf, retry, staleRead } from '../fakes.ts';
import { absence, calendar, held, scheduled, task, windowOn } from '../records.ts';

const TOKEN = tokens.issue();
const feed = (patch: Partial<Feed> = {}): Feed => ({
  id: 'feed-1',
  tenant_id: 'tenant-1',
  user_id: 'user-1',
  slot: 0,
  token_hash: tokens.hashOf(TOKEN),
  created_by: 'actor-1',
  created_at: NOW,
  ...patch,
});

describe('a token', () => {
  it('is 256 bits of chance in base64url, and its hash is the same each time', () => {
    expect(TOKEN).toMatch(/^[\w-]{43}$/);
    expect(tokens.issue()).not.toBe(TOKEN);
    expect(tokens.hashOf(TOKEN)).toBe(tokens.hashOf(TOKEN));
    expect(tokens.hashOf('')).toBe('47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU');
    expect(tokens.isSame(tokens.hashOf(TOKEN), tokens.hashOf(TOKEN))).toBe(true);
    expect(tokens.isSame(tokens.hashOf(TOKEN), tokens.hashOf('another'))).toBe(false);
  });
});

describe('opening and revoking', () => {
  const scene = (kept: readonly Feed[], of: Calendar | undefined, commit = makeFakeCommit()) => ({
    ...{ calendars: { find: async () => of }, feeds: { list: async () => kept } },
    ...{ tokens, commit, retry, clock: clockAt(NOW), newId: makeIds() },
  });
  const urlOf = (token: string): string => `https://here.example/${token}`;

  it('takes the first free slot, and keeps the hash of the token in the address', async () => {
    const fake = makeFakeCommit(staleRead());
    const kept = [feed(), feed({ id: 'feed-3', slot: 2 })];
    const { url } = await makeCreateFeed(scene(kept, calendar(), fake))(CALL, 'user-1', urlOf);
    const { changes } = only(fake.commits);
    const token = url.slice(urlOf('').length);
    expect(changes).toMatchObject([{ kind: 'feed_created', feed: { slot: 1, token_hash: tokens.hashOf(token) } }]);
    expect(JSON.stringify(changes)).not.toContain(token);
  });

  it('is refused beyond the limit, and for one who is not active or not there', async () => {
    const full = Array.from({ length: LIMITS.feedsPerUser }, (_, slot) => feed({ id: `feed-${slot}`, slot }));
    const create = (...given: Parameters<typeof scene>) => makeCreateFeed(scene(...given))(CALL, 'user-1', urlOf);
    await refusalOf(() => create(full, calendar()), 'limit_reached');
    await refusalOf(() => create([], calendar({ is_active: false })), 'inactive_user');
    await refusalOf(() => create([], undefined), 'user_not_found');
  });

  it('revokes the feed that is named, of an inactive user too', async () => {
    const fake = makeFakeCommit();
    const ports = scene([feed(), feed({ id: 'feed-2', slot: 1 })], calendar({ is_active: false }), fake);
    await makeDeleteFeed(ports)(CALL, 'user-1', 'feed-2');
    expect(only(fake.commits).changes).toMatchObject([{ kind: 'feed_deleted', feed: { id: 'feed-2', slot: 1 } }]);
    await refusalOf(() => makeDeleteFeed(ports)(CALL, 'user-1', 'feed-3'), 'feed_not_found');
  });
});

describe('reading', () => {
  const reading = (
    given: {
      kept?: Feed;
      of?: Calendar;
      windows?: readonly HeldWindow[];
      tasks?: readonly Task[];
      absences?: readonly Absence[];
    } = {},
  ) => {
    const asked: unknown[] = [];
    const run = makeReadFeed({
      feeds: { findByHash: async () => given.kept },
      tokens,
      calendars: {
        find: async () => given.of ?? calendar(),
        held: async (...all) => {
          asked.push(all);
          return given.windows ?? [];
        },
        findAbsences: async (_tenantId, _resource, ids) => (given.absences ?? []).filter(({ id }) => ids.includes(id)),
      },
      tasks: { getMany: async (_tenantId, ids) => (given.tasks ?? []).filter(({ id }) => ids.includes(id)) },
      clock: clockAt(NOW),
    });
    return { run: () => run(TOKEN), asked };
  };
  const mine = (id: string, from: string, to: string, patch: Partial<Task> = {}): Task =>
    task({ id, assigned_to: 'user-1', state: 'DISPATCHED', ...scheduled(from, to), ...patch });

  it('begins thirty days back, and has an end by number only', async () => {
    const { run, asked } = reading({ kept: feed() });
    expect(await run()).toEqual([]);
    const start = shiftedBy(NOW, -30 * 86_400_000);
    expect(asked).toEqual([
      ['tenant-1', { kind: 'user', id: 'user-1' }, { start, end: '9999-12-31T23:59:59.999Z' }, LIMITS.feedEvents],
    ]);
  });

  it('shows tasks as they are planned and absences, earliest first', async () => {
    const away = absence({ id: 'absence-1', reason: 'Training' });
    const { run } = reading({
      kept: feed(),
      windows: [
        held('task-1', windowOn('11:00:00Z', '13:00:00Z')),
        { absence_id: away.id, reason: away.reason, window: { start: away.start_at, end: away.end_at } },
      ],
      tasks: [mine('task-1', '11:30:00Z', '12:30:00Z', { name: 'Roof', version: 5, remarks: 2 })],
      absences: [away],
    });
    const task1 = { id: 'task-1', sequence: 3, summary: 'Roof', window: windowOn('11:30:00Z', '12:30:00Z') };
    const away1 = { id: 'absence-1', sequence: 0, summary: 'Absent: Training', changedAt: away.created_at };
    expect(await run()).toMatchObject([away1, task1]);
  });

  it('shows nothing that was given back, or to another, since the calendar was read', async () => {
    const { run } = reading({
      kept: feed(),
      windows: ['a', 'b', 'c', 'd'].map((id, hour) => held(id, windowOn(`1${hour}:00:00Z`, `1${hour}:30:00Z`))),
      tasks: [
        mine('a', '10:00:00Z', '10:30:00Z'),
        mine('b', '11:00:00Z', '11:30:00Z', { assigned_to: 'user-2' }),
        mine('c', '12:00:00Z', '12:30:00Z', { state: 'CANCELED' }),
        mine('d', '13:00:00Z', '13:30:00Z', { planned_start_at: null, planned_end_at: null }),
      ],
    });
    expect((await run()).map(({ id }) => id)).toEqual(['a']);
  });

  it('is refused without a feed, with half of a hash, and for one who is not active', async () => {
    await refusalOf(() => reading().run(), 'route_not_found');
    const hash = tokens.hashOf(TOKEN);
    const half = `${hash.slice(0, 22)}${tokens.hashOf('another').slice(22)}`;
    await refusalOf(() => reading({ kept: feed({ token_hash: half }) }).run(), 'route_not_found');
    await refusalOf(() => reading({ kept: feed(), of: calendar({ is_active: false }) }).run(), 'route_not_found');
  });
});
