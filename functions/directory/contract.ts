import * as z from 'zod';
import { route } from '../../adapters/http/contract.ts';
import {
  membershipView,
  orgUnitPatch,
  orgUnitView,
  passwordChange,
  rolePatch,
  roleView,
} from '../../core/identity/directory.ts';
import { LIMITS } from '../../core/limits.ts';

/** What the directory holds, read, changed and taken back. */
const PREFIX = '/api/identity';
const tag = { name: 'identity', description: 'Tenants, users, roles and org units.' };
const userParams = z.object({ user_id: z.string() });
const roleParams = z.object({ role_id: z.string() });
const orgUnitParams = z.object({ org_unit_id: z.string() });

export const changeOwnPassword = route({
  operation: 'changeOwnPassword',
  method: 'POST',
  path: `${PREFIX}/me/password`,
  tag,
  summary: 'Change the password of whoever calls',
  description:
    'For every user of the built-in identity. All tokens of the user that are out end within five minutes, the one of this request too.',
  access: 'signed_in',
  handler: 'directory/change-own-password',
  body: passwordChange,
  bodyBytes: LIMITS.identityBodyBytes,
  status: 204,
  response: z.undefined(),
  // Done twice, the current password is wrong.
  safe: true,
  refusals: ['user_not_found', 'inactive_user', 'wrong_password', 'too_many_attempts'],
  table: ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'],
});

export const getRole = route({
  operation: 'getRole',
  method: 'GET',
  path: `${PREFIX}/roles/{role_id}`,
  tag,
  summary: 'One role',
  access: 'identity.read',
  handler: 'directory/get-role',
  params: roleParams,
  status: 200,
  response: roleView,
  refusals: ['role_not_found'],
  table: ['BatchGetItem'],
});

export const changeRole = route({
  operation: 'changeRole',
  method: 'PATCH',
  path: `${PREFIX}/roles/{role_id}`,
  tag,
  summary: 'Change the name or the description of a role',
  access: 'identity.write',
  handler: 'directory/change-role',
  params: roleParams,
  body: rolePatch,
  bodyBytes: LIMITS.identityBodyBytes,
  status: 200,
  response: roleView,
  refusals: ['role_not_found', 'duplicate'],
  table: ['BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem'],
});

export const deleteRole = route({
  operation: 'deleteRole',
  method: 'DELETE',
  path: `${PREFIX}/roles/{role_id}`,
  tag,
  summary: 'Delete a role that nobody has',
  access: 'identity.write',
  handler: 'directory/delete-role',
  params: roleParams,
  status: 204,
  response: z.undefined(),
  refusals: ['role_not_found', 'role_in_use'],
  table: ['BatchGetItem', 'DeleteItem', 'PutItem'],
});

export const revokePermission = route({
  operation: 'revokePermission',
  method: 'DELETE',
  path: `${PREFIX}/roles/{role_id}/permissions/{permission_id}`,
  tag,
  summary: 'Take a permission from a role',
  description:
    'It counts within five minutes for tokens that are out. The last active user who may write identities keeps that right.',
  access: 'identity.write',
  handler: 'directory/revoke-permission',
  params: z.object({ role_id: z.string(), permission_id: z.string() }),
  status: 204,
  response: z.undefined(),
  refusals: ['role_not_found', 'permission_not_found', 'last_administrator'],
  table: ['BatchGetItem', 'UpdateItem'],
});

export const listUserRoles = route({
  operation: 'listUserRoles',
  method: 'GET',
  path: `${PREFIX}/users/{user_id}/roles`,
  tag,
  summary: 'The roles of a user, newest first',
  access: 'identity.read',
  handler: 'directory/list-user-roles',
  params: userParams,
  status: 200,
  response: z.array(roleView),
  refusals: ['user_not_found'],
  table: ['GetItem', 'BatchGetItem'],
});

export const unassignRole = route({
  operation: 'unassignRole',
  method: 'DELETE',
  path: `${PREFIX}/users/{user_id}/roles/{role_id}`,
  tag,
  summary: 'Take a role from a user',
  description:
    'It counts within five minutes for tokens that are out. The last active user who may write identities keeps that right.',
  access: 'identity.write',
  handler: 'directory/unassign-role',
  params: z.object({ user_id: z.string(), role_id: z.string() }),
  status: 204,
  response: z.undefined(),
  refusals: ['user_not_found', 'role_not_found', 'last_administrator'],
  table: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'],
});

export const getOrgUnit = route({
  operation: 'getOrgUnit',
  method: 'GET',
  path: `${PREFIX}/org-units/{org_unit_id}`,
  tag,
  summary: 'One org unit',
  access: 'identity.read',
  handler: 'directory/get-org-unit',
  params: orgUnitParams,
  status: 200,
  response: orgUnitView,
  refusals: ['org_unit_not_found'],
  table: ['GetItem'],
});

export const changeOrgUnit = route({
  operation: 'changeOrgUnit',
  method: 'PATCH',
  path: `${PREFIX}/org-units/{org_unit_id}`,
  tag,
  summary: 'Rename an org unit, move it, or take it in or out of use',
  description: 'What lies below an org unit moves with it. An inactive one takes no new member.',
  access: 'identity.write',
  handler: 'directory/change-org-unit',
  params: orgUnitParams,
  body: orgUnitPatch,
  bodyBytes: LIMITS.identityBodyBytes,
  status: 200,
  response: orgUnitView,
  refusals: ['org_unit_not_found', 'inactive_org_unit', 'org_unit_circle', 'limit_reached'],
  table: ['GetItem', 'PutItem', 'UpdateItem'],
});

export const listMemberships = route({
  operation: 'listMemberships',
  method: 'GET',
  path: `${PREFIX}/users/{user_id}/org-units`,
  tag,
  summary: 'The memberships of a user',
  access: 'identity.read',
  handler: 'directory/list-memberships',
  params: userParams,
  status: 200,
  response: z.array(membershipView),
  refusals: ['user_not_found'],
  table: ['GetItem'],
});

export const removeMembership = route({
  operation: 'removeMembership',
  method: 'DELETE',
  path: `${PREFIX}/users/{user_id}/org-units/{org_unit_id}`,
  tag,
  summary: 'End a membership',
  access: 'identity.write',
  handler: 'directory/remove-membership',
  params: z.object({ user_id: z.string(), org_unit_id: z.string() }),
  status: 204,
  response: z.undefined(),
  refusals: ['user_not_found', 'org_unit_not_found'],
  table: ['GetItem', 'UpdateItem'],
});
