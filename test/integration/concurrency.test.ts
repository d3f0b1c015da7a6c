import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contentsOf, holdingsOf } from './contents.ts';
import { metered } from '../../adapters/dynamodb/meter.ts';
import { directCaller } from '../faults/direct-call.ts';
import { makeTasks, startApi, tenantOver, type Answer, type Call, type TestApi } from './harness.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const TASKS = '/api/task-center/tasks';
interface Entry {
  readonly version: number;
  readonly action: string;
  readonly from_state: string | null;
  readonly to_state: string;
  readonly detail: { readonly comment_id?: string };
  readonly created_at: string;
}

/** What changes no content moves no version. */
const REMARKS = ['comment_added', 'attachment_added'];

const historyOf = async (call: Call, path: string): Promise<readonly Entry[]> =>
  (await call('GET', `${path}/history?limit=200`)).body as Entry[];

/** Numbered without a gap, each entry begins where the one before ended, and time never runs back. */
const expectUnbroken = (history: readonly Entry[]): void => {
  expect(history.map(({ version }) => version)).toEqual(history.map((_, at) => at + 1));
  expect(history.map(({ from_state }) => from_state)).toEqual([
    null,
    ...history.slice(0, -1).map(({ to_state }) => to_state),
  ]);
  const times = history.map(({ created_at }) => created_at);
  expect(times).toEqual(times.toSorted());
};

describe('dispatches to one user at the same moment', () => {
  it('are counted as retries when they begin again, for the log line and the alarm', async () => {
    const { call, user } = await tenantOver(directCaller);
    const userId = await user();
    const hours = Array.from({ length: 8 }, (_, at) => `2026-03-01T${String(at + 8).padStart(2, '0')}`);
    const tasks = await makeTasks(
      call,
      hours.map((hour) => ({ planned_start_at: `${hour}:00:00Z`, planned_end_at: `${hour}:30:00Z` })),
    );
    const { answers, retries } = await metered(async (cost) => {
      const sent = tasks.map(({ id }) => call('POST', `${TASKS}/${id}/dispatch`, { assigned_to: userId }));
      return { answers: await Promise.all(sent), retries: cost.retries };
    });
    expect(answers.map(({ status }) => status)).toEqual(hours.map(() => 200));
    // All of them read the calendar before the first one moved it.
    expect(retries).toBeGreaterThanOrEqual(hours.length - 1);
  });
});

describe('fifty writers on one task', () => {
  it('lose nothing: every answer is in the history, once', async () => {
    const { id, call, user } = await api.tenant();
    const userId = await user();
    const window = { planned_start_at: '2026-03-01T08:00:00Z', planned_end_at: '2026-03-01T10:00:00Z' };
    const [task] = await makeTasks(call, [window]);
    const path = `${TASKS}/${task?.id}`;
    await call('POST', `${path}/dispatch`, { assigned_to: userId });
    const to = (target_state: string) => () => call('POST', `${path}/transition`, { target_state });
    const writers: readonly (() => Promise<Answer>)[] = [
      ...Array.from({ length: 30 }, (_, at) => () => call('POST', `${path}/comments`, { content: `Comment ${at}` })),
      ...Array.from({ length: 6 }, () => to('IN_PROGRESS')),
      ...Array.from({ length: 6 }, () => to('ACCEPTED')),
      ...Array.from({ length: 4 }, () => to('ARCHIVED')),
      ...Array.from(
        { length: 4 },
        (_, at) => () => call('POST', `${path}/attachments`, { name: `File ${at}`, url: 'https://example.com' }),
      ),
    ];
    // Not all of a kind side by side.
    const mixed = writers.map((_, at) => writers[(at * 7) % writers.length] ?? to('ARCHIVED'));
    const answers = await Promise.all(mixed.map((write) => write()));

    const refused = answers.filter(({ status }) => status !== 200);
    expect(new Set(refused.map(({ status, body }) => `${status} ${String(body.code)}`)).size).toBeLessThanOrEqual(1);
    for (const { body } of refused) expect(body.code).toBe('illegal_transition');
    const history = await historyOf(call, path);
    expectUnbroken(history);
    const done = answers.length - refused.length;
    expect(history).toHaveLength(2 + done);
    const { body: after } = await call('GET', path);
    expect(after.version).toBe(history.filter(({ action }) => !REMARKS.includes(action)).length);
    expect(after.state).toBe(history.at(-1)?.to_state);
    expect(after.attachments).toHaveLength(4);

    const comments = (await call('GET', `${path}/comments?limit=200`)).body as { id: string; content: string }[];
    const contents = comments.map(({ content }) => content);
    expect(contents.toSorted()).toEqual(Array.from({ length: 30 }, (_, at) => `Comment ${at}`).toSorted());
    const recorded = history.flatMap(({ detail }) => detail.comment_id ?? []);
    expect(recorded.toSorted()).toEqual(comments.map((comment) => comment.id).toSorted());
    const isHeld = ['DISPATCHED', 'IN_PROGRESS'].includes(after.state as string);
    expect(await holdingsOf(id, userId)).toMatchObject({ active_count: isHeld ? 1 : 0 });
    expect((await holdingsOf(id, userId)).windows).toHaveLength(isHeld ? 1 : 0);
  });

  it('move it once: the others are told that it has moved', async () => {
    const { call, user } = await api.tenant();
    const users = [await user(), await user()];
    const [task] = await makeTasks(call, [{ requires_approval: true }]);
    const path = `${TASKS}/${task?.id}`;
    const rush = async (verb: string, bodies: readonly object[]): Promise<void> => {
      const answers = await Promise.all(bodies.map((body) => call('POST', `${path}/${verb}`, body)));
      const statuses = answers.map(({ status }) => status).toSorted();
      expect(statuses).toEqual([200, ...Array.from({ length: bodies.length - 1 }, () => 409)]);
    };
    const ten = Array.from({ length: 10 }, (_, at) => at);
    await rush(
      'submit-approval',
      ten.map(() => ({})),
    );
    await rush(
      'approve',
      ten.map(() => ({ decision: 'APPROVE' })),
    );
    await rush(
      'dispatch',
      ten.map((at) => ({ assigned_to: users[at % 2] })),
    );
    await rush(
      'transition',
      ten.map(() => ({ target_state: 'CANCELED' })),
    );
    expectUnbroken(await historyOf(call, path));
  });
});

describe('two writers without If-Match', () => {
  it('never lose one another’s change', async () => {
    const { call } = await api.tenant();
    const tasks = await makeTasks(
      call,
      Array.from({ length: 10 }, () => ({})),
    );
    for (const { id } of tasks) {
      const path = `${TASKS}/${id}`;
      const answers = await Promise.all([
        call('PATCH', `${path}/risk-checklist`, { risk_level: 5 }),
        call('PATCH', `${path}/risk-checklist`, { checklist: ['Battery'] }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect((await call('GET', path)).body).toMatchObject({ risk_level: 5, checklist: ['Battery'], version: 3 });
      expectUnbroken(await historyOf(call, path));
    }
  });
});

describe('If-Match', () => {
  const setUp = async () => {
    const { id, call } = await api.tenant();
    const [task] = await makeTasks(call, [{}]);
    const path = `${TASKS}/${task?.id}`;
    const write = (tag: string, risk_level = 1): Promise<Answer> =>
      call('PATCH', `${path}/risk-checklist`, { risk_level }, { 'If-Match': tag });
    return { id, call, path, write };
  };

  it('lets the first of two writers through, and tells the second the version', async () => {
    const { call, path, write } = await setUp();
    const tag = (await call('GET', path)).headers.get('ETag') ?? '';
    expect(tag).toBe('"1"');
    const answers = await Promise.all([write(tag, 4), write(tag, 5)]);
    const [won, lost] = answers.toSorted((a, b) => a.status - b.status);
    expect([won?.status, won?.headers.get('ETag')]).toEqual([200, '"2"']);
    expect([lost?.status, lost?.body.code, lost?.body.version]).toEqual([412, 'precondition_failed', 2]);
    expect((await call('GET', path)).body.risk_level).toBe(won?.body.risk_level);
    const next = await write(won?.headers.get('ETag') ?? '');
    expect([next.status, next.headers.get('ETag')]).toEqual([200, '"3"']);
  });

  it.each([
    ['"1"', 200],
    ['*', 200],
    [' * ', 200],
    ['"7", "1"', 200],
    ['W/"7","1"', 200],
    ['W/"1"', 412],
    ['W/"1", W/"2"', 412],
    ['"2"', 412],
    ['"0"', 412],
    ['"01"', 412],
    ['"1.0"', 412],
    ['"1e0"', 412],
    ['"anything"', 412],
    ['""', 412],
    ['1', 400],
    ['"1', 400],
    ['"1" "2"', 400],
    ['w/"1"', 400],
    [',', 400],
  ])('%s is answered %i at version 1', async (tag, status) => {
    const { id, write } = await setUp();
    const before = await contentsOf(id);
    const answer = await write(tag);
    expect(answer.status).toBe(status);
    if (status !== 200) expect(await contentsOf(id)).toEqual(before);
  });

  it('holds on every write to a task', async () => {
    const { id, call, path } = await setUp();
    const before = await contentsOf(id);
    const writes: readonly (readonly [string, string, object])[] = [
      ['POST', 'submit-approval', {}],
      ['POST', 'approve', { decision: 'APPROVE' }],
      ['POST', 'dispatch', { assigned_to: 'nobody' }],
      ['POST', 'auto-dispatch', {}],
      ['POST', 'transition', { target_state: 'CANCELED' }],
      ['PATCH', 'risk-checklist', { risk_level: 1 }],
      ['POST', 'attachments', { name: 'A', url: 'https://example.com' }],
      ['POST', 'comments', { content: 'A' }],
      ['PATCH', 'schedule', { planned_start_at: null, planned_end_at: null }],
      ['POST', 'reassign', { assigned_to: 'nobody' }],
      ['POST', 'unassign', {}],
    ];
    for (const [method, verb, body] of writes) {
      const answer = await call(method, `${path}/${verb}`, body, { 'If-Match': '"9"' });
      expect({ verb, status: answer.status }).toEqual({ verb, status: 412 });
    }
    expect(await contentsOf(id)).toEqual(before);
  });
});
