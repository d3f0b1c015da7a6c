import { createRemoteJWKSet, decodeProtectedHeader, errors, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import * as z from 'zod';
import type { Claims, Principal, Tokens } from '../../core/identity/login.ts';
import type { Secrets } from './secrets.ts';

/** A token that is not accepted, for whatever reason: the caller is told no more. */
export class InvalidToken extends Error {
  override readonly name = 'InvalidToken';
}

/** Who a token speaks for. Throws `InvalidToken`; anything else that it throws is a fault of ours or of the issuer. */
export type VerifyToken = (token: string) => Promise<Claims>;

const ISSUER = 'task-center';
const LIFETIME = '1h';

/**
 * The signing keys of the built-in mode: texts by their ids, and the id of the one that signs. A retired key stays in
 * the secret until its last token has expired, so that a rotation logs nobody out.
 */
const signingKeysSchema = z.object({ current: z.string() }).catchall(z.string().min(32));

const signingKeys = async (secrets: Secrets): Promise<z.infer<typeof signingKeysSchema>> =>
  signingKeysSchema.parse(JSON.parse((await secrets('signing')) ?? '{}'));

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

export const makeTokens = (secrets: Secrets): Tokens => ({
  issue: async ({ sub, ...claims }) => {
    const keys = await signingKeys(secrets);
    const key = keys[keys.current];
    if (key === undefined) throw new Error('The signing secret lacks its current key.');
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'HS256', kid: keys.current })
      .setSubject(sub)
      .setIssuer(ISSUER)
      .setAudience(ISSUER)
      .setIssuedAt()
      .setExpirationTime(LIFETIME)
      .sign(bytesOf(key));
  },
});

/** Verifies the tokens that `makeTokens` issues. */
export const makeBuiltinVerifier =
  (secrets: Secrets): VerifyToken =>
  async (token) => {
    const keys = await signingKeys(secrets);
    const kid = keyIdOf(token);
    // The caller chooses the id: one like `toString` would find what every object has, which is no secret.
    const key = kid !== 'current' && Object.hasOwn(keys, kid) ? keys[kid] : undefined;
    if (key === undefined) throw new InvalidToken('It names no key of ours.');
    const { payload } = await accepted(() =>
      jwtVerify(token, bytesOf(key), { algorithms: ['HS256'], issuer: ISSUER, audience: ISSUER }),
    );
    const epoch = epochClaim.safeParse(payload['epoch']);
    if (!epoch.success) throw new InvalidToken('Its epoch is none.');
    const principal = principalOf(payload, CLAIMS);
    return epoch.data === undefined ? principal : { ...principal, epoch: epoch.data };
  };

const keyIdOf = (token: string): string => {
  try {
    // It is what the caller wrote: a name that is no text names no key.
    const kid: unknown = decodeProtectedHeader(token).kid;
    return typeof kid === 'string' ? kid : '';
  } catch (error) {
    throw new InvalidToken('It is not a token.', { cause: error });
  }
};

/** Names of the claims that say who is who. */
export interface ClaimNames {
  readonly subject: string;
  readonly tenant: string;
  readonly permissions: string;
}
const CLAIMS: ClaimNames = { subject: 'sub', tenant: 'tenant_id', permissions: 'permissions' };

const ASYMMETRIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
/** How far an issuer's clock may be from ours, in seconds. */
const CLOCK_TOLERANCE = 60;
const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url() });

/**
 * Verifies tokens of an OpenID Connect issuer, by the keys that its discovery document names. `jose` caches the keys
 * and fetches them again, at a bounded rate, when a token names one that it does not know: that is how a rotation is
 * followed.
 */
export const makeOidcVerifier = ({
  issuer,
  audience,
  claims,
  fetchJson,
}: {
  readonly issuer: string;
  readonly audience: string;
  readonly claims: ClaimNames;
  readonly fetchJson: (url: string) => Promise<unknown>;
}): VerifyToken => {
  let keySet: ReturnType<typeof createRemoteJWKSet> | undefined;
  const keys = async () => {
    if (keySet !== undefined) return keySet;
    const document = discoverySchema.parse(
      await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`),
    );
    if (document.issuer !== issuer)
      throw new Error(`The discovery document speaks for ${document.issuer}, not for ${issuer}.`);
    keySet = createRemoteJWKSet(new URL(document.jwks_uri));
    return keySet;
  };
  return async (token) => {
    const known = await keys();
    const { payload } = await accepted(() =>
      jwtVerify(token, known, {
        algorithms: ASYMMETRIC,
        issuer,
        requiredClaims: ['exp'],
        clockTolerance: CLOCK_TOLERANCE,
      }),
    );
    requireAudience(payload, audience);
    return principalOf(payload, claims);
  };
};

/** Access tokens of Amazon Cognito name their audience in `client_id`. */
const requireAudience = (payload: JWTPayload, audience: string): void => {
  const named = payload.aud ?? payload['client_id'];
  if (named === audience || (Array.isArray(named) && named.includes(audience))) return;
  throw new InvalidToken('It is meant for another audience.');
};

/** Whatever `jose` has against a token makes it invalid; a set of keys that cannot be fetched does not. */
const accepted = async <T>(verify: () => Promise<T>): Promise<T> => {
  try {
    return await verify();
  } catch (error) {
    const isOurs = error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid;
    if (error instanceof errors.JOSEError && !isOurs && error.code !== 'ERR_JOSE_GENERIC')
      throw new InvalidToken(error.message, { cause: error });
    throw error;
  }
};

const permissionsClaim = z.union([
  z.array(z.string()),
  z.string().transform((text) => text.split(' ').filter((one) => one !== '')),
]);
const epochClaim = z.number().int().optional();
const idClaim = z.string().min(1).max(200);

const principalOf = (payload: JWTPayload, names: ClaimNames): Principal => {
  const claims = z.object({ sub: idClaim, tenant_id: idClaim, permissions: permissionsClaim }).safeParse({
    sub: payload[names.subject],
    tenant_id: payload[names.tenant],
    permissions: payload[names.permissions] ?? [],
  });
  if (!claims.success) throw new InvalidToken(`It lacks a claim: ${z.prettifyError(claims.error)}`);
  return claims.data;
};
