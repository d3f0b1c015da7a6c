import * as z from 'zod';
import {
  checklistSchema,
  flagInput,
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
import { demandDefaults, demandInput, demandPatch } from '../tasks/demands.ts';
import { codesInput } from '../qualifications/qualification.ts';
import { instantSchema } from '../time/instant.ts';

export const templateSchema = z
  .object({
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
    ...demandDefaults,
    required_qualifications: z
      .array(z.string())
      .default([])
      .meta({ description: 'Codes that a task made from it demands, besides those of its type and its own' }),
    revision: z
      .number()
      .int()
      .min(1)
      .default(1)
      .meta({ description: 'Counts the contents of the template, from 1; tasks keep the one they were made from' }),
    version: z.number().int().min(1).default(1).meta({ description: 'Counts the changes of the template, from 1' }),
    cloned_from: idSchema.nullable().meta({ description: 'The template that this one was cloned from' }),
    created_by: z.string(),
    created_at: instantSchema,
    updated_at: instantSchema,
  })
  .meta({ id: 'Template' });
export type Template = z.infer<typeof templateSchema>;

export const templateDraft = z
  .strictObject({
    task_type_id: referenceSchema,
    template_key: text(LIMITS.key).meta({ description: 'Unique in the tenant' }),
    name: text(LIMITS.shortName),
    description: optional(freeText(LIMITS.description)),
    template_version: optional(text(LIMITS.code)).meta({ description: 'Without it: v2' }),
    requires_approval: optional(z.boolean()).meta({ description: 'Without it: false' }),
    default_priority: optional(prioritySchema).meta({ description: 'Without it: 5' }),
    default_risk_level: optional(riskLevelSchema).meta({ description: 'Without it: 3' }),
    default_checklist: optional(checklistSchema),
    route_template: optional(jsonObject),
    payload_template: optional(jsonObject),
    default_payload: optional(jsonObject),
    is_active: optional(z.boolean()).meta({ description: 'Without it: true' }),
    ...demandInput,
    required_qualifications: optional(codesInput),
  })
  .meta({
    id: 'TemplateDraft',
    examples: [
      {
        task_type_id: '0199c0de-0000-7000-8000-000000000001',
        template_key: 'roof-standard',
        name: 'Standard roof inspection',
        requires_approval: true,
        default_priority: 6,
        default_checklist: ['Batteries charged'],
        payload_template: { camera: 'wide' },
      },
    ],
  });
export type TemplateDraft = z.infer<typeof templateDraft>;

/** What a revision may change; a field left out stays, null empties what may be empty. */
export const templatePatch = z
  .strictObject({
    name: optional(text(LIMITS.shortName)),
    description: freeText(LIMITS.description).nullable().optional(),
    template_version: optional(text(LIMITS.code)),
    requires_approval: optional(z.boolean()),
    default_priority: optional(prioritySchema),
    default_risk_level: optional(riskLevelSchema),
    default_checklist: optional(checklistSchema),
    route_template: optional(jsonObject),
    payload_template: optional(jsonObject),
    default_payload: optional(jsonObject),
    is_active: optional(z.boolean()),
    ...demandPatch,
    required_qualifications: optional(codesInput),
  })
  .meta({ id: 'TemplatePatch', examples: [{ default_priority: 8 }] });
export type TemplatePatch = z.infer<typeof templatePatch>;

export const cloneDraft = z
  .strictObject({
    template_key: text(LIMITS.key).meta({ description: 'Unique in the tenant' }),
    name: text(LIMITS.shortName),
    description: optional(freeText(LIMITS.description)).meta({ description: 'Without it: that of the source' }),
    is_active: optional(z.boolean()).meta({ description: 'Without it: true' }),
  })
  .meta({ id: 'TemplateClone', examples: [{ template_key: 'roof-winter', name: 'Roof inspection in winter' }] });
export type CloneDraft = z.infer<typeof cloneDraft>;

export const templateFilters = z.strictObject({
  task_type_id: z.string().optional(),
  is_active: flagInput.optional(),
});
export type TemplateFilters = z.infer<typeof templateFilters>;

export interface Templates {
  readonly get: (tenantId: string, templateId: string) => Promise<Template>;
  readonly list: (tenantId: string, filters: TemplateFilters, page: PageRequest) => Promise<Page<Template>>;
  /** Every revision, oldest first; the last one is the template as it is. Refuses with `template_not_found`. */
  readonly revisions: (tenantId: string, templateId: string, page: PageRequest) => Promise<Page<Template>>;
}
