import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { metered } from '../../adapters/dynamodb/meter.ts';
import { makeCommit } from '../../adapters/dynamodb/commit.ts';
import { rosterKey } from '../../adapters/dynamodb/keys.ts';
import { commitPorts, newId, reader } from '../../adapters/runtime/composition.ts';
import { tasks } from '../../adapters/runtime/resources/tasks.ts';
import { LIMITS } from '../../core/limits.ts';
import { composeTask } from '../../core/tasks/compose.ts';
import { STATES } from '../../core/tasks/lifecycle.ts';
import { makeGetTask, makeListComments, makeListHistory } from '../../core/tasks/read.ts';
import { taskDraft, type Task } from '../../core/tasks/task.ts';
import { instant, startApi, type Answer, type Call, type TestApi } from './harness.ts';
import { WRITES, type Change } from '../unit/writes.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const TASKS = '/api/task-center/tasks';
const AT = instant('2026-01-01T00:00:00Z');
const READER = { actorId: 'test', permissions: ['mission.read'] };

/** A task as the service would have made it, for writing past the service. */
const taskOf = (tenantId: string, fields: object, patch: Partial<Task> = {}): Task => ({
  ...composeTask(
    taskDraft.parse({ task_type_id: 'type', name: 'Task', ...fields }),
    {},
    {
      id: newId(),
      tenantId,
      actorId: 'test',
      at: AT,
      newId,
    },
  ),
  ...patch,
});

const commit = makeCommit(commitPorts, WRITES);
const write = async (tenantId: string, changes: readonly Change[]): Promise<void> => {
  for (let from = 0; from < changes.length; from += LIMITS.batchTasks)
    await commit(
      { tenantId, actorId: 'test', permissions: [] },
      changes.slice(from, from + LIMITS.batchTasks),
      undefined,
    );
};
const created = (all: readonly Task[]): readonly Change[] => all.map((task) => ({ kind: 'task_created', task }));

interface Listed {
  readonly id: string;
}
const idsOf = (all: readonly Listed[]): readonly string[] => all.map(({ id }) => id);
const newestFirst = <T extends Listed>(all: readonly T[]): readonly T[] =>
  all.toSorted((a, b) => (a.id < b.id ? 1 : -1));

const linkOf = ({ headers }: Answer): URL | undefined => {
  const link = headers.get('Link');
  if (link === null) return undefined;
  const match = /^<([^>]+)>; rel="next"$/.exec(link);
  expect(match).not.toBeNull();
  return new URL(match?.[1] ?? '');
};

/** Follows the links from a first page to the end. */
const pagesOf = async (call: Call, path: string): Promise<readonly (readonly Listed[])[]> => {
  const pages: (readonly Listed[])[] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const page: Answer = await call('GET', next);
    expect(page.status).toBe(200);
    pages.push(page.body as Listed[]);
    const link = linkOf(page);
    next = link === undefined ? undefined : `${link.pathname}${link.search}`;
  }
  return pages;
};

describe('the list of tasks', () => {
  let tenantId: string;
  let call: Call;
  beforeAll(async () => {
    ({ id: tenantId, call } = await api.tenant());
    const all = Array.from({ length: 210 }, (_, at) => taskOf(tenantId, at % 3 === 0 ? { area_code: 'Süd' } : {}));
    await write(tenantId, created(all));
  });

  it('has 50 on a page, and never more than 200', async () => {
    const plain = await call('GET', TASKS);
    const large = await call('GET', `${TASKS}?limit=100000`);
    expect([plain.body.length, large.body.length]).toEqual([50, 200]);
    expect(linkOf(large)?.searchParams.get('limit')).toBe('200');
    const rest = await pagesOf(call, `${TASKS}?limit=201`);
    expect(rest.map(({ length }) => length)).toEqual([200, 10]);
  });

  it('has no link when the last page is full', async () => {
    const pages = await pagesOf(call, `${TASKS}?limit=105`);
    expect(pages.map(({ length }) => length)).toEqual([105, 105]);
  });

  it('takes back only its own cursors: not altered, not with other filters, not from another list', async () => {
    const first = await call('GET', `${TASKS}?state=DRAFT&limit=2`);
    const link = linkOf(first);
    const cursor = link?.searchParams.get('cursor') ?? '';
    expect((await call('GET', `${TASKS}?limit=9&state=DRAFT&cursor=${cursor}`)).status).toBe(200);
    const [position = '', mac = ''] = cursor.split('.');
    const other = Buffer.from(position, 'base64url')
      .toString()
      .replace(/[0-9a-f]"/, 'x"');
    const altered = [
      `${Buffer.from(other).toString('base64url')}.${mac}`,
      `${position}.${mac.slice(0, -1)}${mac.endsWith('A') ? 'B' : 'A'}`,
      `${position}.${mac}.${mac}`,
      `${position}.`,
      `${cursor}=`,
      `${cursor}%20`,
      cursor.toUpperCase(),
    ];
    const refused = [
      ...altered.map((text) => `${TASKS}?state=DRAFT&cursor=${text}`),
      `${TASKS}?cursor=${cursor}`,
      `${TASKS}?state=CANCELED&cursor=${cursor}`,
      `${TASKS}?state=DRAFT&area_code=S&cursor=${cursor}`,
      `${TASKS}?state=DRAFT,CANCELED&cursor=${cursor}`,
      `${TASKS}?state=DRAFT&sort=planned_start_at&cursor=${cursor}`,
      `/api/task-center/types?cursor=${cursor}`,
      `/api/identity/users?cursor=${cursor}`,
    ];
    for (const path of refused) {
      const { status, body } = await call('GET', path);
      expect({ path, status, code: body.code }).toEqual({ path, status: 400, code: 'malformed_cursor' });
    }
    const stranger = (await api.tenant()).call;
    expect((await stranger('GET', `${TASKS}?state=DRAFT&cursor=${cursor}`)).status).toBe(400);
  });

  it('finds nothing for a filter that nothing has', async () => {
    for (const query of ['assigned_to=nobody', 'area_code=', 'task_type_id=Type-1', 'assigned_to=bo', 'area_code=Nord'])
      expect((await call('GET', `${TASKS}?${query}`)).body).toEqual([]);
  });

  it('stays whole while tasks are added between its pages', async () => {
    const { id, call: caller } = await api.tenant();
    const before = Array.from({ length: 5 }, () => taskOf(id, {}));
    await write(id, created(before));
    const first = await caller('GET', `${TASKS}?limit=2`);
    await write(id, created([taskOf(id, {}), taskOf(id, {})]));
    const link = linkOf(first);
    const rest = await pagesOf(caller, `${link?.pathname}${link?.search}`);
    expect(idsOf([...(first.body as Listed[]), ...rest.flat()])).toEqual(idsOf(newestFirst(before)));
  });

  it('follows a task through its states', async () => {
    const { id, call: caller } = await api.tenant();
    const task = taskOf(id, {});
    await write(id, created([task]));
    const counts = async (): Promise<Record<string, number>> =>
      Object.fromEntries(
        await Promise.all(
          STATES.map(async (state) => [state, (await caller('GET', `${TASKS}?state=${state}`)).body.length as number]),
        ),
      ) as Record<string, number>;
    expect(await counts()).toMatchObject({ DRAFT: 1, CANCELED: 0 });
    await caller('POST', `${TASKS}/${task.id}/transition`, { target_state: 'CANCELED' });
    expect(await counts()).toMatchObject({ DRAFT: 0, CANCELED: 1 });
  });

  it.each(['', 'area_code=A1', 'state=DRAFT,APPROVED', 'sort=planned_start_at'])(
    'loses none where tasks are so large that few fit on a page (%s)',
    async (query) => {
      const { id, call: caller } = await api.tenant();
      const large = Array.from({ length: 8 }, () =>
        taskOf(id, {
          ...{ area_code: 'A1', route_template: { path: 'x'.repeat(350_000) } },
          ...{ planned_start_at: '2026-03-01T08:00:00Z', planned_end_at: '2026-03-01T10:00:00Z' },
        }),
      );
      for (const task of large) await write(id, created([task]));
      const pages = await pagesOf(caller, `${TASKS}?${query}`);
      expect(idsOf(pages.flat())).toEqual(idsOf(query.startsWith('sort') ? large : newestFirst(large)));
    },
  );
});

describe('a task with 500 comments and 500 attachments', () => {
  let tenantId: string;
  let call: Call;
  let task: Task;
  beforeAll(async () => {
    ({ id: tenantId, call } = await api.tenant());
    task = taskOf(tenantId, {}, { attachment_count: 500 });
    const numbers = Array.from({ length: 500 }, (_, at) => at);
    const made = { created_by: 'test', created_at: AT };
    await write(tenantId, [
      ...created([task]),
      ...numbers.map((at) => ({
        kind: 'attachment_added' as const,
        task,
        attachment: {
          id: newId(),
          name: `File ${at}`,
          url: 'https://example.com',
          media_type: null,
          size_bytes: null,
          ...made,
        },
      })),
      ...numbers.map((at) => ({
        kind: 'comment_added' as const,
        task,
        comment: { id: newId(), content: `Comment ${at}`, ...made },
      })),
    ]);
  });

  it('reads in one round trip, and so does each page of comments', async () => {
    const trips = async (work: () => Promise<unknown>): Promise<number> =>
      (
        await metered(async (cost) => {
          await work();
          return cost;
        })
      ).roundTrips;
    expect(await trips(() => makeGetTask({ tasks })({ tenantId, ...READER }, task.id))).toBe(1);
    for (const limit of [50, 200])
      expect(await trips(() => makeListComments({ tasks })({ tenantId, ...READER }, task.id, { limit }))).toBe(1);
  });

  it('has them all, oldest first', async () => {
    const { body } = await call('GET', `${TASKS}/${task.id}`);
    expect(body.attachments).toHaveLength(500);
    expect(body.attachments[499]).toMatchObject({ name: 'File 499' });
    const pages = await pagesOf(call, `${TASKS}/${task.id}/comments?limit=200`);
    expect(pages.map(({ length }) => length)).toEqual([200, 200, 100]);
    const contents = (pages.flat() as unknown as { content: string }[]).map(({ content }) => content);
    expect(contents).toEqual(Array.from({ length: 500 }, (_, at) => `Comment ${at}`));
  });

  it('takes no 501st attachment, but another comment', async () => {
    const path = `${TASKS}/${task.id}`;
    const refused = await call('POST', `${path}/attachments`, { name: 'File', url: 'https://example.com' });
    expect([refused.status, refused.body.code, refused.body.limit]).toEqual([409, 'limit_reached', 500]);
    expect((await call('POST', `${path}/comments`, { content: 'One more' })).status).toBe(200);
    expect((await call('GET', path)).body.attachments).toHaveLength(500);
  });
});

describe('pages of large things', () => {
  it('lose no comment and no entry of the history', async () => {
    const { id, call } = await api.tenant();
    const task = taskOf(id, {});
    await write(id, created([task]));
    const path = `${TASKS}/${task.id}`;
    const made = { created_by: 'test', created_at: AT };
    const comments = Array.from({ length: 60 }, () => ({ id: newId(), content: '東'.repeat(LIMITS.comment), ...made }));
    for (const comment of comments) await write(id, [{ kind: 'comment_added', task, comment }]);
    const listed = await pagesOf(call, `${path}/comments?limit=200`);
    expect(listed.flat()).toEqual(comments);

    for (let version = 2; version <= 8; version += 1) {
      const checklist = Array.from({ length: 40 }, () => String(version).repeat(4_000));
      expect((await call('PATCH', `${path}/risk-checklist`, { checklist })).status).toBe(200);
    }
    const history = await pagesOf(call, `${path}/history?limit=200`);
    expect(history.flat().map((entry) => (entry as unknown as { version: number }).version)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8,
    ]);
    const cost = await metered(async (counted) => {
      await makeListHistory({ tasks })({ tenantId: id, ...READER }, task.id, { limit: 200 });
      return counted;
    });
    expect(cost.roundTrips).toBe(1);
  });
});

describe('the other lists', () => {
  it('are paged and filtered, newest first', async () => {
    const { call, user } = await api.tenant();
    const post = async (path: string, body: object): Promise<string> => {
      const { status, body: made } = await call('POST', path, body);
      expect(status).toBe(201);
      return made.id as string;
    };
    const types = [];
    for (const at of [0, 1, 2])
      types.push(await post('/api/task-center/types', { code: `T${at}`, name: 'T', is_active: at !== 1 }));
    const [typeA = '', , typeB = ''] = types;
    const templates = [];
    for (const at of [0, 1, 2, 3])
      templates.push(
        await post('/api/task-center/templates', {
          task_type_id: at < 2 ? typeA : typeB,
          template_key: `K${at}`,
          name: 'T',
          is_active: at % 2 === 0,
        }),
      );
    const [k0, k1, k2, k3] = templates;
    const assets = [];
    for (const at of [0, 1, 2]) {
      assets.push(await post('/api/assets', { asset_type: 'UAV', asset_code: `A${at}`, name: 'A' }));
      await call('POST', `/api/assets/${assets[at]}/availability`, {
        availability_status: at === 0 ? 'AVAILABLE' : 'IN_USE',
        region_code: at === 2 ? 'R2' : 'R1',
      });
    }
    const [a0, a1, a2] = assets;
    const roles = [await post('/api/identity/roles', { name: 'A' }), await post('/api/identity/roles', { name: 'B' })];
    const units = [];
    for (const code of ['A', 'B', 'C']) units.push(await post('/api/identity/org-units', { code, name: 'U' }));
    const users = [await user(), await user(), await user()];

    const expected: Readonly<Record<string, readonly (string | undefined)[]>> = {
      '/api/task-center/types': types.toReversed(),
      '/api/task-center/types?is_active=true': [typeB, typeA],
      '/api/task-center/types?is_active=false': [types[1]],
      '/api/task-center/templates': templates.toReversed(),
      '/api/task-center/templates?is_active=false': [k3, k1],
      [`/api/task-center/templates?task_type_id=${typeB}`]: [k3, k2],
      [`/api/task-center/templates?task_type_id=${typeA}&is_active=true`]: [k0],
      '/api/assets': assets.toReversed(),
      '/api/assets?region_code=R1': [a1, a0],
      '/api/assets?availability_status=IN_USE': [a2, a1],
      '/api/assets?availability_status=IN_USE&region_code=R1': [a1],
      '/api/identity/roles': roles.toReversed(),
      '/api/identity/org-units': units.toReversed(),
      '/api/identity/users': users.toReversed(),
    };
    for (const [path, ids] of Object.entries(expected)) {
      const pages = await pagesOf(call, `${path}${path.includes('?') ? '&' : '?'}limit=1`);
      expect({ path, ids: idsOf(pages.flat()) }).toEqual({ path, ids });
    }
  });

  it('hold what was just made or changed, whatever else is written at that moment', async () => {
    const { call } = await api.tenant();
    const type = await call('POST', '/api/task-center/types', { code: 'T', name: 'T' });
    const kinds: readonly (readonly [string, (at: number) => object])[] = [
      ['/api/task-center/types', (at) => ({ code: `T${at}`, name: 'T' })],
      ['/api/task-center/templates', (at) => ({ task_type_id: type.body.id, template_key: `K${at}`, name: 'T' })],
      ['/api/assets', (at) => ({ asset_type: 'UAV', asset_code: `A${at}`, name: 'A' })],
      ['/api/identity/roles', (at) => ({ name: `R${at}` })],
      ['/api/identity/org-units', (at) => ({ code: `U${at}`, name: 'U' })],
      ['/api/identity/users', (at) => ({ username: `u${at}`, password: 'correct horse' })],
    ];
    const makeThree = async ([path, bodyOf]: (typeof kinds)[number]): Promise<void> => {
      for (const at of [0, 1, 2]) {
        const { body: made } = await call('POST', path, bodyOf(at));
        const { body: listed } = await call('GET', path);
        expect({ path, newest: listed[0] as unknown }).toEqual({ path, newest: made as unknown });
      }
    };
    await Promise.all(kinds.map(makeThree));
    const [user] = (await call('GET', '/api/identity/users')).body as { id: string }[];
    const changed = await call('PATCH', `/api/identity/users/${user?.id}`, { is_active: false });
    const { body: users } = await call('GET', '/api/identity/users');
    expect((users as Listed[]).map(({ id }) => id)).toHaveLength(3);
    expect(changed.body).toEqual({ ...users[0], affected: [], affected_more: false });
  });

  it('tell of a user what the list shows, and keep nothing else where it is read', async () => {
    const { id, user } = await api.tenant();
    const ids = [await user({ password_hash: 'secret' }), await user({ password_hash: 'secret', is_active: false })];
    const roster = await reader.range({ partition: rosterKey(id, '', true).PK, from: ' ', to: '~' });
    expect(roster.map((entry) => entry['user_id'])).toEqual(ids);
    expect(JSON.stringify(roster)).not.toContain('secret');
  });
});
