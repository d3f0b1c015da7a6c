import { clock, newId, retry } from '../../adapters/runtime/composition.ts';
import { calendars, guard } from '../../adapters/runtime/resources/calendars.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeAddAbsence } from '../../core/calendar/absences.ts';
import { addAbsence } from './contract.ts';

const run = makeAddAbsence({ calendars, guard, retry, clock, newId });

export const handler = serve(addAbsence, ({ call, params, body }) => run(call, params.user_id, body));
