import { calendarOf, calendars } from '../../adapters/runtime/resources/calendars.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { assetResource } from '../../core/calendar/resource.ts';
import { makeListFreeSlots } from '../../core/calendar/views.ts';
import { listAssetFreeSlots } from './contract.ts';

const run = makeListFreeSlots({ calendarOf, calendars });

export const handler = serve(listAssetFreeSlots, ({ call, params, query, page }) =>
  run(call.tenantId, assetResource(params.asset_id), query, page),
);
