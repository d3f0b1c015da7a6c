import { clock, retry } from '../../adapters/runtime/composition.ts';
import { calendarOf, calendars, guard } from '../../adapters/runtime/resources/calendars.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { userResource } from '../../core/calendar/resource.ts';
import { makeRemoveAbsence } from '../../core/calendar/absences.ts';
import { removeAbsence } from './contract.ts';

const run = makeRemoveAbsence({ calendarOf, calendars, guard, retry, clock });

export const handler = serve(removeAbsence, ({ call, params }) =>
  run(call, userResource(params.user_id), params.absence_id),
);
