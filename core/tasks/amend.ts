import * as z from 'zod';
import type { Call } from '../call.ts';
import type { Guard } from '../calendar/guard.ts';
import { DomainError, notFound } from '../errors.ts';
import {
  checklistSchema,
  freeText,
  geometrySchema,
  jsonObject,
  optional,
  prioritySchema,
  referenceSchema,
  riskLevelSchema,
  text,
} from '../fields.ts';
import { waiverRefusal } from '../identity/approval.ts';
import type { Directory } from '../identity/directory.ts';
import { LIMITS } from '../limits.ts';
import { requireDemandable } from '../qualifications/demand.ts';
import { codesInput, unionOf, type Qualifications } from '../qualifications/qualification.ts';
import type { Retry } from '../retry.ts';
import type { Clock } from '../time/instant.ts';
import { COMPOSED_FIELDS, QUALIFICATIONS } from './compose.ts';
import { changedTask } from './change.ts';
import { DEMANDED_FIELDS, demandInput } from './demands.ts';
import type { TaskChanged } from './changes.ts';
import { isFinal, type State } from './lifecycle.ts';
import { requireMatch } from './rules.ts';
import type { Task, TaskView } from './task.ts';
import type { Tasks } from './tasks.ts';

const nullable = <T extends z.ZodType>(schema: T) => schema.nullable().optional();

/** A field left out stays; null empties what may be empty. */
export const taskPatch = z
  .strictObject({
    name: optional(text(LIMITS.name)),
    mission_id: nullable(text(LIMITS.reference)),
    description: nullable(freeText(LIMITS.description)),
    requires_approval: optional(z.boolean()),
    priority: optional(prioritySchema),
    risk_level: optional(riskLevelSchema),
    org_unit_id: nullable(referenceSchema),
    project_code: nullable(text(LIMITS.reference)),
    area_code: nullable(text(LIMITS.areaCode)),
    area_geom: nullable(geometrySchema),
    checklist: optional(checklistSchema),
    route_template: optional(jsonObject),
    payload_template: optional(jsonObject),
    ...demandInput,
    required_qualifications: optional(codesInput).meta({
      description: 'Instead of those that its template and requests gave it; those of its type stay',
    }),
    context_data: optional(jsonObject).meta({ description: 'Overlays what the task has, key by key' }),
    note: optional(freeText(LIMITS.note)),
  })
  .meta({ id: 'TaskPatch', examples: [{ priority: 8, area_code: null, note: 'The river is high' }] });
export type TaskPatch = z.infer<typeof taskPatch>;

const AMENDABLE: readonly State[] = ['DRAFT', 'APPROVAL_PENDING', 'APPROVED', 'REJECTED'];

/**
 * Changes the material of a task that is not yet dispatched. What was approved, or waits for approval, was the old
 * material: such a task goes back to DRAFT. Refuses with `already_dispatched` from the dispatch on, and with `task_closed`
 * when the task is archived or canceled, and with `permission_denied` to take the need for approval away without the
 * permission to approve.
 */
export const makeAmendTask =
  ({
    tasks,
    directory,
    qualifications,
    guard,
    retry,
    clock,
    newId,
  }: {
    readonly tasks: Pick<Tasks, 'get'>;
    readonly directory: Pick<Directory, 'findOrgUnit'>;
    readonly qualifications: Pick<Qualifications, 'byCodes'>;
    readonly guard: Guard<TaskChanged>;
    readonly retry: Retry;
    readonly clock: Clock;
    readonly newId: () => string;
  }) =>
  (
    call: Call,
    taskId: string,
    { note, context_data, required_qualifications: codes, ...fields }: TaskPatch,
  ): Promise<TaskView> =>
    retry(async () => {
      const [whole] = await Promise.all([
        tasks.get(call.tenantId, taskId),
        requireOrgUnit(directory, call.tenantId, fields.org_unit_id),
      ]);
      const { task } = whole;
      requireMatch(call, task);
      if (isFinal(task.state))
        throw new DomainError('task_closed', `The task is ${task.state}.`, { state: task.state });
      if (!AMENDABLE.includes(task.state)) {
        const message = `The task is ${task.state}: its material can be changed until it is dispatched.`;
        throw new DomainError('already_dispatched', message, { state: task.state });
      }
      const waiver = waiverRefusal(call, task.requires_approval, fields.requires_approval);
      if (waiver !== undefined) throw waiver;
      if (codes !== undefined)
        await requireDemandable(qualifications, call.tenantId, codes, task.required_qualifications);
      const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
      const patch: Partial<Task> = {
        ...given,
        ...(codes === undefined ? {} : { required_qualifications: unionOf(task.qualifications_of_type, codes) }),
        ...(context_data === undefined ? {} : { payload: { ...task.payload, ...context_data } }),
      };
      const along: Partial<Task> = {
        given: [
          ...new Set([
            ...task.given,
            ...[...COMPOSED_FIELDS, ...DEMANDED_FIELDS, QUALIFICATIONS].filter((field) => field in patch),
          ]),
        ],
        ...(codes === undefined ? {} : { qualifications_given: codes }),
        payload_given: [...new Set([...task.payload_given, ...Object.keys(context_data ?? {})])],
        state: task.state === 'REJECTED' ? 'REJECTED' : 'DRAFT',
      };
      const changed = changedTask(
        whole,
        { actorId: call.actorId, at: clock(), entryId: newId() },
        {
          action: 'amended',
          patch,
          along,
          note,
          detail: {
            fields: [
              ...Object.keys(given),
              ...(codes === undefined ? [] : [QUALIFICATIONS]),
              ...(context_data === undefined ? [] : ['context_data']),
            ],
          },
        },
      );
      await guard(call, changed);
      return changed.answer;
    });

const requireOrgUnit = async (
  directory: Pick<Directory, 'findOrgUnit'>,
  tenantId: string,
  id: string | null | undefined,
): Promise<void> => {
  if (id === null || id === undefined) return;
  const orgUnit = await directory.findOrgUnit(tenantId, id);
  if (orgUnit === undefined) throw notFound('org_unit', id);
  if (!orgUnit.is_active) throw new DomainError('inactive_org_unit', `Org unit "${orgUnit.code}" is not active.`, {});
};
