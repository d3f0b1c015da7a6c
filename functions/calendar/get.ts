import { calendars } from '../../adapters/runtime/resources/calendars.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeGetCalendar } from '../../core/calendar/views.ts';
import { getCalendar } from './contract.ts';

const run = makeGetCalendar({ calendars });

export const handler = serve(getCalendar, ({ call, params, query }) => run(call.tenantId, params.user_id, query));
