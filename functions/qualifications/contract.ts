import * as z from 'zod';
import { LIMITS } from '../../core/limits.ts';
import { route } from '../../adapters/http/contract.ts';
import { grantChange, grantDraft, grantView, withdrawal, withdrawalQuery } from '../../core/qualifications/manage.ts';
import {
  qualificationDraft,
  qualificationFilters,
  qualificationPatch,
  qualificationView,
} from '../../core/qualifications/qualification.ts';

const PATH = '/api/identity/qualifications';
const OF_USER = '/api/identity/users/{user_id}/qualifications';
const grantParams = z.object({ user_id: z.string(), qualification_id: z.string() });
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

export const listGrants = route({
  operation: 'listGrants',
  method: 'GET',
  path: OF_USER,
  tag,
  summary: 'The qualifications of a user, by code',
  access: 'identity.read',
  handler: 'qualifications/list-grants',
  params: z.object({ user_id: z.string() }),
  status: 200,
  response: z.array(grantView),
  refusals: ['user_not_found'],
  table: ['GetItem'],
});

export const grantQualification = route({
  operation: 'grantQualification',
  method: 'PUT',
  path: `${OF_USER}/{qualification_id}`,
  tag,
  summary: 'Give a user a qualification, or say anew when it holds',
  description:
    'It counts for whatever is taken from then on. Tasks that are held and that it no longer covers stay held, and are listed as affected.',
  access: 'identity.write',
  handler: 'qualifications/grant',
  params: grantParams,
  body: grantDraft,
  bodyBytes: LIMITS.identityBodyBytes,
  status: 200,
  response: grantChange,
  refusals: ['user_not_found', 'qualification_not_found', 'inactive_qualification', 'limit_reached'],
  table: ['GetItem', 'Query', 'UpdateItem'],
});

export const withdrawQualification = route({
  operation: 'withdrawQualification',
  method: 'DELETE',
  path: `${OF_USER}/{qualification_id}`,
  tag,
  summary: 'Take a qualification from a user',
  description: 'Tasks that are held and demand it stay held, and are listed as affected.',
  access: 'identity.write',
  handler: 'qualifications/withdraw',
  params: grantParams,
  query: withdrawalQuery,
  status: 200,
  response: withdrawal,
  refusals: ['user_not_found', 'qualification_not_found'],
  table: ['GetItem', 'Query', 'UpdateItem'],
});
