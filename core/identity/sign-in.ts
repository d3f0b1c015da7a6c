import * as z from 'zod';
import type { Call } from '../call.ts';
import type { Commit } from '../commit.ts';
import { DomainError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { Retry } from '../retry.ts';
import { epochSeconds, type Clock } from '../time/instant.ts';
import { comparedName } from './directory.ts';

/** Who tries a password: a name, known or not, from one network address. */
export interface Trying {
  readonly tenant_id: string;
  readonly username: string;
  readonly address: string;
}

/** The attempts of one name from one address that have not led in, within a window of time. */
export const attemptsSchema = z.object({
  tenant_id: z.string(),
  username: z.string(),
  address: z.string(),
  count: z.number().int().min(1),
  /** The end of the window, in seconds of the epoch; the table's expiry, too. */
  expires_at: z.number().int(),
  version: z.number().int().min(1),
});
export type Attempts = z.infer<typeof attemptsSchema>;

export interface SignInAttempted {
  readonly kind: 'sign_in_attempted';
  readonly attempts: Attempts;
  /** The version that was read; 0 where there was none. */
  readonly seen: number;
}
export interface SignedIn {
  readonly kind: 'signed_in';
  readonly attempts: Attempts;
}
export type SignInChanges = SignInAttempted | SignedIn;

export interface SignIns {
  readonly find: (trying: Trying) => Promise<Attempts | undefined>;
}

/** Counts an attempt before the password is looked at. What it answers is called when the password was right. */
export type Attempt = (call: Call, trying: Trying) => Promise<() => Promise<void>>;

/**
 * Only this name from this address is slowed down: a stranger elsewhere locks nobody out. The count is written before the
 * password is verified, so that no number of attempts at the same moment gets past it. Refuses with `too_many_attempts`.
 */
export const makeAttempt =
  ({
    signIns,
    commit,
    retry,
    clock,
  }: {
    readonly signIns: SignIns;
    readonly commit: Commit<SignInChanges>;
    readonly retry: Retry;
    readonly clock: Clock;
  }): Attempt =>
  async ({ receipt: _ofTheRequest, ...call }, { tenant_id, username, address }) => {
    const trying: Trying = { tenant_id, username: comparedName(username), address };
    const attempts = await retry(async () => {
      const before = await signIns.find(trying);
      const now = epochSeconds(clock());
      const isOpen = before !== undefined && before.expires_at > now;
      if (isOpen && before.count >= LIMITS.signInAttempts) {
        const retry_after_seconds = before.expires_at - now;
        const message = `There were ${before.count} attempts with this name from this address. Try again in ${retry_after_seconds} seconds.`;
        throw new DomainError('too_many_attempts', message, { retry_after_seconds });
      }
      const seen = before?.version ?? 0;
      const after: Attempts = {
        ...trying,
        count: isOpen ? before.count + 1 : 1,
        expires_at: isOpen ? before.expires_at : now + LIMITS.signInWindowSeconds,
        version: seen + 1,
      };
      await commit(call, [{ kind: 'sign_in_attempted', attempts: after, seen }], undefined);
      return after;
    });
    return () => commit(call, [{ kind: 'signed_in', attempts }], undefined);
  };
