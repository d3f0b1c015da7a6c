import * as z from 'zod';
import { addressSchema, freeText, idSchema, optional, prose, text } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import { instantSchema } from '../time/instant.ts';

/** An attachment is a reference: the service keeps where the file is, not the file. */
const attachmentFields = {
  name: text(LIMITS.name),
  url: addressSchema,
  media_type: optional(text(LIMITS.shortName)),
  size_bytes: optional(z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)),
};
/** An attachment as the API returned it may be sent back: what it says of itself is said anew. */
const ignored = z.unknown().optional().meta({ description: 'Ignored: the service says it', readOnly: true });
export const attachmentInput = z
  .strictObject({ ...attachmentFields, id: ignored, created_by: ignored, created_at: ignored })
  .meta({ id: 'AttachmentInput' });
export const attachmentDraft = z.strictObject({ ...attachmentFields, note: optional(freeText(LIMITS.note)) }).meta({
  id: 'AttachmentDraft',
  examples: [
    {
      name: 'Site plan',
      url: 'https://files.example.com/site-plan.pdf',
      media_type: 'application/pdf',
      size_bytes: 48211,
    },
  ],
});
export type AttachmentDraft = z.infer<typeof attachmentDraft>;

export const attachmentSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    url: z.string(),
    media_type: z.string().nullable(),
    size_bytes: z.number().nullable(),
    created_by: z.string(),
    created_at: instantSchema,
  })
  .meta({ id: 'Attachment', description: 'Where a file is, not the file' });
export type Attachment = z.infer<typeof attachmentSchema>;

export const commentDraft = z
  .strictObject({ content: prose(LIMITS.comment) })
  .meta({ id: 'CommentDraft', examples: [{ content: 'The gate on the north side is locked.' }] });
export const commentSchema = z
  .object({
    id: idSchema,
    content: z.string(),
    created_by: z.string(),
    created_at: instantSchema,
  })
  .meta({ id: 'Comment' });
export type Comment = z.infer<typeof commentSchema>;
