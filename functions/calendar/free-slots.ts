import { calendarOf, calendars } from '../../adapters/runtime/resources/calendars.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { userResource } from '../../core/calendar/resource.ts';
import { makeListFreeSlots } from '../../core/calendar/views.ts';
import { listFreeSlots } from './contract.ts';

const run = makeListFreeSlots({ calendarOf, calendars });

export const handler = serve(listFreeSlots, ({ call, params, query, page }) =>
  run(call.tenantId, userResource(params.user_id), query, page),
);
