import { clock, retry } from '../../adapters/runtime/composition.ts';
import { calendarOf, calendars } from '../../adapters/runtime/resources/calendars.ts';
import { commit } from '../../adapters/runtime/resources/identity.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeRemoveWorkingHours } from '../../core/working-hours/manage.ts';
import { removeWorkingHours } from './contract.ts';

const run = makeRemoveWorkingHours({ calendarOf, calendars, commit, retry, clock });

export const handler = serve(removeWorkingHours, ({ call, params }) => run(call, params.user_id));
