import type { Call } from '../call.ts';
import { DomainError } from '../errors.ts';

/** The fixed catalogue of permissions. The ids are constants: they are the same in every tenant and deployment. */
export const PERMISSIONS = [
  { id: '018f0000-0000-7000-8000-000000000001', name: '*', description: 'Everything' },
  { id: '018f0000-0000-7000-8000-000000000002', name: 'identity.read', description: 'Read users, roles and org units' },
  {
    id: '018f0000-0000-7000-8000-000000000003',
    name: 'identity.write',
    description: 'Change users, roles and org units',
  },
  { id: '018f0000-0000-7000-8000-000000000004', name: 'mission.read', description: 'Read types, templates and tasks' },
  {
    id: '018f0000-0000-7000-8000-000000000005',
    name: 'mission.write',
    description: 'Create, dispatch and change tasks',
  },
  { id: '018f0000-0000-7000-8000-000000000006', name: 'mission.approve', description: 'Approve or reject tasks' },
  { id: '018f0000-0000-7000-8000-000000000007', name: 'registry.read', description: 'Read assets' },
  { id: '018f0000-0000-7000-8000-000000000008', name: 'registry.write', description: 'Change assets' },
  {
    id: '018f0000-0000-7000-8000-000000000009',
    name: 'mission.override',
    description: 'Dispatch against a hard constraint, with a reason',
  },
  { id: '018f0000-0000-7000-8000-00000000000a', name: 'mission.field', description: 'See and carry out own tasks' },
] as const;

/** The catalogue came with the second version of the service. */
export const CATALOGUE_CREATED_AT = '2026-01-01T00:00:00.000Z';

export type Permission = (typeof PERMISSIONS)[number]['name'];

/** The right to see and carry out own tasks: those that are assigned to the caller. */
export const FIELD: Permission = 'mission.field';

/** Every permission that is granted, by name: `*` is written out, and named too. */
export const namesOf = (granted: readonly string[]): readonly string[] =>
  granted.includes('*') ? PERMISSIONS.map(({ name }) => name) : granted;

/** `*` grants all. */
export const isGranted = (granted: readonly string[], needed: string): boolean =>
  granted.includes(needed) || granted.includes('*');

/** What roles permit together. */
export const permissionsOf = (roles: readonly { readonly permissions: readonly string[] }[]): readonly string[] =>
  [...new Set(roles.flatMap(({ permissions }) => permissions))].sort();

/** Whether permissions let their holder write identities, and so reach every other permission. */
export const mayWriteIdentities = (granted: readonly string[]): boolean => isGranted(granted, 'identity.write');

/** Nobody grants what they do not hold. Refuses with the first permission that is missing. */
export const requireHeld = ({ permissions }: Pick<Call, 'permissions'>, granted: readonly string[]): void => {
  const missing = granted.find((permission) => !isGranted(permissions, permission));
  if (missing === undefined) return;
  const message = `Granting ${missing} needs ${missing}: nobody grants a permission that they do not hold.`;
  throw new DomainError('permission_denied', message, { permission: missing });
};
