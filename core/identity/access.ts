import * as z from 'zod';
import type { Directory, User } from './directory.ts';
import type { Claims, Principal } from './login.ts';
import { permissionsOf } from './permission.ts';

/** What is kept beside each user for whoever checks a token: nothing that is secret. */
export const accessSchema = z.object({
  tenant_id: z.string(),
  user_id: z.string(),
  is_active: z.boolean(),
  token_epoch: z.number().int(),
  role_ids: z.array(z.string()),
});
export type Access = z.infer<typeof accessSchema>;

export const accessOf = ({ id, tenant_id, is_active, token_epoch, role_ids }: User): Access => ({
  tenant_id,
  user_id: id,
  is_active,
  token_epoch,
  role_ids: [...role_ids],
});

/**
 * Who a token speaks for now; undefined when it was taken back: the user is inactive, or the password has changed since.
 * The permissions are those of the roles that the user has now. A token without an epoch was issued by the version before
 * and carries its own permissions until it expires; so does one of a user from before, of whom nothing is kept yet.
 */
export const makeResolve =
  ({
    findAccess,
    findRoles,
  }: {
    readonly findAccess: (tenantId: string, userId: string) => Promise<Access | undefined>;
    readonly findRoles: Directory['findRoles'];
  }) =>
  async ({ epoch, ...principal }: Claims): Promise<Principal | undefined> => {
    const access = await findAccess(principal.tenant_id, principal.sub);
    if (access === undefined) return principal;
    if (!access.is_active || (epoch ?? 1) !== access.token_epoch) return undefined;
    if (epoch === undefined) return principal;
    return { ...principal, permissions: permissionsOf(await findRoles(principal.tenant_id, access.role_ids)) };
  };
