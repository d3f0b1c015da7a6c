import { DomainError } from './errors.ts';

/**
 * An answer as it is kept for a replay: the response as it went out, compressed, so that a replay is the same to the
 * byte.
 */
export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly compressedBody: Uint8Array;
}

/** The idempotency record that a write puts into its own transaction. */
export interface Receipt {
  /** The tenant under which the record is kept; `-` where the caller has none yet. */
  readonly tenantId: string;
  /** What the caller chose, with the caller: unique within the tenant. */
  readonly key: string;
  /** A keyed digest of route, resource and body: another request under the same key is refused. */
  readonly fingerprint: string;
  /** Renders the answer that the write is about to give, just before it commits. */
  readonly seal: (result: unknown) => KeptAnswer;
}

/** A record as a later request finds it. */
export interface KeptReceipt {
  readonly fingerprint: string;
  readonly answer: KeptAnswer;
}

/** `If-Match`: refuses with `precondition_failed` when the caller named versions and the resource has another. */
export const requireVersion = ({ expectedVersions }: Call, what: 'task' | 'template', version: number): void => {
  if (expectedVersions === undefined || expectedVersions.includes(version)) return;
  const message = `The ${what} is at version ${version}, not at the one in If-Match.`;
  throw new DomainError('precondition_failed', message, { version });
};

/** Who calls, for which tenant, on which terms. Taken from the token and the headers, never from the body. */
export interface Call {
  readonly tenantId: string;
  readonly actorId: string;
  /** Of the request, as its answer says it in `X-Request-Id`. */
  readonly requestId?: string;
  /** What the caller may do: nobody grants a permission that they do not hold. */
  readonly permissions: readonly string[];
  /** The versions that `If-Match` names; absent when the caller did not ask. */
  readonly expectedVersions?: readonly number[];
  readonly receipt?: Receipt;
  /** Only checks: nothing is written, whatever would be. */
  readonly validateOnly?: boolean;
  /** Seals texts that the caller brings back unchanged, for this tenant and one purpose. */
  readonly seal?: Seal;
}

/** The form of a sealed text: what it says and a MAC of 32 bytes, both in base64url. */
export const SEALED = /^[\w-]*\.[\w-]{43}$/;

export interface Seal {
  readonly close: (purpose: string, text: string) => string;
  /** Undefined when the token was altered or made for another purpose or tenant. */
  readonly open: (purpose: string, token: string) => string | undefined;
}
