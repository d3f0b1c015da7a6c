import * as z from 'zod';
import { assetSchema, claimedCode, tallyMoves, type Asset, type Assets } from '../../../core/assets/asset.ts';
import type { AssetChanges } from '../../../core/assets/changes.ts';
import { notFound } from '../../../core/errors.ts';
import { action, add, all, claim, put, update, type Planned, type Writes } from '../actions.ts';
import { find, makeCodec, owned, type Codec, type Reads } from '../codec.ts';
import { directoryKey, tallyKey } from '../keys.ts';
import { directoryPage } from '../listing.ts';
import { END } from '../pages.ts';

export const assetKey = /* @__PURE__ */ directoryKey('asset');

export const assetCodec: Codec<Asset> = /* @__PURE__ */ makeCodec({
  schema: assetSchema,
  key: owned(assetKey),
  documents: ['detail'],
});

const tallySchema = z.object({ total: z.number().int(), available: z.number().int() });

export const makeAssets = (reads: Reads): Assets => ({
  get: async (tenantId, id) => {
    const asset = await find(reads, assetCodec, assetKey(tenantId, id));
    if (asset === undefined) throw notFound('asset', id);
    return asset;
  },
  list: (tenantId, filters, page) => directoryPage(reads, assetCodec, assetKey(tenantId, ''), filters, page),
  findMany: async (tenantId, ids) => {
    const items = await reads.reader.getMany(ids.map((id) => assetKey(tenantId, id)));
    return items.map(assetCodec.fromItem);
  },
  ofTypes: async (tenantId, types) => {
    const { PK: partition, SK: from } = assetKey(tenantId, '');
    const items = await reads.reader.range({ partition, from, to: `${from}${END}` });
    return items.map(assetCodec.fromItem).filter(({ asset_type }) => types.includes(asset_type));
  },
  tally: async (tenantId, areaCode) => {
    const item = await reads.reader.get(tallyKey(tenantId, areaCode));
    return item === undefined ? { total: 0, available: 0 } : tallySchema.parse(item);
  },
});

export const assetWrites: Writes<AssetChanges> = {
  asset_created: ({ asset }) =>
    all(
      claim(asset.tenant_id, 'ASSET_CODE', claimedCode(asset), asset.id, 'asset_code', asset.asset_code),
      put('asset', assetCodec.toItem(asset)),
      ...movedTallies(undefined, asset),
    ),
  asset_changed: ({ before, after }) =>
    all(
      update('asset', assetCodec.toItem(before), assetCodec.toItem(after), { version: before.version }),
      ...movedTallies(before, after),
    ),
  tally_corrected: ({ tenantId, before: { area_code, version }, after }) =>
    action('tally', {
      Update: {
        Key: { ...tallyKey(tenantId, area_code) },
        UpdateExpression: 'SET #total = :total, #available = :available, #version = :next',
        // A tally that was written before moves were counted has no version.
        ConditionExpression: version === 0 ? 'attribute_not_exists(#version)' : '#version = :version',
        ExpressionAttributeNames: { '#total': 'total', '#available': 'available', '#version': 'version' },
        ExpressionAttributeValues: {
          ':total': after.total,
          ':available': after.available,
          ':next': version + 1,
          ...(version === 0 ? {} : { ':version': version }),
        },
      },
    }),
};

const movedTallies = (before: Asset | undefined, after: Asset): readonly Planned[] =>
  tallyMoves(before, after).map(({ areaCode, total, available }) =>
    add('tally', tallyKey(after.tenant_id, areaCode), { total, available, version: 1 }),
  );
