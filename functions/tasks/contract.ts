import * as z from 'zod';
import { route } from '../../adapters/http/contract.ts';
import { taskPatch } from '../../core/tasks/amend.ts';
import { taskFilters } from '../../core/tasks/filters.ts';
import { historyEntrySchema } from '../../core/tasks/history.ts';
import { riskChecklistDraft } from '../../core/tasks/material.ts';
import { provenanceView } from '../../core/tasks/provenance.ts';
import { attachmentDraft, commentDraft, commentSchema } from '../../core/tasks/remarks.ts';
import { batchDraft, batchView, taskDraft, taskSummary, taskView } from '../../core/tasks/task.ts';
import { approvalDraft, submitDraft, transitionDraft } from '../../core/tasks/transition.ts';

const PATH = '/api/task-center/tasks';
const tag = { name: 'tasks', description: 'Work: planned, approved, dispatched, done.' };
const params = z.object({ task_id: z.string() });
const REFERENCE_REFUSALS = [
  'task_type_not_found',
  'template_not_found',
  'org_unit_not_found',
  'inactive_task_type',
  'inactive_template',
  'inactive_org_unit',
  'qualification_not_found',
  'inactive_qualification',
  'template_type_mismatch',
  'item_too_large',
] as const;

export const createTask = route({
  operation: 'createTask',
  method: 'POST',
  path: PATH,
  tag,
  summary: 'Create a task',
  description:
    'A field of the request wins over the template, the template over the constant. Qualifications that type, template and request demand add up.',
  access: 'mission.write',
  handler: 'tasks/create',
  body: taskDraft,
  status: 201,
  response: taskView,
  etag: true,
  refusals: [...REFERENCE_REFUSALS],
  table: ['BatchGetItem', 'PutItem'],
});

export const batchCreateTasks = route({
  operation: 'batchCreateTasks',
  method: 'POST',
  path: `${PATH}:batch-create`,
  tag,
  summary: 'Create up to 99 tasks in one transaction: all or none',
  description:
    'Every bad item is reported in one answer, with its index. The answer has the tasks in the order of the request.',
  access: 'mission.write',
  handler: 'tasks/batch-create',
  body: batchDraft,
  status: 201,
  response: batchView,
  refusals: [...REFERENCE_REFUSALS, 'transaction_too_large'],
  table: ['BatchGetItem', 'PutItem'],
});

export const listTasks = route({
  operation: 'listTasks',
  method: 'GET',
  path: PATH,
  tag,
  summary: 'The tasks, newest first, without their attachments',
  description:
    'Filters combine freely. `planned_from`, `planned_to` and `sort` list open tasks that have a window, in order of start. ' +
    'A page looks at a bounded number of tasks: it may be short, or empty, though its `Link` leads on. ' +
    'With `mission.field` alone the list holds own tasks only.',
  access: 'mission.read',
  ownTasks: true,
  handler: 'tasks/list',
  query: taskFilters,
  status: 200,
  response: z.array(taskSummary),
  paged: true,
  list: 'task',
  refusals: [],
  table: ['Query', 'BatchGetItem'],
});

export const getTask = route({
  operation: 'getTask',
  method: 'GET',
  path: `${PATH}/{task_id}`,
  tag,
  summary: 'One task',
  access: 'mission.read',
  ownTasks: true,
  handler: 'tasks/get',
  params,
  status: 200,
  response: taskView,
  etag: true,
  refusals: ['task_not_found'],
  table: ['Query'],
});

export const submitForApproval = route({
  operation: 'submitForApproval',
  method: 'POST',
  path: `${PATH}/{task_id}/submit-approval`,
  tag,
  summary: 'Ask for approval',
  access: 'mission.write',
  handler: 'tasks/submit-approval',
  params,
  body: submitDraft,
  status: 200,
  response: taskView,
  etag: true,
  ifMatch: true,
  refusals: ['task_not_found', 'approval_not_required', 'illegal_transition', 'precondition_failed', 'item_too_large'],
  table: ['Query', 'PutItem', 'UpdateItem'],
});

export const approveTask = route({
  operation: 'approveTask',
  method: 'POST',
  path: `${PATH}/{task_id}/approve`,
  tag,
  summary: 'Approve or reject a task that waits for it',
  access: 'mission.approve',
  handler: 'tasks/approve',
  params,
  body: approvalDraft,
  status: 200,
  response: taskView,
  etag: true,
  ifMatch: true,
  refusals: ['task_not_found', 'illegal_transition', 'precondition_failed', 'item_too_large'],
  table: ['Query', 'PutItem', 'UpdateItem'],
});

export const transitionTask = route({
  operation: 'transitionTask',
  method: 'POST',
  path: `${PATH}/{task_id}/transition`,
  tag,
  summary: 'Move a task along its lifecycle',
  description:
    'States with an endpoint of their own are refused. Leaving DISPATCHED and IN_PROGRESS releases the window. ' +
    'With `mission.field` a task is started, and accepted where it has `field_may_accept`.',
  access: 'mission.write',
  ownTasks: true,
  handler: 'tasks/transition',
  params,
  body: transitionDraft,
  status: 200,
  response: taskView,
  etag: true,
  ifMatch: true,
  refusals: ['task_not_found', 'illegal_transition', 'dedicated_endpoint', 'precondition_failed', 'item_too_large'],
  table: ['Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
});

export const updateRiskChecklist = route({
  operation: 'updateRiskChecklist',
  method: 'PATCH',
  path: `${PATH}/{task_id}/risk-checklist`,
  tag,
  summary: 'Change risk level and checklist of a task that is not closed',
  description: 'With `mission.field` the entries are ticked (`done`): texts, order and risk level stay.',
  access: 'mission.write',
  ownTasks: true,
  handler: 'tasks/risk-checklist',
  params,
  body: riskChecklistDraft,
  status: 200,
  response: taskView,
  etag: true,
  ifMatch: true,
  refusals: ['task_not_found', 'task_closed', 'precondition_failed', 'item_too_large'],
  table: ['Query', 'PutItem', 'UpdateItem'],
});

export const addAttachment = route({
  operation: 'addAttachment',
  method: 'POST',
  path: `${PATH}/{task_id}/attachments`,
  tag,
  summary: 'Attach a reference to a file',
  access: 'mission.write',
  ownTasks: true,
  handler: 'tasks/add-attachment',
  params,
  body: attachmentDraft,
  status: 200,
  response: taskView,
  etag: true,
  ifMatch: true,
  refusals: ['task_not_found', 'limit_reached', 'precondition_failed', 'item_too_large'],
  table: ['Query', 'PutItem', 'UpdateItem'],
});

export const addComment = route({
  operation: 'addComment',
  method: 'POST',
  path: `${PATH}/{task_id}/comments`,
  tag,
  summary: 'Comment on a task',
  access: 'mission.write',
  ownTasks: true,
  handler: 'tasks/add-comment',
  params,
  body: commentDraft,
  status: 200,
  response: commentSchema,
  ifMatch: true,
  refusals: ['task_not_found', 'precondition_failed', 'item_too_large'],
  table: ['Query', 'PutItem', 'UpdateItem'],
});

export const listComments = route({
  operation: 'listComments',
  method: 'GET',
  path: `${PATH}/{task_id}/comments`,
  tag,
  summary: 'The comments of a task, oldest first',
  access: 'mission.read',
  ownTasks: true,
  handler: 'tasks/list-comments',
  params,
  status: 200,
  response: z.array(commentSchema),
  paged: true,
  refusals: ['task_not_found'],
  table: ['Query'],
});

export const listHistory = route({
  operation: 'listHistory',
  method: 'GET',
  path: `${PATH}/{task_id}/history`,
  tag,
  summary: 'Everything that happened to a task, oldest first',
  access: 'mission.read',
  ownTasks: true,
  handler: 'tasks/history',
  params,
  status: 200,
  response: z.array(historyEntrySchema),
  paged: true,
  refusals: ['task_not_found'],
  table: ['Query'],
});

export const amendTask = route({
  operation: 'amendTask',
  method: 'PATCH',
  path: `${PATH}/{task_id}`,
  tag,
  summary: 'Change the material of a task that is not yet dispatched',
  description: 'A task that was approved, or waits for approval, goes back to DRAFT: it was the old material.',
  access: 'mission.write',
  handler: 'tasks/amend',
  params,
  body: taskPatch,
  status: 200,
  response: taskView,
  etag: true,
  ifMatch: true,
  refusals: [
    'task_not_found',
    'org_unit_not_found',
    'inactive_org_unit',
    'qualification_not_found',
    'inactive_qualification',
    'already_dispatched',
    'task_closed',
    'precondition_failed',
    'item_too_large',
  ],
  table: ['Query', 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'],
});

export const getProvenance = route({
  operation: 'getProvenance',
  method: 'GET',
  path: `${PATH}/{task_id}/provenance`,
  tag,
  summary: 'Where each composed field of a task came from, and what the newest revision would change',
  access: 'mission.read',
  handler: 'tasks/provenance',
  params,
  status: 200,
  response: provenanceView,
  refusals: ['task_not_found', 'template_not_found'],
  table: ['Query', 'GetItem'],
});
