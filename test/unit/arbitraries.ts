import fc from 'fast-check';

/** Well-formed text: ASCII, what separates and encodes in keys and pointers, and characters of two, three and four bytes. */
export const text = fc.string({
  unit: fc.oneof(
    fc.string({ minLength: 1, maxLength: 1 }),
    fc.constantFrom('#', '%', '/', '~', '\u0000', 'é', '漢', '🙂'),
  ),
});
