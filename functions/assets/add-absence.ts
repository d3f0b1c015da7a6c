import { clock, newId, retry } from '../../adapters/runtime/composition.ts';
import { calendarOf, guard } from '../../adapters/runtime/resources/calendars.ts';
import { serve } from '../../adapters/runtime/serve.ts';
import { assetResource } from '../../core/calendar/resource.ts';
import { makeAddAbsence } from '../../core/calendar/absences.ts';
import { addAssetAbsence } from './contract.ts';

const run = makeAddAbsence({ calendarOf, guard, retry, clock, newId });

export const handler = serve(addAssetAbsence, ({ call, params, body }) =>
  run(call, assetResource(params.asset_id), body),
);
