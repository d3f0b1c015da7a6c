import { DomainError } from '../errors.ts';

/** Memory-hard password hashes. */
export interface Passwords {
  readonly hash: (password: string) => Promise<string>;
  /** Costs the same whether there is a hash or not, so that the time tells nothing about who exists. */
  readonly verify: (password: string, hash: string | undefined) => Promise<boolean>;
}

/** A stage may demand longer passwords than the contract's six characters. `pointer` names the field in the body. */
export const requireLength = (pointer: string, password: string, minimum: number): void => {
  if (password.length >= minimum) return;
  const message = `The password must have at least ${minimum} characters.`;
  throw new DomainError('validation_failed', message, {}, { problems: [{ pointer, code: 'too_small', message }] });
};
