import { calendars } from '../../adapters/runtime/resources/calendars.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeListFreeSlots } from '../../core/calendar/views.ts';
import { listFreeSlots } from './contract.ts';

const run = makeListFreeSlots({ calendars });

export const handler = serve(listFreeSlots, ({ call, params, query, page }) =>
  run(call.tenantId, params.user_id, query, page),
);
