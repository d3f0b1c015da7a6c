import * as z from 'zod';
import { flagInput, freeText, idSchema, optional, text } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import type { Page, PageRequest } from '../page.ts';
import { demandDefaults, demandInput, demandPatch } from '../tasks/demands.ts';
import { codesInput } from '../qualifications/qualification.ts';
import { instantSchema } from '../time/instant.ts';

export const taskTypeSchema = z.object({
  id: idSchema,
  tenant_id: idSchema,
  code: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  is_active: z.boolean(),
  ...demandDefaults,
  required_qualifications: z
    .array(z.string())
    .default([])
    .meta({ description: 'Codes that every task of the type demands, whatever else it does' }),
  field_may_accept: z.boolean().default(false),
  created_by: z.string(),
  created_at: instantSchema,
  updated_at: instantSchema,
  version: z.number().int().min(1).default(1),
});
export type TaskType = z.infer<typeof taskTypeSchema>;

export const taskTypeView = taskTypeSchema.omit({ version: true }).meta({ id: 'TaskType' });

export const taskTypePatch = z
  .strictObject({
    name: optional(text(LIMITS.shortName)),
    description: freeText(LIMITS.description).nullable().optional(),
    is_active: optional(z.boolean()),
    ...demandPatch,
    required_qualifications: optional(codesInput),
    field_may_accept: optional(z.boolean()),
  })
  .meta({ id: 'TaskTypePatch', examples: [{ is_active: false }] });
export type TaskTypePatch = z.infer<typeof taskTypePatch>;

export const taskTypeDraft = z
  .strictObject({
    code: text(LIMITS.code).meta({ description: 'Unique in the tenant' }),
    name: text(LIMITS.shortName),
    description: optional(freeText(LIMITS.description)),
    is_active: optional(z.boolean()).meta({ description: 'Without it: true' }),
    ...demandInput,
    required_qualifications: optional(codesInput),
    field_may_accept: optional(z.boolean()).meta({
      description:
        'Whether tasks of this type are accepted by those who carry them out, with `mission.field`. Without it: false',
    }),
  })
  .meta({ id: 'TaskTypeDraft', examples: [{ code: 'ROOF', name: 'Roof inspection' }] });
export type TaskTypeDraft = z.infer<typeof taskTypeDraft>;

export const taskTypeFilters = z.strictObject({
  is_active: flagInput.optional(),
});
export type TaskTypeFilters = z.infer<typeof taskTypeFilters>;

export interface TaskTypes {
  readonly find: (tenantId: string, taskTypeId: string) => Promise<TaskType | undefined>;
  readonly list: (tenantId: string, filters: TaskTypeFilters, page: PageRequest) => Promise<Page<TaskType>>;
}
