import type * as z from 'zod';
import type { FieldProblem } from './errors.ts';
import { LIMITS } from './limits.ts';

/**
 * A JSON pointer (RFC 6901) to a place in a document; the empty text is the whole of it. A name that is longer than a
 * pointer is shown is cut: it may be as long as the body.
 */
export const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${cut(String(part)).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

const cut = (name: string): string => name.slice(0, LIMITS.problemText + 1);

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

/**
 * Checks a value against a schema and answers with its data, or with the problems and their places, as far as they are
 * listed: there may be as many as the value has parts.
 */
export const check = <S extends z.ZodType>(schema: S, value: unknown): Checked<z.output<S>> => {
  const result = schema.safeParse(value, { reportInput: true, error: briefly });
  if (result.success) return { ok: true, data: result.data };
  const problems: FieldProblem[] = [];
  for (const issue of result.error.issues) {
    if (problems.length > LIMITS.problemsListed) break;
    problems.push(...problemsOf(issue));
  }
  return { ok: false, problems: listed(problems) };
};

/** Of names that are not known zod would write all into one sentence, which nobody reads. */
const briefly = ({ code }: { readonly code: string }): string | undefined =>
  code === 'unrecognized_keys' ? 'There is no such field here.' : undefined;

/** Problems as an answer lists them: the names in them are the caller's, and so are their number and their length. */
export const listed = (problems: readonly FieldProblem[]): readonly FieldProblem[] => {
  const shown = problems.slice(0, LIMITS.problemsListed).map((problem) => ({
    ...problem,
    pointer: shortened(problem.pointer),
    message: shortened(problem.message),
  }));
  return shown.length === problems.length
    ? shown
    : [...shown, { pointer: '', code: 'more_problems', message: 'There are more problems than are listed.' }];
};

const shortened = (text: string): string =>
  text.length <= LIMITS.problemText ? text : `${text.slice(0, LIMITS.problemText).toWellFormed()}…`;

const problemsOf = (issue: z.core.$ZodIssue): readonly FieldProblem[] => {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, LIMITS.problemsListed + 1).map((key) => ({
      pointer: pointerTo([...issue.path, key]),
      code: 'unknown_field',
      message: `There is no field "${cut(key)}" here.`,
    }));
  }
  const code = kindOf(issue);
  const isMissing = MISSABLE.has(code) && issue.input === undefined;
  return [
    {
      pointer: pointerTo(issue.path),
      code: isMissing ? 'missing' : (CODES[code] ?? code),
      message: isMissing ? 'This field is required.' : issue.message,
    },
  ];
};

/** A schema of our own may say which of zod's kinds its problem is of. */
const kindOf = (issue: z.core.$ZodIssue): string => {
  const said: unknown = issue.code === 'custom' ? issue.params?.['code'] : undefined;
  return typeof said === 'string' ? said : issue.code;
};
