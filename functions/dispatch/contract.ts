import * as z from 'zod';
import { route } from '../../adapters/http/contract.ts';
import { autoDispatchView } from '../../core/dispatch/answer.ts';
import { autoDispatchDraft } from '../../core/dispatch/auto-dispatch.ts';
import { decisionView, replayDraft, replayView } from '../../core/dispatch/decision.ts';
import { dispatchDraft } from '../../core/dispatch/dispatch.ts';
import { reassignDraft, scheduleDraft, unassignDraft } from '../../core/dispatch/replan.ts';
import { heldViolationView } from '../../core/dispatch/violations.ts';
import { taskView } from '../../core/tasks/task.ts';

const PATH = '/api/task-center/tasks';
const tag = {
  name: 'dispatch',
  description: 'Who does a task and when: by hand or automatically, with the decision kept, and changed later.',
};
const params = z.object({ task_id: z.string() });
const HOLDING = [
  ...(['Query', 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem'] as const),
  'ConditionCheckItem',
] as const;

export const dispatchTask = route({
  operation: 'dispatchTask',
  method: 'POST',
  path: `${PATH}/{task_id}/dispatch`,
  tag,
  summary: 'Dispatch a task to a user; refused when the user holds an overlapping window',
  access: 'mission.write',
  handler: 'dispatch/dispatch',
  params,
  body: dispatchDraft,
  status: 200,
  response: taskView,
  etag: true,
  ifMatch: true,
  refusals: [
    'task_not_found',
    'user_not_found',
    'asset_not_found',
    'inactive_user',
    'approval_required',
    'illegal_transition',
    'schedule_conflict',
    'unavailable',
    'not_qualified',
    'outside_working_hours',
    'asset_conflict',
    'asset_unavailable',
    'precondition_failed',
    'item_too_large',
  ],
  table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'ConditionCheckItem'],
});

export const autoDispatchTask = route({
  operation: 'autoDispatchTask',
  method: 'POST',
  path: `${PATH}/{task_id}/auto-dispatch`,
  tag,
  summary: 'Dispatch a task to the best candidate who is free, and show every score',
  access: 'mission.write',
  handler: 'dispatch/auto-dispatch',
  params,
  body: autoDispatchDraft,
  status: 200,
  response: autoDispatchView,
  etag: true,
  ifMatch: true,
  refusals: [
    'task_not_found',
    'approval_required',
    'illegal_transition',
    'no_candidates',
    'too_many_candidates',
    'no_conflict_free_candidate',
    'asset_not_found',
    'asset_conflict',
    'asset_unavailable',
    'plan_stale',
    'malformed_plan',
    'inactive_user',
    'precondition_failed',
    'item_too_large',
  ],
  table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'ConditionCheckItem'],
});

export const rescheduleTask = route({
  operation: 'rescheduleTask',
  method: 'PATCH',
  path: `${PATH}/{task_id}/schedule`,
  tag,
  summary: 'Move, shrink or remove the window of an open task',
  description: 'A dispatched task passes the guard, its own window excluded. null for both ends removes the window.',
  access: 'mission.write',
  handler: 'dispatch/reschedule',
  params,
  body: scheduleDraft,
  status: 200,
  response: taskView,
  etag: true,
  ifMatch: true,
  refusals: [
    'task_not_found',
    'task_closed',
    'not_assigned',
    'asset_not_found',
    'inactive_user',
    'schedule_conflict',
    'unavailable',
    'not_qualified',
    'outside_working_hours',
    'asset_conflict',
    'asset_unavailable',
    'precondition_failed',
  ],
  table: HOLDING,
});

export const reassignTask = route({
  operation: 'reassignTask',
  method: 'POST',
  path: `${PATH}/{task_id}/reassign`,
  tag,
  summary: 'Give a held task to another user, in one transaction',
  access: 'mission.write',
  handler: 'dispatch/reassign',
  params,
  body: reassignDraft,
  status: 200,
  response: taskView,
  etag: true,
  ifMatch: true,
  refusals: [
    'task_not_found',
    'user_not_found',
    'asset_not_found',
    'inactive_user',
    'not_assigned',
    'already_assigned',
    'schedule_conflict',
    'unavailable',
    'not_qualified',
    'outside_working_hours',
    'asset_conflict',
    'asset_unavailable',
    'precondition_failed',
  ],
  table: HOLDING,
});

export const unassignTask = route({
  operation: 'unassignTask',
  method: 'POST',
  path: `${PATH}/{task_id}/unassign`,
  tag,
  summary: 'Take a dispatched task back to where it was before; its window is released',
  access: 'mission.write',
  handler: 'dispatch/unassign',
  params,
  body: unassignDraft,
  status: 200,
  response: taskView,
  etag: true,
  ifMatch: true,
  refusals: ['task_not_found', 'not_assigned', 'illegal_transition', 'precondition_failed'],
  table: ['Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
});

export const listDecisions = route({
  operation: 'listDecisions',
  method: 'GET',
  path: `${PATH}/{task_id}/decisions`,
  tag,
  summary: 'The automatic decisions on a task with what they were made from, oldest first',
  access: 'mission.read',
  handler: 'dispatch/list-decisions',
  params,
  status: 200,
  response: z.array(decisionView),
  paged: true,
  refusals: ['task_not_found'],
  table: ['Query'],
});

export const replayDecision = route({
  operation: 'replayDecision',
  method: 'POST',
  path: `${PATH}/{task_id}/decisions/{decision_id}:replay`,
  tag,
  summary: 'Decide again from the kept facts, with the kept weights or with others',
  access: 'mission.read',
  handler: 'dispatch/replay-decision',
  params: z.object({ task_id: z.string(), decision_id: z.string() }),
  body: replayDraft,
  status: 200,
  response: replayView,
  safe: true,
  refusals: ['task_not_found', 'decision_not_found', 'engine_changed'],
  table: ['GetItem', 'Query'],
});

export const listViolations = route({
  operation: 'listViolations',
  method: 'GET',
  path: '/api/task-center/violations',
  tag,
  summary: 'Held tasks that break a rule about their holder or their equipment as these are now, newest first',
  description:
    'Holders who went inactive, lack a qualification or do not work then, overridden ones included. ' +
    'A page looks at a bounded number of tasks: it may be short, or empty, though its `Link` leads on.',
  access: 'mission.read',
  handler: 'dispatch/list-violations',
  status: 200,
  response: z.array(heldViolationView),
  paged: true,
  indexes: ['state'],
  refusals: [],
  table: ['BatchGetItem'],
});
