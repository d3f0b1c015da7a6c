import * as z from 'zod';
import { idSchema } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import { instantSchema } from '../time/instant.ts';

/** A calendar feed of a user as it is kept: of its token there is the hash only. */
export const feedSchema = z.object({
  id: idSchema,
  tenant_id: idSchema,
  user_id: idSchema,
  /** Which of a user's places for feeds it has: there are no more feeds than places, whoever asks at once. */
  slot: z
    .number()
    .int()
    .min(0)
    .max(LIMITS.feedsPerUser - 1),
  token_hash: z.string(),
  created_by: z.string(),
  created_at: instantSchema,
});
export type Feed = z.infer<typeof feedSchema>;

export const feedView = feedSchema.pick({ id: true, created_by: true, created_at: true }).meta({ id: 'CalendarFeed' });

export const newFeedView = feedView
  .extend({
    url: z.string().meta({
      description: 'What a calendar subscribes to. Whoever has it reads the feed: it is shown once',
      examples: ['https://planning.example.com/calendar-feeds/47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU'],
    }),
  })
  .meta({ id: 'NewCalendarFeed' });
export type NewFeedView = z.infer<typeof newFeedView>;

/** Strongly consistent. */
export interface Feeds {
  /** All of a user's, oldest first. */
  readonly list: (tenantId: string, userId: string) => Promise<readonly Feed[]>;
  /** The feed, of whatever tenant, whose token may have the hash: they agree in a part of it that is enough to find one. */
  readonly findByHash: (hash: string) => Promise<Feed | undefined>;
}

export interface FeedTokens {
  /** 256 random bits in base64url. */
  readonly issue: () => string;
  /** SHA-256 in base64url. */
  readonly hashOf: (token: string) => string;
  /** Compares two hashes in a time that tells nothing of where they differ. */
  readonly isSame: (hash: string, other: string) => boolean;
}
