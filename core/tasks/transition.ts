import * as z from 'zod';
import type { Call } from '../call.ts';
import type { Guard } from '../calendar/guard.ts';
import { freeText, optional, type JsonObject } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import type { Retry } from '../retry.ts';
import type { Clock } from '../time/instant.ts';
import { DomainError } from '../errors.ts';
import { beyondField, requireReach } from '../identity/field.ts';
import { changedTask } from './change.ts';
import type { TaskChanged } from './changes.ts';
import type { Action } from './history.ts';
import { requirePlainTarget, requireTransition, STATES } from './lifecycle.ts';
import type { State } from './lifecycle.ts';
import { requireMatch } from './rules.ts';
import type { Task, TaskView } from './task.ts';
import type { Tasks } from './tasks.ts';

export const transitionDraft = z
  .strictObject({ target_state: z.enum(STATES), note: optional(freeText(LIMITS.note)) })
  .meta({ id: 'TransitionDraft', examples: [{ target_state: 'IN_PROGRESS' }] });
export type TransitionDraft = z.infer<typeof transitionDraft>;
export const submitDraft = z
  .strictObject({ note: optional(freeText(LIMITS.note)) })
  .meta({ id: 'SubmitDraft', examples: [{ note: 'Over a public road' }] });
export type SubmitDraft = z.infer<typeof submitDraft>;
export const approvalDraft = z
  .strictObject({
    decision: z.enum(['APPROVE', 'REJECT']),
    note: optional(freeText(LIMITS.note)),
  })
  .meta({ id: 'ApprovalDraft', examples: [{ decision: 'APPROVE', note: 'Road closed until noon' }] });
export type ApprovalDraft = z.infer<typeof approvalDraft>;

interface Ports {
  readonly tasks: Pick<Tasks, 'get'>;
  readonly guard: Guard<TaskChanged>;
  readonly retry: Retry;
  readonly clock: Clock;
  readonly newId: () => string;
}

/**
 * Moves a task along its lifecycle. Leaving the states of holding gives the user's window back in the same transaction.
 * With `mission.field` an own task is started, and accepted where its type lets the field do so; `permission_denied` else.
 */
export const makeTransitionTask = (ports: Ports) => {
  const move = makeMove(ports);
  return (call: Call, taskId: string, { target_state, note }: TransitionDraft): Promise<TaskView> =>
    move(call, taskId, {
      to: target_state,
      action: 'state_changed',
      note,
      inField: (task) => requireFieldTarget(task, target_state),
      rule: () => {
        requirePlainTarget(target_state);
      },
    });
};

const requireFieldTarget = ({ field_may_accept }: Task, target: State): void => {
  if (target === 'IN_PROGRESS' || (target === 'ACCEPTED' && field_may_accept)) return;
  const may = field_may_accept ? 'started and accepted' : 'started';
  throw beyondField(`With mission.field this task is ${may}; taking it to ${target} needs mission.write.`);
};

/** Asks for approval. Refuses with `approval_not_required` where none is needed. */
export const makeSubmitForApproval = (ports: Ports) => {
  const move = makeMove(ports);
  const rule = (task: Task): void => {
    if (!task.requires_approval)
      throw new DomainError('approval_not_required', 'The task needs no approval: dispatch it.', {});
  };
  return (call: Call, taskId: string, { note }: SubmitDraft): Promise<TaskView> =>
    move(call, taskId, { to: 'APPROVAL_PENDING', action: 'submitted_for_approval', note, rule });
};

/** Approves or rejects a task that waits for it. */
export const makeApproveTask = (ports: Ports) => {
  const move = makeMove(ports);
  return (call: Call, taskId: string, { decision, note }: ApprovalDraft): Promise<TaskView> =>
    decision === 'APPROVE'
      ? move(call, taskId, { to: 'APPROVED', action: 'approved', note, detail: { decision } })
      : move(call, taskId, { to: 'REJECTED', action: 'rejected', note, detail: { decision } });
};

interface Move {
  readonly to: State;
  readonly action: Action;
  readonly note: string | undefined;
  readonly detail?: JsonObject;
  readonly rule?: (task: Task) => void;
  /** What holds for those who only carry out own tasks; without it the move is none of theirs. */
  readonly inField?: (task: Task) => void;
}

const makeMove =
  ({ tasks, guard, retry, clock, newId }: Ports) =>
  (call: Call, taskId: string, { to, action, note, detail = {}, rule, inField }: Move): Promise<TaskView> =>
    retry(async () => {
      const whole = await tasks.get(call.tenantId, taskId);
      if (inField !== undefined) requireReach(call, 'mission.write', whole.task, inField);
      requireMatch(call, whole.task);
      rule?.(whole.task);
      requireTransition(whole.task.state, to);
      const occasion = { actorId: call.actorId, at: clock(), entryId: newId() };
      const changed = changedTask(whole, occasion, { action, patch: { state: to }, note, detail });
      await guard(call, changed);
      return changed.answer;
    });
