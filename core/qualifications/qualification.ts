import * as z from 'zod';
import { DomainError } from '../errors.ts';
import { flagInput, freeText, idSchema, listOf, optional, text } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import type { Page, PageRequest } from '../page.ts';
import { instantSchema } from '../time/instant.ts';

/** A licence, certificate or rating that people may have and tasks may demand, each by its code. */
export const qualificationSchema = z.object({
  id: idSchema,
  tenant_id: idSchema,
  code: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  is_active: z.boolean(),
  created_by: z.string(),
  created_at: instantSchema,
  updated_at: instantSchema,
  version: z.number().int().min(1).default(1),
});
export type Qualification = z.infer<typeof qualificationSchema>;

export const qualificationView = qualificationSchema.omit({ version: true }).meta({ id: 'Qualification' });

export const qualificationPatch = z
  .strictObject({
    name: optional(text(LIMITS.shortName)),
    description: freeText(LIMITS.description).nullable().optional(),
    is_active: optional(z.boolean()).meta({
      description: 'An inactive one is given to nobody new and demanded by nothing new',
    }),
  })
  .meta({ id: 'QualificationPatch', examples: [{ is_active: false }] });
export type QualificationPatch = z.infer<typeof qualificationPatch>;

export const qualificationDraft = z
  .strictObject({
    code: text(LIMITS.code).meta({ description: 'Unique in the tenant; it never changes' }),
    name: text(LIMITS.shortName),
    description: optional(freeText(LIMITS.description)),
    is_active: optional(z.boolean()).meta({ description: 'Without it: true' }),
  })
  .meta({ id: 'QualificationDraft', examples: [{ code: 'UAV-A2', name: 'Remote pilot, open category A2' }] });
export type QualificationDraft = z.infer<typeof qualificationDraft>;

export const qualificationFilters = z.strictObject({
  is_active: flagInput.optional(),
});
export type QualificationFilters = z.infer<typeof qualificationFilters>;

/** Codes that a request demands: each once, in order. */
export const codesInput = listOf(text(LIMITS.code), LIMITS.qualificationsRequired)
  .transform((codes) => unionOf(codes))
  .meta({ description: 'Codes of the qualifications that the one who does it must have', examples: [['UAV-A2']] });

/** Codes of several lists: each once, in order. */
export const unionOf = (...lists: readonly (readonly string[])[]): string[] => [...new Set(lists.flat())].sort();

/** The refusal to give or demand anew what is out of use. */
export const inactiveQualification = (code: string): DomainError =>
  new DomainError('inactive_qualification', `Qualification "${code}" is not active.`, {});

export interface Qualifications {
  readonly find: (tenantId: string, qualificationId: string) => Promise<Qualification | undefined>;
  /** Those of the codes that the tenant has. */
  readonly byCodes: (tenantId: string, codes: readonly string[]) => Promise<readonly Qualification[]>;
  readonly list: (tenantId: string, filters: QualificationFilters, page: PageRequest) => Promise<Page<Qualification>>;
}
