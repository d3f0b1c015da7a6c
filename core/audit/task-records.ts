import * as z from 'zod';
import { creationEntry, type Action, type HistoryEntry } from '../tasks/history.ts';
import { beforeDispatch, nextStates, type State } from '../tasks/lifecycle.ts';
import type { Task } from '../tasks/task.ts';
import { groupBy, type Check, type Finding } from './finding.ts';

/** Where an action leads; an action that is not named here leaves the state as it is. */
const LEADS_TO: Partial<Record<Action, State>> = {
  submitted_for_approval: 'APPROVAL_PENDING',
  approved: 'APPROVED',
  rejected: 'REJECTED',
  dispatched: 'DISPATCHED',
};

const AMENDED_TO_DRAFT: readonly State[] = ['DRAFT', 'APPROVAL_PENDING', 'APPROVED'];

const illegality = (task: Task, { action, from_state, to_state }: HistoryEntry): string | undefined => {
  if (from_state === null || action === 'created') return 'only the creation has no state before it';
  if (action === 'unassigned') {
    const due = beforeDispatch(task.requires_approval);
    return from_state === 'DISPATCHED' && to_state === due ? undefined : `unassigned leads from DISPATCHED to ${due}`;
  }
  // New material takes an approval back.
  if (action === 'amended' && to_state === 'DRAFT' && AMENDED_TO_DRAFT.includes(from_state)) return undefined;
  const target = LEADS_TO[action];
  if (target !== undefined && to_state !== target) return `${action} leads to ${target}, not to ${to_state}`;
  if (target === undefined && action !== 'state_changed')
    return from_state === to_state
      ? undefined
      : `${action} changes no state, but went from ${from_state} to ${to_state}`;
  if (!nextStates(from_state).includes(to_state)) return `${from_state} does not lead to ${to_state}`;
  const isUnapproved = action === 'dispatched' && task.requires_approval && from_state !== 'APPROVED';
  return isUnapproved ? 'dispatched without the approval that it requires' : undefined;
};

export const histories: Check = ({ tasks, history }) => {
  const byTask = groupBy(history, ({ task_id }) => task_id);
  const existing = new Set(tasks.map(({ id }) => id));
  const orphans = [...byTask.keys()]
    .filter((taskId) => !existing.has(taskId))
    .map((taskId): Finding => ({
      invariant: 'history_gapless',
      subject: `task/${taskId}`,
      detail: 'has a history, but there is no such task',
    }));
  const wrong = tasks.flatMap((task) => {
    const entries = [...(byTask.get(task.id) ?? [])].sort((a, b) => a.version - b.version);
    const subject = `task/${task.id}`;
    const findings: Finding[] = [];
    let before = creationEntry(task);
    for (const entry of entries) {
      if (entry.version !== before.version + 1) {
        const detail = `version ${entry.version} follows version ${before.version}`;
        findings.push({ invariant: 'history_gapless', subject, detail });
      }
      const wrongs = [
        illegality(task, entry),
        entry.from_state === before.to_state
          ? undefined
          : `from ${entry.from_state}, but the task was ${before.to_state}`,
        entry.created_at < before.created_at ? `at ${entry.created_at}, before ${before.created_at}` : undefined,
      ].filter((wrong) => wrong !== undefined);
      for (const wrong of wrongs)
        findings.push({ invariant: 'history_legal', subject, detail: `version ${entry.version}: ${wrong}` });
      before = entry;
    }
    if (before.version !== task.version) {
      const detail = `the history ends at version ${before.version}, the task is at ${task.version}`;
      findings.push({ invariant: 'history_gapless', subject, detail });
    }
    if (before.to_state !== task.state) {
      const detail = `the history ends in ${before.to_state}, the task is ${task.state}`;
      findings.push({ invariant: 'history_legal', subject, detail });
    }
    return findings;
  });
  return [...orphans, ...wrong];
};

export const attachmentCounts: Check = ({ tasks, later_attachments }) => {
  const byTask = groupBy(later_attachments, ({ task_id }) => task_id);
  return tasks
    .map(({ id, attachment_count, first_attachments }) => ({
      id,
      attachment_count,
      attachments: first_attachments.length + (byTask.get(id)?.length ?? 0),
    }))
    .filter(({ attachment_count, attachments }) => attachment_count !== attachments)
    .map(({ id, attachment_count, attachments }) => ({
      invariant: 'attachment_count',
      subject: `task/${id}`,
      detail: `counts ${attachment_count}, has ${attachments}`,
    }));
};

const decisionIdSchema = z.object({ decision_id: z.string() });

export const decisionsKept: Check = ({ history, decisions }) => {
  const kept = groupBy(decisions, ({ task_id }) => task_id);
  const due = groupBy(
    history.flatMap(({ task_id, version, detail }) => {
      const named = decisionIdSchema.safeParse(detail);
      return named.success ? [{ task_id, version, id: named.data.decision_id }] : [];
    }),
    ({ task_id }) => task_id,
  );
  return [...new Set([...kept.keys(), ...due.keys()])].flatMap((taskId): readonly Finding[] => {
    const has = new Set(kept.get(taskId)?.map(({ id }) => id));
    const named = due.get(taskId) ?? [];
    const ids = new Set(named.map(({ id }) => id));
    const breach = (detail: string): Finding => ({ invariant: 'decision_kept', subject: `task/${taskId}`, detail });
    return [
      ...named
        .filter(({ id }) => !has.has(id))
        .map(({ id, version }) => breach(`version ${version}: its decision ${id} is not there`)),
      ...[...has].filter((id) => !ids.has(id)).map((id) => breach(`no dispatch was decided by ${id}`)),
    ];
  });
};

export const revisions: Check = ({ tasks, revisions: all }) => {
  const kept = groupBy(all, ({ template_id }) => template_id);
  const gaps = [...kept].flatMap(([templateId, every]): readonly Finding[] => {
    const numbers = every.map(({ revision }) => revision).sort((a, b) => a - b);
    if (numbers.every((number, at) => number === at + 1)) return [];
    const detail = `keeps the revisions ${numbers.join(', ')}`;
    return [{ invariant: 'revisions_gapless', subject: `template/${templateId}`, detail }];
  });
  const lost = tasks.flatMap(({ id, template_id, template_revision }): readonly Finding[] => {
    if (template_id === null || template_revision === null) return [];
    if (kept.get(template_id)?.some(({ revision }) => revision === template_revision) === true) return [];
    const detail = `was made from revision ${template_revision} of template ${template_id}, which is not there`;
    return [{ invariant: 'revision_of_task', subject: `task/${id}`, detail }];
  });
  return [...gaps, ...lost];
};

export const wholeBatches: Check = ({ tasks, batches }) => {
  const existing = new Set(tasks.map(({ id }) => id));
  return batches.flatMap(({ id, task_ids }): readonly Finding[] => {
    const missing = task_ids.filter((taskId) => !existing.has(taskId));
    if (missing.length === 0) return [];
    const detail = `${missing.length} of ${task_ids.length} tasks do not exist: ${missing.join(', ')}`;
    return [{ invariant: 'batch_whole', subject: `batch/${id}`, detail }];
  });
};
