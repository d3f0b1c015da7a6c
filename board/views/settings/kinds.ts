import type { AssetDraft, AvailabilityDraft } from '../../../core/assets/asset.ts';
import type { OrgUnitDraft, RoleDraft, UserDraft } from '../../../core/identity/directory.ts';
import type { QualificationDraft } from '../../../core/qualifications/qualification.ts';
import type { TemplateDraft } from '../../../core/templates/template.ts';
import type { TaskTypeDraft } from '../../../core/types/task-type.ts';
import { client } from '../../api/session.ts';
import type { Field, Row } from '../../state/forms.ts';
import { GRANTS, MEMBERSHIPS, RIGHTS, ROLES, type Link } from './links.ts';

type Body = Readonly<Record<string, unknown>>;

/** A kind of record that is listed, made and changed. Its form asks for the fields of a body, and the service checks them. */
export interface Kind {
  readonly title: string;
  /** One of them, in a sentence. */
  readonly one: string;
  /** What for, where there is none yet. */
  readonly about: string;
  readonly reads: string;
  readonly writes: string;
  readonly columns: readonly (readonly [title: string, textOf: (row: Row) => string])[];
  readonly fields: () => Promise<readonly Field[]>;
  readonly read: () => Promise<readonly Row[]>;
  readonly create: (body: Body) => Promise<unknown>;
  readonly change: (row: Row, body: Body) => Promise<unknown>;
  /** What is given to one of them, and taken from it. */
  readonly links?: readonly Link[];
  /** What else there is of one of them. */
  readonly more?: 'template' | 'person';
}

const MOST = 1_000;

export const idOf = (row: Row): string => String(row['id']);
export const textOf = (row: Row, name: string): string => {
  const value = row[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '–';
};
const column = (title: string, name: string) => [title, (row: Row) => textOf(row, name)] as const;
const inUse = ['In use', (row: Row) => (row['is_active'] === true ? 'yes' : 'no')] as const;
const optionsOf = (values: readonly string[]): NonNullable<Field['options']> =>
  values.map((value) => ({ value, label: value.toLowerCase().replaceAll('_', ' ') }));

const NAME: Field = { name: 'name', label: 'Name', kind: 'text', isRequired: true };
const DESCRIPTION: Field = { name: 'description', label: 'Description', kind: 'long' };
const DEMANDS: Field = {
  ...{ name: 'required_qualifications', label: 'Demands qualifications', kind: 'lines' },
  hint: 'One code a line: whoever does it must have them all.',
};
const IN_USE: Field = { name: 'is_active', label: 'In use', kind: 'flag', initial: true };

const types: Kind = {
  title: 'Types',
  one: 'type',
  about: 'A type says what kind of work a task is. Every task has one.',
  reads: 'mission.read',
  writes: 'mission.write',
  columns: [column('Code', 'code'), column('Name', 'name'), inUse],
  fields: async () => [
    { name: 'code', label: 'Code', kind: 'text', isRequired: true, isFixed: true },
    NAME,
    DESCRIPTION,
    { name: 'field_may_accept', label: 'Whoever carries a task out may finish it', kind: 'flag' },
    DEMANDS,
    IN_USE,
  ],
  read: async () => (await client.list('/api/task-center/types', {}, MOST)).items,
  create: (body) => client.post('/api/task-center/types', { body: body as TaskTypeDraft }),
  change: (row, body) =>
    client.patch('/api/task-center/types/{task_type_id}', {
      params: { task_type_id: idOf(row) },
      body,
    }),
};

const templates: Kind = {
  title: 'Templates',
  one: 'template',
  about: 'A template holds what tasks of a type have in common: priority, risk, checklist, approval.',
  reads: 'mission.read',
  writes: 'mission.write',
  more: 'template',
  columns: [column('Key', 'template_key'), column('Name', 'name'), column('Revision', 'revision'), inUse],
  fields: async () => [
    {
      ...{ name: 'task_type_id', label: 'Type', kind: 'choice', isRequired: true, isFixed: true },
      options: (await types.read()).map((row) => ({ value: idOf(row), label: textOf(row, 'name') })),
    },
    { name: 'template_key', label: 'Key', kind: 'text', isRequired: true, isFixed: true },
    NAME,
    DESCRIPTION,
    { name: 'default_priority', label: 'Priority', kind: 'number', least: 1, most: 10, initial: '5', isRequired: true },
    { name: 'default_risk_level', label: 'Risk', kind: 'number', least: 1, most: 5, initial: '3', isRequired: true },
    { name: 'default_checklist', label: 'Checklist', kind: 'lines', hint: 'One entry a line.' },
    { name: 'requires_approval', label: 'Needs approval', kind: 'flag' },
    DEMANDS,
    IN_USE,
  ],
  read: async () => (await client.list('/api/task-center/templates', {}, MOST)).items,
  create: (body) => client.post('/api/task-center/templates', { body: body as TemplateDraft }),
  change: (row, body) =>
    client.patch('/api/task-center/templates/{template_id}', {
      ...{ params: { template_id: idOf(row) }, ifMatch: Number(row['version']) },
      body,
    }),
};

const qualifications: Kind = {
  title: 'Qualifications',
  one: 'qualification',
  about: 'A licence, certificate or rating: people have them, and types, templates and tasks demand them.',
  reads: 'identity.read',
  writes: 'identity.write',
  columns: [column('Code', 'code'), column('Name', 'name'), inUse],
  fields: async () => [
    { name: 'code', label: 'Code', kind: 'text', isRequired: true, isFixed: true },
    NAME,
    DESCRIPTION,
    IN_USE,
  ],
  read: async () => (await client.list('/api/identity/qualifications', {}, MOST)).items,
  create: (body) => client.post('/api/identity/qualifications', { body: body as QualificationDraft }),
  change: (row, body) =>
    client.patch('/api/identity/qualifications/{qualification_id}', { params: { qualification_id: idOf(row) }, body }),
};

const roles: Kind = {
  title: 'Roles',
  one: 'role',
  about: 'A role is a set of permissions. Whoever has none can sign in and see nothing.',
  reads: 'identity.read',
  writes: 'identity.write',
  links: [RIGHTS],
  columns: [
    column('Name', 'name'),
    ['Permissions', ({ permissions }) => (Array.isArray(permissions) ? permissions.toSorted().join(', ') : '–')],
  ],
  fields: async () => [NAME, DESCRIPTION],
  read: async () => (await client.list('/api/identity/roles', {}, MOST)).items,
  create: (body) => client.post('/api/identity/roles', { body: body as RoleDraft }),
  change: (row, body) => client.patch('/api/identity/roles/{role_id}', { params: { role_id: idOf(row) }, body }),
};

const orgUnits: Kind = {
  title: 'Org units',
  one: 'org unit',
  about: 'A crew, a site, a department. A task of an org unit goes to its members first.',
  reads: 'identity.read',
  writes: 'identity.write',
  columns: [column('Code', 'code'), column('Name', 'name'), inUse],
  fields: async () => [
    { name: 'code', label: 'Code', kind: 'text', isRequired: true, isFixed: true },
    NAME,
    {
      ...{ name: 'parent_id', label: 'Part of', kind: 'choice' },
      options: (await orgUnits.read()).map((row) => ({ value: idOf(row), label: textOf(row, 'name') })),
    },
    IN_USE,
  ],
  read: async () => (await client.list('/api/identity/org-units', {}, MOST)).items,
  create: (body) => client.post('/api/identity/org-units', { body: body as OrgUnitDraft }),
  change: (row, body) =>
    client.patch('/api/identity/org-units/{org_unit_id}', { params: { org_unit_id: idOf(row) }, body }),
};

const people: Kind = {
  title: 'People',
  one: 'person',
  about: 'Whoever signs in, or has tasks assigned to them.',
  reads: 'identity.read',
  writes: 'identity.write',
  links: [ROLES, GRANTS, MEMBERSHIPS],
  more: 'person',
  columns: [column('Name', 'username'), inUse],
  fields: async () => [
    { name: 'username', label: 'Name', kind: 'text', isRequired: true, isFixed: true },
    { name: 'password', label: 'Password', kind: 'password', hint: 'Left empty it stays as it is.' },
    IN_USE,
  ],
  read: async () => (await client.list('/api/identity/users', {}, MOST)).items,
  create: (body) => client.post('/api/identity/users', { body: body as UserDraft }),
  change: (row, body) => client.patch('/api/identity/users/{user_id}', { params: { user_id: idOf(row) }, body }),
};

const STATUS = 'availability_status';
const REGION = 'region_code';
/** Where an asset is and whether it can be had is a request of its own. */
const place = async (id: string, body: Body): Promise<Body> => {
  const { [STATUS]: availability_status, [REGION]: region_code, ...rest } = body;
  if (availability_status !== undefined)
    await client.post('/api/assets/{asset_id}/availability', {
      params: { asset_id: id },
      body: { availability_status, ...(region_code === undefined ? {} : { region_code }) } as AvailabilityDraft,
    });
  return rest;
};

const assets: Kind = {
  title: 'Assets',
  one: 'asset',
  about: 'What the work is done with. The automatic choice counts what is available in an area.',
  reads: 'registry.read',
  writes: 'registry.write',
  columns: [
    column('Type', 'asset_type'),
    column('Code', 'asset_code'),
    column('Name', 'name'),
    column('Area', REGION),
    column('Availability', STATUS),
  ],
  fields: async () => [
    {
      ...{ name: 'asset_type', label: 'Type', kind: 'choice', isRequired: true, isFixed: true },
      options: optionsOf(['UAV', 'PAYLOAD', 'BATTERY', 'CONTROLLER', 'DOCK']),
    },
    { name: 'asset_code', label: 'Code', kind: 'text', isRequired: true, isFixed: true },
    NAME,
    { name: 'serial_number', label: 'Serial number', kind: 'text' },
    {
      ...{ name: STATUS, label: 'Availability', kind: 'choice', isRequired: true, initial: 'AVAILABLE' },
      options: optionsOf(['AVAILABLE', 'RESERVED', 'IN_USE', 'MAINTENANCE', 'UNAVAILABLE']),
    },
    { name: REGION, label: 'Area', kind: 'text' },
  ],
  read: async () => (await client.list('/api/assets', {}, MOST)).items,
  create: async ({ [STATUS]: availability_status, [REGION]: region_code, ...body }) => {
    const { id } = await client.post('/api/assets', { body: body as AssetDraft });
    await place(id, { availability_status, region_code });
  },
  change: async (row, body) => {
    const isPlaced = STATUS in body || REGION in body;
    const rest = await place(idOf(row), isPlaced ? { [STATUS]: row[STATUS], ...body } : body);
    if (Object.keys(rest).length > 0)
      await client.patch('/api/assets/{asset_id}', { params: { asset_id: idOf(row) }, body: rest });
  },
};

/** Every kind, in the order in which a new tenant needs them. */
export const KINDS: readonly Kind[] = [types, templates, qualifications, roles, orgUnits, people, assets];
