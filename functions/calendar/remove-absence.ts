import { clock, retry } from '../../adapters/runtime/composition.ts';
import { calendars, guard } from '../../adapters/runtime/resources/calendars.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeRemoveAbsence } from '../../core/calendar/absences.ts';
import { removeAbsence } from './contract.ts';

const run = makeRemoveAbsence({ calendars, guard, retry, clock });

export const handler = serve(removeAbsence, ({ call, params }) => run(call, params.user_id, params.absence_id));
