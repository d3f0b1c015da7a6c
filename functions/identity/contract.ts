import * as z from 'zod';
import { route } from '../../adapters/http/contract.ts';
import { idSchema } from '../../core/fields.ts';
import { LIMITS } from '../../core/limits.ts';
import {
  bootstrapDraft,
  credentials,
  membershipDraft,
  membershipView,
  orgUnitDraft,
  orgUnitView,
  roleDraft,
  roleView,
  tenantDraft,
  tenantSchema,
  userChange,
  userDraft,
  userPatch,
  userView,
} from '../../core/identity/directory.ts';
import { instantSchema } from '../../core/time/instant.ts';

const PREFIX = '/api/identity';
const tag = { name: 'identity', description: 'Tenants, users, roles and org units.' };
/** Three parts in base64url. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const userParams = z.object({ user_id: z.string() });

export const createTenant = route({
  operation: 'createTenant',
  method: 'POST',
  path: `${PREFIX}/tenants`,
  tag,
  summary: 'Create a tenant',
  access: 'bootstrap',
  handler: 'identity/create-tenant',
  body: tenantDraft,
  bodyBytes: LIMITS.identityBodyBytes,
  status: 201,
  response: tenantSchema,
  refusals: [],
  table: ['PutItem'],
});

export const bootstrapAdmin = route({
  operation: 'bootstrapAdmin',
  method: 'POST',
  path: `${PREFIX}/bootstrap-admin`,
  tag,
  summary: 'Give a tenant its first user, who may do everything',
  access: 'bootstrap',
  handler: 'identity/bootstrap-admin',
  body: bootstrapDraft,
  bodyBytes: LIMITS.identityBodyBytes,
  status: 201,
  response: userView,
  refusals: ['tenant_not_found', 'tenant_has_users'],
  table: ['GetItem', 'Query', 'PutItem', 'UpdateItem'],
});

export const devLogin = route({
  operation: 'devLogin',
  method: 'POST',
  path: `${PREFIX}/dev-login`,
  tag,
  summary: 'Exchange a password for a token',
  description:
    'A wrong password, an unknown and an inactive user get the same answer. The token expires after an hour. Whoever tries one name too often from one address has to wait.',
  access: 'public',
  handler: 'identity/dev-login',
  body: credentials,
  bodyBytes: LIMITS.identityBodyBytes,
  status: 200,
  response: z
    .object({ access_token: z.string().regex(JWT), token_type: z.literal('bearer'), permissions: z.array(z.string()) })
    .meta({ id: 'Login' }),
  safe: true,
  refusals: ['unauthenticated', 'too_many_attempts'],
  table: ['GetItem', 'BatchGetItem', 'PutItem', 'DeleteItem'],
});

export const listPermissions = route({
  operation: 'listPermissions',
  method: 'GET',
  path: `${PREFIX}/permissions`,
  tag,
  summary: 'The fixed catalogue of permissions',
  access: 'identity.read',
  handler: 'identity/list-permissions',
  status: 200,
  response: z.array(
    z
      .object({ id: idSchema, name: z.string(), description: z.string(), created_at: instantSchema })
      .meta({ id: 'Permission' }),
  ),
  refusals: [],
  table: [],
});

export const createRole = route({
  operation: 'createRole',
  method: 'POST',
  path: `${PREFIX}/roles`,
  tag,
  summary: 'Create a role, without permissions',
  access: 'identity.write',
  handler: 'identity/create-role',
  body: roleDraft,
  bodyBytes: LIMITS.identityBodyBytes,
  status: 201,
  response: roleView,
  refusals: ['duplicate'],
  table: ['PutItem'],
});

export const listRoles = route({
  operation: 'listRoles',
  method: 'GET',
  path: `${PREFIX}/roles`,
  tag,
  summary: 'The roles, newest first',
  access: 'identity.read',
  handler: 'identity/list-roles',
  status: 200,
  response: z.array(roleView),
  paged: true,
  list: 'role',
  refusals: [],
  table: ['Query'],
});

export const grantPermission = route({
  operation: 'grantPermission',
  method: 'POST',
  path: `${PREFIX}/roles/{role_id}/permissions/{permission_id}`,
  tag,
  summary: 'Add a permission to a role',
  description: 'Only a permission that the caller holds. Tokens that are out have it within five minutes.',
  access: 'identity.write',
  handler: 'identity/grant-permission',
  params: z.object({ role_id: z.string(), permission_id: z.string() }),
  body: z.strictObject({}),
  bodyBytes: LIMITS.identityBodyBytes,
  status: 204,
  response: z.undefined(),
  refusals: ['role_not_found', 'permission_not_found'],
  table: ['BatchGetItem', 'UpdateItem'],
});

export const createUser = route({
  operation: 'createUser',
  method: 'POST',
  path: `${PREFIX}/users`,
  tag,
  summary: 'Create a user',
  access: 'identity.write',
  handler: 'identity/create-user',
  body: userDraft,
  bodyBytes: LIMITS.identityBodyBytes,
  status: 201,
  response: userView,
  refusals: ['duplicate'],
  table: ['PutItem'],
});

export const listUsers = route({
  operation: 'listUsers',
  method: 'GET',
  path: `${PREFIX}/users`,
  tag,
  summary: 'The users, newest first',
  access: 'identity.read',
  handler: 'identity/list-users',
  status: 200,
  response: z.array(userView),
  paged: true,
  list: 'user',
  refusals: [],
  table: ['Query'],
});

export const getUser = route({
  operation: 'getUser',
  method: 'GET',
  path: `${PREFIX}/users/{user_id}`,
  tag,
  summary: 'One user',
  access: 'identity.read',
  handler: 'identity/get-user',
  params: userParams,
  status: 200,
  response: userView,
  refusals: ['user_not_found'],
  table: ['GetItem'],
});

export const changeUser = route({
  operation: 'changeUser',
  method: 'PATCH',
  path: `${PREFIX}/users/{user_id}`,
  tag,
  summary: 'Change the password of a user, or whether the user is active',
  description:
    'An inactive user gets no token and no new task; tasks that the user holds stay, and are listed as affected. Either change ends the tokens that are out within five minutes. The last active user who may write identities stays active.',
  access: 'identity.write',
  handler: 'identity/change-user',
  params: userParams,
  body: userPatch,
  bodyBytes: LIMITS.identityBodyBytes,
  status: 200,
  response: userChange,
  refusals: ['user_not_found', 'last_administrator'],
  table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
});

export const assignRole = route({
  operation: 'assignRole',
  method: 'POST',
  path: `${PREFIX}/users/{user_id}/roles/{role_id}`,
  tag,
  summary: 'Give a user a role',
  description: 'Only one whose permissions the caller holds. Tokens that are out have it within five minutes.',
  access: 'identity.write',
  handler: 'identity/assign-role',
  params: z.object({ user_id: z.string(), role_id: z.string() }),
  body: z.strictObject({}),
  bodyBytes: LIMITS.identityBodyBytes,
  status: 204,
  response: z.undefined(),
  refusals: ['user_not_found', 'role_not_found', 'limit_reached'],
  table: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'],
});

export const createOrgUnit = route({
  operation: 'createOrgUnit',
  method: 'POST',
  path: `${PREFIX}/org-units`,
  tag,
  summary: 'Create an org unit',
  access: 'identity.write',
  handler: 'identity/create-org-unit',
  body: orgUnitDraft,
  bodyBytes: LIMITS.identityBodyBytes,
  status: 201,
  response: orgUnitView,
  refusals: ['org_unit_not_found', 'inactive_org_unit', 'duplicate'],
  table: ['GetItem', 'PutItem'],
});

export const listOrgUnits = route({
  operation: 'listOrgUnits',
  method: 'GET',
  path: `${PREFIX}/org-units`,
  tag,
  summary: 'The org units, newest first',
  access: 'identity.read',
  handler: 'identity/list-org-units',
  status: 200,
  response: z.array(orgUnitView),
  paged: true,
  list: 'org_unit',
  refusals: [],
  table: ['Query'],
});

export const setMembership = route({
  operation: 'setMembership',
  method: 'POST',
  path: `${PREFIX}/users/{user_id}/org-units/{org_unit_id}`,
  tag,
  summary: 'Make a user a member of an org unit',
  description: 'A membership made primary takes that from the one that was.',
  access: 'identity.write',
  handler: 'identity/set-membership',
  params: z.object({ user_id: z.string(), org_unit_id: z.string() }),
  body: membershipDraft,
  bodyBytes: LIMITS.identityBodyBytes,
  status: 200,
  response: membershipView,
  refusals: ['user_not_found', 'org_unit_not_found', 'inactive_org_unit', 'limit_reached'],
  table: ['GetItem', 'UpdateItem', 'ConditionCheckItem'],
});
