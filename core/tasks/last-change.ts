import * as z from 'zod';
import { idSchema } from '../fields.ts';
import { ACTIONS, type HistoryEntry } from './history.ts';
import { overrideSchema } from './override.ts';
import { STATES } from './lifecycle.ts';

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
  /** Rules that were set aside for it, and why. */
  override: overrideSchema.optional(),
});

const commentDetail = z.object({ comment_id: idSchema });
const attachmentDetail = z.object({ attachment: z.object({ id: idSchema }) });

const overrideDetail = z.object({ override: overrideSchema.optional() });

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
  ...overrideDetail.parse(entry.detail),
});
