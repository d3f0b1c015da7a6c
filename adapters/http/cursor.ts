import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Seal } from '../../core/call.ts';
import { DomainError } from '../../core/errors.ts';

/** What a cursor is good for: one operation, one tenant, one set of filters. */
export interface CursorScope {
  readonly key: string;
  readonly operation: string;
  readonly tenantId: string;
  /** Everything of the request that a position depends on: path parameters and filters. */
  readonly filters: Readonly<Record<string, unknown>>;
}

const macOf = ({ key, operation, tenantId, filters }: CursorScope, position: string): Buffer => {
  const sorted = Object.entries(filters)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHmac('sha256', key)
    .update(JSON.stringify([operation, tenantId, sorted, position]))
    .digest();
};

/** A position as an opaque text that the caller cannot change or carry elsewhere. */
export const sealCursor = (scope: CursorScope, position: string): string =>
  `${Buffer.from(position).toString('base64url')}.${macOf(scope, position).toString('base64url')}`;

/** Seals what a caller brings back unchanged, with the tenant's own key. */
export const makeSeal = (key: string, tenantId: string): Seal => {
  const scopeOf = (purpose: string): CursorScope => ({ key, operation: purpose, tenantId, filters: {} });
  return {
    close: (purpose, text) => sealCursor(scopeOf(purpose), text),
    open: (purpose, token) => {
      try {
        return openCursor(scopeOf(purpose), token);
      } catch (error) {
        if (error instanceof DomainError) return undefined;
        throw error;
      }
    },
  };
};

/** The position in a cursor. Refuses one that was altered or made for another list with `malformed_cursor`. */
export const openCursor = (scope: CursorScope, cursor: string): string => {
  const [encoded = ''] = cursor.split('.');
  const position = Buffer.from(encoded, 'base64url').toString('utf8');
  // Compared as text: base64 has several spellings of the same bytes, and only one of them was given out.
  const expected = Buffer.from(sealCursor(scope, position));
  const given = Buffer.from(cursor);
  if (given.length === expected.length && timingSafeEqual(given, expected)) return position;
  throw new DomainError('malformed_cursor', 'The cursor is not one that this list gave out, with these filters.', {});
};
