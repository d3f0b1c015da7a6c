import { assets, clock, ledger, retry } from '../../adapters/runtime/composition.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeSetAvailability } from '../../core/assets/change.ts';
import { setAvailability } from './contract.ts';

const run = makeSetAvailability({ assets, ledger, retry, clock });

export const handler = serve(setAvailability, ({ call, params, body }) => run(call, params.asset_id, body));
