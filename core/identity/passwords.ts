/** Memory-hard password hashes. */
export interface Passwords {
  readonly hash: (password: string) => Promise<string>;
  /** Costs the same whether there is a hash or not, so that the time tells nothing about who exists. */
  readonly verify: (password: string, hash: string | undefined) => Promise<boolean>;
}
