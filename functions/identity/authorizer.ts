import { makeAuthorizer } from '../../adapters/http/authorizer.ts';
import { isInvalidToken, secrets, verifyToken } from '../../adapters/runtime/security.ts';

export const handler = makeAuthorizer({
  verify: verifyToken,
  isInvalid: isInvalidToken,
  cursorSecret: () => secrets('cursor'),
});
