import * as z from 'zod';
import { route } from '../../adapters/http/contract.ts';
import {
  cloneDraft,
  templateDraft,
  templateFilters,
  templatePatch,
  templateSchema,
} from '../../core/templates/template.ts';

const PATH = '/api/task-center/templates';
const tag = { name: 'templates', description: 'Defaults for the tasks of a type.' };
const params = z.object({ template_id: z.string() });

export const createTemplate = route({
  operation: 'createTemplate',
  method: 'POST',
  path: PATH,
  tag,
  summary: 'Create a template of a task type',
  access: 'mission.write',
  handler: 'templates/create',
  body: templateDraft,
  status: 201,
  response: templateSchema,
  etag: true,
  refusals: [
    'task_type_not_found',
    'inactive_task_type',
    'qualification_not_found',
    'inactive_qualification',
    'duplicate',
    'item_too_large',
  ],
  table: ['GetItem', 'BatchGetItem', 'PutItem'],
});

export const listTemplates = route({
  operation: 'listTemplates',
  method: 'GET',
  path: PATH,
  tag,
  summary: 'The templates, newest first',
  access: 'mission.read',
  handler: 'templates/list',
  query: templateFilters,
  status: 200,
  response: z.array(templateSchema),
  paged: true,
  list: 'template',
  refusals: [],
  table: ['Query'],
});

export const getTemplate = route({
  operation: 'getTemplate',
  method: 'GET',
  path: `${PATH}/{template_id}`,
  tag,
  summary: 'One template',
  access: 'mission.read',
  handler: 'templates/get',
  params,
  status: 200,
  response: templateSchema,
  etag: true,
  refusals: ['template_not_found'],
  table: ['GetItem'],
});

export const cloneTemplate = route({
  operation: 'cloneTemplate',
  method: 'POST',
  path: `${PATH}/{template_id}:clone`,
  tag,
  summary: 'Copy a template under a new key and name',
  access: 'mission.write',
  handler: 'templates/clone',
  params,
  body: cloneDraft,
  status: 201,
  response: templateSchema,
  etag: true,
  refusals: ['template_not_found', 'duplicate', 'item_too_large'],
  table: ['GetItem', 'PutItem'],
});

export const reviseTemplate = route({
  operation: 'reviseTemplate',
  method: 'PATCH',
  path: `${PATH}/{template_id}`,
  tag,
  summary: 'Make a new revision of a template, or take it in or out of use',
  description: 'The revision before is kept as it was; tasks keep the revision that they were made from.',
  access: 'mission.write',
  handler: 'templates/revise',
  params,
  body: templatePatch,
  status: 200,
  response: templateSchema,
  etag: true,
  ifMatch: true,
  refusals: [
    'template_not_found',
    'qualification_not_found',
    'inactive_qualification',
    'precondition_failed',
    'item_too_large',
  ],
  table: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'],
});

export const listRevisions = route({
  operation: 'listRevisions',
  method: 'GET',
  path: `${PATH}/{template_id}/revisions`,
  tag,
  summary: 'Every revision of a template, oldest first',
  access: 'mission.read',
  handler: 'templates/list-revisions',
  params,
  status: 200,
  response: z.array(templateSchema),
  paged: true,
  refusals: ['template_not_found'],
  table: ['GetItem', 'Query'],
});
