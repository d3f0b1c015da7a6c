import { LIMITS } from '../../core/limits.ts';

const MIB = 1024 * 1024;

/** What holds for every route: the text at the head of the document. */
export const CONVENTIONS = `
Plans field work and puts the right person on it, without ever booking anyone twice.

JSON in and out, snake_case fields, UTF-8. Every resource belongs to one tenant, which the caller's token names;
another tenant's resource does not exist (404).

**Times** are RFC 3339. Input may carry any offset, and is read as UTC without one; output is UTC, with \`Z\` and
milliseconds.

**Bodies** hold at most ${LIMITS.bodyBytes / MIB} MiB (those of \`/api/identity\` ${LIMITS.identityBodyBytes / 1024} KiB), are nested at most ${LIMITS.jsonDepth} levels deep, and have at most
${LIMITS.jsonParts.toLocaleString('en')} arrays, objects, names and texts. They come as they are, without a \`Content-Encoding\`. Free JSON comes back as it
went in: a number that a double does not hold as written is refused, and so is a member given twice. An optional field may be null, which
means the same as leaving it out. A field that does not exist is refused by name. Lengths of texts are counted in UTF-16
code units. A body whose fields are all optional may be left out.

**Names, codes and keys** are kept in Unicode's NFC and without white space around them; control, zero-width, bidirectional
and other invisible characters are refused. User names are compared without case.

**Errors** are problem documents (RFC 9457) with a stable \`code\`, a sentence in \`detail\`, and the \`request_id\`. A body
that breaks rules gets its problems at once in \`errors\`, each with a JSON pointer: the first ${LIMITS.problemsListed} of them.

**Lists** are plain arrays, ${LIMITS.pageDefault} entries a page unless \`limit\` says otherwise, at most ${LIMITS.pageMax}. The next page is in the
\`Link\` header, \`rel="next"\`; without it there are no more. A page of large entries ends early, so its length tells nothing.

**Repeating a write** is safe with an \`Idempotency-Key\`: every POST that writes and has a caller honours it for ${LIMITS.idempotencyHours} hours, but one whose answer shows a secret. Answers 429
and 503 say in \`Retry-After\` when to try again.

**Not overwriting others**: the \`ETag\` of a task or a template is its version; every write to one honours \`If-Match\`.

**Not reading twice**: every read has an \`ETag\` and honours \`If-None-Match\` with 304. \`HEAD\` answers as \`GET\`, without the
body.

**A method that a path does not have** is 404, not 405: a gateway knows routes, which are a method and a path.
`.trim();

/** The chapters of the document in the order in which they are best read; any other comes behind them. */
export const READING_ORDER: readonly string[] = [
  'health',
  'board',
  'identity',
  'qualifications',
  'assets',
  'calendar',
  'strategies',
  'task types',
  'templates',
  'tasks',
  'dispatch',
  'plans',
];
