import * as z from 'zod';
import { route } from '../../adapters/http/contract.ts';
import { taskTypeDraft, taskTypeFilters, taskTypeSchema } from '../../core/types/task-type.ts';

const PATH = '/api/task-center/types';
const tag = 'task types';

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
  response: taskTypeSchema,
  refusals: ['duplicate'],
  table: ['PutItem'],
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
  response: z.array(taskTypeSchema),
  paged: true,
  refusals: [],
  table: ['Query'],
});
