import * as z from 'zod';
import type { KeptReceipt, Receipt } from '../../../core/call.ts';
import { DomainError } from '../../../core/errors.ts';
import { LIMITS } from '../../../core/limits.ts';
import { epochMilliseconds, epochSeconds, type Clock, type Instant } from '../../../core/time/instant.ts';
import { action, type Planned } from '../actions.ts';
import type { Reads } from '../codec.ts';
import { receiptKey } from '../keys.ts';
import { KEY } from '../table.ts';

const receiptSchema = z.object({
  fingerprint: z.string(),
  status: z.number().int(),
  headers: z.record(z.string(), z.string()),
  body: z.instanceof(Uint8Array),
  [KEY.expiry]: z.number(),
});

export interface Receipts {
  /** The record under a key; one that has expired counts as absent. */
  readonly find: (tenantId: string, key: string) => Promise<KeptReceipt | undefined>;
}

export const makeReceipts = ({ reader, clock }: Reads & { readonly clock: Clock }): Receipts => ({
  find: async (tenantId, key) => {
    const item = await reader.get(receiptKey(tenantId, key));
    if (item === undefined) return undefined;
    const { fingerprint, status, headers, body, ...rest } = receiptSchema.parse(item);
    if (rest[KEY.expiry] * 1_000 <= epochMilliseconds(clock())) return undefined;
    return { fingerprint, answer: { status, headers, compressedBody: body } };
  },
});

/** The receipt of a call. Refused with `item_too_large` when the answer cannot be kept, with `twin_committed` when it is there. */
export const receiptPlan = (
  receipt: Receipt,
  answer: unknown,
  at: Instant,
  carried: Readonly<Record<string, unknown>>,
): Planned => {
  const { status, headers, compressedBody } = receipt.seal(answer);
  if (compressedBody.byteLength > LIMITS.keptAnswerBytes) {
    const details = { limit: LIMITS.keptAnswerBytes, size: compressedBody.byteLength };
    const message = `The answer would take ${details.size} bytes compressed; ${details.limit} can be kept for an Idempotency-Key. Send less at once, or without the key.`;
    throw new DomainError('kept_answer_too_large', message, details);
  }
  const now = epochSeconds(at);
  const item = {
    ...receiptKey(receipt.tenantId, receipt.key),
    fingerprint: receipt.fingerprint,
    status,
    headers,
    body: compressedBody,
    [KEY.expiry]: now + LIMITS.idempotencyHours * 3_600,
    ...carried,
  };
  // TTL removes items late: one that has expired counts as absent.
  const write = {
    Put: {
      Item: item,
      ConditionExpression: `attribute_not_exists(${KEY.partition}) OR #expiry <= :now`,
      ExpressionAttributeNames: { '#expiry': KEY.expiry },
      ExpressionAttributeValues: { ':now': now },
    },
  };
  const refusal = () => new DomainError('twin_committed', 'A request with the same Idempotency-Key was faster.', {});
  return action('receipt', write, { refusal, written: [item] });
};
