import { signal } from '@preact/signals';
import { makeClient } from './client.ts';

/** Who is signed in. The token lives in memory and in the storage of this tab, never in a URL. */
export interface Session {
  readonly token: string;
  readonly userId: string;
  readonly username: string;
  readonly permissions: readonly string[];
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

const KEY = 'task-center.session';
const TENANT_KEY = 'task-center.tenant';

/** Where the service is: this script lies in `board/` below it. */
export const ROOT = new URL('..', import.meta.url).href;

const stored = (): Session | undefined => {
  const text = sessionStorage.getItem(KEY);
  if (text === null) return undefined;
  const session = JSON.parse(text) as Session;
  return session.expiresAt > Date.now() ? session : undefined;
};

export const session = signal<Session | undefined>(stored());
/** Why nobody is signed in any more, where that was nobody's wish. */
export const farewell = signal<string | undefined>(undefined);

export const may = (permission: string): boolean => {
  const held = session.value?.permissions ?? [];
  return held.includes('*') || held.includes(permission);
};

export const rememberedTenant = (): string => localStorage.getItem(TENANT_KEY) ?? '';

export const signOut = (reason?: string): void => {
  sessionStorage.removeItem(KEY);
  session.value = undefined;
  farewell.value = reason;
  client.forget();
};

interface Claims {
  readonly sub?: string;
  readonly exp?: number;
  readonly permissions?: readonly string[];
  readonly preferred_username?: string;
}

/** The claims of a token, unverified: only the service decides what they are worth. */
const claimsOf = (token: string): Claims => {
  const text = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes)) as Claims;
};

/** Begins a session with a token of the service or of its issuer. */
export const begin = (token: string, username: string | undefined, permissions?: readonly string[]): void => {
  const claims = claimsOf(token);
  const next: Session = {
    token,
    userId: claims.sub ?? '',
    username: username ?? claims.preferred_username ?? claims.sub ?? '',
    permissions: permissions ?? claims.permissions ?? [],
    expiresAt: (claims.exp ?? Infinity) * 1_000,
  };
  sessionStorage.setItem(KEY, JSON.stringify(next));
  farewell.value = undefined;
  session.value = next;
};

export const client = makeClient({
  root: ROOT,
  token: () => session.value?.token,
  onSignedOut: () => signOut('Your session has ended. Sign in again; the board is where you left it.'),
  fetch: (input, init) => fetch(input, init),
  newKey: () => crypto.randomUUID(),
  wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
});

/** Signs in with the built-in identity. Throws a refusal. */
export const signIn = async (tenantId: string, username: string, password: string): Promise<void> => {
  const body = { tenant_id: tenantId, username, password };
  const { access_token, permissions } = await client.post('/api/identity/dev-login', { body });
  localStorage.setItem(TENANT_KEY, tenantId);
  begin(access_token, username, permissions);
};
