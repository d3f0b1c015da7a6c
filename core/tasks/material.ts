import * as z from 'zod';
import type { Call } from '../call.ts';
import type { Guard } from '../calendar/guard.ts';
import { DomainError } from '../errors.ts';
import { checklistSchema, freeText, optional, riskLevelSchema, type JsonObject } from '../fields.ts';
import { mayApprove } from '../identity/approval.ts';
import { beyondField, requireReach } from '../identity/field.ts';
import { LIMITS } from '../limits.ts';
import type { Retry } from '../retry.ts';
import type { Clock, Instant } from '../time/instant.ts';
import { changedTask, type Amendment } from './change.ts';
import type { AttachmentAdded, CommentAdded, TaskChanged } from './changes.ts';
import { isFinal } from './lifecycle.ts';
import { isTicked } from './checklist.ts';
import { requireMatch } from './rules.ts';
import type { Attachment, AttachmentDraft, Comment } from './remarks.ts';
import { viewOf, type Task, type TaskView, type WholeTask } from './task.ts';
import type { Tasks } from './tasks.ts';

export const riskChecklistDraft = z
  .strictObject({
    risk_level: optional(riskLevelSchema),
    checklist: optional(checklistSchema),
    note: optional(freeText(LIMITS.note)),
  })
  .meta({
    id: 'RiskChecklistDraft',
    examples: [{ risk_level: 4, checklist: ['Batteries charged', 'Wind below 8 m/s'], note: 'Gusts forecast' }],
  });
export type RiskChecklistDraft = z.infer<typeof riskChecklistDraft>;

interface Ports {
  readonly tasks: Pick<Tasks, 'get'>;
  readonly guard: Guard<TaskChanged | AttachmentAdded | CommentAdded>;
  readonly retry: Retry;
  readonly clock: Clock;
  readonly newId: () => string;
}

/**
 * Changes risk level and checklist. Another risk than the one that was approved needs a new approval: unless the caller
 * may approve, an APPROVED task goes back to DRAFT. Refuses with `task_closed` when the task is archived or canceled.
 * With `mission.field` the entries of an own task are ticked, and nothing else; `permission_denied` else.
 */
export const makeUpdateRiskChecklist = (ports: Ports) => {
  const change = makeChange(ports);
  return (call: Call, taskId: string, { risk_level, checklist, note }: RiskChecklistDraft): Promise<TaskView> => {
    const inField = (task: Task): void => {
      if (risk_level === undefined && (checklist === undefined || isTicked(task.checklist, checklist))) return;
      throw beyondField('With mission.field the entries of a checklist are ticked; anything else needs mission.write.');
    };
    const amend = ({ task, later }: WholeTask): Addition<TaskView> => {
      if (isFinal(task.state))
        throw new DomainError('task_closed', `The task is ${task.state}.`, { state: task.state });
      const patch = {
        ...(risk_level === undefined ? {} : { risk_level }),
        ...(checklist === undefined ? {} : { checklist }),
      };
      const isRisk = risk_level !== undefined && risk_level !== task.risk_level;
      return {
        action: 'risk_checklist_updated',
        patch,
        along: {
          // What is said here is said by a request, whatever the template says later.
          given: [...new Set([...task.given, ...Object.keys(patch)])],
          ...(task.state === 'APPROVED' && isRisk && !mayApprove(call) ? { state: 'DRAFT' } : {}),
        },
        note,
        detail: { before: picked(task, patch), after: patch },
        answer: (after) => viewOf({ task: after, later }),
      };
    };
    return change(call, taskId, amend, inField);
  };
};

/** Adds an attachment: the reference to a file that is kept elsewhere. */
export const makeAddAttachment = (ports: Ports) => {
  const change = makeChange(ports);
  return (call: Call, taskId: string, { note, ...draft }: AttachmentDraft): Promise<TaskView> =>
    change(call, taskId, ({ task, later }, at) => {
      if (task.attachment_count >= LIMITS.attachmentsPerTask) {
        const message = `A task holds at most ${LIMITS.attachmentsPerTask} attachments.`;
        throw new DomainError('limit_reached', message, { limit: LIMITS.attachmentsPerTask });
      }
      const attachment: Attachment = {
        id: ports.newId(),
        name: draft.name,
        url: draft.url,
        media_type: draft.media_type ?? null,
        size_bytes: draft.size_bytes ?? null,
        created_by: call.actorId,
        created_at: at,
      };
      return {
        action: 'attachment_added',
        patch: { attachment_count: task.attachment_count + 1 },
        note,
        detail: { attachment },
        material: (after) => ({ kind: 'attachment_added', task: after, attachment }),
        answer: (after) => viewOf({ task: after, later: [...later, attachment] }),
      };
    });
};

/** Adds a comment. Any task takes comments, a closed one too. */
export const makeAddComment = (ports: Ports) => {
  const change = makeChange(ports);
  return (call: Call, taskId: string, { content }: { readonly content: string }): Promise<Comment> =>
    change(call, taskId, (_whole, at) => {
      const comment: Comment = { id: ports.newId(), content, created_by: call.actorId, created_at: at };
      return {
        action: 'comment_added',
        detail: { comment_id: comment.id },
        material: (after) => ({ kind: 'comment_added', task: after, comment }),
        answer: () => comment,
      };
    });
};

interface Addition<Answer> extends Amendment {
  readonly detail: JsonObject;
  /** An item of its own that is written with the change. */
  readonly material?: (after: Task) => AttachmentAdded | CommentAdded;
  readonly answer: (after: Task) => Answer;
}

/** A change of a task that moves no window. */
const makeChange =
  ({ tasks, guard, retry, clock, newId }: Ports) =>
  <Answer>(
    call: Call,
    taskId: string,
    amend: (whole: WholeTask, at: Instant) => Addition<Answer>,
    inField?: (task: Task) => void,
  ): Promise<Answer> =>
    retry(async () => {
      const whole = await tasks.get(call.tenantId, taskId);
      requireReach(call, 'mission.write', whole.task, inField);
      requireMatch(call, whole.task);
      const at = clock();
      const { material, answer: answerOf, ...amendment } = amend(whole, at);
      const { after, changes, bookings } = changedTask(
        whole,
        { actorId: call.actorId, at, entryId: newId() },
        amendment,
      );
      const answer = answerOf(after);
      const materials = material === undefined ? [] : [material(after)];
      await guard(call, { changes: [...changes, ...materials], bookings, answer });
      return answer;
    });

const picked = (task: Task, patch: Partial<Pick<Task, 'risk_level' | 'checklist'>>): JsonObject => ({
  ...(patch.risk_level === undefined ? {} : { risk_level: task.risk_level }),
  ...(patch.checklist === undefined ? {} : { checklist: task.checklist }),
});
