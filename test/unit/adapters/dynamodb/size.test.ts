import { describe, expect, it } from 'vitest';
import { requireSizes, sizeOf } from '../../../../adapters/dynamodb/size.ts';
import { LIMITS } from '../../../../core/limits.ts';
import { refusalOf } from '../../fakes.ts';

// The rules are those of "DynamoDB item sizes and formats" in the Amazon DynamoDB Developer Guide.
describe('the size of a value', () => {
  it.each([
    ['text: its UTF-8 bytes', 'aé漢🙂', 1 + 2 + 3 + 4],
    ['empty text', '', 0],
    ['a number: the most it can take', 7, 21],
    ['true', true, 1],
    ['null', null, 1],
    ['binary: its bytes', new Uint8Array(5), 5],
    ['an empty list', [], 3],
    ['a list: 3, and 1 an element', ['ab', null], 3 + (1 + 2) + (1 + 1)],
    ['an empty map', {}, 3],
    ['a map: 3, and 1 an entry', { ab: 'c', n: null }, 3 + (1 + 2 + 1) + (1 + 1 + 1)],
    ['nested', { a: [{ b: 'x' }] }, 3 + (1 + 1 + (3 + (1 + (3 + (1 + 1 + 1)))))],
  ])('%s', (_, value, expected) => {
    expect(sizeOf(value)).toBe(expected);
  });
});

/** An item of so many bytes: `k` takes one. */
const itemOf = (bytes: number) => ({ k: 'x'.repeat(bytes - 1) });

describe('items of a transaction', () => {
  it('may have 400 KB each, names counted, and not one byte more', async () => {
    requireSizes([itemOf(400 * 1024)]);
    const { details, message } = await refusalOf(
      () => requireSizes([itemOf(10), itemOf(400 * 1024 + 1)]),
      'item_too_large',
    );
    expect(details).toEqual({ limit: 409_600, size: 409_601 });
    expect(message).toContain('409601');
  });

  it('may have 4 MB together, and not one byte more', async () => {
    const ten = Array.from({ length: 10 }, () => itemOf(400 * 1024));
    const rest = LIMITS.transactionBytes - 10 * 400 * 1024;
    requireSizes([...ten, itemOf(rest)]);
    const { details } = await refusalOf(() => requireSizes([...ten, itemOf(rest + 1)]), 'transaction_too_large');
    expect(details).toEqual({ limit: 4 * 1024 * 1024, size: 4 * 1024 * 1024 + 1 });
  });

  it('may be none', () => {
    requireSizes([]);
  });
});
