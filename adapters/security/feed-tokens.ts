import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { FeedTokens } from '../../core/feeds/feed.ts';

const TOKEN_BYTES = 32;

/** A fast hash will do: what is random to 256 bits cannot be guessed from it. */
export const feedTokens: FeedTokens = {
  issue: () => randomBytes(TOKEN_BYTES).toString('base64url'),
  hashOf: (token) => createHash('sha256').update(token).digest('base64url'),
  isSame: (hash, other) => timingSafeEqual(Buffer.from(hash), Buffer.from(other)),
};
