import { DomainError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';

/** A number takes up to 21 bytes; the exact size depends on its digits, and the bound is on the safe side. */
const NUMBER_BYTES = 21;
const CONTAINER_BYTES = 3;

/** Size of a value in bytes, by the rules that DynamoDB documents for item sizes. */
export const sizeOf = (value: unknown): number => {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return NUMBER_BYTES;
  if (value === undefined) return 0;
  if (value === null || typeof value === 'boolean') return 1;
  if (value instanceof Uint8Array) return value.byteLength;
  if (Array.isArray(value)) return value.reduce<number>((sum, element) => sum + 1 + sizeOf(element), CONTAINER_BYTES);
  return Object.entries(value).reduce(
    (sum, [name, field]) => sum + 1 + Buffer.byteLength(name) + sizeOf(field),
    CONTAINER_BYTES,
  );
};

const attributesSize = (item: object): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + sizeOf(value), 0);

/** Refuses what DynamoDB would refuse, before it is sent: an item over 400 KB, a transaction over 4 MB. */
export const requireSizes = (items: readonly object[]): void => {
  let total = 0;
  for (const item of items) {
    const size = attributesSize(item);
    if (size > LIMITS.itemBytes) {
      const message = `One item would take ${size} bytes; the limit is ${LIMITS.itemBytes}. Make the templates, the payload or the text smaller.`;
      throw new DomainError('item_too_large', message, { limit: LIMITS.itemBytes, size });
    }
    total += size;
  }
  if (total > LIMITS.transactionBytes) {
    const message = `All of it together would take ${total} bytes; one transaction holds ${LIMITS.transactionBytes}. Send fewer or smaller tasks.`;
    throw new DomainError('transaction_too_large', message, { limit: LIMITS.transactionBytes, size: total });
  }
};
