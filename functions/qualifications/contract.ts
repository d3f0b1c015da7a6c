import * as z from 'zod';
import { route } from '../../adapters/http/contract.ts';
import {
  qualificationDraft,
  qualificationFilters,
  qualificationPatch,
  qualificationView,
} from '../../core/qualifications/qualification.ts';

const PATH = '/api/identity/qualifications';
const tag = {
  name: 'qualifications',
  description: 'Licences, certificates and ratings: what people have, and tasks demand.',
};

export const createQualification = route({
  operation: 'createQualification',
  method: 'POST',
  path: PATH,
  tag,
  summary: 'Create a qualification',
  access: 'identity.write',
  handler: 'qualifications/create',
  body: qualificationDraft,
  status: 201,
  response: qualificationView,
  refusals: ['duplicate'],
  table: ['PutItem'],
});

export const listQualifications = route({
  operation: 'listQualifications',
  method: 'GET',
  path: PATH,
  tag,
  summary: 'The qualifications, newest first',
  access: 'identity.read',
  handler: 'qualifications/list',
  query: qualificationFilters,
  status: 200,
  response: z.array(qualificationView),
  paged: true,
  list: 'qualification',
  refusals: [],
  table: ['Query'],
});

export const changeQualification = route({
  operation: 'changeQualification',
  method: 'PATCH',
  path: `${PATH}/{qualification_id}`,
  tag,
  summary: 'Rename a qualification, or take it in or out of use',
  access: 'identity.write',
  handler: 'qualifications/change',
  params: z.object({ qualification_id: z.string() }),
  body: qualificationPatch,
  status: 200,
  response: qualificationView,
  refusals: ['qualification_not_found'],
  table: ['GetItem', 'UpdateItem'],
});
