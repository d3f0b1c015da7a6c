import * as z from 'zod';
import { idSchema } from '../fields.ts';
import type { Choice, DatedEdit } from '../ledger.ts';
import { ACTIONS, type HistoryEntry } from '../tasks/history.ts';
import { STATES } from '../tasks/lifecycle.ts';
import { instantSchema } from '../time/instant.ts';

/**
 * What a task says of its own last change. The stream of the table keeps the order of changes per item only, so the
 * events of a task are read off the task itself and not off its history, which is an item per entry.
 */
export const lastChangeSchema = z.object({
  entry_id: idSchema,
  action: z.enum(ACTIONS),
  actor_id: z.string(),
  from_state: z.enum(STATES),
  /** The comment or attachment that came with the change. */
  subject_id: idSchema.nullable(),
});

const commentDetail = z.object({ comment_id: idSchema });
const attachmentDetail = z.object({ attachment: z.object({ id: idSchema }) });

const subjectIdOf = ({ action, detail }: HistoryEntry): string | null => {
  if (action === 'comment_added') return commentDetail.parse(detail).comment_id;
  if (action === 'attachment_added') return attachmentDetail.parse(detail).attachment.id;
  return null;
};

export const lastChangeOf = (entry: HistoryEntry) => ({
  entry_id: entry.id,
  action: entry.action,
  actor_id: entry.actor_id,
  from_state: entry.from_state,
  subject_id: subjectIdOf(entry),
});

/** What an absence or a strategy says of its own end. */
export const datedEditSchema = z.object({ edit_id: idSchema, actor_id: z.string(), at: instantSchema });

export const datedEditOf = ({ editId, actorId, at }: DatedEdit): z.infer<typeof datedEditSchema> => ({
  edit_id: editId,
  actor_id: actorId,
  at,
});

/** What the choice of strategies says of its own last change. */
export const lastChoiceSchema = datedEditSchema.extend({
  action: z.enum(['activated', 'shadow_started', 'shadow_stopped']),
  strategy_id: z.string(),
  strategy_version: z.string(),
});

export const lastChoiceOf = (choice: Choice): z.infer<typeof lastChoiceSchema> => ({
  ...datedEditOf(choice),
  action: choice.action,
  strategy_id: choice.strategyId,
  strategy_version: choice.strategyVersion,
});

/** What a template or a task type says of its own last change. */
export const lastEditSchema = z.object({ edit_id: idSchema, actor_id: z.string() });

export const lastEditOf = ({ editId, actorId }: { readonly editId: string; readonly actorId: string }) => ({
  edit_id: editId,
  actor_id: actorId,
});
