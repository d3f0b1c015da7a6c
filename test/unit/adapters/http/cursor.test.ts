import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openCursor, sealCursor, type CursorScope } from '../../../../adapters/http/cursor.ts';
import { text } from '../../arbitraries.ts';
import { refusalOf } from '../../fakes.ts';

const SCOPE: CursorScope = {
  key: 'key of the tenant',
  operation: 'listTasks',
  tenantId: 'tenant-1',
  filters: { state: 'DRAFT', area_code: undefined },
};
const CURSOR = sealCursor(SCOPE, '{"id":"task-1"}');

const isRefused = (scope: CursorScope, cursor: string): boolean => {
  try {
    openCursor(scope, cursor);
    return false;
  } catch {
    return true;
  }
};

describe('a cursor', () => {
  it('leads back to its position, whatever that is', () => {
    fc.assert(
      fc.property(text, (position) => {
        expect(openCursor(SCOPE, sealCursor(SCOPE, position))).toBe(position);
      }),
    );
  });

  it('is opaque to a URL', () => {
    expect(CURSOR).toMatch(/^[\w.-]+$/);
  });

  it('is bound to the values of the filters, not to their order or to those not given', () => {
    expect(openCursor({ ...SCOPE, filters: { state: 'DRAFT' } }, CURSOR)).toBe('{"id":"task-1"}');
    const two = sealCursor({ ...SCOPE, filters: { a: '1', b: '2' } }, 'x');
    expect(openCursor({ ...SCOPE, filters: { b: '2', a: '1' } }, two)).toBe('x');
  });

  it.each<[string, CursorScope]>([
    ['another tenant', { ...SCOPE, tenantId: 'tenant-2' }],
    ['another key', { ...SCOPE, key: 'key of another' }],
    ['another operation', { ...SCOPE, operation: 'listUsers' }],
    ['another filter', { ...SCOPE, filters: { state: 'APPROVED' } }],
    ['one filter more', { ...SCOPE, filters: { state: 'DRAFT', area_code: 'N' } }],
    ['no filter', { ...SCOPE, filters: {} }],
  ])('is refused for %s', async (_, scope) => {
    await refusalOf(() => openCursor(scope, CURSOR), 'malformed_cursor');
  });

  it('is refused when anything of it is altered', () => {
    fc.assert(
      fc.property(fc.nat(CURSOR.length), fc.string({ maxLength: 2 }), fc.nat(2), (at, insert, cut) => {
        const altered = CURSOR.slice(0, at) + insert + CURSOR.slice(at + cut);
        expect(isRefused(SCOPE, altered)).toBe(altered !== CURSOR);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each(['', '.', 'x', `${CURSOR}.`, `${CURSOR}.x`, `${CURSOR}=`, ` ${CURSOR}`, CURSOR.replace('.', '')])(
    'is refused when it is %j',
    async (cursor) => {
      await refusalOf(() => openCursor(SCOPE, cursor), 'malformed_cursor');
    },
  );
});
