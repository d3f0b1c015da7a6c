import type { Call } from '../call.ts';
import type { Commit } from '../commit.ts';
import { DomainError, notFound } from '../errors.ts';
import type { Retry } from '../retry.ts';
import type { UserChanged } from './changes.ts';
import type { Directory, PasswordChange, User } from './directory.ts';
import { requireLength, type Passwords } from './passwords.ts';
import type { Attempt } from './sign-in.ts';

/**
 * Changes the password of whoever calls, who knows the current one; ends all tokens of theirs that are out. Refuses with
 * `wrong_password`, and with `too_many_attempts` when that was tried too often.
 */
export const makeChangeOwnPassword =
  ({
    directory,
    commit,
    passwords,
    passwordMin,
    retry,
    attempt,
  }: {
    readonly directory: Pick<Directory, 'findUser'>;
    readonly commit: Commit<UserChanged>;
    readonly passwords: Passwords;
    readonly passwordMin: number;
    readonly retry: Retry;
    readonly attempt: Attempt;
  }) =>
  async (call: Call, address: string, { current_password, new_password }: PasswordChange): Promise<void> => {
    requireLength('/new_password', new_password, passwordMin);
    const find = async (): Promise<User> => {
      const user = await directory.findUser(call.tenantId, call.actorId);
      if (user === undefined) throw notFound('user', call.actorId);
      if (!user.is_active) throw new DomainError('inactive_user', 'An inactive user changes no password.', {});
      return user;
    };
    const known = await find();
    const succeeded = await attempt(call, { tenant_id: call.tenantId, username: known.username, address });
    if (!(await passwords.verify(current_password, known.password_hash))) {
      throw new DomainError('wrong_password', 'The current password is wrong.', {});
    }
    await succeeded();
    const password_hash = await passwords.hash(new_password);
    await retry(async () => {
      const before = await find();
      // Whoever changed it meanwhile did not mean this one to replace theirs.
      if (before.password_hash !== known.password_hash) {
        throw new DomainError('wrong_password', 'The password was changed at the same moment.', {});
      }
      const after: User = {
        ...before,
        password_hash,
        token_epoch: before.token_epoch + 1,
        version: before.version + 1,
      };
      await commit(call, [{ kind: 'user_changed', before, after }], undefined);
    });
  };
