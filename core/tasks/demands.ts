import * as z from 'zod';
import { ASSET_TYPES } from '../assets/asset.ts';
import { listOf, optional } from '../fields.ts';
import { LIMITS } from '../limits.ts';

const minutes = z.number().int().min(0).max(LIMITS.bufferMinutes);

/** Pieces of equipment of one type that a task takes with it. */
const requiredAssetSchema = z.strictObject({
  asset_type: z.enum(ASSET_TYPES),
  quantity: z.number().int().min(1).max(LIMITS.assetsPerTask).default(1),
});
export type RequiredAsset = z.infer<typeof requiredAssetSchema>;

const requiredAssets = listOf(requiredAssetSchema, LIMITS.assetsPerTask)
  .refine((all) => new Set(all.map(({ asset_type }) => asset_type)).size === all.length, {
    error: 'names a type twice: say its quantity once',
  })
  .refine((all) => all.reduce((sum, { quantity }) => sum + quantity, 0) <= LIMITS.assetsPerTask, {
    error: `asks for more than ${LIMITS.assetsPerTask} assets in all`,
  });

/** What a task demands of time and equipment, said by the request, else by its template, else by its type. */
const DEMANDS = {
  buffer_before_minutes: minutes.meta({ description: 'Held before the planned start: set-up, travel, charging' }),
  buffer_after_minutes: minutes.meta({ description: 'Held after the planned end' }),
  required_assets: requiredAssets.meta({ description: 'Equipment that the task takes with it', id: 'RequiredAssets' }),
};
type Name = keyof typeof DEMANDS;
export const DEMANDED_FIELDS = [
  'buffer_before_minutes',
  'buffer_after_minutes',
  'required_assets',
] as const satisfies readonly Name[];

/** Of the body that makes a type, a template or a task. */
export const demandInput = {
  buffer_before_minutes: optional(DEMANDS.buffer_before_minutes),
  buffer_after_minutes: optional(DEMANDS.buffer_after_minutes),
  required_assets: optional(DEMANDS.required_assets),
};
/** Of the body that changes a type or a template: null says nothing from then on. */
export const demandPatch = {
  buffer_before_minutes: DEMANDS.buffer_before_minutes.nullable().optional(),
  buffer_after_minutes: DEMANDS.buffer_after_minutes.nullable().optional(),
  required_assets: DEMANDS.required_assets.nullable().optional(),
};
/** Of a type or a template; null where it says nothing. */
export const demandDefaults = {
  buffer_before_minutes: DEMANDS.buffer_before_minutes.nullable().default(null),
  buffer_after_minutes: DEMANDS.buffer_after_minutes.nullable().default(null),
  required_assets: DEMANDS.required_assets.nullable().default(null),
};
/** Of a task: resolved. */
export const demandFields = {
  buffer_before_minutes: DEMANDS.buffer_before_minutes.default(0),
  buffer_after_minutes: DEMANDS.buffer_after_minutes.default(0),
  required_assets: DEMANDS.required_assets.default([]),
};
export type Demands = z.infer<z.ZodObject<typeof demandFields>>;

/** What says demands; null or undefined is not said. */
type Saying = { readonly [Field in Name]?: Demands[Field] | null | undefined };

const NONE: Demands = { buffer_before_minutes: 0, buffer_after_minutes: 0, required_assets: [] };

/** The demands of the nearest that says each. */
export const demandsOf = (...nearestFirst: readonly (Saying | undefined)[]): Demands => ({
  buffer_before_minutes: nearest('buffer_before_minutes', nearestFirst),
  buffer_after_minutes: nearest('buffer_after_minutes', nearestFirst),
  required_assets: nearest('required_assets', nearestFirst),
});

const nearest = <Field extends Name>(field: Field, all: readonly (Saying | undefined)[]): Demands[Field] => {
  for (const one of all) {
    const value: Demands[Field] | null | undefined = one?.[field];
    if (value !== undefined && value !== null) return value;
  }
  return NONE[field];
};

/** Who said each demand that the request did not say. */
export const demandedBy = (
  draft: Saying,
  { template, type }: { readonly template?: Saying | undefined; readonly type?: Saying | undefined },
): Partial<Record<Name, 'template' | 'task_type'>> => {
  const says = (who: Saying | undefined, field: Name): boolean => (who?.[field] ?? null) !== null;
  return Object.fromEntries(
    DEMANDED_FIELDS.filter((field) => !says(draft, field)).flatMap(
      (field): readonly (readonly [Name, 'template' | 'task_type'])[] => {
        if (says(template, field)) return [[field, 'template']];
        return says(type, field) ? [[field, 'task_type']] : [];
      },
    ),
  );
};

/** What a new type or template says. */
export const saidBy = (draft: Saying): { [Field in Name]: Demands[Field] | null } => ({
  buffer_before_minutes: draft.buffer_before_minutes ?? null,
  buffer_after_minutes: draft.buffer_after_minutes ?? null,
  required_assets: draft.required_assets ?? null,
});
