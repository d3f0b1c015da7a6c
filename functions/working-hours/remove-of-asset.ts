import { clock, retry } from '../../adapters/runtime/composition.ts';
import { assets } from '../../adapters/runtime/resources/assets.ts';
import { calendarOf, calendars } from '../../adapters/runtime/resources/calendars.ts';
import { commit } from '../../adapters/runtime/resources/identity.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeRemoveOperatingHours } from '../../core/working-hours/manage.ts';
import { removeOperatingHours } from './contract.ts';

const run = makeRemoveOperatingHours({ assets, calendarOf, calendars, commit, retry, clock });

export const handler = serve(removeOperatingHours, ({ call, params }) => run(call, params.asset_id));
