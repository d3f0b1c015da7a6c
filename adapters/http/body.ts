import { DomainError, type FieldProblem } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import { listed, pointerTo } from '../../core/problems.ts';

/**
 * Reads a JSON body; an empty one counts as `{}`.
 * Refuses with `body_too_large`, `malformed_json`, or `validation_failed` for what no schema sees: nesting beyond the
 * limit, the name `__proto__`, text that is not well-formed Unicode and so could not come back as it came.
 */
export const readBody = (body: string | null, isBase64Encoded: boolean): unknown => {
  const text = isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString('utf8') : (body ?? '');
  const size = Buffer.byteLength(text);
  if (size > LIMITS.bodyBytes) {
    const message = `The body has ${size} bytes; the limit is ${LIMITS.bodyBytes}.`;
    throw new DomainError('body_too_large', message, { limit: LIMITS.bodyBytes, size });
  }
  if (text.trim() === '') return {};
  const value = parse(text);
  const found = unspeakable(value);
  if (found.length === 0) return value;
  // Pointers to places nobody is told of are not written: each may be as long as the body.
  const told = found.slice(0, LIMITS.problemsListed);
  const problems = told.map(({ path, code, message }) => ({ pointer: pointerTo(path), code, message }));
  const message = 'The body breaks a rule of the service.';
  throw new DomainError('validation_failed', message, {}, { problems: listed(problems, found.length) });
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new DomainError('malformed_json', 'The body is not JSON.', {}, { cause: error });
  }
};

interface Found extends Omit<FieldProblem, 'pointer'> {
  readonly path: readonly (string | number)[];
}

/** Walks without recursion: the depth of a body is the caller's choice, the depth of our stack is not. */
const unspeakable = (root: unknown): readonly Found[] => {
  const problems: Found[] = [];
  const open: { value: unknown; path: readonly (string | number)[] }[] = [{ value: root, path: [] }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, path } = next;
    const refuse = (code: string, message: string): void => {
      problems.push({ path, code, message });
    };
    if (typeof value === 'string' && !value.isWellFormed())
      refuse('wrong_format', 'The text is not well-formed Unicode.');
    if (typeof value !== 'object' || value === null) continue;
    if (path.length >= LIMITS.jsonDepth) {
      refuse('too_deep', `The body may be nested ${LIMITS.jsonDepth} levels deep.`);
      continue;
    }
    if (Array.isArray(value)) {
      for (const [index, element] of value.entries()) open.push({ value: element, path: [...path, index] });
      continue;
    }
    for (const [name, field] of Object.entries(value)) {
      if (name === '__proto__' || !name.isWellFormed())
        refuse('unknown_field', 'A field has a name that cannot be kept.');
      else open.push({ value: field, path: [...path, name] });
    }
  }
  return problems;
};
