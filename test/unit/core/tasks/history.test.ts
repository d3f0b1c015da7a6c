import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeTask, creationEntry } from '../../../../core/tasks/history.ts';
import { STATES } from '../../../../core/tasks/lifecycle.ts';
import { instantAt, type Instant } from '../../../../core/time/instant.ts';
import { instant, T0, task } from '../../records.ts';

const LATER = instant('2026-03-01T09:00:00Z');
const OCCASION = { actorId: 'actor-1', at: LATER, entryId: 'entry-1' };
const TIMES = ['dispatched_at', 'started_at', 'accepted_at', 'archived_at', 'canceled_at'] as const;

describe('a change of a task', () => {
  it('makes the next version, and an entry numbered by it', () => {
    const before = task({ version: 4, state: 'DRAFT' });
    const { after, entry } = changeTask(before, OCCASION, {
      action: 'state_changed',
      patch: { state: 'CANCELED' },
      note: 'rain',
      detail: { why: 1 },
    });
    expect(after).toEqual({ ...before, state: 'CANCELED', canceled_at: LATER, updated_at: LATER, version: 5 });
    expect(entry).toEqual({
      id: 'entry-1',
      tenant_id: 'tenant-1',
      task_id: 'task-1',
      version: 5,
      action: 'state_changed',
      from_state: 'DRAFT',
      to_state: 'CANCELED',
      note: 'rain',
      actor_id: 'actor-1',
      detail: { why: 1 },
      created_at: LATER,
    });
  });

  it.each([
    ['DISPATCHED', 'dispatched_at'],
    ['IN_PROGRESS', 'started_at'],
    ['ACCEPTED', 'accepted_at'],
    ['ARCHIVED', 'archived_at'],
    ['CANCELED', 'canceled_at'],
    ['APPROVAL_PENDING', undefined],
    ['APPROVED', undefined],
    ['REJECTED', undefined],
  ] as const)('on entry of %s sets %s', (state, expected) => {
    const { after } = changeTask(task(), OCCASION, { action: 'state_changed', patch: { state } });
    expect(TIMES.filter((name) => after[name] !== null)).toEqual(expected === undefined ? [] : [expected]);
  });

  it('leaves the time of entry alone when the state stays', () => {
    const before = task({ state: 'IN_PROGRESS', started_at: T0 });
    const { after } = changeTask(before, OCCASION, { action: 'comment_added' });
    expect(after).toEqual({ ...before, updated_at: LATER, version: 2, remarks: 1 });
  });

  it('never lets time run backwards, whatever the clocks of the machines say', () => {
    const times = fc.integer({ min: 0, max: 4_000_000_000_000 }).map((at) => instantAt(at) ?? T0);
    fc.assert(
      fc.property(times, fc.array(fc.tuple(times, fc.constantFrom(...STATES))), (createdAt, changes) => {
        let current = task({ created_at: createdAt, updated_at: createdAt });
        let last: Instant = createdAt;
        for (const [at, state] of changes) {
          const { after, entry } = changeTask(
            current,
            { ...OCCASION, at },
            { action: 'state_changed', patch: { state } },
          );
          expect(after.updated_at >= last && entry.created_at === after.updated_at).toBe(true);
          for (const name of TIMES) expect((after[name] ?? createdAt) >= createdAt).toBe(true);
          expect(after.version).toBe(current.version + 1);
          last = after.updated_at;
          current = after;
        }
      }),
    );
  });
});

describe('the creation', () => {
  it('is an entry that later changes of the task do not touch', () => {
    const created = task({ template_id: 'template-1', template_version: 'v2' });
    const { after } = changeTask(created, OCCASION, { action: 'state_changed', patch: { state: 'CANCELED' } });
    expect(creationEntry(after)).toEqual(creationEntry(created));
    expect(creationEntry(created)).toEqual({
      id: 'task-1',
      tenant_id: 'tenant-1',
      task_id: 'task-1',
      version: 1,
      action: 'created',
      from_state: null,
      to_state: 'DRAFT',
      note: null,
      actor_id: 'creator',
      detail: { task_type_id: 'type-1', template_id: 'template-1', template_version: 'v2' },
      created_at: T0,
    });
  });
});
