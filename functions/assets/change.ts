import { clock, retry } from '../../adapters/runtime/composition.ts';
import { assets, commit } from '../../adapters/runtime/resources/assets.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeChangeAsset } from '../../core/assets/change.ts';
import { changeAsset } from './contract.ts';

const run = makeChangeAsset({ assets, commit, retry, clock });

export const handler = serve(changeAsset, ({ call, params, body }) => run(call, params.asset_id, body));
