import { serveAuthorizer } from '../../adapters/runtime/authorize.ts';
import { isInvalidToken, secrets, verifyToken } from '../../adapters/runtime/security.ts';

/** The authorizer of an OIDC stage: who a token speaks for, and for how long, is its issuer's to say. */
export const handler = serveAuthorizer({
  verify: verifyToken,
  resolve: (claims) => Promise.resolve(claims),
  isInvalid: isInvalidToken,
  cursorSecret: () => secrets('cursor'),
});
