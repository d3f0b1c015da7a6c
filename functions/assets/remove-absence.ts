import { clock, retry } from '../../adapters/runtime/composition.ts';
import { calendarOf, calendars, guard } from '../../adapters/runtime/resources/calendars.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { assetResource } from '../../core/calendar/resource.ts';
import { makeRemoveAbsence } from '../../core/calendar/absences.ts';
import { removeAssetAbsence } from './contract.ts';

const run = makeRemoveAbsence({ calendarOf, calendars, guard, retry, clock });

export const handler = serve(removeAssetAbsence, ({ call, params }) =>
  run(call, assetResource(params.asset_id), params.absence_id),
);
