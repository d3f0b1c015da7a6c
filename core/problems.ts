import type * as z from 'zod';
import type { FieldProblem } from './errors.ts';
import { LIMITS } from './limits.ts';

/** A JSON pointer (RFC 6901) to a place in a document; the empty text is the whole of it. */
export const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

const CODES: Readonly<Record<string, string>> = {
  unrecognized_keys: 'unknown_field',
  invalid_type: 'wrong_type',
  too_small: 'too_small',
  too_big: 'too_big',
  invalid_format: 'wrong_format',
  invalid_value: 'not_one_of',
  invalid_union: 'wrong_type',
  custom: 'rule_broken',
};

/** What a schema says of a field that is not there, depending on what it expects. */
const MISSABLE = new Set(['invalid_type', 'invalid_value', 'invalid_union']);

export type Checked<T> =
  { readonly ok: true; readonly data: T } | { readonly ok: false; readonly problems: readonly FieldProblem[] };

/** Checks a value against a schema and answers with its data, or with every problem and its place. */
export const check = <S extends z.ZodType>(schema: S, value: unknown): Checked<z.output<S>> => {
  const result = schema.safeParse(value, { reportInput: true });
  return result.success
    ? { ok: true, data: result.data }
    : { ok: false, problems: listed(result.error.issues.flatMap(problemsOf)) };
};

/**
 * Problems as an answer lists them: the names in them are the caller's, and so are their number and their length.
 * `count` is how many there are in all.
 */
export const listed = (problems: readonly FieldProblem[], count = problems.length): readonly FieldProblem[] => {
  const cut = problems.slice(0, LIMITS.problemsListed).map((problem) => ({
    ...problem,
    pointer: shortened(problem.pointer),
    message: shortened(problem.message),
  }));
  const left = count - cut.length;
  return left === 0
    ? cut
    : [...cut, { pointer: '', code: 'more_problems', message: `There are ${left} more problems.` }];
};

const shortened = (text: string): string =>
  text.length <= LIMITS.problemText ? text : `${text.slice(0, LIMITS.problemText).toWellFormed()}…`;

const problemsOf = (issue: z.core.$ZodIssue): readonly FieldProblem[] => {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointerTo([...issue.path, key]),
      code: 'unknown_field',
      message: `There is no field "${key}" here.`,
    }));
  }
  const isMissing = MISSABLE.has(issue.code) && issue.input === undefined;
  return [
    {
      pointer: pointerTo(issue.path),
      code: isMissing ? 'missing' : (CODES[issue.code] ?? issue.code),
      message: isMissing ? 'This field is required.' : issue.message,
    },
  ];
};
