import { clock, newId, retry } from '../../adapters/runtime/composition.ts';
import { calendarOf, guard } from '../../adapters/runtime/resources/calendars.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { userResource } from '../../core/calendar/resource.ts';
import { makeAddAbsence } from '../../core/calendar/absences.ts';
import { addAbsence } from './contract.ts';

const run = makeAddAbsence({ calendarOf, guard, retry, clock, newId });

export const handler = serve(addAbsence, ({ call, params, body }) => run(call, userResource(params.user_id), body));
