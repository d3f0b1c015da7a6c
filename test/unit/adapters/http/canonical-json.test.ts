import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../../adapters/http/canonical-json.ts';

/** The same JSON with the members of every object the other way round. */
const turned = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(turned);
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, field]) => [name, turned(field)])
      .toReversed() as [string, unknown][],
  );
};

describe('canonical JSON', () => {
  it('does not depend on the order of members, at any depth, and is the same JSON', () => {
    fc.assert(
      fc.property(
        fc.json().map((text) => JSON.parse(text) as unknown),
        (value) => {
          expect(canonicalJson(turned(value))).toBe(canonicalJson(value));
          expect(JSON.parse(canonicalJson(value))).toEqual(value);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('tells apart what differs in values, names, or the order of a list', () => {
    const all = ['{"a":1}', '{"a":2}', '{"b":1}', '[1,2]', '[2,1]', '{"__proto__":1}', '{}', '{"a":{"__proto__":{}}}'];
    const forms = all.map((text) => canonicalJson(JSON.parse(text)));
    expect(new Set(forms).size).toBe(all.length);
  });
});
