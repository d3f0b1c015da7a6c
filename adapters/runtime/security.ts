import { makePasswords } from '../security/passwords.ts';
import { makeLocalSecrets, makeManagedSecrets, type Secrets } from '../security/secrets.ts';
import {
  InvalidToken,
  makeBuiltinVerifier,
  makeOidcVerifier,
  makeTokens,
  type VerifyToken,
} from '../security/tokens.ts';
import { environment } from './composition.ts';

/** What only the functions of identity need: apart from the rest, so that no other bundle carries it. */
const makeSecrets = (): Secrets => {
  const { LOCAL_SECRETS: local, SIGNING_SECRET_ID, BOOTSTRAP_SECRET_ID, CURSOR_SECRET_ID } = environment;
  if (local !== undefined) return makeLocalSecrets(local);
  return makeManagedSecrets({
    ids: { signing: SIGNING_SECRET_ID, bootstrap: BOOTSTRAP_SECRET_ID, cursor: CURSOR_SECRET_ID },
    stopwatch: () => performance.now(),
  });
};
export const secrets = /* @__PURE__ */ makeSecrets();

export const passwords = /* @__PURE__ */ makePasswords();
export const tokens = /* @__PURE__ */ makeTokens(secrets);
/** Undefined only in a local run, which may go without: a deployed function that lacks its key stays shut. */
export const bootstrapKey = async (): Promise<string | undefined> => {
  const key = await secrets('bootstrap');
  if (key === undefined && environment.LOCAL_SECRETS === undefined) throw new Error('There is no bootstrap secret.');
  return key;
};
export const isInvalidToken = (error: unknown): boolean => error instanceof InvalidToken;

const FETCH_TIMEOUT_MS = 5_000;
const fetchJson = async (url: string): Promise<unknown> => {
  const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
  return response.json();
};

const makeVerifier = (): VerifyToken => {
  if (environment.IDENTITY_MODE === 'builtin') return makeBuiltinVerifier(secrets);
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience } = environment;
  if (issuer === undefined || audience === undefined)
    throw new Error('Identity mode oidc needs OIDC_ISSUER and OIDC_AUDIENCE.');
  return makeOidcVerifier({
    issuer,
    audience,
    claims: {
      subject: environment.OIDC_SUBJECT_CLAIM,
      tenant: environment.OIDC_TENANT_CLAIM,
      permissions: environment.OIDC_PERMISSIONS_CLAIM,
    },
    fetchJson,
  });
};
export const verifyToken = /* @__PURE__ */ makeVerifier();
