import { readFileSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { DomainError } from '../../core/errors.ts';
import type { FileAnswer } from '../http/answer.ts';
import { environment } from './composition.ts';

const { IDENTITY_MODE, OIDC_ISSUER, OIDC_AUDIENCE, OIDC_CLIENT_ID } = environment;

/** Of a Lambda function the board lies beside its bundle; a local run says where it was built. */
const folder = (): string => environment.BOARD_FOLDER ?? join(import.meta.dirname, 'board');

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};

/** esbuild puts eight letters of the digest before the extension. */
const HAS_DIGEST = /-[A-Z0-9]{8}\.\w+$/;

/** Everything comes from this service; only signing in with OIDC asks another, and that one is named. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  `connect-src 'self'${OIDC_ISSUER === undefined || IDENTITY_MODE === 'builtin' ? '' : ` ${new URL(OIDC_ISSUER).origin}`}`,
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

let names: ReadonlySet<string> | undefined;
const texts = new Map<string, string>();

/** Read when they are first asked for, and kept: a function serves the files that it was deployed with. */
const textOf = (name: string): string => {
  names ??= new Set(readdirSync(folder()));
  // Only a name that the folder lists: never a path.
  if (!names.has(name)) throw new DomainError('route_not_found', `The board has no file ${name}.`, {});
  const text = texts.get(name) ?? readFileSync(join(folder(), name), 'utf8');
  texts.set(name, text);
  return text;
};

/** A file of the board as it was built. Refuses with `route_not_found`. */
const fileOf = (name: string): FileAnswer => ({
  text: textOf(name),
  headers: {
    'Content-Type': MEDIA_TYPES[extname(name)] ?? 'text/plain; charset=utf-8',
    'Cache-Control': HAS_DIGEST.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
    'X-Content-Type-Options': 'nosniff',
  },
});

/** A page, with the policy that keeps it from loading or asking anything of others. */
export const boardPage = (name: 'board.html' | 'page.html'): FileAnswer => {
  const { text, headers } = fileOf(name);
  return {
    text,
    headers: {
      ...headers,
      'Content-Security-Policy': CONTENT_SECURITY_POLICY,
      'Referrer-Policy': 'no-referrer',
      'X-Frame-Options': 'DENY',
    },
  };
};

/** What is served at `/board/{name}`: a page where the name has no dot, else a file. Refuses with `route_not_found`. */
export const boardFile = (name: string): FileAnswer => (name.includes('.') ? fileOf(name) : boardPage('page.html'));

/** How one signs in; an OIDC stage without a client of the board's own can only be used by programs. */
export const boardSettings = {
  identity: IDENTITY_MODE,
  oidc:
    IDENTITY_MODE === 'builtin' ||
    OIDC_ISSUER === undefined ||
    OIDC_AUDIENCE === undefined ||
    OIDC_CLIENT_ID === undefined
      ? null
      : { issuer: OIDC_ISSUER, client_id: OIDC_CLIENT_ID, audience: OIDC_AUDIENCE },
};
