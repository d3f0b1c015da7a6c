import { accessOf } from '../identity/access.ts';
import { mayWriteIdentities, PERMISSIONS } from '../identity/permission.ts';
import { groupBy, type Check, type Finding } from './finding.ts';
import type { TenantSnapshot } from './snapshot.ts';

const CATALOGUE = new Set<string>(PERMISSIONS.map(({ name }) => name));

/** Those of the names that occur again. */
const repeatedIn = (names: readonly string[]): readonly string[] =>
  names.filter((name, at) => names.indexOf(name) < at);

export const rolesOfUsers: Check = ({ users, roles }) => {
  const existing = new Set(roles.map(({ id }) => id));
  const given = users.flatMap(({ id, is_active, role_ids }) => role_ids.map((role) => ({ role, id, is_active })));
  const holders = groupBy(given, ({ role }) => role);
  const breach = (subject: string, detail: string): Finding => ({ invariant: 'roles_of_users', subject, detail });
  return [
    ...given
      .filter(({ role }) => !existing.has(role))
      .map(({ id, role }) => breach(`user/${id}`, `has role ${role}, but there is no such role`)),
    ...users.flatMap(({ id, role_ids }) =>
      repeatedIn(role_ids).map((role) => breach(`user/${id}`, `has role ${role} more than once`)),
    ),
    ...roles.flatMap(({ id, holders: all, active_holders: active }) => {
      const have = holders.get(id) ?? [];
      const due = { all: have.length, active: have.filter(({ is_active }) => is_active).length };
      if (all === due.all && active === due.active) return [];
      const detail = `counts ${all} holders, ${active} active; there are ${due.all}, ${due.active} active`;
      return [breach(`role/${id}`, detail)];
    }),
  ];
};

export const permissionsOfRoles: Check = ({ roles }) =>
  roles.flatMap(({ id, permissions }) => {
    const subject = `role/${id}`;
    const unknown = permissions.filter((permission) => !CATALOGUE.has(permission));
    return [
      ...unknown.map((one) => `permits ${one}, which is no permission`),
      ...repeatedIn(permissions).map((one) => `permits ${one} more than once`),
    ].map((detail): Finding => ({ invariant: 'permissions_of_roles', subject, detail }));
  });

/** Once somebody can write identities, the last who can keeps that right. */
export const identityWriters: Check = ({ users, roles, identity_writers: kept }) => {
  const writing = new Set(roles.filter(({ permissions }) => mayWriteIdentities(permissions)).map(({ id }) => id));
  const due = users
    .filter(({ is_active }) => is_active)
    .reduce((sum, { role_ids }) => sum + role_ids.filter((id) => writing.has(id)).length, 0);
  const counted = kept[0] ?? 0;
  const breach = (detail: string): Finding => ({ invariant: 'identity_writers', subject: 'tenant', detail });
  return [
    ...(counted === due
      ? []
      : [breach(`counts ${counted} active holders of roles that write identities; there are ${due}`)]),
    ...(kept.length > 0 && due === 0 ? [breach('nobody active can write identities any more')] : []),
  ];
};

export const accessOfUsers: Check = ({ users, access }) => {
  const byUser = new Map(access.map((one) => [one.user_id, one]));
  const existing = new Set(users.map(({ id }) => id));
  const breach = (userId: string, detail: string): Finding => ({
    invariant: 'access_of_users',
    subject: `user/${userId}`,
    detail,
  });
  return [
    ...[...byUser.keys()]
      .filter((id) => !existing.has(id))
      .map((id) => breach(id, 'may sign in, but there is no such user')),
    ...users.flatMap((user) => {
      const kept = byUser.get(user.id);
      if (kept === undefined) return [breach(user.id, 'nothing is kept by which tokens are checked')];
      const due = accessOf(user);
      const isRight =
        kept.is_active === due.is_active &&
        kept.token_epoch === due.token_epoch &&
        String(kept.role_ids.toSorted()) === String(due.role_ids.toSorted());
      return isRight
        ? []
        : [breach(user.id, 'tokens are checked by another state, epoch or other roles than the user has')];
    }),
  ];
};

export const belongingsOfUsers: Check = ({ calendars, org_units, qualifications }) => {
  const units = new Set(org_units.map(({ id }) => id));
  const codeOf = new Map(qualifications.map(({ id, code }) => [id, code]));
  return calendars.flatMap((calendar): readonly Finding[] => {
    if (!('user_id' in calendar)) return [];
    const { user_id, memberships, qualifications: grants } = calendar;
    const joined = memberships.map(({ org_unit_id }) => org_unit_id);
    const subject = `user/${user_id}`;
    const ofUnits = [
      ...joined.filter((id) => !units.has(id)).map((id) => `is a member of org unit ${id}, which there is not`),
      ...repeatedIn(joined).map((id) => `is a member of org unit ${id} more than once`),
      ...(memberships.filter(({ is_primary }) => is_primary).length > 1
        ? ['has more than one primary membership']
        : []),
    ].map((detail): Finding => ({ invariant: 'memberships_of_users', subject, detail }));
    const ofGrants = [
      ...grants
        .filter(({ qualification_id, code }) => codeOf.get(qualification_id) !== code)
        .map(({ qualification_id, code }) => `is granted ${code}, which is not qualification ${qualification_id}`),
      ...repeatedIn(grants.map(({ code }) => code)).map((code) => `is granted ${code} more than once`),
    ].map((detail): Finding => ({ invariant: 'grants_of_users', subject, detail }));
    return [...ofUnits, ...ofGrants];
  });
};

export const orgTree: Check = ({ org_units }) => {
  const parentOf = new Map(org_units.map(({ id, parent_id }) => [id, parent_id]));
  const breach = (id: string, detail: string): Finding => ({
    invariant: 'org_tree',
    subject: `org_unit/${id}`,
    detail,
  });
  return org_units.flatMap(({ id, parent_id }) => {
    if (parent_id !== null && !parentOf.has(parent_id))
      return [breach(id, `lies below ${parent_id}, which there is not`)];
    return isBelowItself(parentOf, id) ? [breach(id, 'lies below itself')] : [];
  });
};

const isBelowItself = (parentOf: ReadonlyMap<string, string | null>, id: string): boolean => {
  const passed = new Set<string>();
  for (
    let above = parentOf.get(id) ?? null;
    above !== null && !passed.has(above);
    above = parentOf.get(above) ?? null
  ) {
    if (above === id) return true;
    passed.add(above);
  }
  return false;
};

export const uniqueValues: Check = ({ unique_values: due, claims }: TenantSnapshot) => {
  const ownersOf = groupBy(due, ({ claim }) => claim);
  const kept = new Map(claims.map(({ claim, owner_id }) => [claim, owner_id]));
  const breach = (subject: string, detail: string): Finding => ({ invariant: 'unique_values', subject, detail });
  return [
    ...due
      .filter(({ claim, owner_id }) => kept.get(claim) !== owner_id)
      .map(({ claim, owner, owner_id }) => {
        const other = kept.get(claim);
        return breach(`${owner}/${owner_id}`, `${claim} is claimed by ${other ?? 'nobody'}`);
      }),
    ...claims
      .filter(({ claim }) => !ownersOf.has(claim))
      .map(({ claim, owner_id }) => breach(`claim/${claim}`, `is claimed by ${owner_id}, which does not have it`)),
  ];
};
