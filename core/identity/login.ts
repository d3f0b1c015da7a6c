import type { Call } from '../call.ts';
import { DomainError } from '../errors.ts';
import type { Credentials, Directory } from './directory.ts';
import type { Passwords } from './passwords.ts';
import { namesOf, permissionsOf } from './permission.ts';
import type { Attempt } from './sign-in.ts';

/** Who a token speaks for. */
export interface Principal {
  readonly sub: string;
  readonly tenant_id: string;
  readonly permissions: readonly string[];
}

/** What a token of the built-in identity says: also the epoch of its user, by which it can be taken back. */
export interface Claims extends Principal {
  /** Absent in tokens of the version before. */
  readonly epoch?: number;
}

export interface Tokens {
  /** A signed token that expires. */
  readonly issue: (claims: Claims) => Promise<string>;
}

export interface Login {
  readonly access_token: string;
  readonly token_type: 'bearer';
  readonly permissions: readonly string[];
}

/**
 * Exchanges a password for a token. A wrong password, an unknown and an inactive user get one answer at one cost.
 * Whoever tries too often from one address has to wait: `too_many_attempts`.
 */
export const makeLogin =
  ({
    directory,
    passwords,
    tokens,
    attempt,
  }: {
    readonly directory: Pick<Directory, 'findUserByName' | 'findRoles'>;
    readonly passwords: Passwords;
    readonly tokens: Tokens;
    readonly attempt: Attempt;
  }) =>
  async (call: Call, address: string, { tenant_id, username, password }: Credentials): Promise<Login> => {
    const succeeded = await attempt(call, { tenant_id, username, address });
    const user = await directory.findUserByName(tenant_id, username);
    const isRight = await passwords.verify(password, user?.password_hash);
    if (user === undefined || !isRight || !user.is_active) {
      throw new DomainError('unauthenticated', 'The tenant, the user name or the password is wrong.', {});
    }
    await succeeded();
    const roles = await directory.findRoles(tenant_id, user.role_ids);
    const permissions = permissionsOf(roles);
    const access_token = await tokens.issue({ sub: user.id, tenant_id, permissions, epoch: user.token_epoch });
    return { access_token, token_type: 'bearer', permissions: namesOf(permissions) };
  };
