/**
 * JSON in which the order of members does not show. Takes what was parsed from JSON, nested no deeper than a body may be.
 */
export const canonicalJson = (value: unknown): string => JSON.stringify(sorted(value));

type Members = Readonly<Record<string, unknown>>;

/** The same value with its members in order. What is in order already is not copied: most of a large body is. */
const sorted = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? sortedWithin(value) : sortedMembers(value as Members);
};

const sortedWithin = (list: readonly unknown[]): readonly unknown[] => {
  let copy: unknown[] | undefined;
  // By index: a list may have a million elements, and an iterator makes a pair of each.
  for (let index = 0; index < list.length; index += 1) {
    const element = list[index];
    if (typeof element !== 'object') continue;
    const other = sorted(element);
    if (other !== element) (copy ??= [...list])[index] = other;
  }
  return copy ?? list;
};

const sortedMembers = (members: Members): Members => {
  const names = Object.keys(members);
  const ordered = [...names].sort();
  const fields = ordered.map((name) => [name, sorted(members[name])] as const);
  const isSame = fields.every(([name, field], index) => name === names[index] && field === members[name]);
  // `fromEntries` defines its members: `__proto__` is one like any other.
  return isSame ? members : Object.fromEntries(fields);
};
