import { inspect, isDeepStrictEqual } from 'node:util';

const NAME = 'Mismatch';
const shown = (value: unknown): string =>
  typeof value === 'string' ? value : inspect(value, { depth: 8, breakLength: 100, sorted: true });

/** An answer that is not the expected one. Its message says what was looked at, what was expected and what came. */
export const mismatch = (what: string, expected: unknown, came: unknown): Error => {
  const error = new Error(`${what}\n  expected  ${shown(expected)}\n  came      ${shown(came)}`);
  error.name = NAME;
  return error;
};

export const isMismatch = (error: unknown): error is Error => error instanceof Error && error.name === NAME;

/** Throws a mismatch unless both are the same, all the way down. */
export const expectEqual = (what: string, came: unknown, expected: unknown): void => {
  if (!isDeepStrictEqual(came, expected)) throw mismatch(what, expected, came);
};

/** Throws a mismatch that names every field which is not as expected; other fields may hold anything. */
export const expectFields = <T extends object>(what: string, came: T, expected: Partial<T>): void => {
  const wrong = Object.entries(expected).filter(([name, value]) => !isDeepStrictEqual(Reflect.get(came, name), value));
  if (wrong.length === 0) return;
  throw mismatch(
    what,
    Object.fromEntries(wrong),
    Object.fromEntries(wrong.map(([name]) => [name, Reflect.get(came, name) as unknown])),
  );
};
