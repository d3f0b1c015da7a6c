import * as z from 'zod';
import {
  checklistSchema,
  freeText,
  idSchema,
  jsonObject,
  optional,
  prioritySchema,
  referenceSchema,
  riskLevelSchema,
  text,
} from '../fields.ts';
import { LIMITS } from '../limits.ts';
import type { Page, PageRequest } from '../page.ts';
import { instantSchema } from '../time/instant.ts';

export const templateSchema = z.object({
  id: idSchema,
  tenant_id: idSchema,
  task_type_id: idSchema,
  template_key: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  template_version: z.string(),
  requires_approval: z.boolean(),
  default_priority: prioritySchema,
  default_risk_level: riskLevelSchema,
  default_checklist: checklistSchema,
  route_template: jsonObject,
  payload_template: jsonObject,
  default_payload: jsonObject,
  is_active: z.boolean(),
  /** The template that this one was cloned from. */
  cloned_from: idSchema.nullable(),
  created_by: z.string(),
  created_at: instantSchema,
  updated_at: instantSchema,
});
export type Template = z.infer<typeof templateSchema>;

export const templateDraft = z.strictObject({
  task_type_id: referenceSchema,
  template_key: text(LIMITS.key),
  name: text(LIMITS.shortName),
  description: optional(freeText(LIMITS.description)),
  template_version: optional(text(LIMITS.code)),
  requires_approval: optional(z.boolean()),
  default_priority: optional(prioritySchema),
  default_risk_level: optional(riskLevelSchema),
  default_checklist: optional(checklistSchema),
  route_template: optional(jsonObject),
  payload_template: optional(jsonObject),
  default_payload: optional(jsonObject),
  is_active: optional(z.boolean()),
});
export type TemplateDraft = z.infer<typeof templateDraft>;

export const cloneDraft = z.strictObject({
  template_key: text(LIMITS.key),
  name: text(LIMITS.shortName),
  description: optional(freeText(LIMITS.description)),
  is_active: optional(z.boolean()),
});
export type CloneDraft = z.infer<typeof cloneDraft>;

export const templateFilters = z.strictObject({
  task_type_id: z.string().optional(),
  is_active: z.stringbool({ truthy: ['true'], falsy: ['false'] }).optional(),
});
export type TemplateFilters = z.infer<typeof templateFilters>;

export interface Templates {
  readonly get: (tenantId: string, templateId: string) => Promise<Template>;
  readonly list: (tenantId: string, filters: TemplateFilters, page: PageRequest) => Promise<Page<Template>>;
}
