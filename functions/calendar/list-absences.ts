import { calendarOf, calendars } from '../../adapters/runtime/resources/calendars.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { userResource } from '../../core/calendar/resource.ts';
import { makeListAbsences } from '../../core/calendar/absences.ts';
import { listAbsences } from './contract.ts';

const run = makeListAbsences({ calendarOf, calendars });

export const handler = serve(listAbsences, ({ call, params, page }) =>
  run(call.tenantId, userResource(params.user_id), page),
);
