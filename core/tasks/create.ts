import type { Call } from '../call.ts';
import { DomainError, notFound, type FieldProblem } from '../errors.ts';
import { waiverRefusal } from '../identity/approval.ts';
import type { OrgUnit } from '../identity/directory.ts';
import type { Commit } from '../commit.ts';
import { LIMITS } from '../limits.ts';
import { check } from '../problems.ts';
import { demandRefusals } from '../qualifications/demand.ts';
import type { Qualification } from '../qualifications/qualification.ts';
import type { Template } from '../templates/template.ts';
import type { Clock } from '../time/instant.ts';
import type { TaskType } from '../types/task-type.ts';
import type { BatchCreated, TaskCreated } from './changes.ts';
import { composeTask, type Material } from './compose.ts';
import {
  taskDraft,
  viewOf,
  type BatchDraft,
  type BatchView,
  type Task,
  type TaskDraft,
  type TaskView,
} from './task.ts';

/** What drafts refer to, read together: each distinct reference once. */
export interface References {
  readonly read: (tenantId: string, ids: ReferenceIds) => Promise<ReferencesRead>;
}
export interface ReferenceIds {
  readonly taskTypes: ReadonlySet<string>;
  readonly templates: ReadonlySet<string>;
  readonly orgUnits: ReadonlySet<string>;
  /** Codes. */
  readonly qualifications: ReadonlySet<string>;
}
export interface ReferencesRead {
  readonly taskTypes: ReadonlyMap<string, TaskType>;
  readonly templates: ReadonlyMap<string, Template>;
  readonly orgUnits: ReadonlyMap<string, OrgUnit>;
  readonly qualifications: readonly Qualification[];
}

interface Ports {
  readonly references: References;
  readonly commit: Commit<TaskCreated | BatchCreated>;
  readonly clock: Clock;
  readonly newId: () => string;
}

/**
 * Creates one task. Refuses what it refers to and does not exist (404), is not active or does not fit (409), and with
 * `permission_denied` to make do without the approval that its template demands.
 */
export const makeCreateTask =
  (ports: Ports) =>
  async (call: Call, draft: TaskDraft): Promise<TaskView> => {
    // 1. What the draft refers to, in one round trip.
    const read = await ports.references.read(call.tenantId, idsOf([draft]));
    // 2. The rules.
    const [first] = refusalsOf(call, draft, read);
    if (first !== undefined) throw first.refusal;
    // 3. The task, in one write.
    const task = compose(ports, call, draft, read);
    const answer = viewOf({ task, later: [] });
    await ports.commit(call, [{ kind: 'task_created', task }], answer);
    return answer;
  };

/**
 * Creates a batch in one transaction: all of it or nothing. Every bad item is reported in one refusal, with its index;
 * the refusal takes its code from the first of them, `validation_failed` before those that needed stored state.
 */
export const makeCreateBatch =
  (ports: Ports) =>
  async (given: Call, { tasks: items, validate_only }: BatchDraft): Promise<BatchView> => {
    const call = { ...given, validateOnly: validate_only ?? false };
    // 1. Each item by its own schema.
    const checked = items.map((item, index) => ({ index, result: check(taskDraft, item) }));
    const invalid = checked.flatMap(({ index, result }) => (result.ok ? [] : atIndex(index, result.problems)));
    const drafts = checked.flatMap(({ index, result }) => (result.ok ? [{ index, draft: result.data }] : []));
    // 2. What all of them refer to, each distinct reference once, in one round trip.
    const read = await ports.references.read(call.tenantId, idsOf(drafts.map(({ draft }) => draft)));
    // 3. The rules, for every item.
    const refused = drafts.flatMap(({ index, draft }) =>
      refusalsOf(call, draft, read).map((refusal) => ({ index, ...refusal })),
    );
    requireNone(invalid, refused);
    // 4. All tasks and the record of the batch, in one transaction.
    const tasks = drafts.map(({ draft }) => compose(ports, call, draft, read));
    const batch = {
      id: ports.newId(),
      tenant_id: call.tenantId,
      task_ids: tasks.map(({ id }) => id),
      created_by: call.actorId,
      created_at: ports.clock(),
    };
    const answer: BatchView = { total: tasks.length, tasks: tasks.map((task) => viewOf({ task, later: [] })) };
    requireSendable(answer);
    const created = tasks.map((task) => ({ kind: 'task_created' as const, task }));
    await ports.commit(call, [...created, { kind: 'batch_created', batch }], answer);
    return answer;
  };

/** Refuses with `transaction_too_large` a batch whose answer could not be sent: a task tells its templates twice. */
const requireSendable = (answer: BatchView): void => {
  const size = new TextEncoder().encode(JSON.stringify(JSON.stringify(answer))).byteLength;
  if (size <= LIMITS.answerBytes) return;
  const message = `The answer would take ${size} bytes; ${LIMITS.answerBytes} can be sent. Send fewer or smaller tasks.`;
  throw new DomainError('transaction_too_large', message, { limit: LIMITS.answerBytes, size });
};

interface Refused {
  readonly field: 'task_type_id' | 'template_id' | 'org_unit_id' | 'requires_approval' | 'required_qualifications';
  readonly refusal: DomainError;
}

/** Everything that stored state has against a draft. */
const refusalsOf = (call: Call, draft: TaskDraft, read: ReferencesRead): readonly Refused[] => {
  const refusals: Refused[] = [];
  const refuse = (field: Refused['field'], refusal: DomainError): void => {
    refusals.push({ field, refusal });
  };
  const type = read.taskTypes.get(draft.task_type_id);
  if (type === undefined) refuse('task_type_id', notFound('task_type', draft.task_type_id));
  else if (!type.is_active)
    refuse('task_type_id', new DomainError('inactive_task_type', `Task type "${type.code}" is not active.`, {}));
  if (draft.template_id !== undefined) {
    const template = read.templates.get(draft.template_id);
    if (template === undefined) refuse('template_id', notFound('template', draft.template_id));
    else if (!template.is_active) {
      refuse(
        'template_id',
        new DomainError('inactive_template', `Template "${template.template_key}" is not active.`, {}),
      );
    } else if (template.task_type_id !== draft.task_type_id) {
      const message = `Template "${template.template_key}" belongs to another task type than "${draft.task_type_id}".`;
      refuse('template_id', new DomainError('template_type_mismatch', message, {}));
    }
    const waiver = waiverRefusal(call, template?.requires_approval === true, draft.requires_approval);
    if (waiver !== undefined) refuse('requires_approval', waiver);
  }
  if (draft.org_unit_id !== undefined) {
    const orgUnit = read.orgUnits.get(draft.org_unit_id);
    if (orgUnit === undefined) refuse('org_unit_id', notFound('org_unit', draft.org_unit_id));
    else if (!orgUnit.is_active)
      refuse('org_unit_id', new DomainError('inactive_org_unit', `Org unit "${orgUnit.code}" is not active.`, {}));
  }
  for (const refusal of demandRefusals(draft.required_qualifications ?? [], read.qualifications))
    refuse('required_qualifications', refusal);
  return refusals;
};

const requireNone = (
  invalid: readonly FieldProblem[],
  refused: readonly (Refused & { readonly index: number })[],
): void => {
  const problems = [
    ...invalid,
    ...refused.map(({ index, field, refusal }) => ({
      pointer: `/tasks/${index}/${field}`,
      index,
      code: refusal.code,
      message: refusal.message,
    })),
  ].sort((a, b) => (a.index ?? 0) - (b.index ?? 0));
  if (problems.length === 0) return;
  const count = new Set(problems.map(({ index }) => index)).size;
  const message = `${count} of the batch's tasks cannot be created, so none was.`;
  const [first] = refused;
  if (invalid.length > 0 || first === undefined) throw new DomainError('validation_failed', message, {}, { problems });
  throw new DomainError(first.refusal.code, `${message} ${first.refusal.message}`, first.refusal.details, { problems });
};

const atIndex = (index: number, problems: readonly FieldProblem[]): readonly FieldProblem[] =>
  problems.map((problem) => ({ ...problem, pointer: `/tasks/${index}${problem.pointer}`, index }));

const idsOf = (drafts: readonly TaskDraft[]): ReferenceIds => ({
  taskTypes: new Set(drafts.map(({ task_type_id }) => task_type_id)),
  templates: new Set(drafts.flatMap(({ template_id }) => template_id ?? [])),
  orgUnits: new Set(drafts.flatMap(({ org_unit_id }) => org_unit_id ?? [])),
  qualifications: new Set(drafts.flatMap(({ required_qualifications }) => required_qualifications ?? [])),
});

const materialOf = (draft: TaskDraft, read: ReferencesRead): Material => ({
  type: read.taskTypes.get(draft.task_type_id),
  template: draft.template_id === undefined ? undefined : read.templates.get(draft.template_id),
});

const compose = ({ clock, newId }: Ports, call: Call, draft: TaskDraft, read: ReferencesRead): Task =>
  composeTask(draft, materialOf(draft, read), {
    id: newId(),
    tenantId: call.tenantId,
    actorId: call.actorId,
    at: clock(),
    newId,
    fieldMayAccept: read.taskTypes.get(draft.task_type_id)?.field_may_accept,
  });
