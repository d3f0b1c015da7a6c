import * as z from 'zod';
import { idSchema, jsonObject, optional, text } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import type { Page, PageRequest } from '../page.ts';
import { instantSchema } from '../time/instant.ts';

export const ASSET_TYPES = ['UAV', 'PAYLOAD', 'BATTERY', 'CONTROLLER', 'DOCK'] as const;
export const AVAILABILITY = ['AVAILABLE', 'RESERVED', 'IN_USE', 'MAINTENANCE', 'UNAVAILABLE'] as const;

export const assetSchema = z.object({
  id: idSchema,
  tenant_id: idSchema,
  asset_type: z.enum(ASSET_TYPES),
  asset_code: z.string(),
  name: z.string(),
  serial_number: z.string().nullable(),
  detail: jsonObject,
  availability_status: z.enum(AVAILABILITY),
  region_code: z.string().nullable(),
  created_at: instantSchema,
  updated_at: instantSchema,
  version: z.number().int().min(1),
});
export type Asset = z.infer<typeof assetSchema>;
export const assetView = assetSchema.omit({ version: true });

export const assetDraft = z.strictObject({
  asset_type: z.enum(ASSET_TYPES),
  asset_code: text(LIMITS.key),
  name: text(LIMITS.name),
  serial_number: optional(text(LIMITS.reference)),
  detail: optional(jsonObject),
});
export type AssetDraft = z.infer<typeof assetDraft>;

export const availabilityDraft = z.strictObject({
  availability_status: z.enum(AVAILABILITY),
  region_code: optional(text(LIMITS.areaCode)),
});
export type AvailabilityDraft = z.infer<typeof availabilityDraft>;

export const assetFilters = z.strictObject({
  region_code: z.string().optional(),
  availability_status: z.enum(AVAILABILITY).optional(),
});
export type AssetFilters = z.infer<typeof assetFilters>;

/** How many assets there are, and how many of them are available: in one area, or in the whole tenant. */
export interface Tally {
  readonly total: number;
  readonly available: number;
}

export interface Assets {
  readonly get: (tenantId: string, assetId: string) => Promise<Asset>;
  readonly list: (tenantId: string, filters: AssetFilters, page: PageRequest) => Promise<Page<Asset>>;
  /** Strongly consistent. `areaCode` null asks for the whole tenant. */
  readonly tally: (tenantId: string, areaCode: string | null) => Promise<Tally>;
}

/** A change of one tally: of an area, or of the whole tenant (`areaCode` null). */
export interface TallyMove {
  readonly areaCode: string | null;
  readonly total: number;
  readonly available: number;
}

/** The tallies that move when an asset appears (`before` undefined) or changes; those that stay are left out. */
export const tallyMoves = (before: Asset | undefined, after: Asset): readonly TallyMove[] => {
  const moves = new Map<string | null, { total: number; available: number }>();
  const count = (asset: Asset, sign: 1 | -1) => {
    const scopes = asset.region_code === null ? [null] : [null, asset.region_code];
    for (const scope of scopes) {
      const move = moves.get(scope) ?? { total: 0, available: 0 };
      const available = asset.availability_status === 'AVAILABLE' ? sign : 0;
      moves.set(scope, { total: move.total + sign, available: move.available + available });
    }
  };
  if (before !== undefined) count(before, -1);
  count(after, 1);
  return [...moves]
    .map(([areaCode, move]) => ({ areaCode, ...move }))
    .filter(({ total, available }) => total !== 0 || available !== 0);
};
