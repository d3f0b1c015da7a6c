import { assets } from '../../adapters/runtime/resources/assets.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { listAssets } from './contract.ts';

export const handler = serve(listAssets, ({ call, query, page }) => assets.list(call.tenantId, query, page));
