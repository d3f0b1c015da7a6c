import { clock, retry } from '../../adapters/runtime/composition.ts';
import { calendarOf, calendars } from '../../adapters/runtime/resources/calendars.ts';
import { commit } from '../../adapters/runtime/resources/identity.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeSetWorkingHours } from '../../core/working-hours/manage.ts';
import { setWorkingHours } from './contract.ts';

const run = makeSetWorkingHours({ calendarOf, calendars, commit, retry, clock });

export const handler = serve(setWorkingHours, ({ call, params, body }) => run(call, params.user_id, body));
