import { makePasswords } from '../security/passwords.ts';
import { makeLocalSecrets, makeManagedSecrets } from '../security/secrets.ts';
import {
  InvalidToken,
  makeBuiltinVerifier,
  makeOidcVerifier,
  makeTokens,
  type VerifyToken,
} from '../security/tokens.ts';
import { environment } from './composition.ts';

/** What only the functions of identity need: apart from the rest, so that no other bundle carries it. */
const local = environment.LOCAL_SECRETS;
export const secrets =
  local === undefined
    ? makeManagedSecrets({
        ids: {
          signing: environment.SIGNING_SECRET_ID,
          bootstrap: environment.BOOTSTRAP_SECRET_ID,
          cursor: environment.CURSOR_SECRET_ID,
        },
        stopwatch: () => performance.now(),
      })
    : makeLocalSecrets(local);

export const passwords = /* @__PURE__ */ makePasswords();
export const tokens = /* @__PURE__ */ makeTokens(secrets);
export const bootstrapKey = (): Promise<string | undefined> => secrets('bootstrap');
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
