import { DomainError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';

type Headers = Readonly<Record<string, string | undefined>> | null;

/** API Gateway passes header names as the client wrote them. */
export const headerOf = (headers: Headers, name: string): string | undefined => {
  const wanted = name.toLowerCase();
  const found = Object.entries(headers ?? {}).find(([given]) => given.toLowerCase() === wanted);
  return found?.[1];
};

const ENTITY_TAG = /^(?<weak>W\/)?"(?<tag>[\x21\x23-\x7e\x80-\uffff]*)"$/;

/**
 * The task versions that `If-Match` accepts; undefined when it accepts any. A weak tag never matches (RFC 9110,
 * 13.1.1), nor does one that is not a version.
 */
export const expectedVersions = (header: string | undefined): readonly number[] | undefined => {
  if (header === undefined || header.trim() === '*') return undefined;
  return header.split(',').flatMap((part) => {
    const groups = ENTITY_TAG.exec(part.trim())?.groups;
    if (groups === undefined) {
      const message = 'If-Match holds entity tags in double quotes, or an asterisk.';
      throw new DomainError('malformed_header', message, { header: 'If-Match' });
    }
    const { weak, tag } = groups;
    const version = Number(tag);
    // Tags are compared as texts: "05" and "5.0" are other tags than "5".
    return weak === undefined && Number.isSafeInteger(version) && String(version) === tag ? [version] : [];
  });
};

/** The idempotency key of a request: 1 to 255 visible ASCII characters. */
export const idempotencyKey = (header: string | undefined): string | undefined => {
  if (header === undefined) return undefined;
  if (/^[\x21-\x7e]+$/.test(header) && header.length <= LIMITS.idempotencyKey) return header;
  const message = `Idempotency-Key takes 1 to ${LIMITS.idempotencyKey} visible ASCII characters.`;
  throw new DomainError('malformed_header', message, { header: 'Idempotency-Key' });
};
