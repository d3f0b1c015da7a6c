import { calendarOf, calendars } from '../../adapters/runtime/resources/calendars.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { assetResource } from '../../core/calendar/resource.ts';
import { makeListAbsences } from '../../core/calendar/absences.ts';
import { listAssetAbsences } from './contract.ts';

const run = makeListAbsences({ calendarOf, calendars });

export const handler = serve(listAssetAbsences, ({ call, params, page }) =>
  run(call.tenantId, assetResource(params.asset_id), page),
);
