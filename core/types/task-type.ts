import * as z from 'zod';
import { freeText, idSchema, optional, text } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import type { Page, PageRequest } from '../page.ts';
import { instantSchema } from '../time/instant.ts';

export const taskTypeSchema = z.object({
  id: idSchema,
  tenant_id: idSchema,
  code: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  is_active: z.boolean(),
  created_by: z.string(),
  created_at: instantSchema,
  updated_at: instantSchema,
});
export type TaskType = z.infer<typeof taskTypeSchema>;

export const taskTypeDraft = z.strictObject({
  code: text(LIMITS.code),
  name: text(LIMITS.shortName),
  description: optional(freeText(LIMITS.description)),
  is_active: optional(z.boolean()),
});
export type TaskTypeDraft = z.infer<typeof taskTypeDraft>;

export const taskTypeFilters = z.strictObject({
  is_active: z.stringbool({ truthy: ['true'], falsy: ['false'] }).optional(),
});
export type TaskTypeFilters = z.infer<typeof taskTypeFilters>;

export interface TaskTypes {
  readonly find: (tenantId: string, taskTypeId: string) => Promise<TaskType | undefined>;
  readonly list: (tenantId: string, filters: TaskTypeFilters, page: PageRequest) => Promise<Page<TaskType>>;
}
