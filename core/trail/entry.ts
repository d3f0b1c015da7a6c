import * as z from 'zod';
import { idSchema, instantInput, sought } from '../fields.ts';
import type { Page, PageRequest } from '../page.ts';
import { instantSchema, type Instant } from '../time/instant.ts';

const fields = z.record(z.string(), z.unknown());

/** One committed change of one thing, as the audit trail keeps it. */
export const entrySchema = z
  .object({
    id: idSchema.meta({ description: 'Unique per change' }),
    tenant_id: idSchema,
    at: instantSchema,
    actor_id: z.string().meta({ description: 'Who made the change: `sub` of the token' }),
    request_id: z.string().nullable().meta({ description: '`X-Request-Id` of the answer to the request that made it' }),
    action: z.string().meta({ description: '`created`, `changed`, `deleted`; of a task the action of its history' }),
    subject: z.string().meta({ description: 'What was changed: `<kind>/<id>`', examples: ['user/0199c0de-…'] }),
    before: fields.nullable().meta({ description: 'The fields that changed, as they were; null for a creation' }),
    after: fields.nullable().meta({ description: 'The same fields, as they are since; null for a deletion' }),
  })
  .meta({
    id: 'AuditEntry',
    description: 'A secret shows as `***`, a long document as its size and its SHA-256',
  });
export type Entry = z.infer<typeof entrySchema>;

export const trailFilters = z.strictObject({
  from: instantInput.optional().meta({ description: 'Without it: as far back as the trail is kept' }),
  to: instantInput.optional().meta({ description: 'Without it: now. Changes before this instant' }),
  actor_id: sought().optional(),
  subject: sought().optional().meta({ description: '`<kind>/<id>`, or an id of whatever kind' }),
});
export type TrailFilters = z.infer<typeof trailFilters>;

/** What a page of the trail is asked for. */
export interface TrailQuery {
  /** Half-open. */
  readonly from: Instant;
  readonly to: Instant;
  /** Which entries are meant, of those in the time. */
  readonly isMeant: (entry: Entry) => boolean;
  /** Whether every entry is, so that no more than a page need be read. */
  readonly isAll: boolean;
}

export interface Trail {
  /** Newest first. The work of a page is bounded: it may be short, and empty, though another follows. */
  readonly list: (tenantId: string, query: TrailQuery, page: PageRequest) => Promise<Page<Entry>>;
}

/** Where entries are written. One that is written again is there once. */
export interface TrailWriter {
  readonly record: (entries: readonly Entry[]) => Promise<void>;
}
