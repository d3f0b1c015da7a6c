import { describe, expect, it } from 'vitest';
import { makeOutbox } from '../../../board/api/outbox.ts';
import {
  adviceOf,
  outcomeOf,
  withErrands,
  wordsOf,
  type Deed,
  type Errand,
  type Outcome,
} from '../../../board/state/errands.ts';
import { summaryOf } from '../../../core/tasks/task.ts';
import { makeIds } from '../fakes.ts';
import { task } from '../records.ts';

const ROOF = { id: 'task-1', name: 'Roof' };
const LATER: Outcome = { kind: 'later' };
const DONE: Outcome = { kind: 'done' };
const REFUSED: Outcome = { kind: 'refused', code: 'task_not_found', detail: 'There is no task.' };
const START: Deed = { kind: 'start' };
const COMMENT: Deed = { kind: 'comment', content: 'The gate is locked' };

/** Storage of a browser, and a service that answers as it is told to; without a word it answers `done`. */
const makeScene = () => {
  let text: string | null = null;
  const sent: string[] = [];
  const answers: Outcome[] = [];
  const newKey = makeIds();
  let tail = Promise.resolve();
  const open = () =>
    makeOutbox({
      load: () => text,
      save: (next) => {
        text = next;
      },
      send: async ({ key, deed }) => {
        sent.push(`${key} ${deed.kind}`);
        return Promise.resolve(answers.shift() ?? DONE);
      },
      newKey,
      alone: (work) => (tail = tail.then(work)),
    });
  return { open, sent, answers };
};

describe('what is made without a network', () => {
  it('is sent later, in order, each until it is decided and then no more', async () => {
    const { open, sent, answers } = makeScene();
    const outbox = open();
    answers.push(LATER, LATER);
    outbox.add(ROOF, START);
    await outbox.flush();
    outbox.add(ROOF, COMMENT);
    await outbox.flush();
    expect(sent).toEqual(['id-1 start', 'id-1 start']);
    expect(outbox.errands.value.map(({ deed }) => deed)).toEqual([START, COMMENT]);
    await outbox.flush();
    await outbox.flush();
    expect(sent.slice(2)).toEqual(['id-1 start', 'id-2 comment']);
    expect(outbox.errands.value).toEqual([]);
  });

  it('outlives a reload', async () => {
    const { open, sent } = makeScene();
    open().add(ROOF, START);
    const reloaded = open();
    expect(reloaded.errands.value).toMatchObject([{ taskId: 'task-1', taskName: 'Roof', deed: START }]);
    await reloaded.flush();
    expect(sent).toEqual(['id-1 start']);
  });

  it('is sent once, however many ask for it at the same time, in this tab and another', async () => {
    const { open, sent } = makeScene();
    const [here, there] = [open(), open()];
    here.add(ROOF, START);
    there.add(ROOF, COMMENT);
    await Promise.all([here.flush(), here.flush(), there.flush()]);
    expect(sent).toEqual(['id-1 start', 'id-2 comment']);
    expect([here.errands.value, there.errands.value]).toEqual([[], []]);
  });
});

describe('a refusal', () => {
  it('stays until it is read, and holds up nothing behind it', async () => {
    const { open, sent, answers } = makeScene();
    const outbox = open();
    outbox.add(ROOF, START);
    outbox.add(ROOF, COMMENT);
    answers.push(REFUSED);
    await outbox.flush();
    expect(sent).toEqual(['id-1 start', 'id-2 comment']);
    expect(outbox.errands.value).toMatchObject([{ key: 'id-1', refusal: { code: 'task_not_found' } }]);
    await outbox.flush();
    expect(sent).toHaveLength(2);
    outbox.discard('id-1');
    expect(open().errands.value).toEqual([]);
  });

  it('is tried again when that is wished, and no other', async () => {
    const { open, sent, answers } = makeScene();
    const outbox = open();
    outbox.add(ROOF, START);
    outbox.add(ROOF, COMMENT);
    answers.push(REFUSED, REFUSED);
    await outbox.flush();
    outbox.retry('id-2');
    await outbox.flush();
    expect(sent.slice(2)).toEqual(['id-2 comment']);
    expect(outbox.errands.value).toMatchObject([{ key: 'id-1', refusal: {} }]);
  });

  it.each([
    [0, 'later'],
    [401, 'later'],
    [429, 'later'],
    [503, 'later'],
    [403, 'refused'],
    [404, 'refused'],
    [409, 'refused'],
    [422, 'refused'],
    [500, 'refused'],
  ])('is what %i is: %s', (status, kind) => {
    expect(outcomeOf({ status, code: 'code', detail: 'Detail.' }).kind).toBe(kind);
  });

  it('comes with what to do, whichever it is', () => {
    expect(adviceOf('task_not_found')).toContain('dispatcher');
    expect(adviceOf('anything_else')).toMatch(/\w/);
  });
});

describe('a task with what waits for it', () => {
  const errand = (deed: Deed, more: Partial<Errand> = {}): Errand => ({
    key: 'key',
    taskId: 'task-1',
    taskName: 'Roof',
    deed,
    ...more,
  });
  const seen = summaryOf(task({ state: 'DISPATCHED', checklist: ['Batteries', 'Wind'] }));

  it('is shown as it will be', () => {
    const tick: Deed = { kind: 'tick', position: 1, text: 'Wind', done: true };
    const shown = withErrands(seen, [errand(START), errand(tick), errand(COMMENT)]);
    expect(shown).toEqual({ ...seen, state: 'IN_PROGRESS', checklist: ['Batteries', { item: 'Wind', done: true }] });
    expect(withErrands(seen, [errand(START), errand({ kind: 'accept' })]).state).toBe('ACCEPTED');
  });

  it('is as it is for what was refused, and for what another waits for', () => {
    const refusal = { code: 'task_closed', detail: 'Closed.' };
    expect(withErrands(seen, [errand(START, { refusal }), errand(START, { taskId: 'other' })])).toEqual(seen);
  });

  it('says in words what waits', () => {
    expect(wordsOf(errand({ kind: 'comment', content: 'Problem: no ladder' }))).toBe('problem “no ladder”');
    expect(wordsOf(errand(COMMENT))).toBe('comment “The gate is locked”');
  });
});
