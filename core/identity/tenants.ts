import type { Call } from '../call.ts';
import type { Calendar } from '../calendar/calendar.ts';
import { DomainError, notFound } from '../errors.ts';
import type { Commit } from '../commit.ts';
import type { Clock } from '../time/instant.ts';
import { writersMoved } from './administrators.ts';
import type { IdentityWritersMoved, RoleCreated, TenantBootstrapped, TenantCreated, UserCreated } from './changes.ts';
import type { BootstrapDraft, Directory, Role, Tenant, User } from './directory.ts';
import { requireLength, type Passwords } from './passwords.ts';

interface Ports {
  readonly directory: Pick<Directory, 'findTenant' | 'hasUsers'>;
  readonly commit: Commit<TenantCreated | TenantBootstrapped | RoleCreated | UserCreated | IdentityWritersMoved>;
  readonly passwords: Passwords;
  readonly clock: Clock;
  readonly newId: () => string;
  /** At least the contract's six; a stage may demand more. */
  readonly passwordMin: number;
}

export const makeCreateTenant =
  ({ commit, clock, newId }: Pick<Ports, 'commit' | 'clock' | 'newId'>) =>
  async (call: Call, { name }: { readonly name: string }): Promise<Tenant> => {
    const tenant: Tenant = { id: newId(), name, created_at: clock() };
    await commit({ ...call, tenantId: tenant.id }, [{ kind: 'tenant_created', tenant }], tenant);
    return tenant;
  };

/** Gives a tenant its first user, with a role `admin` that may do everything. Refuses when the tenant has users. */
export const makeBootstrapAdmin =
  ({ directory, commit, passwords, passwordMin, clock, newId }: Ports) =>
  async (call: Call, { tenant_id, username, password }: BootstrapDraft): Promise<User> => {
    requireLength('/password', password, passwordMin);
    const [tenant, hasUsers] = await Promise.all([directory.findTenant(tenant_id), directory.hasUsers(tenant_id)]);
    if (tenant === undefined) throw notFound('tenant', tenant_id);
    if (hasUsers) throw new DomainError('tenant_has_users', 'The tenant has users: its admin exists already.', {});
    const at = clock();
    const role: Role = {
      id: newId(),
      tenant_id,
      name: 'admin',
      description: 'May do everything',
      permissions: ['*'],
      created_at: at,
      holders: 1,
      active_holders: 1,
      version: 1,
    };
    const user: User = {
      id: newId(),
      tenant_id,
      username,
      is_active: true,
      created_at: at,
      password_hash: await passwords.hash(password),
      role_ids: [role.id],
      token_epoch: 1,
      version: 1,
    };
    await commit(
      { ...call, tenantId: tenant_id },
      [
        { kind: 'tenant_bootstrapped', tenant },
        { kind: 'role_created', role },
        { kind: 'user_created', user, calendar: emptyCalendar(user) },
        ...writersMoved(tenant_id, 1),
      ],
      user,
    );
    return user;
  };

/** The calendar that a user begins with. */
export const emptyCalendar = ({ id, tenant_id, is_active }: User): Calendar => ({
  tenant_id,
  user_id: id,
  version: 1,
  active_count: 0,
  is_active,
  memberships: [],
  working_hours: null,
  qualifications: [],
  recent: [],
});
