import { clock, retry } from '../../adapters/runtime/composition.ts';
import { assets, commit } from '../../adapters/runtime/resources/assets.ts';
import { calendars } from '../../adapters/runtime/resources/calendars.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeSetAvailability } from '../../core/assets/change.ts';
import { setAvailability } from './contract.ts';

const run = makeSetAvailability({ assets, calendars, commit, retry, clock });

export const handler = serve(setAvailability, ({ call, params, body }) => run(call, params.asset_id, body));
