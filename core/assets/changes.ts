import type { Asset, Tally, VersionedTally } from './asset.ts';

export interface AssetCreated {
  readonly kind: 'asset_created';
  readonly asset: Asset;
}
export interface AssetChanged {
  readonly kind: 'asset_changed';
  readonly before: Asset;
  readonly after: Asset;
}
export interface TallyCorrected {
  readonly kind: 'tally_corrected';
  readonly tenantId: string;
  readonly before: VersionedTally;
  readonly after: Tally;
}

export type AssetChanges = AssetCreated | AssetChanged | TallyCorrected;
