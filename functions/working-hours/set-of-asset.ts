import { clock, retry } from '../../adapters/runtime/composition.ts';
import { assets } from '../../adapters/runtime/resources/assets.ts';
import { calendarOf, calendars } from '../../adapters/runtime/resources/calendars.ts';
import { commit } from '../../adapters/runtime/resources/identity.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeSetOperatingHours } from '../../core/working-hours/manage.ts';
import { setOperatingHours } from './contract.ts';

const run = makeSetOperatingHours({ assets, calendarOf, calendars, commit, retry, clock });

export const handler = serve(setOperatingHours, ({ call, params, body }) => run(call, params.asset_id, body));
