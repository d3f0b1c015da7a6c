import { DomainError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';

type Headers = Readonly<Record<string, string | undefined>> | null;

/** API Gateway passes header names as the client wrote them. */
export const headerOf = (headers: Headers, name: string): string | undefined => {
  const wanted = name.toLowerCase();
  const found = Object.entries(headers ?? {}).find(([given]) => given.toLowerCase() === wanted);
  return found?.[1];
};

/** Every line of a header that may come in several, as one list. */
export const linesOf = (
  { headers, multiValueHeaders }: { readonly headers: Headers; readonly multiValueHeaders?: MultiValueHeaders },
  name: string,
): string | undefined => {
  const wanted = name.toLowerCase();
  const lines = Object.entries(multiValueHeaders ?? {}).flatMap(([given, values]) =>
    given.toLowerCase() === wanted ? (values ?? []) : [],
  );
  return lines.length === 0 ? headerOf(headers, name) : lines.join(', ');
};
type MultiValueHeaders = Readonly<Record<string, readonly string[] | undefined>> | null;

interface EntityTag {
  readonly isWeak: boolean;
  /** With its quotes. */
  readonly tag: string;
}

/** A member of a list of entity tags, or nothing: RFC 9110 has recipients ignore empty members. A tag may hold commas. */
const MEMBER = /[ \t]*(?:(?<weak>W\/)?(?<tag>"[\x21\x23-\x7e\x80-\uffff]*")|(?<any>\*))?[ \t]*(?:,|$)/y;

/** The tags of a list; `*` when it holds an asterisk; undefined when it is no such list, or has no members. */
const entityTags = (list: string): readonly EntityTag[] | '*' | undefined => {
  const tags: EntityTag[] = [];
  let isAny = false;
  for (MEMBER.lastIndex = 0; MEMBER.lastIndex < list.length;) {
    const groups = MEMBER.exec(list)?.groups;
    if (groups === undefined) return undefined;
    const { weak, tag, any } = groups;
    if (tag !== undefined) tags.push({ isWeak: weak !== undefined, tag });
    isAny ||= any !== undefined;
  }
  if (isAny) return '*';
  return tags.length === 0 ? undefined : tags;
};

/**
 * The versions that `If-Match` accepts; undefined when it accepts any. A weak tag never matches (RFC 9110, 13.1.1), nor
 * does one that is not a version.
 */
export const expectedVersions = (header: string | undefined): readonly number[] | undefined => {
  if (header === undefined) return undefined;
  const tags = entityTags(header);
  if (tags === undefined) {
    const message = 'If-Match holds entity tags in double quotes, or an asterisk.';
    throw new DomainError('malformed_header', message, { header: 'If-Match' });
  }
  if (tags === '*') return undefined;
  return tags.flatMap(({ isWeak, tag }) => {
    const text = tag.slice(1, -1);
    const version = Number(text);
    // Tags are compared as texts: "05" and "5.0" are other tags than "5".
    return !isWeak && Number.isSafeInteger(version) && String(version) === text ? [version] : [];
  });
};

/**
 * The tags that `If-None-Match` names, `*` for any. The comparison is weak (RFC 9110, 13.1.2), and a list that is none is
 * ignored: at worst the caller gets what it has already.
 */
export const knownTags = (event: Parameters<typeof linesOf>[0]): readonly string[] | '*' => {
  const tags = entityTags(linesOf(event, 'If-None-Match') ?? '') ?? [];
  return tags === '*' ? tags : tags.map(({ tag }) => tag);
};

/** The idempotency key of a request: 1 to 255 visible ASCII characters. */
export const idempotencyKey = (header: string | undefined): string | undefined => {
  if (header === undefined) return undefined;
  if (/^[\x21-\x7e]+$/.test(header) && header.length <= LIMITS.idempotencyKey) return header;
  const message = `Idempotency-Key takes 1 to ${LIMITS.idempotencyKey} visible ASCII characters.`;
  throw new DomainError('malformed_header', message, { header: 'Idempotency-Key' });
};
