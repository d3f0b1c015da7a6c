import { createHash, createHmac } from 'node:crypto';
import type { KeptReceipt, Receipt } from '../../core/call.ts';
import { DomainError } from '../../core/errors.ts';
import { keep, render, replayOf, type Rendered } from './answer.ts';
import { canonicalJson } from './canonical-json.ts';
import type { RouteContract } from './contract.ts';
import type { Caller } from './principal.ts';

export interface Receipts {
  readonly find: (tenantId: string, key: string) => Promise<KeptReceipt | undefined>;
}

const digest = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url');

/**
 * A key belongs to its caller; what it stands for is the route, the resource and the body, whatever the order of its
 * members. The body may hold a password: keyed with the tenant's secret, the fingerprint tells whoever reads the table
 * nothing that could be tried out.
 */
export const receiptOf = (
  contract: RouteContract,
  caller: Caller,
  key: string,
  params: Readonly<Record<string, string>>,
  json: unknown,
): Receipt => {
  let fingerprint: string | undefined;
  return {
    tenantId: caller.tenantId,
    key: digest(caller.sub, key),
    // When it is first asked for: a body that is refused for its size needs none.
    get fingerprint() {
      fingerprint ??= createHmac('sha256', caller.cursorKey)
        .update(canonicalJson([contract.operation, params, json]))
        .digest('base64url');
      return fingerprint;
    },
    seal: (result) => keep(render(contract, result)),
  };
};

/**
 * Runs a write once for its idempotency key. A record found is replayed; and because a twin may commit while this one
 * runs, a refusal is only given when there still is no record: the twin's effect may be what caused it.
 */
export const onceOnly = async (
  receipts: Receipts,
  receipt: Receipt,
  run: () => Promise<Rendered>,
): Promise<Rendered> => {
  const kept = await receipts.find(receipt.tenantId, receipt.key);
  if (kept !== undefined) return replay(receipt, kept);
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const twin = await receipts.find(receipt.tenantId, receipt.key).catch((reason: unknown) => {
      // What is not known stays not known; any other refusal might be the twin's doing, so it cannot be given.
      throw error.code === 'outcome_unknown' ? error : reason;
    });
    if (twin === undefined) throw error;
    return replay(receipt, twin);
  }
};

const replay = ({ fingerprint }: Receipt, kept: KeptReceipt): Rendered => {
  if (kept.fingerprint === fingerprint) return replayOf(kept.answer);
  throw new DomainError(
    'idempotency_key_reused',
    'This Idempotency-Key was used for another request within the last 24 hours.',
    {},
  );
};
