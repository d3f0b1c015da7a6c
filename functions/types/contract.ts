import * as z from 'zod';
import { route } from '../../adapters/http/contract.ts';
import { taskTypeDraft, taskTypeFilters, taskTypePatch, taskTypeView } from '../../core/types/task-type.ts';

const PATH = '/api/task-center/types';
const tag = { name: 'task types', description: 'What kinds of work there are.' };

export const createTaskType = route({
  operation: 'createTaskType',
  method: 'POST',
  path: PATH,
  tag,
  summary: 'Create a task type',
  access: 'mission.write',
  handler: 'types/create',
  body: taskTypeDraft,
  status: 201,
  response: taskTypeView,
  refusals: ['qualification_not_found', 'inactive_qualification', 'duplicate'],
  table: ['BatchGetItem', 'PutItem'],
});

export const listTaskTypes = route({
  operation: 'listTaskTypes',
  method: 'GET',
  path: PATH,
  tag,
  summary: 'The task types, newest first',
  access: 'mission.read',
  handler: 'types/list',
  query: taskTypeFilters,
  status: 200,
  response: z.array(taskTypeView),
  paged: true,
  list: 'task_type',
  refusals: [],
  table: ['Query'],
});

export const changeTaskType = route({
  operation: 'changeTaskType',
  method: 'PATCH',
  path: `${PATH}/{task_type_id}`,
  tag,
  summary: 'Rename a task type, change what it demands, or take it in or out of use',
  access: 'mission.write',
  handler: 'types/change',
  params: z.object({ task_type_id: z.string() }),
  body: taskTypePatch,
  status: 200,
  response: taskTypeView,
  refusals: ['task_type_not_found', 'qualification_not_found', 'inactive_qualification'],
  table: ['GetItem', 'BatchGetItem', 'UpdateItem'],
});
