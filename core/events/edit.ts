import * as z from 'zod';
import { idSchema } from '../fields.ts';
import { instantSchema, type Instant } from '../time/instant.ts';

/**
 * What an item says of its own last write: who made it, when, in which request. The commit writes it into every item
 * whose changes are events or stand in the audit trail; the id is that of the event, and tells two writes apart.
 */
export const lastEditSchema = z.object({
  edit_id: idSchema,
  actor_id: z.string(),
  at: instantSchema,
  request_id: z.string().nullable(),
});
export type LastEdit = z.infer<typeof lastEditSchema>;

/** The part that an event needs: absent in what was written by none of the service's own writes. */
export const editedSchema = z.object({ last_edit: lastEditSchema.optional() });

/** The edit that made an item what it is; undefined when the write made none. */
export const newEdit = (
  before: z.infer<typeof editedSchema> | undefined,
  { last_edit: last }: z.infer<typeof editedSchema>,
): LastEdit | undefined => (last?.edit_id === before?.last_edit?.edit_id ? undefined : last);

/** What an event says of the edit that it tells. */
export const occasionOf = (
  { edit_id, at, actor_id }: LastEdit,
  { tenant_id }: { readonly tenant_id: string },
): { readonly id: string; readonly tenant_id: string; readonly occurred_at: Instant; readonly actor_id: string } => ({
  id: edit_id,
  tenant_id,
  occurred_at: at,
  actor_id,
});
