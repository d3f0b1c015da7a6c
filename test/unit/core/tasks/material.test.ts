import { describe, expect, it } from 'vitest';
import { makeGuard } from '../../../../core/calendar/guard.ts';
import type { DomainError } from '../../../../core/errors.ts';
import { LIMITS } from '../../../../core/limits.ts';
import { STATES } from '../../../../core/tasks/lifecycle.ts';
import { makeAddAttachment, makeAddComment, makeUpdateRiskChecklist } from '../../../../core/tasks/material.ts';
import type { Task } from '../../../../core/tasks/task.ts';
import { CALL, clockAt, makeFakeCommit, makeIds, NOW, only, refusalOf, retry, staleRead } from '../../fakes.ts';
import { attachment, task } from '../../records.ts';

const makeScene = (given: Task, ...refusals: readonly DomainError[]) => {
  const commit = makeFakeCommit(...refusals);
  const ports = {
    tasks: { get: async () => ({ task: given, later: [attachment({ id: 'earlier' })] }) },
    guard: makeGuard({ calendars: { overlapping: () => Promise.reject(new Error('not needed')) }, commit }),
    retry,
    clock: clockAt(),
    newId: makeIds(),
  };
  return {
    riskChecklist: makeUpdateRiskChecklist(ports),
    attach: makeAddAttachment(ports),
    comment: makeAddComment(ports),
    commit,
  };
};

const CHECK = { risk_level: 5, checklist: undefined, note: 'wind' };
const FILE = { name: 'Plan', url: 'https://files.example/p', media_type: undefined, size_bytes: 0, note: 'v1' };

describe('the risk checklist', () => {
  it('changes what is given, and keeps before and after in the history', async () => {
    const { riskChecklist, commit } = makeScene(task({ risk_level: 2, checklist: ['helmet'] }));
    const answer = await riskChecklist(CALL, 'task-1', CHECK);
    expect(answer).toMatchObject({
      risk_level: 5,
      checklist: ['helmet'],
      version: 2,
      attachments: [{ id: 'earlier' }],
    });
    expect(only(commit.commits)).toMatchObject({
      answer,
      changes: [
        {
          kind: 'task_changed',
          entry: {
            action: 'risk_checklist_updated',
            note: 'wind',
            detail: { before: { risk_level: 2 }, after: { risk_level: 5 } },
          },
        },
      ],
    });
  });

  it('can be emptied', async () => {
    const { riskChecklist } = makeScene(task({ checklist: ['helmet'] }));
    const answer = await riskChecklist(CALL, 'task-1', { risk_level: undefined, checklist: [], note: undefined });
    expect(answer).toMatchObject({ risk_level: 3, checklist: [] });
  });

  it.each(STATES)('is refused on a closed task: %s', async (state) => {
    const { riskChecklist, commit } = makeScene(task({ state }));
    if (state === 'ARCHIVED' || state === 'CANCELED') {
      const { details } = await refusalOf(() => riskChecklist(CALL, 'task-1', CHECK), 'task_closed');
      expect(details).toEqual({ state });
      expect(commit.commits).toEqual([]);
    } else {
      expect((await riskChecklist(CALL, 'task-1', CHECK)).state).toBe(state);
    }
  });
});

describe('an attachment', () => {
  it('is an item of its own, counted by the task, shown after those before it', async () => {
    const { attach, commit } = makeScene(task({ attachment_count: 1 }));
    const answer = await attach(CALL, 'task-1', FILE);
    const added = {
      id: 'id-1',
      name: 'Plan',
      url: 'https://files.example/p',
      media_type: null,
      size_bytes: 0,
      created_by: 'actor-1',
      created_at: NOW,
    };
    expect(answer.attachments).toEqual([attachment({ id: 'earlier' }), added]);
    expect(only(commit.commits).changes).toMatchObject([
      {
        kind: 'task_changed',
        after: { attachment_count: 2, version: 2 },
        entry: { action: 'attachment_added', note: 'v1', detail: { attachment: added } },
      },
      { kind: 'attachment_added', task: { id: 'task-1' }, attachment: added },
    ]);
  });

  it('is refused at the limit, not before', async () => {
    const last = makeScene(task({ attachment_count: LIMITS.attachmentsPerTask - 1 }));
    await last.attach(CALL, 'task-1', FILE);
    const full = makeScene(task({ attachment_count: LIMITS.attachmentsPerTask }));
    const { details } = await refusalOf(() => full.attach(CALL, 'task-1', FILE), 'limit_reached');
    expect(details).toEqual({ limit: LIMITS.attachmentsPerTask });
  });
});

describe('a comment', () => {
  it.each(STATES)('is taken by a task in any state: %s', async (state) => {
    const { comment, commit } = makeScene(task({ state }));
    const answer = await comment(CALL, 'task-1', { content: 'Gate is open' });
    expect(answer).toEqual({ id: 'id-1', content: 'Gate is open', created_by: 'actor-1', created_at: NOW });
    expect(only(commit.commits).changes).toMatchObject([
      { kind: 'task_changed', after: { state, version: 2 }, entry: { action: 'comment_added', from_state: state } },
      { kind: 'comment_added', comment: answer },
    ]);
  });

  it('is written once however often it has to try', async () => {
    const { comment, commit } = makeScene(task(), staleRead(), staleRead());
    await comment(CALL, 'task-1', { content: 'x' });
    expect(commit.commits).toHaveLength(1);
  });

  it('honours If-Match', async () => {
    const { comment } = makeScene(task({ version: 2 }));
    await refusalOf(
      () => comment({ ...CALL, expectedVersions: [1] }, 'task-1', { content: 'x' }),
      'precondition_failed',
    );
  });
});
