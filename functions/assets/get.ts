import { assets } from '../../adapters/runtime/resources/assets.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { getAsset } from './contract.ts';

export const handler = serve(getAsset, ({ call, params }) => assets.get(call.tenantId, params.asset_id));
