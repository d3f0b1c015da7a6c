import * as z from 'zod';
import { route } from '../../adapters/http/contract.ts';
import { assetDraft, assetFilters, assetPatch, assetView, availabilityDraft } from '../../core/assets/asset.ts';

const PREFIX = '/api/assets';
const tag = { name: 'assets', description: 'Equipment, where it is and whether it can be used.' };
const params = z.object({ asset_id: z.string() });

export const createAsset = route({
  operation: 'createAsset',
  method: 'POST',
  path: PREFIX,
  tag,
  summary: 'Register an asset: available, in no region yet',
  access: 'registry.write',
  handler: 'assets/create',
  body: assetDraft,
  status: 201,
  response: assetView,
  refusals: ['duplicate', 'item_too_large'],
  table: ['PutItem', 'UpdateItem'],
});

export const listAssets = route({
  operation: 'listAssets',
  method: 'GET',
  path: PREFIX,
  tag,
  summary: 'The assets, newest first',
  access: 'registry.read',
  handler: 'assets/list',
  query: assetFilters,
  status: 200,
  response: z.array(assetView),
  paged: true,
  list: 'asset',
  refusals: [],
  table: ['Query'],
});

export const getAsset = route({
  operation: 'getAsset',
  method: 'GET',
  path: `${PREFIX}/{asset_id}`,
  tag,
  summary: 'One asset',
  access: 'registry.read',
  handler: 'assets/get',
  params,
  status: 200,
  response: assetView,
  refusals: ['asset_not_found'],
  table: ['GetItem'],
});

export const changeAsset = route({
  operation: 'changeAsset',
  method: 'PATCH',
  path: `${PREFIX}/{asset_id}`,
  tag,
  summary: 'Change what an asset is called and what is known of it',
  access: 'registry.write',
  handler: 'assets/change',
  params,
  body: assetPatch,
  status: 200,
  response: assetView,
  refusals: ['asset_not_found', 'item_too_large'],
  table: ['GetItem', 'UpdateItem'],
});

export const setAvailability = route({
  operation: 'setAvailability',
  method: 'POST',
  path: `${PREFIX}/{asset_id}/availability`,
  tag,
  summary: 'Say whether an asset can be used, and in which region it is',
  access: 'registry.write',
  handler: 'assets/set-availability',
  params,
  body: availabilityDraft,
  status: 200,
  response: assetView,
  refusals: ['asset_not_found', 'item_too_large'],
  table: ['GetItem', 'UpdateItem'],
});
