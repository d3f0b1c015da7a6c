import { serveAuthorizer } from '../../adapters/runtime/authorize.ts';
import { directory, findAccess } from '../../adapters/runtime/resources/identity.ts';
import { isInvalidToken, secrets, verifyToken } from '../../adapters/runtime/security.ts';
import { makeResolve } from '../../core/identity/access.ts';

const { findRoles } = directory;

/** The authorizer of the built-in identity. */
export const handler = serveAuthorizer({
  verify: verifyToken,
  resolve: makeResolve({ findAccess, findRoles }),
  isInvalid: isInvalidToken,
  cursorSecret: () => secrets('cursor'),
});
