import * as z from 'zod';
import { idSchema, jsonObject, optional, sought, text } from '../fields.ts';
import { affectedFields } from '../calendar/affected.ts';
import { LIMITS } from '../limits.ts';
import type { Page, PageRequest } from '../page.ts';
import { instantSchema } from '../time/instant.ts';

export const ASSET_TYPES = ['UAV', 'PAYLOAD', 'BATTERY', 'CONTROLLER', 'DOCK'] as const;
export type AssetType = (typeof ASSET_TYPES)[number];
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
export const assetView = assetSchema.omit({ version: true }).meta({ id: 'Asset' });
export const availabilityView = assetView.extend(affectedFields).meta({ id: 'AssetAvailability' });

export const assetDraft = z
  .strictObject({
    asset_type: z.enum(ASSET_TYPES),
    asset_code: text(LIMITS.key).meta({ description: 'Unique among the assets of the type' }),
    name: text(LIMITS.name),
    serial_number: optional(text(LIMITS.reference)),
    detail: optional(jsonObject),
  })
  .meta({
    id: 'AssetDraft',
    examples: [{ asset_type: 'UAV', asset_code: 'UAV-07', name: 'Survey drone 7', serial_number: 'SN-4711' }],
  });
export type AssetDraft = z.infer<typeof assetDraft>;

export const availabilityDraft = z
  .strictObject({
    availability_status: z.enum(AVAILABILITY),
    region_code: text(LIMITS.areaCode).nullable().optional().meta({
      description: 'Without it: stays as it is; null: in no region',
    }),
    validate_only: optional(z.boolean()).meta({
      description: 'All checks, the same answer, and nothing is written: what the change would affect',
    }),
  })
  .meta({ id: 'AvailabilityDraft', examples: [{ availability_status: 'AVAILABLE', region_code: 'NORTH' }] });
export type AvailabilityDraft = z.infer<typeof availabilityDraft>;

export const assetPatch = z
  .strictObject({
    name: optional(text(LIMITS.name)),
    serial_number: text(LIMITS.reference).nullable().optional().meta({ description: 'Null: none is known' }),
    detail: optional(jsonObject).meta({ description: 'Replaces what is there as a whole' }),
  })
  .meta({ id: 'AssetPatch', examples: [{ name: 'Survey drone 7 (repaired)', serial_number: null }] });
export type AssetPatch = z.infer<typeof assetPatch>;

/** What an asset's code is claimed as: codes are unique among the assets of a type. */
export const claimedCode = ({ asset_type, asset_code }: Pick<Asset, 'asset_type' | 'asset_code'>): string =>
  `${asset_type}#${asset_code}`;

export const assetFilters = z.strictObject({
  asset_type: z.enum(ASSET_TYPES).optional(),
  region_code: sought().optional(),
  availability_status: z.enum(AVAILABILITY).optional(),
});
export type AssetFilters = z.infer<typeof assetFilters>;

/** How many assets there are, and how many of them are available: in one area, or in the whole tenant. */
export interface Tally {
  readonly total: number;
  readonly available: number;
}

/** A tally as it is kept: of an area, or of the whole tenant (`area_code` null). */
export interface VersionedTally extends Tally {
  readonly area_code: string | null;
  /** Counts the moves of the tally; 0 before the first. */
  readonly version: number;
}

export interface Assets {
  readonly get: (tenantId: string, assetId: string) => Promise<Asset>;
  readonly list: (tenantId: string, filters: AssetFilters, page: PageRequest) => Promise<Page<Asset>>;
  /** Those of the ids that exist, in no particular order; strongly consistent. */
  readonly findMany: (tenantId: string, assetIds: readonly string[]) => Promise<readonly Asset[]>;
  /** All of some types, strongly consistent. */
  readonly ofTypes: (tenantId: string, types: readonly AssetType[]) => Promise<readonly Asset[]>;
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
