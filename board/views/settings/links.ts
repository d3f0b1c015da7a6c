import { client } from '../../api/session.ts';
import type { Field } from '../../state/forms.ts';

/** The fields of a request. */
type Body = Readonly<Record<string, unknown>>;

/** One of what can be given. */
export interface Choice {
  readonly id: string;
  readonly label: string;
}

/** What records of a kind are given of another one: each is listed, added by a form and taken away. */
export interface Link {
  readonly title: string;
  /** One of them, in a sentence. */
  readonly one: string;
  readonly read: (ownerId: string) => Promise<readonly Choice[]>;
  readonly choices: () => Promise<readonly Choice[]>;
  /** What a form asks for beside which one. */
  readonly fields: readonly Field[];
  readonly give: (ownerId: string, id: string, body: Body) => Promise<unknown>;
  readonly take: (ownerId: string, id: string) => Promise<void>;
}

const MOST = 1_000;
const USER = '/api/identity/users/{user_id}';

const named = ({ id, name }: { readonly id: string; readonly name: string }): Choice => ({ id, label: name });
const readPermissions = () => client.get('/api/identity/permissions', {});
const readOrgUnits = async () => (await client.list('/api/identity/org-units', {}, MOST)).items;

/** The permissions of a role. */
export const RIGHTS: Link = {
  title: 'Permissions',
  one: 'permission',
  read: async (role_id) => {
    const [{ permissions }, all] = await Promise.all([
      client.get('/api/identity/roles/{role_id}', { params: { role_id } }),
      readPermissions(),
    ]);
    return all.filter(({ name }) => permissions.includes(name)).map(named);
  },
  choices: async () =>
    (await readPermissions()).map(({ id, name, description }) => ({ id, label: `${name}: ${description}` })),
  fields: [],
  give: (role_id, permission_id) =>
    client.post('/api/identity/roles/{role_id}/permissions/{permission_id}', {
      ...{ params: { role_id, permission_id }, body: {} },
    }),
  take: (role_id, permission_id) =>
    client.remove('/api/identity/roles/{role_id}/permissions/{permission_id}', { params: { role_id, permission_id } }),
};

/** The roles of a person. */
export const ROLES: Link = {
  title: 'Roles',
  one: 'role',
  read: async (user_id) => (await client.get(`${USER}/roles`, { params: { user_id } })).map(named),
  choices: async () => (await client.list('/api/identity/roles', {}, MOST)).items.map(named),
  fields: [],
  give: (user_id, role_id) => client.post(`${USER}/roles/{role_id}`, { params: { user_id, role_id }, body: {} }),
  take: (user_id, role_id) => client.remove(`${USER}/roles/{role_id}`, { params: { user_id, role_id } }),
};

const day = (at: string): string => at.slice(0, 10);

/** The qualifications of a person, each with when it holds. */
export const GRANTS: Link = {
  title: 'Qualifications',
  one: 'qualification',
  read: async (user_id) =>
    (await client.get(`${USER}/qualifications`, { params: { user_id } })).map((grant) => ({
      id: grant.qualification_id,
      label: [
        grant.code,
        ...(grant.valid_from === null ? [] : [`from ${day(grant.valid_from)}`]),
        ...(grant.valid_until === null ? [] : [`until ${day(grant.valid_until)}`]),
        ...(grant.reference === null ? [] : [grant.reference]),
      ].join(', '),
    })),
  choices: async () =>
    (await client.list('/api/identity/qualifications', { query: { is_active: 'true' } }, MOST)).items.map(
      ({ id, code, name }) => ({ id, label: `${code}: ${name}` }),
    ),
  fields: [
    { name: 'valid_from', label: 'Holds from', kind: 'instant', hint: 'Left empty it always did.' },
    { name: 'valid_until', label: 'Holds until', kind: 'instant', hint: 'Left empty it never ends.' },
    { name: 'reference', label: 'Reference', kind: 'text', hint: 'Such as the number of the certificate.' },
  ],
  give: (user_id, qualification_id, body) =>
    client.put(`${USER}/qualifications/{qualification_id}`, { params: { user_id, qualification_id }, body }),
  take: (user_id, qualification_id) =>
    client.remove(`${USER}/qualifications/{qualification_id}`, { params: { user_id, qualification_id } }),
};

/** The org units that a person is a member of. */
export const MEMBERSHIPS: Link = {
  title: 'Org units',
  one: 'org unit',
  read: async (user_id) => {
    const [memberships, units] = await Promise.all([
      client.get(`${USER}/org-units`, { params: { user_id } }),
      readOrgUnits(),
    ]);
    const names = new Map(units.map(({ id, name }) => [id, name]));
    return memberships.map(({ org_unit_id: id, is_primary }) => ({
      id,
      label: `${names.get(id) ?? id}${is_primary ? ', primary' : ''}`,
    }));
  },
  choices: async () => (await readOrgUnits()).filter(({ is_active }) => is_active).map(named),
  fields: [{ name: 'is_primary', label: 'The primary one', kind: 'flag' }],
  give: (user_id, org_unit_id, body) =>
    client.post(`${USER}/org-units/{org_unit_id}`, { params: { user_id, org_unit_id }, body }),
  take: (user_id, org_unit_id) =>
    client.remove(`${USER}/org-units/{org_unit_id}`, { params: { user_id, org_unit_id } }),
};
