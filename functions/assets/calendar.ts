import { calendarOf, calendars } from '../../adapters/runtime/resources/calendars.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { makeGetAssetCalendar } from '../../core/calendar/views.ts';
import { getAssetCalendar } from './contract.ts';

const run = makeGetAssetCalendar({ calendarOf, calendars });

export const handler = serve(getAssetCalendar, ({ call, params, query }) => run(call.tenantId, params.asset_id, query));
