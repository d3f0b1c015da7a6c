import * as z from 'zod';
import { idSchema } from '../fields.ts';
import { instantSchema, type Instant } from '../time/instant.ts';

/** Who changed something that has no history, and under which id: what its event says. */
export interface Edit {
  readonly editId: string;
  readonly actorId: string;
}

/** The same of something that does not say itself when it was changed. */
export interface DatedEdit extends Edit {
  readonly at: Instant;
}

/** What a resource without history says of its own last change. */
export const lastEditSchema = z.object({ edit_id: idSchema, actor_id: z.string() });

export const lastEditOf = ({ editId, actorId }: Edit): z.infer<typeof lastEditSchema> => ({
  edit_id: editId,
  actor_id: actorId,
});

/** The same with its time, of a resource that keeps none. */
export const datedEditSchema = lastEditSchema.extend({ at: instantSchema });

export const datedEditOf = ({ at, ...edit }: DatedEdit): z.infer<typeof datedEditSchema> => ({
  ...lastEditOf(edit),
  at,
});
