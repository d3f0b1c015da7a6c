import { DomainError } from '../../core/errors.ts';
import { listed, pointerTo } from '../../core/problems.ts';
import { flawsOf, type Flaw } from './json-text.ts';

/** A body as API Gateway passes it, and how many bytes of it are taken. */
export interface GivenBody {
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
  readonly contentEncoding?: string | undefined;
  readonly limit: number;
}

/**
 * Reads a JSON body; an empty one counts as `{}`. What it answers with is what was sent: a number that would come back
 * as another one is refused, not rounded. Work and memory grow with the size of the body, whatever its shape.
 *
 * Refuses with `unsupported_encoding`, `body_too_large`, `malformed_json` (not UTF-8, no JSON, a member given twice), or
 * `validation_failed` (too deep, too many parts, a number or a text that cannot be kept).
 */
export const readBody = (given: GivenBody): unknown => {
  requirePlain(given.contentEncoding);
  const text = textOf(given);
  if (text.trim() === '') return {};
  const flaws = flawsOf(text);
  const [first] = flaws;
  // Too deep, or too many parts: parsing it would cost what the limits are there to spare.
  if (first !== undefined && isCostly(flaws)) throw refusalOf(flaws);
  const value = parse(text);
  if (first !== undefined) throw refusalOf(flaws);
  return value;
};

const requirePlain = (contentEncoding = 'identity'): void => {
  const encodings = contentEncoding
    .toLowerCase()
    .split(',')
    .map((encoding) => encoding.trim());
  if (encodings.every((encoding) => encoding === '' || encoding === 'identity')) return;
  const message = `The body must come as it is, not encoded as ${contentEncoding.slice(0, 64)}.`;
  throw new DomainError('unsupported_encoding', message, {});
};

const textOf = ({ body, isBase64Encoded, limit }: GivenBody): string => {
  const bytes = isBase64Encoded ? Buffer.from(body ?? '', 'base64') : undefined;
  const size = bytes?.byteLength ?? Buffer.byteLength(body ?? '');
  if (size > limit) {
    const message = `The body has ${size} bytes; the limit is ${limit}.`;
    throw new DomainError('body_too_large', message, { limit, size });
  }
  const text = bytes === undefined ? (body ?? '') : decoded(bytes);
  if (!text.isWellFormed()) throw new DomainError('malformed_json', NOT_UTF8, {});
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
};

const BYTE_ORDER_MARK = '\ufeff';
const NOT_UTF8 = 'The body is not UTF-8.';

const decoded = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new DomainError('malformed_json', NOT_UTF8, {}, { cause: error });
  }
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new DomainError('malformed_json', 'The body is not JSON.', {}, { cause: error });
  }
};

const isCostly = (flaws: readonly Flaw[]): boolean =>
  flaws.some(({ code }) => code === 'too_deep' || code === 'too_many_parts');

/** The same member twice is no JSON that two programs would read alike; the rest is JSON that breaks a rule. */
const refusalOf = (flaws: readonly Flaw[]): DomainError => {
  const problems = listed(flaws.map(({ path, code, message }) => ({ pointer: pointerTo(path), code, message })));
  const twice = problems.find(({ code }) => code === 'duplicate_member');
  return twice === undefined
    ? new DomainError('validation_failed', 'The body breaks a rule of the service.', {}, { problems })
    : new DomainError('malformed_json', `A member is given twice: ${twice.pointer}.`, {}, { problems });
};
