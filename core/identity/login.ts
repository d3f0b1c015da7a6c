import { DomainError } from '../errors.ts';
import type { Credentials, Directory } from './directory.ts';
import type { Passwords } from './passwords.ts';
import { namesOf } from './permission.ts';

/** Who a token speaks for. */
export interface Principal {
  readonly sub: string;
  readonly tenant_id: string;
  readonly permissions: readonly string[];
}

export interface Tokens {
  /** A signed token that expires. */
  readonly issue: (principal: Principal) => Promise<string>;
}

export interface Login {
  readonly access_token: string;
  readonly token_type: 'bearer';
  readonly permissions: readonly string[];
}

/** Exchanges a password for a token. A wrong password, an unknown and an inactive user get one answer at one cost. */
export const makeLogin =
  ({
    directory,
    passwords,
    tokens,
  }: {
    readonly directory: Pick<Directory, 'findUserByName' | 'findRoles'>;
    readonly passwords: Passwords;
    readonly tokens: Tokens;
  }) =>
  async ({ tenant_id, username, password }: Credentials): Promise<Login> => {
    const user = await directory.findUserByName(tenant_id, username);
    const isRight = await passwords.verify(password, user?.password_hash);
    if (user === undefined || !isRight || !user.is_active) {
      throw new DomainError('unauthenticated', 'The tenant, the user name or the password is wrong.', {});
    }
    const roles = await directory.findRoles(tenant_id, user.role_ids);
    const permissions = [...new Set(roles.flatMap((role) => role.permissions))].sort();
    const access_token = await tokens.issue({ sub: user.id, tenant_id, permissions });
    return { access_token, token_type: 'bearer', permissions: namesOf(permissions) };
  };
